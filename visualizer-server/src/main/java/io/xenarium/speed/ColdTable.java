package io.xenarium.speed;

import java.util.ArrayList;
import java.util.List;

/// The table of what a translator costs until it is warm: time, pauses, memory.
public final class ColdTable {
    private static final List<String> HEADING =
            List.of(
                    "workload",
                    "90 % after",
                    "longest pause",
                    "regions",
                    "made",
                    "bytecode",
                    "classes",
                    "metaspace",
                    "code cache");

    private final List<List<String>> rows = new ArrayList<>(List.of(HEADING));

    /// Adds a row.
    public void add(String workload, ColdRun cold) {
        rows.add(
                List.of(
                        workload,
                        SpeedTable.format("%.2f s", cold.warmSeconds()),
                        SpeedTable.format("%.1f ms", cold.pauseMillis()),
                        Long.toString(cold.inUse()),
                        Long.toString(cold.made()),
                        kib(cold.codeBytes()),
                        kib(cold.classBytes()),
                        kib(cold.metaspaceBytes()),
                        kib(cold.codeCacheBytes())));
    }

    public boolean isEmpty() {
        return rows.size() == 1;
    }

    /// The table as text.
    public String text() {
        return """
        The translator from cold: after how long it had 90 % of its top speed, the longest that 5,000
        instructions took, the regions in use in the end and those made, and by how much the JVM's memory grew.

        """
                + SpeedTable.align(rows);
    }

    private static String kib(long bytes) {
        return (bytes + 512) / 1024 + " KiB";
    }
}
