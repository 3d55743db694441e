package io.xenarium.machine.code;

/// A segment descriptor and what the manual lets be done with it in long mode, put down sentence by
/// sentence (Intel SDM vol. 2, "MOV", "RET", "IRET", "VERR/VERW", "LAR", "LSL"; vol. 3, tables 3-1
/// and 3-2): the specification that the processor is tested against.
///
/// @param access type, S, DPL, P: bits 40 to 47
/// @param sizes L and D: bits 53 and 54
record PlainDescriptor(int access, int sizes) {
    static final long BASE = 0x0123_4567L;
    static final int LIMIT = 0x6_789a;

    long bits() {
        return LIMIT & 0xffff
                | (BASE & 0xff_ffff) << 16
                | (long) access << 40
                | (long) (LIMIT >> 16) << 48
                | (long) sizes << 53
                | (BASE >> 24) << 56;
    }

    private int type() {
        return access & 15;
    }

    private boolean isSystem() {
        return (access & 16) == 0;
    }

    private boolean isCode() {
        return !isSystem() && type() >= 8;
    }

    private boolean isWritableData() {
        return !isSystem() && type() < 8 && type() % 4 >= 2;
    }

    private boolean isReadable() {
        return !isSystem() && (type() < 8 || type() % 4 >= 2);
    }

    private boolean isConforming() {
        return isCode() && type() >= 12;
    }

    private int dpl() {
        return access >> 5 & 3;
    }

    private boolean isPresent() {
        return access >= 128;
    }

    private static String fault(int vector, int selector) {
        return "#%d(%x)".formatted(vector, selector & ~3);
    }

    /// How a load into ds, es, fs or gs ends.
    String asData(int selector, int cpl) {
        int rpl = selector & 3;
        if (!isReadable()) {
            return fault(13, selector);
        }
        if (!isConforming() && (rpl > dpl() || cpl > dpl())) {
            return fault(13, selector);
        }
        return isPresent() ? "done" : fault(11, selector);
    }

    /// How a load into ss for code of privilege `cpl` ends.
    String asStack(int selector, int cpl) {
        int rpl = selector & 3;
        if (rpl != cpl || !isWritableData() || dpl() != cpl) {
            return fault(13, selector);
        }
        return isPresent() ? "done" : fault(12, selector);
    }

    /// How a far return or IRET from privilege `cpl` ends, where all else is right.
    String asReturn(int selector, int cpl) {
        int rpl = selector & 3;
        if (!isCode() || rpl < cpl) {
            return fault(13, selector);
        }
        if (isConforming() && dpl() > rpl) {
            return fault(13, selector);
        }
        if (!isConforming() && dpl() != rpl) {
            return fault(13, selector);
        }
        if (sizes == 3) {
            return fault(13, selector);
        }
        return isPresent() ? "done" : fault(11, selector);
    }

    /// What VERR (e0), VERW (e8), LAR and LSL answer, by the last bytes of their encoding.
    String answer(int question, int selector, int cpl) {
        int rpl = selector & 3;
        boolean isPrivileged = cpl > dpl() || rpl > dpl();
        if (isPrivileged && !isConforming() || isPrivileged && question == 0x00e8) {
            return "no";
        }
        int type = type();
        return switch (question >> 8) {
            case 0x00 -> {
                boolean isYes = question == 0x00e0 ? isReadable() : isWritableData();
                yield isYes ? "yes ffffffffffffffff" : "no";
            }
            case 0x02 -> {
                boolean isYes = !isSystem() || type == 2 || type == 9 || type == 11 || type == 12;
                yield isYes ? "yes %x".formatted(bits() >>> 32 & 0x00f0_ff00) : "no";
            }
            default -> {
                boolean isYes = !isSystem() || type == 2 || type == 9 || type == 11;
                yield isYes ? "yes %x".formatted(LIMIT) : "no";
            }
        };
    }
}
