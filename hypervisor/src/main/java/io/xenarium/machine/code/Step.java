package io.xenarium.machine.code;

import io.xenarium.machine.cpu.Registers;

import java.util.Arrays;

/// An [Instruction] lowered into what the interpreter executes: operands as plain numbers, sizes as
/// masks and shifts, and where it stands in its block. Made once, executed often.
final class Step {
    /// Where an operand is: nowhere.
    static final int NONE = 0;

    /// A general register, all 64 bits.
    static final int R64 = 1;

    /// The low 32 bits of a general register; a store clears the upper half.
    static final int R32 = 2;

    static final int R16 = 3;
    static final int R8 = 4;

    /// ah, ch, dh, bh: bits 8 to 15 of register 0 to 3.
    static final int HIGH = 5;

    static final int MEMORY = 6;
    static final int IMMEDIATE = 7;
    static final int SEGMENT = 8;
    static final int CONTROL = 9;
    static final int DEBUG = 10;
    static final int X87 = 11;
    static final int MMX = 12;
    static final int XMM = 13;

    /// How an address is computed: [#displacement] alone.
    static final int ABSOLUTE = 0;

    /// Base + displacement.
    static final int BASE = 1;

    /// Base + index · scale + displacement.
    static final int BASE_INDEX = 2;

    /// Index · scale + displacement.
    static final int INDEX = 3;

    /// The next instruction's address + displacement.
    static final int NEXT = 4;

    /// Any of these, then cut to 16 or 32 bits or put on a segment's base.
    static final int SEGMENTED = 5;

    /// More targets than that are not remembered.
    private static final int TARGETS_MAX = 32;

    private static final long[] NO_TARGETS = {};

    final Op op;

    /// Which way the interpreter's loop takes: one of [Form].
    final int form;

    final int condition;
    final int marks;

    /// The operand size in bytes, 64 less its bits, and a mask of its bits.
    final int bytes;

    final int shift;
    final long mask;
    final int addressBytes;

    final int kind0;
    final int number0;
    final int kind1;
    final int number1;
    final int kind2;
    final int number2;

    /// Bytes of the first and the second operand, where they differ from [#bytes].
    final int bytes0;

    final int bytes1;
    final int operandCount;

    /// The constant operand; for a branch the distance from the next instruction; for a far branch
    /// the offset, with the selector in [#number0].
    final long immediate;

    /// A mask of the second operand's bits.
    final long sourceMask;

    /// For a shift by a constant: by how much.
    final int count;

    /// How [#base], [#index] and [#displacement] make an address.
    final int address;

    final int base;
    final int index;
    final int scale;
    final long displacement;
    final int segment;

    /// The address forms of a segmented address, before cut and base.
    final boolean isFromNext;

    final int memoryBytes;

    /// What an x87 instruction leaves in FOP: the low bits of its opcode, and its ModRM byte.
    final int unitOpcode;

    /// The segment that a string instruction reads through rsi.
    final int stringSegment;

    /// Where the instruction begins and where the next does, in bytes from the block's begin.
    final int start;

    final int next;

    /// Who executes it where the form is [Form#LENT], else null.
    final Microcode.Routine routine;

    /// Where an indirect branch has led to so far, from the block's begin.
    private long[] targets = NO_TARGETS;

    Step(Instruction instruction, Mode mode, int start) {
        this(instruction, mode, start, null);
    }

    /// A step of somebody else's.
    Step(Microcode.Routine routine, int start) {
        this(Decoder.lent(routine.length()), Mode.LONG, start, routine);
    }

    private Step(Instruction instruction, Mode mode, int start, Microcode.Routine routine) {
        this.routine = routine;
        op = instruction.op();
        condition = instruction.condition();
        marks = instruction.marks();
        bytes = instruction.operandBytes();
        shift = 64 - 8 * Math.min(bytes, 8);
        mask = -1L >>> shift;
        addressBytes = instruction.addressBytes();
        operandCount = instruction.operands().size();
        kind0 = kind(instruction, 0);
        number0 = number(instruction, 0);
        bytes0 = bytes(instruction, 0);
        kind1 = kind(instruction, 1);
        number1 = number(instruction, 1);
        bytes1 = bytes(instruction, 1);
        kind2 = kind(instruction, 2);
        number2 = number(instruction, 2);
        immediate = constant(instruction);
        Operand.Memory place = place(instruction);
        base = place.base();
        index = place.index();
        scale = Integer.numberOfTrailingZeros(place.scale());
        displacement = place.displacement();
        segment = place.segment();
        memoryBytes = place.bytes();
        stringSegment = stringSegment(instruction);
        unitOpcode = (instruction.row().key().opcode() & 7) << 8 | instruction.modrm();
        isFromNext = base == Operand.RIP;
        address = addressForm(place, mode, addressBytes);
        this.start = start;
        next = start + instruction.length();
        sourceMask = mask & (bytes1 == 0 || bytes1 >= 8 ? -1L : (1L << 8 * bytes1) - 1);
        count = (int) immediate & (bytes == 8 ? 63 : 31);
        form = routine == null ? Form.of(this, mode) : Form.LENT;
    }

    /// The targets that were seen of an indirect branch, from the block's begin.
    long[] targets() {
        return targets;
    }

    /// Notes where an indirect branch leads to.
    void sees(long target) {
        for (long known : targets) {
            if (known == target) {
                return;
            }
        }
        if (targets.length < TARGETS_MAX) {
            targets = Arrays.copyOf(targets, targets.length + 1);
            targets[targets.length - 1] = target;
        }
    }

    boolean has(int prefix) {
        return (marks & prefix) != 0;
    }

    /// Whether a shift is by a constant other than 0.
    boolean hasPlainCount() {
        return kind1 == IMMEDIATE && count != 0;
    }

    /// The segment of the memory operand, or −1.
    int memorySegment() {
        return kind0 == MEMORY || kind1 == MEMORY ? segment : -1;
    }

    private static int addressForm(Operand.Memory place, Mode mode, int addressBytes) {
        boolean isFlat = mode == Mode.LONG && place.segment() < Registers.FS;
        if (!isFlat || addressBytes != 8) {
            return SEGMENTED;
        }
        if (place.base() == Operand.RIP) {
            return NEXT;
        }
        boolean hasBase = place.base() != Operand.NONE;
        boolean hasIndex = place.index() != Operand.NONE;
        if (hasBase) {
            return hasIndex ? BASE_INDEX : BASE;
        }
        return hasIndex ? INDEX : ABSOLUTE;
    }

    private static int kind(Instruction instruction, int which) {
        if (which >= instruction.operands().size()) {
            return NONE;
        }
        return switch (instruction.operand(which)) {
            case Operand.Register r -> kind(r);
            case Operand.Memory m -> MEMORY;
            case Operand.Immediate i -> IMMEDIATE;
            case Operand.Relative r -> IMMEDIATE;
            case Operand.Far f -> IMMEDIATE;
        };
    }

    private static int kind(Operand.Register register) {
        return switch (register.bank()) {
            case GPR ->
                    switch (register.bytes()) {
                        case 1 -> R8;
                        case 2 -> R16;
                        case 4 -> R32;
                        default -> R64;
                    };
            case GPR_HIGH -> HIGH;
            case SEGMENT -> SEGMENT;
            case CONTROL -> CONTROL;
            case DEBUG -> DEBUG;
            case X87 -> X87;
            case MMX -> MMX;
            case XMM -> XMM;
        };
    }

    private static int number(Instruction instruction, int which) {
        if (which >= instruction.operands().size()) {
            return 0;
        }
        return switch (instruction.operand(which)) {
            case Operand.Register r -> r.number();
            case Operand.Far f -> f.selector();
            case Operand.Memory m -> 0;
            case Operand.Immediate i -> 0;
            case Operand.Relative r -> 0;
        };
    }

    private static int bytes(Instruction instruction, int which) {
        if (which >= instruction.operands().size()) {
            return 0;
        }
        return switch (instruction.operand(which)) {
            case Operand.Register r -> r.bytes();
            case Operand.Memory m -> m.bytes();
            case Operand.Immediate i -> i.bytes();
            case Operand.Relative r -> 0;
            case Operand.Far f -> 0;
        };
    }

    /// The last constant operand. Only ENTER has two; its first is the displacement of no memory
    /// operand, see [#place].
    private static long constant(Instruction instruction) {
        long value = 0;
        for (Operand operand : instruction.operands()) {
            switch (operand) {
                case Operand.Immediate i -> value = i.value();
                case Operand.Relative r -> value = r.offset();
                case Operand.Far f -> value = f.offset();
                case Operand.Register r -> {}
                case Operand.Memory m -> {}
            }
        }
        return value;
    }

    private static int stringSegment(Instruction instruction) {
        for (Operand operand : instruction.operands()) {
            if (operand instanceof Operand.Memory memory && memory.base() == Registers.RSI) {
                return memory.segment();
            }
        }
        return Registers.DS;
    }

    private static Operand.Memory place(Instruction instruction) {
        for (Operand operand : instruction.operands()) {
            if (operand instanceof Operand.Memory memory) {
                return memory;
            }
        }
        boolean isEnter = instruction.op() == Op.ENTER;
        long first = isEnter ? ((Operand.Immediate) instruction.operand(0)).value() : 0;
        return new Operand.Memory(Registers.DS, Operand.NONE, Operand.NONE, 1, first, 0);
    }
}
