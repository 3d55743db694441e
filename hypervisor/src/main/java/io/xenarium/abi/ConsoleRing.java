package io.xenarium.abi;

/// Where the fields of the page of a console ring lie (public/io/console.h, struct
/// xencons_interface). The indices are u32 and run freely; masked by the size of the ring they say
/// where in it.
public final class ConsoleRing {
    private ConsoleRing() {}

    /// To the guest.
    public static final int IN = 0;

    public static final int IN_BYTES = 1024;

    /// From the guest.
    public static final int OUT = 1024;

    public static final int OUT_BYTES = 2048;

    public static final int IN_CONS = 3072;
    public static final int IN_PROD = 3076;
    public static final int OUT_CONS = 3080;
    public static final int OUT_PROD = 3084;
}
