package io.xenarium.machine.code;

/// The ways through the interpreter's loop: the commonest instructions on 32 and 64-bit registers
/// have one of their own, all others go to a class of operations.
final class Form {
    /// Not an instruction: #UD.
    static final int UNDEFINED = 0;

    /// More than 15 bytes: #GP(0).
    static final int TOO_LONG = 1;

    // The classes of operations.
    static final int INTEGER = 2;
    static final int SHIFT = 3;
    static final int MULTIPLY = 4;
    static final int BIT = 5;
    static final int STRING = 6;
    static final int CONTROL = 7;
    static final int SEGMENT = 8;
    static final int SYSTEM = 9;
    static final int DECIMAL = 10;
    static final int X87 = 11;
    static final int VECTOR = 12;

    /// Decoded and executed by [Microcode].
    static final int LENT = 13;

    /// The first of the forms that the loop executes by itself.
    static final int FIRST_OWN = 16;

    static final int NOTHING = 16;
    static final int MOVE_REGISTER = 17;
    static final int MOVE_CONSTANT = 18;
    static final int MOVE_SIGNED = 19;
    static final int LOAD_64 = 20;

    /// Loads of fewer bytes clear the rest of the register.
    static final int LOAD_32 = 21;

    static final int LOAD_16 = 22;
    static final int LOAD_8 = 23;
    static final int STORE_64 = 24;
    static final int STORE_32 = 25;
    static final int STORE_8 = 26;
    static final int STORE_CONSTANT = 27;
    static final int LOAD_ADDRESS = 28;

    /// Operations with a register as destination and a register, a constant or memory as source:
    /// the operation's number plus one of [#FROM_REGISTER], [#FROM_CONSTANT], [#FROM_MEMORY].
    static final int ADD = 29;

    static final int SUBTRACT = 32;
    static final int COMPARE = 35;
    static final int AND = 38;
    static final int OR = 41;
    static final int XOR = 44;
    static final int TEST = 47;
    static final int FROM_REGISTER = 0;
    static final int FROM_CONSTANT = 1;
    static final int FROM_MEMORY = 2;

    static final int COMPARE_MEMORY = 50;
    static final int INCREMENT = 51;
    static final int DECREMENT = 52;
    static final int SHIFT_LEFT = 53;
    static final int SHIFT_RIGHT = 54;

    // The stack and branches, in 64-bit code.
    static final int PUSH = 55;
    static final int POP = 56;
    static final int CALL = 57;
    static final int RETURN = 58;
    static final int JUMP = 59;

    /// Branches on the commonest conditions: this plus the condition.
    static final int JUMP_IF = 60;

    static final int BELOW = 2;
    static final int NOT_BELOW = 3;
    static final int ZERO = 4;
    static final int NOT_ZERO = 5;
    static final int LESS = 12;
    static final int NOT_LESS = 13;

    /// A branch on any other condition.
    static final int JUMP_IF_ANY = 76;

    private Form() {}

    /// Whether a step of this form leaves the address of the next instruction in rip itself.
    static boolean setsRip(int form) {
        return form < FIRST_OWN || form >= CALL;
    }

    /// Whether a step of this form accesses the stack and no other memory.
    static boolean usesStack(int form) {
        return form >= PUSH && form <= RETURN;
    }

    /// Whether a block ends with `s`: it may go elsewhere, change how code is read, or stop.
    static boolean endsBlock(Step s) {
        return switch (s.form) {
            case UNDEFINED, TOO_LONG, CONTROL, SEGMENT, LENT ->
                    s.op != Op.PUSH && s.op != Op.POP && s.op != Op.LEAVE;
            case STRING -> s.has(Instruction.REP) || s.has(Instruction.REPNE);
            case SYSTEM -> !isHarmless(s.op);
            default -> s.form >= CALL;
        };
    }

    private static boolean isHarmless(Op op) {
        return switch (op) {
            case CPUID, RDTSC, RDTSCP, PUSHF, LFENCE, MFENCE, SFENCE, PAUSE -> true;
            default -> false;
        };
    }

    static int of(Step s, Mode mode) {
        if (s.has(Instruction.UNDEFINED)) {
            return UNDEFINED;
        }
        int own = own(s, mode == Mode.LONG);
        return own != UNDEFINED ? own : group(s);
    }

    /// The loop's own form for `s`, or [#UNDEFINED].
    private static int own(Step s, boolean isLong) {
        boolean isWide = s.kind0 == Step.R64 || s.kind0 == Step.R32;
        return switch (s.op) {
            // Hints of later processors do nothing.
            case NOP, ENDBR64, ENDBR32, CLDEMOTE, RDSSP -> NOTHING;
            case MOV, MOVZX -> move(s, isWide);
            case MOVSX, MOVSXD -> isWide ? MOVE_SIGNED : UNDEFINED;
            case LEA -> isWide ? LOAD_ADDRESS : UNDEFINED;
            case ADD -> operation(ADD, s, isWide);
            case SUB -> operation(SUBTRACT, s, isWide);
            case CMP -> compare(s, isWide);
            case AND -> operation(AND, s, isWide);
            case OR -> operation(OR, s, isWide);
            case XOR -> operation(XOR, s, isWide);
            case TEST -> operation(TEST, s, isWide);
            case INC -> isWide ? INCREMENT : UNDEFINED;
            case DEC -> isWide ? DECREMENT : UNDEFINED;
            case SHL -> isWide && s.hasPlainCount() ? SHIFT_LEFT : UNDEFINED;
            case SHR -> isWide && s.hasPlainCount() ? SHIFT_RIGHT : UNDEFINED;
            default -> isLong ? transfer(s) : UNDEFINED;
        };
    }

    private static int move(Step s, boolean isWide) {
        if (s.kind0 == Step.MEMORY) {
            return switch (s.kind1) {
                case Step.R64 -> STORE_64;
                case Step.R32 -> STORE_32;
                case Step.R8 -> STORE_8;
                case Step.IMMEDIATE -> STORE_CONSTANT;
                default -> UNDEFINED;
            };
        }
        if (!isWide) {
            return UNDEFINED;
        }
        return switch (s.kind1) {
            case Step.R64, Step.R32, Step.R16, Step.R8 -> MOVE_REGISTER;
            case Step.IMMEDIATE -> MOVE_CONSTANT;
            case Step.MEMORY -> load(s.memoryBytes);
            default -> UNDEFINED;
        };
    }

    private static int load(int bytes) {
        return switch (bytes) {
            case 1 -> LOAD_8;
            case 2 -> LOAD_16;
            case 4 -> LOAD_32;
            default -> LOAD_64;
        };
    }

    private static int operation(int operation, Step s, boolean isWide) {
        if (!isWide) {
            return UNDEFINED;
        }
        return switch (s.kind1) {
            case Step.R64, Step.R32 -> operation + FROM_REGISTER;
            case Step.IMMEDIATE -> operation + FROM_CONSTANT;
            case Step.MEMORY -> operation + FROM_MEMORY;
            default -> UNDEFINED;
        };
    }

    private static int compare(Step s, boolean isWide) {
        return s.kind0 == Step.MEMORY ? COMPARE_MEMORY : operation(COMPARE, s, isWide);
    }

    private static int transfer(Step s) {
        return switch (s.op) {
            case PUSH -> s.kind0 == Step.R64 ? PUSH : UNDEFINED;
            case POP -> s.kind0 == Step.R64 ? POP : UNDEFINED;
            case CALL -> s.kind0 == Step.IMMEDIATE && s.bytes == 8 ? CALL : UNDEFINED;
            case RET -> s.operandCount == 0 && s.bytes == 8 ? RETURN : UNDEFINED;
            case JMP -> s.kind0 == Step.IMMEDIATE ? JUMP : UNDEFINED;
            case JCC -> isCommon(s.condition) ? JUMP_IF + s.condition : JUMP_IF_ANY;
            default -> UNDEFINED;
        };
    }

    private static boolean isCommon(int condition) {
        return switch (condition) {
            case BELOW, NOT_BELOW, ZERO, NOT_ZERO, LESS, NOT_LESS -> true;
            default -> false;
        };
    }

    private static int group(Step s) {
        boolean isSegment = s.kind0 == Step.SEGMENT || s.kind1 == Step.SEGMENT;
        boolean isSystem =
                s.kind0 == Step.CONTROL
                        || s.kind1 == Step.CONTROL
                        || s.kind0 == Step.DEBUG
                        || s.kind1 == Step.DEBUG;
        return switch (s.op) {
            case TOO_LONG -> TOO_LONG;
            case MOV -> isSegment ? SEGMENT : isSystem ? SYSTEM : INTEGER;
            case PUSH, POP -> isSegment ? SEGMENT : CONTROL;
            case ADD, ADC, SUB, SBB, CMP, AND, OR, XOR, TEST, INC, DEC, NEG, NOT -> INTEGER;
            case MOVZX, MOVNTI, MOVSX, MOVSXD, LEA, XCHG, XADD, BSWAP, MOVBE -> INTEGER;
            case CMPXCHG, CMPXCHG8B, CMPXCHG16B, CBW, CWD, SETCC, CMOVCC, XLAT -> INTEGER;
            case LAHF, SAHF, CLC, STC, CMC, CLD, STD -> INTEGER;
            case SHL, SHR, SAR, ROL, ROR, RCL, RCR, SHLD, SHRD -> SHIFT;
            case MUL, IMUL, DIV, IDIV -> MULTIPLY;
            case BT, BTS, BTR, BTC, BSF, BSR, POPCNT, TZCNT, LZCNT, CRC32 -> BIT;
            case MOVS, STOS, LODS, SCAS, CMPS -> STRING;
            case JMP, CALL, RET, JCC, JCXZ, LOOP, LOOPE, LOOPNE -> CONTROL;
            case PUSHA, POPA, ENTER, LEAVE -> CONTROL;
            case LES, LDS, LSS, LFS, LGS, JMPF, CALLF, RETF, IRET -> SEGMENT;
            case LAR, LSL, VERR, VERW -> SEGMENT;
            case DAA, DAS, AAA, AAS, AAM, AAD, BOUND, ARPL -> DECIMAL;
            case INVALID, TRUNCATED -> UNDEFINED;
            case FWAIT, FXSAVE, FXRSTOR -> X87;
            case LDMXCSR, STMXCSR -> VECTOR;
            default -> isX87(s.op) ? X87 : isVector(s.op) ? VECTOR : SYSTEM;
        };
    }

    /// So do those of MMX and of SSE up to SSE4.2; what came later is not offered.
    private static boolean isVector(Op op) {
        return op.compareTo(Op.EMMS) >= 0 && op.compareTo(Op.PCMPISTRI) <= 0;
    }

    /// The instructions of the x87 stand together in [Op].
    private static boolean isX87(Op op) {
        return op.compareTo(Op.FADD) >= 0 && op.compareTo(Op.FCOMIP) <= 0;
    }
}
