package io.xenarium.speed;

import java.util.List;
import java.util.Optional;

/// One of the programs in `hypervisor/src/bench/guest`.
///
/// @param name how its command line calls it
/// @param firstRounds a number of rounds that the slowest peer does in a second or so: a few
///   million instructions
/// @param isPrivileged whether it needs privilege 0, so that no ordinary program can do it
public record Workload(String name, long firstRounds, boolean isPrivileged) {
    /// All of them, in the order of the table.
    public static final List<Workload> ALL =
            List.of(
                    new Workload("sieve", 1, false),
                    new Workload("memcpy", 1, false),
                    new Workload("memcpy-rep", 3, false),
                    new Workload("stride", 100, false),
                    new Workload("small-memory", 10, false),
                    new Workload("calls", 20, false),
                    new Workload("mix", 2, false),
                    new Workload("bytecode", 2, false),
                    new Workload("self-modifying", 20, false),
                    new Workload("traps", 50, true),
                    new Workload("syscalls", 50, true),
                    new Workload("cr3", 20, true));

    /// More code than the translator keeps: it shows what becomes of the oldest, and is in no table
    /// of speeds.
    public static final Workload MANY_FUNCTIONS = new Workload("many-functions", 3, false);

    /// The one of this name.
    public static Optional<Workload> named(String name) {
        return ALL.stream().filter(each -> each.name.equals(name)).findFirst();
    }
}
