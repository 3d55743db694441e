package io.xenarium.machine.device;

/// What is on a disk before the machine writes to it, in blocks of [Disk#BLOCK_BYTES], and where
/// what is written may be kept beyond the machine's life.
///
/// 1. [#block] always says what was there when the machine was switched on, whatever was kept
///    since: so a machine can go back in time.
public interface DiskImage {
    /// How long it is.
    long bytes();

    /// Fills `block` with a block of it; what lies beyond its end is zero.
    void read(long index, byte[] block);

    /// Keeps a block, where this is kept at all.
    default void keep(long index, byte[] block) {}

    /// Sees to it that all that was kept survives a loss of power.
    default void force() {}

    /// Whether what is written is kept.
    default boolean isKept() {
        return false;
    }

    /// An image that is all in memory, and keeps nothing.
    static DiskImage of(byte[] contents) {
        return new DiskImage() {
            @Override
            public long bytes() {
                return contents.length;
            }

            @Override
            public void read(long index, byte[] block) {
                java.util.Arrays.fill(block, (byte) 0);
                long at = index * Disk.BLOCK_BYTES;
                int count = Math.clamp(contents.length - at, 0, Disk.BLOCK_BYTES);
                if (count > 0) {
                    System.arraycopy(contents, (int) at, block, 0, count);
                }
            }
        };
    }
}
