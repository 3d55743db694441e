package io.xenarium.toolstack;

import io.xenarium.machine.code.Engine;
import io.xenarium.parts.Parts;
import io.xenarium.terms.Check;

/// What a computer is made with.
///
/// @param seed decides every arbitrary choice of the machine
/// @param memoryMiB memory of the real machine: Xen's own tables and all domains have to fit
/// @param parts who fills which slot of the hypervisor
/// @param processors how many physical processors it has
/// @param engine how its processors execute code, where no part does
public record HostConfig(long seed, int memoryMiB, int processors, Parts parts, Engine engine) {
    /// The most memory a machine can have: the frame numbers of its tables are ints, and nobody's
    /// laptop should be asked for more.
    public static final int MEMORY_MAX_MIB = 16384;

    /// The most processors a machine can have: one bit each in an affinity.
    public static final int PROCESSORS_MAX = 64;

    /// What Xen takes of a small machine for its own.
    private static final int XEN_MIB = 32;

    /// Memory of the machine for each MiB that Xen takes more: its table of frames has eight bytes
    /// for each of 4096, and a guest's page tables are not part of its memory's size.
    private static final int MIB_FOR_ONE = 256;

    /// The memory of a machine whose domains have `domainsMiB` together.
    public static int memoryFor(int domainsMiB) {
        return domainsMiB + XEN_MIB + domainsMiB / MIB_FOR_ONE;
    }

    public HostConfig {
        Check.that(
                processors > 0 && processors <= PROCESSORS_MAX,
                "a machine cannot have %d processors",
                processors);
        Check.that(
                memoryMiB > 0 && memoryMiB <= MEMORY_MAX_MIB,
                "a machine cannot have %d MiB of memory",
                memoryMiB);
    }

    /// A computer with one processor.
    public HostConfig(long seed, int memoryMiB, Parts parts, Engine engine) {
        this(seed, memoryMiB, 1, parts, engine);
    }

    /// A computer with one processor and the fast engine.
    public HostConfig(long seed, int memoryMiB, Parts parts) {
        this(seed, memoryMiB, parts, Engine.TRANSLATOR);
    }
}
