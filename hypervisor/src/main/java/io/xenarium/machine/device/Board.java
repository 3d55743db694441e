package io.xenarium.machine.device;

import io.xenarium.machine.Kept;
import io.xenarium.machine.Machine;
import io.xenarium.machine.cpu.Cpu;
import io.xenarium.machine.cpu.Exit;
import io.xenarium.machine.cpu.Registers;
import io.xenarium.terms.Bug;
import io.xenarium.terms.Check;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;

/// A bare computer: a [Machine]'s first processor in the role of
/// [io.xenarium.machine.cpu.Role#BARE], a serial port, and a port to switch it off. No hypervisor
/// runs here; a kernel in memory has it to itself.
///
/// 1. A run is a function of memory and registers at its begin: no device acts by itself.
/// 2. Time is what has been executed: a nanosecond an instruction, as everywhere in the machine.
public final class Board implements Kept {
    /// What a port without a device reads as.
    private static final long NOBODY = -1;

    /// Why [#run] came back.
    public enum State {
        /// It may be run on.
        RUNNING,
        /// HLT, and no interrupt can ever wake it.
        HALTED,
        /// Somebody wrote to the port for that.
        OFF,
        /// See [Exit.Shutdown].
        SHUT_DOWN
    }

    private final Machine machine;
    private final Cpu cpu;
    private final Registers registers = new Registers();
    private final Uart serial = new Uart(Uart.FIRST_PORT);
    private final DebugExit power = new DebugExit(DebugExit.USUAL_PORT);
    private final List<PortDevice> devices = List.of(serial, power);
    private State state = State.RUNNING;
    private long retired;

    public Board(Machine machine) {
        this.machine = machine;
        cpu = machine.cpus().getFirst();
    }

    public Machine machine() {
        return machine;
    }

    /// The state of its processor between two runs.
    public Registers registers() {
        return registers;
    }

    public Uart serial() {
        return serial;
    }

    /// The number that was written to switch it off.
    public long exitCode() {
        Check.that(power.isOff(), "the machine has not been switched off");
        return power.code();
    }

    public State state() {
        return state;
    }

    /// How many instructions have retired since it was made.
    public long retired() {
        return retired;
    }

    /// Runs at most `budget` instructions.
    public State run(long budget) {
        long end = retired + budget;
        while (state == State.RUNNING && retired < end) {
            step(end - retired);
        }
        return state;
    }

    /// Runs until somebody beside the processor has to do something, say a device; at most `budget`
    /// instructions.
    public State step(long budget) {
        if (state == State.RUNNING) {
            Exit exit = cpu.run(registers, budget);
            retired += cpu.retired();
            machine.clock().advance(cpu.retired());
            state = handle(exit);
        }
        return state;
    }

    private State handle(Exit exit) {
        return switch (exit) {
            case Exit.BudgetSpent spent -> State.RUNNING;
            case Exit.Halt halt -> State.HALTED;
            case Exit.Shutdown shutdown -> State.SHUT_DOWN;
            case Exit.PortIo io -> answer(io);
            case Exit.Syscall call -> throw new Bug("a bare processor calls nobody");
            case Exit.Fault fault -> throw new Bug("a bare processor handles its faults");
        };
    }

    private State answer(Exit.PortIo io) {
        long value = NOBODY;
        for (PortDevice device : devices) {
            if (!device.answers(io.port())) {
                continue;
            }
            if (io.isOut()) {
                device.write(io.port(), io.bytes(), io.value());
            } else {
                value = device.read(io.port(), io.bytes());
            }
        }
        registers.system.answerPort(value);
        return power.isOff() ? State.OFF : State.RUNNING;
    }

    @Override
    public void save(DataOutput out) throws IOException {
        machine.save(out);
        registers.save(out);
        for (PortDevice device : devices) {
            device.save(out);
        }
        out.writeInt(state.ordinal());
        out.writeLong(retired);
    }

    @Override
    public void load(DataInput in) throws IOException {
        machine.load(in);
        registers.load(in);
        for (PortDevice device : devices) {
            device.load(in);
        }
        state = State.values()[in.readInt()];
        retired = in.readLong();
    }
}
