package io.xenarium.machine.code;

/// Whose flags are seen by anyone: by an instruction that reads them, or by a guest whose next
/// instruction faults.
final class FlagUse {
    private FlagUse() {}

    /// For each instruction of a part whether the flags that it leaves may be looked at.
    static boolean[] seen(RegionPart part) {
        boolean[] seen = new boolean[part.count];
        boolean isSeen = true;
        for (int i = part.count - 1; i >= 0; i--) {
            Step s = part.step(i);
            seen[i] = isSeen;
            if (!isQuiet(s)) {
                isSeen = true;
            } else if (replacesAll(s)) {
                isSeen = false;
            }
        }
        return seen;
    }

    /// Whether the instruction neither reads flags nor may fault.
    private static boolean isQuiet(Step s) {
        if (!StepCode.isSimple(s) || s.memoryBytes > 0) {
            return false;
        }
        return switch (s.op) {
            case NOP, ENDBR64, MOV, MOVZX, MOVSX, MOVSXD, LEA, CBW, CWD, NOT -> true;
            default -> replacesAll(s);
        };
    }

    private static boolean replacesAll(Step s) {
        return switch (s.op) {
            case ADD, SUB, AND, OR, XOR, CMP, TEST, NEG -> true;
            case SHL, SHR, SAR -> s.hasPlainCount();
            default -> false;
        };
    }
}
