package io.xenarium.bench;

import io.xenarium.parts.Processor;
import io.xenarium.terms.Vaddr;

import java.util.concurrent.atomic.AtomicLong;

/// A processor's heart whose instructions are counted. Written out, because it is called for every
/// one of them.
public final class CountedProcessor implements Processor {
    private final Processor part;
    private final AtomicLong count;

    private CountedProcessor(Processor part, AtomicLong count) {
        this.part = part;
        this.count = count;
    }

    /// A maker of what `plain` makes, counted in `count`.
    public static Processor.Maker maker(Processor.Maker plain, AtomicLong count) {
        return lent -> new CountedProcessor(plain.make(lent), count);
    }

    @Override
    public long execAlu(Calculation what) {
        return part.execAlu(what);
    }

    @Override
    public long updateFlags(Calculation what, long result, long before) {
        return part.updateFlags(what, result, before);
    }

    @Override
    public boolean holds(int condition, long rflags) {
        return part.holds(condition, rflags);
    }

    @Override
    public Vaddr effectiveAddress(Operand.Memory place) {
        return part.effectiveAddress(place);
    }

    @Override
    public Instruction decode(Code code) {
        return part.decode(code);
    }

    @Override
    public void execute(Instruction instruction) {
        count.setPlain(count.getPlain() + 1);
        part.execute(instruction);
    }

    @Override
    public void raise(int vector, int error) {
        part.raise(vector, error);
    }
}
