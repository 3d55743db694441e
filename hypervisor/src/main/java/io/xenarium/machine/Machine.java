package io.xenarium.machine;

import io.xenarium.machine.cpu.Cpu;
import io.xenarium.terms.Check;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// The real machine under the hypervisor: memory, clock, dice, processors, and the journal of what
/// reaches it from outside. It is a function of seed and inputs.
///
/// A keyframe of it holds all but the memory's pages, which a keyframe shares with others while
/// they are not stored to.
public final class Machine implements Kept {
    /// Makes one processor of a machine.
    @FunctionalInterface
    public interface CpuMaker {
        Cpu make(Memory memory, Clock clock);
    }

    private final long seed;
    private final Memory memory;
    private final Clock clock = new Clock();
    private final Dice dice;
    private final Journal journal = new Journal();
    private final List<Cpu> cpus;
    private final List<Device> devices = new ArrayList<>();

    /// A machine that has just been switched on.
    ///
    /// @param frames how many frames of memory it has
    /// @param processors how many physical processors
    public Machine(long seed, int frames, int processors, CpuMaker maker) {
        Check.that(processors > 0, "a machine needs a processor: %d", processors);
        this.seed = seed;
        memory = new Memory(frames);
        dice = new Dice(seed);
        List<Cpu> made = new ArrayList<>();
        for (int i = 0; i < processors; i++) {
            made.add(maker.make(memory, clock));
        }
        cpus = List.copyOf(made);
    }

    public long seed() {
        return seed;
    }

    public Memory memory() {
        return memory;
    }

    public Clock clock() {
        return clock;
    }

    public Dice dice() {
        return dice;
    }

    public Journal journal() {
        return journal;
    }

    /// The physical processors.
    public List<Cpu> cpus() {
        return cpus;
    }

    /// Plugs a device in. Whoever plugs it in keeps its state.
    public void attach(Device device) {
        devices.add(device);
    }

    /// When one of its devices is next done with something, `Long.MAX_VALUE` for never.
    public long nextNanos() {
        long next = Long.MAX_VALUE;
        for (Device device : devices) {
            next = Math.min(next, device.nextNanos());
        }
        return next;
    }

    /// Lets the devices finish what is done by now.
    public void fireDevices() {
        for (Device device : devices) {
            if (device.nextNanos() <= clock.nanos()) {
                device.fire();
            }
        }
    }

    @Override
    public void save(DataOutput out) throws IOException {
        clock.save(out);
        dice.save(out);
        journal.save(out);
        for (Cpu cpu : cpus) {
            cpu.save(out);
        }
    }

    @Override
    public void load(DataInput in) throws IOException {
        clock.load(in);
        dice.load(in);
        journal.load(in);
        for (Cpu cpu : cpus) {
            cpu.load(in);
        }
    }
}
