package io.xenarium.machine.code;

/// What registers and conditions are called.
final class RegisterSpelling {
    private static final String[] LEGACY = {"ax", "cx", "dx", "bx", "sp", "bp", "si", "di"};
    private static final String[] LOW = {"al", "cl", "dl", "bl", "spl", "bpl", "sil", "dil"};
    private static final String[] HIGH = {"ah", "ch", "dh", "bh"};
    private static final String[] SEGMENT = {"es", "cs", "ss", "ds", "fs", "gs", "?", "?"};
    private static final String[] CONDITION = {
        "o", "no", "b", "ae", "e", "ne", "be", "a", "s", "ns", "p", "np", "l", "ge", "le", "g"
    };

    private RegisterSpelling() {}

    /// The name of a register, as `eax` or `st(1)`. Control and debug registers are `cr0`, `dr0`.
    static String of(Operand.Register register) {
        int number = register.number();
        return switch (register.bank()) {
            case GPR -> general(number, register.bytes());
            case GPR_HIGH -> HIGH[number];
            case SEGMENT -> segment(number);
            case CONTROL -> "cr" + number;
            case DEBUG -> "dr" + number;
            case X87 -> "st(" + number + ")";
            case MMX -> "mm" + number;
            case XMM -> "xmm" + number;
        };
    }

    /// The name of a general register used `bytes` wide, or of the instruction pointer.
    static String general(int number, int bytes) {
        if (number == Operand.RIP) {
            return bytes == 4 ? "eip" : "rip";
        }
        if (number >= 8) {
            String suffix = bytes == 1 ? "b" : bytes == 2 ? "w" : bytes == 4 ? "d" : "";
            return "r" + number + suffix;
        }
        return switch (bytes) {
            case 1 -> LOW[number];
            case 2 -> LEGACY[number];
            case 4 -> "e" + LEGACY[number];
            default -> "r" + LEGACY[number];
        };
    }

    static String segment(int number) {
        return SEGMENT[number];
    }

    static String condition(int encoding) {
        return CONDITION[encoding];
    }
}
