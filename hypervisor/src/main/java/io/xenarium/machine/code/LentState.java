package io.xenarium.machine.code;

import io.xenarium.machine.cpu.Fault;

/// What [Microcode] works on: the interpreter's own [Core].
final class LentState implements Microcode.State {
    private final Core core;
    private long begin;

    LentState(Core core) {
        this.core = core;
    }

    /// Executes the routine of `s`. Rip is behind it already.
    void execute(Step s) {
        begin = core.blockRip + s.start;
        s.routine.execute();
    }

    @Override
    public long register(int number) {
        return core.gpr[number];
    }

    @Override
    public void setRegister(int number, long value) {
        core.gpr[number] = value;
    }

    @Override
    public long flags() {
        return core.flags.get();
    }

    @Override
    public void setFlags(long rflags) {
        core.flags.set(rflags);
        core.watchAlignment();
    }

    @Override
    public long begin() {
        return begin;
    }

    @Override
    public long rip() {
        return core.rip;
    }

    @Override
    public void setRip(long target) {
        core.jump(target, 8);
    }

    @Override
    public long read(long vaddr, int bytes) {
        return core.memory.read(vaddr, bytes);
    }

    @Override
    public long readForWrite(long vaddr, int bytes) {
        return core.memory.load(core.memory.forWrite(vaddr, bytes), bytes);
    }

    @Override
    public void write(long vaddr, int bytes, long value) {
        core.memory.write(vaddr, bytes, value);
    }

    @Override
    public RuntimeException raise(int vector, int error, long address) {
        core.isTrap = vector == Fault.BP || vector == Fault.OF;
        throw vector == Fault.PF ? core.fault.page(error, address) : core.fault.of(vector, error);
    }
}
