package io.xenarium.lab07.check;

import io.xenarium.machine.Dice;
import io.xenarium.parts.DomainBuilder.Segment;

import java.util.ArrayList;
import java.util.List;

/// A segment of a random kernel.
///
/// @param offset what is taken off the addresses of its kernel
/// @param zeros how much memory it takes beyond its contents
record Piece(long offset, long vaddr, long paddr, int bytes, int zeros) {
    /// The memory that random kernels lie in.
    static final int PAGES = 64;

    private static final int LAST_BYTE = PAGES * 4096;
    private static final int PIECE_MAX = 3 * 4096;

    /// Pieces anywhere, of any size, above an offset; some lie over others.
    static List<Piece> random(long seed, int count) {
        Dice dice = new Dice(seed);
        long offset = dice.below(2) == 0 ? 0 : 0x100_0000 * seed;
        List<Piece> pieces = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int bytes = dice.below(PIECE_MAX);
            int zeros = dice.below(2) == 0 ? 0 : dice.below(PIECE_MAX);
            long paddr = dice.below(LAST_BYTE - bytes - zeros);
            if (dice.below(3) == 0) {
                paddr &= -4096;
            }
            long vaddr = dice.below(3) == 0 ? 0 : 0xffff_ffff_8000_0000L + paddr;
            pieces.add(new Piece(offset, vaddr, offset + paddr, bytes, zeros));
        }
        return pieces;
    }

    Segment segment() {
        byte[] contents = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            contents[i] = (byte) (paddr + i * 31L + bytes);
        }
        return new Segment(vaddr, paddr, contents, (long) bytes + zeros);
    }

    @Override
    public String toString() {
        return "%,d bytes at paddr 0x%x, vaddr 0x%x, then %,d of zeros"
                .formatted(bytes, paddr, vaddr, zeros);
    }
}
