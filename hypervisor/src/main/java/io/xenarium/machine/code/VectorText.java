package io.xenarium.machine.code;

import io.xenarium.machine.cpu.Registers;

/// The text instructions of SSE4.2, PCMPESTRI and its kin (Intel SDM vol. 2, 4.1).
///
/// Both operands are rows of characters, of bytes or words, with or without a sign. Where a row
/// ends is said by its first zero character or by a length in a register. The constant says how the
/// rows are compared; the outcome is a bit for each character of the second row.
final class VectorText {
    private static final int WORDS = 1;
    private static final int SIGNED = 2;
    private static final int NEGATED = 1 << 4;
    private static final int ONLY_VALID = 1 << 5;
    private static final int FROM_TOP = 1 << 6;

    /// How two rows are compared: whether a character is one of a set, within one of some ranges,
    /// the same as that at its place, or the begin of the other row.
    private static final int ANY = 0;

    private static final int RANGES = 1;
    private static final int EACH = 2;

    private final Core core;
    private final Vectors vectors;

    /// The rows, how many characters of each count, and how many there can be.
    private long[] first;

    private long[] second;
    private int firstLength;
    private int secondLength;
    private int count;

    VectorText(Core core, Vectors vectors) {
        this.core = core;
        this.vectors = vectors;
    }

    /// Executes `s`, or returns false if it is none of ours.
    boolean execute(Step s) {
        switch (s.op) {
            case PCMPISTRI, PCMPISTRM -> compare(s, false);
            case PCMPESTRI, PCMPESTRM -> compare(s, true);
            default -> {
                return false;
            }
        }
        return true;
    }

    private void compare(Step s, boolean isExplicit) {
        int control = (int) s.immediate;
        count = (control & WORDS) != 0 ? 8 : 16;
        vectors.readSecondUnaligned(s);
        second = characters(control);
        vectors.readFirst(s);
        first = characters(control);
        firstLength = isExplicit ? length(s, Registers.RAX) : length(first);
        secondLength = isExplicit ? length(s, Registers.RDX) : length(second);
        int bits = 0;
        for (int j = 0; j < count; j++) {
            bits |= matches(control >> 2 & 3, j) ? 1 << j : 0;
        }
        bits = polarized(bits, control);
        int set =
                (bits != 0 ? Flags.CF : 0)
                        | (secondLength < count ? Flags.ZF : 0)
                        | (firstLength < count ? Flags.SF : 0)
                        | ((bits & 1) != 0 ? Flags.OF : 0);
        if (s.op == Op.PCMPISTRI || s.op == Op.PCMPESTRI) {
            core.gpr[Registers.RCX] = index(bits, control);
        } else {
            putMask(bits, control);
        }
        core.flags.set(core.flags.get() & ~Flags.ARITHMETIC | set);
    }

    private long[] characters(int control) {
        int bits = 128 / count;
        long[] row = Vectors.elements(vectors.low, vectors.high, bits);
        if ((control & SIGNED) == 0) {
            for (int i = 0; i < count; i++) {
                row[i] &= (1L << bits) - 1;
            }
        }
        return row;
    }

    private int length(long[] row) {
        int length = 0;
        while (length < count && row[length] != 0) {
            length++;
        }
        return length;
    }

    /// The length in a register: its absolute value, at most a whole row.
    private int length(Step s, int register) {
        long value = core.gpr[register];
        long given = s.has(Instruction.REX_W) ? value : (int) value;
        boolean isAll = given >= count || given <= -count;
        return isAll ? count : (int) Math.abs(given);
    }

    /// Whether the character at `j` of the second row is what is looked for.
    private boolean matches(int how, int j) {
        return switch (how) {
            case ANY -> j < secondLength && isAny(second[j]);
            case RANGES -> j < secondLength && isInRange(second[j]);
            case EACH ->
                    j < firstLength && j < secondLength
                            ? first[j] == second[j]
                            : j >= firstLength && j >= secondLength;
            default -> begins(j);
        };
    }

    private boolean isAny(long character) {
        boolean found = false;
        for (int i = 0; i < firstLength; i++) {
            found |= first[i] == character;
        }
        return found;
    }

    private boolean isInRange(long character) {
        boolean found = false;
        for (int i = 0; i + 1 < firstLength; i += 2) {
            found |= first[i] <= character && character <= first[i + 1];
        }
        return found;
    }

    /// Whether the first row stands at `j` of the second, or as much of it as there is room for.
    private boolean begins(int j) {
        for (int i = 0; i < firstLength && j + i < count; i++) {
            if (j + i >= secondLength || first[i] != second[j + i]) {
                return false;
            }
        }
        return true;
    }

    private int polarized(int bits, int control) {
        if ((control & NEGATED) == 0) {
            return bits;
        }
        int flipped = (control & ONLY_VALID) != 0 ? secondLength : count;
        return bits ^ (1 << flipped) - 1;
    }

    private long index(int bits, int control) {
        if (bits == 0) {
            return count;
        }
        return (control & FROM_TOP) != 0
                ? 31 - Integer.numberOfLeadingZeros(bits)
                : Integer.numberOfTrailingZeros(bits);
    }

    /// Puts the bits into xmm0, each as itself or as all bits of a character.
    private void putMask(int bits, int control) {
        long low = bits;
        long high = 0;
        if ((control & FROM_TOP) != 0) {
            int width = 128 / count;
            low = 0;
            for (int i = 0; i < count / 2; i++) {
                low |= Vectors.place(-(bits >> i & 1), i, width);
                high |= Vectors.place(-(bits >> i + count / 2 & 1), i, width);
            }
        }
        core.registers.xmm[0] = low;
        core.registers.xmm[1] = high;
    }
}
