package io.xenarium.machine.code;

import java.util.ArrayList;
import java.util.List;

/// Where a block may go on, and which of its instructions can be part of a region.
final class BlockEnd {
    private BlockEnd() {}

    /// The known addresses at which execution may go on behind `part`, from the region's base; the
    /// likeliest is not known to be first.
    static List<Long> targets(RegionPart part) {
        List<Long> targets = new ArrayList<>();
        if (!part.isWhole()) {
            return targets;
        }
        Step last = part.last();
        long behind = part.behind(part.count - 1);
        boolean isDirect = last.kind0 == Step.IMMEDIATE;
        switch (last.op) {
            case JMP, CALL -> {
                if (isDirect) {
                    targets.add(behind + last.immediate);
                } else {
                    for (long target : part.seenTargets) {
                        targets.add(part.at + target);
                    }
                }
            }
            case JCC -> {
                targets.add(behind);
                targets.add(behind + last.immediate);
            }
            case RET -> {}
            default -> targets.add(behind);
        }
        return targets;
    }

    /// How many of a block's instructions a region can execute: all, or those before the first that
    /// may change how the processor works, or leave it.
    static int translatable(Step[] steps) {
        for (int i = 0; i < steps.length; i++) {
            if (!isTranslatable(steps[i])) {
                return i;
            }
        }
        return steps.length;
    }

    private static boolean isTranslatable(Step s) {
        return switch (s.form) {
            case Form.UNDEFINED, Form.TOO_LONG, Form.SEGMENT -> false;
            case Form.CONTROL -> isTransfer(s);
            case Form.SYSTEM -> !Form.endsBlock(s);
            default -> true;
        };
    }

    private static boolean isTransfer(Step s) {
        return switch (s.op) {
            case PUSH, POP, LEAVE, ENTER, PUSHA, POPA -> true;
            case JMP, CALL, RET -> s.bytes == 8;
            default -> false;
        };
    }
}
