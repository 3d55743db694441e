package io.xenarium.abi;

/// Where the fields of the page of a XenStore ring lie (public/io/xs_wire.h, struct
/// xenstore_domain_interface). The indices are u32 and run freely.
public final class StoreRing {
    private StoreRing() {}

    /// Bytes of each of the two rings.
    public static final int BYTES = 1024;

    /// Requests, from the guest.
    public static final int REQ = 0;

    /// Replies and watch events, to the guest.
    public static final int RSP = 1024;

    public static final int REQ_CONS = 2048;
    public static final int REQ_PROD = 2052;
    public static final int RSP_CONS = 2056;
    public static final int RSP_PROD = 2060;

    /// u32: what the daemon can do beyond the basics.
    public static final int SERVER_FEATURES = 2064;

    /// u32: whether the connection stands, is to be set up anew, or was given up.
    public static final int CONNECTION = 2068;

    /// u32: why the daemon gave the connection up.
    public static final int ERROR = 2072;

    public static final int ERROR_NONE = 0;
    public static final int ERROR_COMMUNICATION = 1;
    public static final int ERROR_INDEX = 2;
    public static final int ERROR_PROTOCOL = 3;
}
