package io.xenarium.speed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

class SpeedTableTest {
    private static final Workload SIEVE = Workload.named("sieve").orElseThrow();
    private static final Workload TRAPS = Workload.named("traps").orElseThrow();

    private static Measurement.Speed speed(double roundsPerSecond) {
        return new Measurement.Speed(roundsPerSecond, 0.1);
    }

    private static Measurement.Result sieve(String disagreement) {
        return new Measurement.Result(
                SIEVE,
                Map.of("native", speed(400), "QEMU", speed(50), "interpreter", speed(10)),
                20e6,
                disagreement,
                Map.of("interpreter", COLD));
    }

    private static final ColdRun COLD =
            new ColdRun(1.25, 2e8, 12.34, 9000, 8000, 5_000_000, 9_000_000, 20_000_000, 30_000_000);

    private static final List<String> PEERS = List.of("native", "QEMU", "interpreter");

    @Test
    void aRowHasSpeedsInInstructionsAndRatiosToTheOthers() {
        var traps =
                new Measurement.Result(
                        TRAPS,
                        Map.of("QEMU", speed(100), "interpreter", speed(80)),
                        5e6,
                        "",
                        Map.of());
        assertEquals(
                """
                Caption

                workload        native  QEMU  interpreter  interpreter/QEMU  native/interpreter  interpreter 90 %
                sieve             8000  1000          200              0.20               40.0x             1.3 s
                traps                -   500          400              0.80                   -                 -
                geometric mean                                         0.40               40.0x
                worst                                                  0.20               40.0x


                Greatest spread of the samples, (max - min)/median: native 10 % QEMU 10 % interpreter 10 %
                """,
                new SpeedTable("Caption", PEERS, List.of(sieve(""), traps))
                        .text()
                        .replaceAll(" +\n", "\n"));
    }

    @Test
    void checksumsThatDifferAreTold() {
        String text =
                new SpeedTable("Caption", PEERS, List.of(sieve("{QEMU=1, interpreter=2}"))).text();
        assertTrue(
                text.contains("WRONG: the checksums of sieve differ: {QEMU=1, interpreter=2}"),
                text);
    }

    @Test
    void whatBeginsBeforeThePeerIsWarmIsNoSample() {
        Samples samples = new Samples(2, 2);
        samples.add(1.5);
        samples.add(2.5);
        samples.add(3.25);
        assertFalse(samples.areEnough());
        samples.add(4.5);
        assertTrue(samples.areEnough());
        assertEquals(List.of(0.75, 1.25), samples.seconds());
    }

    @Test
    void withoutAWarmUpTheFirstTimeIsASample() {
        Samples samples = new Samples(0, 1);
        samples.add(0.5);
        assertTrue(samples.areEnough());
        assertEquals(List.of(0.5), samples.seconds());
    }

    @Test
    void aRunFromColdGoesThroughALineAndIntoARow() {
        assertEquals(COLD, ColdRun.of(COLD.words().split(" ")));
        ColdTable table = new ColdTable();
        assertTrue(table.isEmpty());
        table.add("many-functions", COLD);
        String row = table.text().lines().toList().getLast();
        assertEquals(
                "many-functions 1.25 s 12.3 ms 8000 9000 4883 KiB 8789 KiB 19531 KiB 29297 KiB",
                row.replaceAll(" +", " "));
    }

    @Test
    void warmUpEndsWhereTheSpeedIsNineTenthsOfItsTop() {
        WarmUp warmUp = new WarmUp();
        long retired = 0;
        for (int step = 1; step <= 400; step++) {
            retired += step <= 100 ? 10 : 100;
            warmUp.note(step * 0.01, retired);
        }
        assertEquals(1.0, warmUp.seconds(), 0.03);
        assertEquals(10_000, warmUp.peak(), 1);
    }
}
