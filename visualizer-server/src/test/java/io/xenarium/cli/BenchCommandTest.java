package io.xenarium.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import picocli.CommandLine;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;

class BenchCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter errors = new StringWriter();

    private int bench(String... args) {
        CommandLine line = Main.commandLine(List.of(new BenchCommand()));
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(errors));
        String[] all = new String[args.length + 1];
        all[0] = "bench";
        System.arraycopy(args, 0, all, 1, args.length);
        return line.execute(all);
    }

    @Test
    void anEngineAloneIsMeasuredWithoutAnyOtherTool() {
        String quick =
                "--samples=1 --seconds=0.01 --warm=0.01 --no-warm-up --only=interpreter traps";
        assertEquals(0, bench(quick.split(" ")), errors::toString);
        assertTrue(out.toString().contains("workload        interpreter"), out::toString);
        assertTrue(out.toString().lines().anyMatch(line -> line.startsWith("traps  ")));
    }

    @Test
    void aWorkloadThatIsNotThereIsRefusedWithTheNamesOfThoseThatAre() {
        assertEquals(1, bench("sleeve"));
        assertTrue(errors.toString().contains("no workload \"sleeve\": there are sieve, memcpy"));
    }
}
