package io.xenarium.toolstack;

import io.xenarium.machine.code.Engine;
import io.xenarium.parts.Parts;
import io.xenarium.terms.Check;

/// What a computer is made with.
///
/// @param seed decides every arbitrary choice of the machine
/// @param memoryMiB memory of the real machine: Xen's own tables and all domains have to fit
/// @param parts who fills which slot of the hypervisor
/// @param engine how its processors execute code, where no part does
public record HostConfig(long seed, int memoryMiB, Parts parts, Engine engine) {
    /// The most memory a machine can have: the frame numbers of its tables are ints, and nobody's
    /// laptop should be asked for more.
    public static final int MEMORY_MAX_MIB = 16384;

    public HostConfig {
        Check.that(
                memoryMiB > 0 && memoryMiB <= MEMORY_MAX_MIB,
                "a machine cannot have %d MiB of memory",
                memoryMiB);
    }

    /// A computer with the fast engine.
    public HostConfig(long seed, int memoryMiB, Parts parts) {
        this(seed, memoryMiB, parts, Engine.TRANSLATOR);
    }
}
