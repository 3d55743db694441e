package io.xenarium.xen;

import io.xenarium.machine.cpu.Cpu;

import java.util.List;

/// The translation buffers of all processors, of which one is running a guest now.
final class Tlbs {
    private final List<Cpu> cpus;
    private int current;

    Tlbs(List<Cpu> cpus) {
        this.cpus = cpus;
    }

    /// From now on "local" means this processor.
    void runsOn(int pcpu) {
        current = pcpu;
    }

    void flushLocal() {
        cpus.get(current).flush();
    }

    void flushLocal(long vaddr) {
        cpus.get(current).flush(vaddr);
    }

    void flushAll() {
        for (Cpu cpu : cpus) {
            cpu.flush();
        }
    }

    void flushAll(long vaddr) {
        for (Cpu cpu : cpus) {
            cpu.flush(vaddr);
        }
    }
}
