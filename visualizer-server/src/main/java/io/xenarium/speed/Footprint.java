package io.xenarium.speed;

import io.xenarium.machine.code.RegionSight;
import io.xenarium.machine.code.Translator;
import io.xenarium.machine.device.Board;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.util.List;

/// What the JVM uses for classes and machine code, from a moment on.
final class Footprint {
    private final long metaspace = used("Metaspace");
    private final long codeCache = used("Code");

    /// All together, where a guest has run since then.
    ColdRun since(Board board, WarmUp warmUp, double pauseMillis) {
        List<RegionSight> regions = List.of();
        long made = 0;
        if (board.machine().cpus().getFirst() instanceof Translator translator) {
            regions = translator.regions();
            made = translator.look().made();
        }
        return new ColdRun(
                warmUp.seconds(),
                warmUp.peak(),
                pauseMillis,
                made,
                regions.size(),
                regions.stream().mapToLong(RegionSight::codeBytes).sum(),
                regions.stream().mapToLong(RegionSight::classBytes).sum(),
                used("Metaspace") - metaspace,
                used("Code") - codeCache);
    }

    /// What is used of the JVM's pools of memory whose names begin so.
    private static long used(String name) {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getName().startsWith(name))
                .map(MemoryPoolMXBean::getUsage)
                .mapToLong(usage -> usage.getUsed())
                .sum();
    }
}
