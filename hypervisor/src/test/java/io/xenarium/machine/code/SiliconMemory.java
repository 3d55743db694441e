package io.xenarium.machine.code;

/// The data that [SiliconCase]s work on: made from a seed, of whole and floating-point numbers, odd
/// values and anything.
final class SiliconMemory {
    static final long DATA = 0x2000_0000;
    static final int WORDS = 1024;
    static final int BYTES = 8 * WORDS;

    /// Where fs and gs begin in 64-bit code; in 32-bit code all segments begin at 0.
    static final long FS_BASE = DATA + 0x40;

    static final long GS_BASE = DATA + 0x800;

    /// Values that instructions treat specially.
    static final long[] EDGES = {
        0L, 0x8000000000000000L, 0x7ff0000000000000L, 0xfff0000000000000L,
        0x7ff8000000000001L, 0xfff7ffffffffffffL, 1L, 0x800fffffffffffffL,
        0x0010000000000000L, 0x7fefffffffffffffL, 0x3ff0000000000000L, 0xbfefffffffffffffL,
        0x80000000L, 0x7f800000ff800000L, 0x7fc00001ffbfffffL, 0x00000001807fffffL,
        0x008000007f7fffffL, 0x3f800000bf7fffffL, 0x00000000ffffffffL, 0x7fffffffffffffffL,
        0xffffffffffffffffL, 0x8000800080008000L, 0x7fff7fff7fff7fffL, 0x8080808080808080L,
        0x7f7f7f7f7f7f7f7fL, 0x4330000000000000L, 0x41dfffffffc00000L, 0xc1e0000000000000L,
        0x43e0000000000000L, 0x4f0000005f000000L, 0x3fe0000000000000L, 0x0000000100000001L
    };

    private SiliconMemory() {}

    /// Steele and Vigna's SplitMix64: the `index`th number of the stream that starts at `seed`.
    static long mixed(long seed, long index) {
        long z = seed + (index + 1) * 0x9e3779b97f4a7c15L;
        z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }

    /// All words of the data.
    static long[] words(long seed) {
        long[] words = new long[WORDS];
        for (int i = 0; i < WORDS; i++) {
            words[i] = word(mixed(seed, i));
        }
        return words;
    }

    /// A number of some kind.
    static long word(long z) {
        return switch ((int) (z >>> 61)) {
            case 0 -> Double.doubleToRawLongBits((int) z);
            case 1 -> floats((short) z, (short) (z >> 16));
            case 2 -> EDGES[(int) z & 31];
            case 3 -> z & 0x0303030303030303L;
            default -> z;
        };
    }

    private static long floats(float low, float high) {
        return Float.floatToRawIntBits(low) & 0xffffffffL
                | (long) Float.floatToRawIntBits(high) << 32;
    }

    /// What stands for changed data in a result.
    static long hash(long[] words) {
        long hash = 0;
        for (long word : words) {
            hash = (hash ^ word) * 0x100000001b3L;
        }
        return hash;
    }
}
