package io.xenarium.lab01;

import io.xenarium.parts.Processor;
import io.xenarium.terms.NotYet;
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
        // A long has 64 bits; those above the operand's size must be 0 in the answer.
        throw new NotYet(
                "01.1",
                "execAlu(): the result of the operation, cut to what.bytes() bytes; "
                        + "ADC and SBB take the carry in; CMP is a subtraction, TEST an AND");
    }

    /// The bits of an operand of 2, 4 or 8 bytes.
    private static long mask(int bytes) {
        return -1L >>> 64 - 8 * bytes;
    }

    @Override
    public long updateFlags(Calculation what, long result, long before) {
        throw new NotYet(
                "01.2",
                "updateFlags(): ZF, SF and PF tell of the result; CF, AF and OF come "
                        + "from carries(); INC and DEC leave CF as it was; all other bits stay "
                        + "as they were");
    }

    /// CF, AF and OF: how an operation went over the ends of its operand.
    private static long carries(Calculation what, long result) {
        // The operands and the result tell it all, one bit at a time: no wider type is needed.
        throw new NotYet(
                "01.2",
                "carries(): none for AND, OR, XOR and TEST; else CF is the carry (or "
                        + "borrow) out of the highest bit, AF that out of bit 3, OF is set "
                        + "where the sign is wrong");
    }

    /// Whether the highest bit of an operand is set.
    private static boolean isNegative(long value, int bytes) {
        return (value >>> 8 * bytes - 1 & 1) != 0;
    }

    @Override
    public boolean holds(int condition, long rflags) {
        // From 0 to 15: o no, b ae, e ne, be a, s ns, p np, l ge, le g.
        throw new NotYet(
                "01.2",
                "holds(): the upper three bits of the condition choose one of eight "
                        + "questions, the lowest turns the answer round");
    }

    @Override
    public Vaddr effectiveAddress(Operand.Memory place) {
        throw new NotYet(
                "01.3",
                "effectiveAddress(): base + index · scale + displacement, of what "
                        + "there is; RIP as the base is the address of the next instruction");
    }

    @Override
    public Instruction decode(Code code) {
        return new Reading(code).instruction();
    }

    @Override
    public void execute(Instruction instruction) {
        // PUSH of rsp stores what rsp was; after POP into rsp it is what was popped.
        throw new NotYet(
                "01.5",
                "execute(): a switch over the operations; arithmetic goes to "
                        + "calculate(); first read, then write: what may fault comes before the "
                        + "first change");
    }

    private void jump(Operand offset) {
        long target = platform.rip().value() + value(offset, 8);
        platform.setRip(new Vaddr(target));
    }

    /// Arithmetic: reads the operands, computes, stores the result where it is wanted, and sets the
    /// flags last, because the store may fault.
    private void calculate(Instruction instruction) {
        throw new NotYet(
                "01.5",
                "calculate(): both operands, execAlu(), store() unless it is CMP or "
                        + "TEST, updateFlags(); a place in memory that will be written is read "
                        + "with readForWrite()");
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
        throw new NotYet(
                "01.5",
                "store(): into memory, or into a register: all 64 bits, or 32 with "
                        + "the upper half cleared, or 16 with the rest kept");
    }

    @Override
    public void raise(int vector, int error) {
        throw new NotYet(
                "01.6",
                "raise(): for a fault put rip back to where the instruction begins, "
                        + "for the traps BP and OF leave it behind; deliver, with the error "
                        + "code where there is one");
    }

    /// Makes the part. Found by `ServiceLoader`.
    public static final class Maker implements Processor.Maker {
        @Override
        public Processor make(Platform platform) {
            return new SmallProcessor(platform);
        }
    }
}
