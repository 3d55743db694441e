package io.xenarium.lab01;

import io.xenarium.parts.Processor;
import io.xenarium.terms.Vaddr;

/// A processor as the manual describes it, for the instructions that code is mostly made of.
///
/// 1. An instruction reads all that it needs, then computes, then writes: whatever can fault comes
///    before the first thing that changes.
/// 2. Nothing is remembered from one instruction to the next, but in the platform.
///
/// Easy to get wrong: a 32-bit result clears the upper half of its register, a 16-bit result leaves
/// the rest alone. Sources: Intel SDM vol. 1, 3.4.1.1 and 3.4.3; vol. 2, the pages of the
/// instructions; vol. 3, 6.5 and 6.15.
public final class SmallProcessor implements Processor {
    private static final int RSP = 4;

    private final Platform platform;

    private SmallProcessor(Platform platform) {
        this.platform = platform;
    }

    @Override
    public long execAlu(Calculation what) {
        // step: 01.1 execAlu(): the result of the operation, cut to what.bytes() bytes; ADC and SBB
        // step: take the carry in; CMP is a subtraction, TEST an AND
        // tag::lab-01-alu[]
        // ? A long has 64 bits; those above the operand's size must be 0 in the answer.
        long a = what.a();
        long b = what.b();
        int carry = what.carry() ? 1 : 0;
        long result =
                switch (what.operation()) {
                    case ADD -> a + b;
                    case ADC -> a + b + carry;
                    case SUB, CMP -> a - b;
                    case SBB -> a - b - carry;
                    case AND, TEST -> a & b;
                    case OR -> a | b;
                    case XOR -> a ^ b;
                    case INC -> a + 1;
                    case DEC -> a - 1;
                    default -> 0;
                };
        return result & mask(what.bytes());
        // end::lab-01-alu[]
    }

    /// The bits of an operand of 2, 4 or 8 bytes.
    private static long mask(int bytes) {
        return -1L >>> 64 - 8 * bytes;
    }

    @Override
    public long updateFlags(Calculation what, long result, long before) {
        // step: 01.2 updateFlags(): ZF, SF and PF tell of the result; CF, AF and OF come from
        // step: carries(); INC and DEC leave CF as it was; all other bits stay as they were
        // tag::lab-01-flags[]
        boolean keepsCarry = what.operation() == Operation.INC || what.operation() == Operation.DEC;
        int changed = keepsCarry ? Rflags.ARITHMETIC & ~Rflags.CF : Rflags.ARITHMETIC;
        long flags = carries(what, result);
        if (result == 0) {
            flags |= Rflags.ZF;
        }
        if (isNegative(result, what.bytes())) {
            flags |= Rflags.SF;
        }
        if (Long.bitCount(result & 0xff) % 2 == 0) {
            flags |= Rflags.PF;
        }
        return before & ~changed | flags & changed;
        // end::lab-01-flags[]
    }

    /// CF, AF and OF: how an operation went over the ends of its operand.
    private static long carries(Calculation what, long result) {
        // step: 01.2 carries(): none for AND, OR, XOR and TEST; else CF is the carry (or borrow)
        // step: out of the highest bit, AF that out of bit 3, OF is set where the sign is wrong
        // tag::lab-01-carries[]
        // ? The operands and the result tell it all, one bit at a time: no wider type is needed.
        long a = what.a();
        long b =
                switch (what.operation()) {
                    case INC, DEC -> 1;
                    default -> what.b();
                };
        long out;
        long wrongSign;
        switch (what.operation()) {
            case ADD, ADC, INC -> {
                out = a & b | (a | b) & ~result;
                wrongSign = (a ^ result) & (b ^ result);
            }
            case SUB, SBB, CMP, DEC -> {
                out = ~a & b | (~a | b) & result;
                wrongSign = (a ^ b) & (a ^ result);
            }
            default -> {
                return 0;
            }
        }
        return (isNegative(out, what.bytes()) ? Rflags.CF : 0)
                | ((out & 8) != 0 ? Rflags.AF : 0)
                | (isNegative(wrongSign, what.bytes()) ? Rflags.OF : 0);
        // end::lab-01-carries[]
    }

    /// Whether the highest bit of an operand is set.
    private static boolean isNegative(long value, int bytes) {
        return (value >>> 8 * bytes - 1 & 1) != 0;
    }

    @Override
    public boolean holds(int condition, long rflags) {
        // step: 01.2 holds(): the upper three bits of the condition choose one of eight questions,
        // step: the lowest turns the answer round
        // tag::lab-01-holds[]
        // ? From 0 to 15: o no, b ae, e ne, be a, s ns, p np, l ge, le g.
        boolean isBelow = (rflags & Rflags.CF) != 0;
        boolean isEqual = (rflags & Rflags.ZF) != 0;
        boolean isLess = (rflags & Rflags.SF) != 0 != ((rflags & Rflags.OF) != 0);
        boolean holds =
                switch (condition >> 1) {
                    case 0 -> (rflags & Rflags.OF) != 0;
                    case 1 -> isBelow;
                    case 2 -> isEqual;
                    case 3 -> isBelow || isEqual;
                    case 4 -> (rflags & Rflags.SF) != 0;
                    case 5 -> (rflags & Rflags.PF) != 0;
                    case 6 -> isLess;
                    default -> isLess || isEqual;
                };
        return holds == ((condition & 1) == 0);
        // end::lab-01-holds[]
    }

    @Override
    public Vaddr effectiveAddress(Operand.Memory place) {
        // step: 01.3 effectiveAddress(): base + index · scale + displacement, of what there is; RIP
        // step: as the base is the address of the next instruction
        // tag::lab-01-address[]
        long address = place.displacement();
        if (place.base() == Operand.Memory.RIP) {
            address += platform.rip().value();
        } else if (place.base() != Operand.Memory.ABSENT) {
            address += platform.register(place.base());
        }
        if (place.index() != Operand.Memory.ABSENT) {
            address += platform.register(place.index()) * place.scale();
        }
        return new Vaddr(address);
        // end::lab-01-address[]
    }

    @Override
    public Instruction decode(Code code) {
        return new Reading(code).instruction();
    }

    @Override
    public void execute(Instruction instruction) {
        // step: 01.5 execute(): a switch over the operations; arithmetic goes to calculate(); first
        // step: read, then write: what may fault comes before the first change
        // tag::lab-01-execute[]
        // ? PUSH of rsp stores what rsp was; after POP into rsp it is what was popped.
        Operand source = instruction.source();
        int bytes = instruction.bytes();
        switch (instruction.operation()) {
            case MOV -> store(instruction, value(source, bytes));
            case LEA -> store(instruction, effectiveAddress((Operand.Memory) source).value());
            case PUSH -> {
                long rsp = platform.register(RSP) - bytes;
                platform.write(new Vaddr(rsp), bytes, value(source, bytes));
                platform.setRegister(RSP, rsp);
            }
            case POP -> {
                long rsp = platform.register(RSP);
                long popped = platform.read(new Vaddr(rsp), bytes);
                platform.setRegister(RSP, rsp + bytes);
                store(instruction, popped);
            }
            case JUMP -> jump(source);
            case JUMP_IF -> {
                if (holds(instruction.condition(), platform.flags())) {
                    jump(source);
                }
            }
            case BREAKPOINT -> raise(Vector.BP, 0);
            case UNDEFINED -> raise(Vector.UD, 0);
            case TOO_LONG -> raise(Vector.GP, 0);
            default -> calculate(instruction);
        }
        // end::lab-01-execute[]
    }

    private void jump(Operand offset) {
        long target = platform.rip().value() + value(offset, 8);
        platform.setRip(new Vaddr(target));
    }

    /// Arithmetic: reads the operands, computes, stores the result where it is wanted, and sets the
    /// flags last, because the store may fault.
    private void calculate(Instruction instruction) {
        // step: 01.5 calculate(): both operands, execAlu(), store() unless it is CMP or TEST,
        // step: updateFlags(); a place in memory that will be written is read with readForWrite()
        // tag::lab-01-calculate[]
        int bytes = instruction.bytes();
        Operation operation = instruction.operation();
        boolean writes = operation != Operation.CMP && operation != Operation.TEST;
        long b = value(instruction.source(), bytes);
        long a =
                writes && instruction.destination() instanceof Operand.Memory place
                        ? platform.readForWrite(effectiveAddress(place), bytes)
                        : value(instruction.destination(), bytes);
        long before = platform.flags();
        Calculation what = new Calculation(operation, bytes, a, b, (before & Rflags.CF) != 0);
        long result = execAlu(what);
        if (writes) {
            store(instruction, result);
        }
        platform.setFlags(updateFlags(what, result, before));
        // end::lab-01-calculate[]
    }

    /// The value of an operand, without bits above its size.
    private long value(Operand operand, int bytes) {
        long value =
                switch (operand) {
                    case Operand.Register register -> platform.register(register.number());
                    case Operand.Constant constant -> constant.value();
                    case Operand.Memory place -> platform.read(effectiveAddress(place), bytes);
                    case Operand.None _ -> 0;
                };
        return value & mask(bytes);
    }

    /// Puts `value` where the instruction wants it.
    private void store(Instruction instruction, long value) {
        // step: 01.5 store(): into memory, or into a register: all 64 bits, or 32 with the upper
        // step: half cleared, or 16 with the rest kept
        // tag::lab-01-store[]
        int bytes = instruction.bytes();
        switch (instruction.destination()) {
            case Operand.Memory place -> platform.write(effectiveAddress(place), bytes, value);
            case Operand.Register register -> {
                long kept = bytes == 2 ? platform.register(register.number()) & ~mask(2) : 0;
                platform.setRegister(register.number(), kept | value & mask(bytes));
            }
            default -> {}
        }
        // end::lab-01-store[]
    }

    @Override
    public void raise(int vector, int error) {
        // step: 01.6 raise(): for a fault put rip back to where the instruction begins, for the
        // step: traps BP and OF leave it behind; deliver, with the error code where there is one
        // tag::lab-01-raise[]
        boolean isTrap = vector == Vector.BP || vector == Vector.OF;
        if (!isTrap) {
            platform.setRip(platform.begin());
        }
        boolean hasError = (Vector.WITH_ERROR_CODE >>> vector & 1) != 0;
        platform.deliver(vector, hasError ? error : 0);
        // end::lab-01-raise[]
    }

    /// Makes the part. Found by `ServiceLoader`.
    public static final class Maker implements Processor.Maker {
        @Override
        public Processor make(Platform platform) {
            return new SmallProcessor(platform);
        }
    }
}
