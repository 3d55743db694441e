package io.xenarium.xen;

import io.xenarium.machine.Kept;
import io.xenarium.machine.cpu.Cpu;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;

/// The translation buffers of all processors, of which one is running a guest now.
final class Tlbs implements Kept {
    private final List<Cpu> cpus;
    private int current;

    /// How often no processor had a translation left, counted in 16 bits: whoever remembers the
    /// count can tell later whether a translation of that time may still be there. After a whole
    /// turn of the count the answer is yes once too often, which is harmless.
    private short epoch = 1;

    Tlbs(List<Cpu> cpus) {
        this.cpus = cpus;
    }

    /// From now on "local" means this processor.
    void runsOn(int pcpu) {
        current = pcpu;
    }

    short epoch() {
        return epoch;
    }

    void flushLocal() {
        cpus.get(current).flush();
        if (cpus.size() == 1) {
            epoch++;
        }
    }

    void flushLocal(long vaddr) {
        cpus.get(current).flush(vaddr);
    }

    void flushAll() {
        for (Cpu cpu : cpus) {
            cpu.flush();
        }
        epoch++;
    }

    void flushAll(long vaddr) {
        for (Cpu cpu : cpus) {
            cpu.flush(vaddr);
        }
    }

    @Override
    public void save(DataOutput out) throws IOException {
        out.writeInt(current);
        out.writeShort(epoch);
    }

    @Override
    public void load(DataInput in) throws IOException {
        current = in.readInt();
        epoch = in.readShort();
    }
}
