package io.xenarium.speed;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
                Map.of("interpreter", 1.25));
    }

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
                Million guest instructions a second, and ratios.

                workload        native  QEMU  interpreter  interpreter/QEMU  native/interpreter  interpreter 90 %
                sieve             8000  1000          200              0.20               40.0x             1.3 s
                traps                -   500          400              0.80                   -                 -
                geometric mean                                         0.40               40.0x
                worst                                                  0.20               40.0x


                Greatest spread of the samples, (max - min)/median: native 10 % QEMU 10 % interpreter 10 %
                """,
                new SpeedTable(PEERS, List.of(sieve(""), traps)).text().replaceAll(" +\n", "\n"));
    }

    @Test
    void checksumsThatDifferAreTold() {
        String text = new SpeedTable(PEERS, List.of(sieve("{QEMU=1, interpreter=2}"))).text();
        assertTrue(
                text.contains("WRONG: the checksums of sieve differ: {QEMU=1, interpreter=2}"),
                text);
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
