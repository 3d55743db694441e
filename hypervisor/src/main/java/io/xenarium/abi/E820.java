package io.xenarium.abi;

/// Where the fields of an entry of the memory map lie: u64 address, u64 size, u32 type, packed
/// (arch-x86/hvm/start_info.h and the BIOS call of the same name). 20 bytes.
public final class E820 {
    private E820() {}

    public static final int BYTES = 20;
    public static final int ADDRESS = 0;
    public static final int SIZE = 8;
    public static final int TYPE = 16;

    public static final int RAM = 1;
    public static final int RESERVED = 2;
}
