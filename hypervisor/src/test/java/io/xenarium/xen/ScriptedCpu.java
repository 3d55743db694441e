package io.xenarium.xen;

import io.xenarium.machine.cpu.Cpu;
import io.xenarium.machine.cpu.Exit;
import io.xenarium.machine.cpu.PageWalk;
import io.xenarium.machine.cpu.Registers;

import java.io.DataInput;
import java.io.DataOutput;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Function;

/// A processor that plays a guest by a script: each entry looks at the registers, changes them as
/// its instruction would, and says why the processor stops. Behind the last entry the guest spins.
final class ScriptedCpu implements Cpu {
    private final Deque<Function<Registers, Exit>> script = new ArrayDeque<>();
    private long retired;

    /// The guest makes a hypercall.
    ScriptedCpu calls(int number, long... args) {
        script.add(registers -> {
            int[] order = {
                Registers.RDI, Registers.RSI, Registers.RDX, Registers.R10, Registers.R8
            };
            for (int i = 0; i < args.length; i++) {
                registers.gpr[order[i]] = args[i];
            }
            registers.gpr[Registers.RAX] = number;
            return systemCall(registers);
        });
        return this;
    }

    static Exit systemCall(Registers registers) {
        registers.rip += 2;
        registers.gpr[Registers.RCX] = registers.rip;
        registers.gpr[Registers.R11] = registers.rflags;
        return new Exit.Syscall();
    }

    /// The guest runs into an exception.
    ScriptedCpu faults(int vector, int error, long address) {
        script.add(registers -> new Exit.Fault(vector, error, address));
        return this;
    }

    ScriptedCpu does(Function<Registers, Exit> step) {
        script.add(step);
        return this;
    }

    @Override
    public Exit run(Registers registers, long budget) {
        if (script.isEmpty()) {
            retired = budget;
            return new Exit.BudgetSpent();
        }
        Exit exit = script.remove().apply(registers);
        retired = exit instanceof Exit.Fault ? 0 : 1;
        return exit;
    }

    /// Whether the whole script was played.
    boolean isDone() {
        return script.isEmpty();
    }

    @Override
    public long retired() {
        return retired;
    }

    @Override
    public void flush() {}

    @Override
    public void flush(long vaddr) {}

    @Override
    public void walkBy(PageWalk walk) {}

    @Override
    public void onPageTableStore(PageTableStores hook) {}

    @Override
    public void save(DataOutput out) {}

    @Override
    public void load(DataInput in) {}
}
