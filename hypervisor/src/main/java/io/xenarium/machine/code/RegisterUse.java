package io.xenarium.machine.code;

import io.xenarium.machine.cpu.Registers;

/// Which general registers an instruction may read or write, as a set of bits.
final class RegisterUse {
    private static final int RAX = 1 << Registers.RAX;
    private static final int RCX = 1 << Registers.RCX;
    private static final int RDX = 1 << Registers.RDX;
    private static final int RBX = 1 << Registers.RBX;
    private static final int RSP = 1 << Registers.RSP;
    private static final int RBP = 1 << Registers.RBP;
    private static final int RSI = 1 << Registers.RSI;
    private static final int RDI = 1 << Registers.RDI;
    private static final int ALL = 0xffff;

    private RegisterUse() {}

    static int of(Step s) {
        int address = general(s.base) | general(s.index);
        return address
                | operand(s.kind0, s.number0)
                | operand(s.kind1, s.number1)
                | operand(s.kind2, s.number2)
                | implied(s);
    }

    private static int general(int number) {
        return number >= 0 && number < 16 ? 1 << number : 0;
    }

    private static int operand(int kind, int number) {
        return switch (kind) {
            case Step.R64, Step.R32, Step.R16, Step.R8, Step.HIGH -> 1 << number;
            default -> 0;
        };
    }

    private static int implied(Step s) {
        return switch (s.op) {
            case PUSH, POP, CALL, RET, PUSHF -> RSP;
            case LEAVE, ENTER -> RSP | RBP;
            case MOVS, STOS, LODS, SCAS, CMPS -> RSI | RDI | RCX | RAX;
            case MUL, IMUL, DIV, IDIV, CBW, CWD -> RAX | RDX;
            case CMPXCHG, LAHF, SAHF -> RAX;
            case CMPXCHG8B, CMPXCHG16B -> RAX | RDX | RCX | RBX;
            case XLAT -> RAX | RBX;
            case RDTSC -> RAX | RDX;
            case CPUID, RDTSCP -> RAX | RBX | RCX | RDX;
            case LFENCE, MFENCE, SFENCE, PAUSE, CLC, STC, CMC, CLD, STD -> 0;
            default -> impliedByGroup(s);
        };
    }

    private static int impliedByGroup(Step s) {
        return switch (s.form) {
            case Form.INTEGER, Form.BIT -> 0;
            case Form.SHIFT -> RCX;
            case Form.VECTOR -> RDI | RAX | RCX | RDX;
            case Form.X87 -> RAX;
            default -> s.form >= Form.FIRST_OWN ? 0 : ALL;
        };
    }
}
