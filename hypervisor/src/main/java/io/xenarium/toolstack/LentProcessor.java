package io.xenarium.toolstack;

import io.xenarium.machine.Memory;
import io.xenarium.machine.code.Interpreter;
import io.xenarium.machine.code.Microcode;
import io.xenarium.machine.cpu.Cpu;
import io.xenarium.machine.cpu.CpuidPolicy;
import io.xenarium.machine.cpu.Fault;
import io.xenarium.parts.Processor;
import io.xenarium.terms.Bug;
import io.xenarium.terms.Check;
import io.xenarium.terms.Vaddr;

import java.util.Optional;

/// A processor whose heart is a part: the interpreter, with the instructions that the part knows
/// decoded and executed by it.
///
/// 1. It retires the same instructions as any other processor, so a run on a right part is the same
///    run.
/// 2. A machine whose slot is the reference's has none of this.
public final class LentProcessor implements Microcode, Processor.Platform {
    private static final int RSP = 4;
    private static final int RBP = 5;

    private final State state;
    private final Processor part;
    private long faultAddress;
    private boolean isDelivered;

    private LentProcessor(State state, Processor.Maker maker) {
        this.state = state;
        part = maker.make(this);
    }

    /// A processor whose heart `maker` makes.
    public static Cpu cpu(Memory memory, CpuidPolicy cpuid, Processor.Maker maker) {
        return new Interpreter(memory, cpuid, state -> new LentProcessor(state, maker));
    }

    @Override
    public Optional<Routine> decode(Bytes bytes) {
        Code code = new Code(bytes);
        Processor.Instruction instruction = part.decode(code);
        if (instruction.operation() == Processor.Operation.OTHER) {
            return Optional.empty();
        }
        boolean isTooLong = instruction.operation() == Processor.Operation.TOO_LONG;
        int length = isTooLong ? Processor.MAX_BYTES : instruction.length();
        Check.that(
                length > 0 && length <= Processor.MAX_BYTES,
                "the processor's part decoded an instruction of %d bytes",
                length);
        return Optional.of(new Known(instruction, length));
    }

    /// An instruction that the part knows.
    private final class Known implements Routine {
        private final Processor.Instruction instruction;
        private final int length;

        Known(Processor.Instruction instruction, int length) {
            this.instruction = instruction;
            this.length = length;
        }

        @Override
        public int length() {
            return length;
        }

        @Override
        public void execute() {
            isDelivered = false;
            faultAddress = 0;
            try {
                part.execute(instruction);
            } catch (Fault fault) {
                throw fault.isPostponed() ? again(fault) : delivered(instruction, fault);
            }
        }
    }

    /// It was not an exception: the instruction is executed once more, from its begin.
    private Fault again(Fault postponed) {
        state.setRip(state.begin());
        return postponed;
    }

    /// What becomes of an access that faulted: the part raises it.
    private Fault delivered(Processor.Instruction instruction, Fault fault) {
        if (isDelivered) {
            return fault;
        }
        boolean isStack = fault.isNonCanonical() && usesStackSegment(instruction);
        faultAddress = fault.address();
        part.raise(isStack ? Fault.SS : fault.vector(), fault.error());
        throw new Bug("the processor's part raised an exception and delivered none");
    }

    /// Whether the instruction's memory operand is in the stack segment: then an address that is
    /// not canonical is a stack fault (Intel SDM vol. 3, 6.15, #SS).
    private static boolean usesStackSegment(Processor.Instruction instruction) {
        return switch (instruction.operation()) {
            case PUSH, POP -> true;
            default -> isOnStack(instruction.destination()) || isOnStack(instruction.source());
        };
    }

    private static boolean isOnStack(Processor.Operand operand) {
        return operand instanceof Processor.Operand.Memory place
                && (place.base() == RSP || place.base() == RBP);
    }

    @Override
    public long register(int number) {
        return state.register(number);
    }

    @Override
    public void setRegister(int number, long value) {
        state.setRegister(number, value);
    }

    @Override
    public long flags() {
        return state.flags();
    }

    @Override
    public void setFlags(long rflags) {
        state.setFlags(rflags);
    }

    @Override
    public Vaddr begin() {
        return new Vaddr(state.begin());
    }

    @Override
    public Vaddr rip() {
        return new Vaddr(state.rip());
    }

    @Override
    public void setRip(Vaddr target) {
        state.setRip(target.value());
    }

    @Override
    public long read(Vaddr at, int bytes) {
        return state.read(at.value(), bytes);
    }

    @Override
    public long readForWrite(Vaddr at, int bytes) {
        return state.readForWrite(at.value(), bytes);
    }

    @Override
    public void write(Vaddr at, int bytes, long value) {
        state.write(at.value(), bytes, value);
    }

    @Override
    public void deliver(int vector, int error) {
        isDelivered = true;
        throw state.raise(vector, error, faultAddress);
    }

    /// The bytes of one instruction, counted.
    private static final class Code implements Processor.Code {
        private final Bytes bytes;
        private int taken;

        Code(Bytes bytes) {
            this.bytes = bytes;
        }

        @Override
        public int next() {
            taken++;
            return taken > Processor.MAX_BYTES ? 0 : bytes.next();
        }

        @Override
        public int taken() {
            return taken;
        }
    }
}
