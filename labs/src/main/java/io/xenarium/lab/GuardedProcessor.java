package io.xenarium.lab;

import io.xenarium.parts.Processor;
import io.xenarium.terms.Vaddr;

import java.util.function.Supplier;

/// A learner's processor behind a [Guard]. Written out, because it is called for every instruction,
/// where a proxy would be felt.
final class GuardedProcessor implements Processor {
    private final Processor part;

    GuardedProcessor(Processor part) {
        this.part = part;
    }

    @Override
    public long execAlu(Calculation what) {
        return guarded("execAlu", () -> part.execAlu(what));
    }

    @Override
    public long updateFlags(Calculation what, long result, long before) {
        return guarded("updateFlags", () -> part.updateFlags(what, result, before));
    }

    @Override
    public boolean holds(int condition, long rflags) {
        return guarded("holds", () -> part.holds(condition, rflags));
    }

    @Override
    public Vaddr effectiveAddress(Operand.Memory place) {
        return guarded("effectiveAddress", () -> part.effectiveAddress(place));
    }

    @Override
    public Instruction decode(Code code) {
        return guarded("decode", () -> part.decode(code));
    }

    @Override
    public void execute(Instruction instruction) {
        StepBudget.refill();
        try {
            part.execute(instruction);
        } catch (Throwable thrown) {
            throw Guard.worded("execute", thrown);
        }
    }

    @Override
    public void raise(int vector, int error) {
        StepBudget.refill();
        try {
            part.raise(vector, error);
        } catch (Throwable thrown) {
            throw Guard.worded("raise", thrown);
        }
    }

    private static <T> T guarded(String method, Supplier<T> call) {
        StepBudget.refill();
        try {
            return Guard.given(method, call.get());
        } catch (Throwable thrown) {
            throw Guard.worded(method, thrown);
        }
    }
}
