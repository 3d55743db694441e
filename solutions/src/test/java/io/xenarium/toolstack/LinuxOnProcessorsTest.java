package io.xenarium.toolstack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xenarium.toolstack.LinuxShelf.Flavour;
import io.xenarium.trace.SchedEvent;
import io.xenarium.trace.Topic;

import org.junit.jupiter.api.Test;

import java.util.EnumSet;
import java.util.Set;
import java.util.TreeSet;

/// Linux with four vCPUs on a machine with two processors; both engines boot it alike.
class LinuxOnProcessorsTest {
    @Test
    void fourVcpusShareTwoProcessorsAndKnowTheDate() {
        LinuxInLockStep.Booted booted = LinuxInLockStep.boot(Flavour.CLOUD, 96, 4, 2);
        booted.requireAgreement();
        LinuxGuest linux = booted.linux();
        assertTrue(linux.answer("nproc").contains("\n4\r"));
        String date = linux.answer("date -u +%Y-%m-%dT%H:%M");
        assertTrue(date.contains("2031-02-03T04:05"), date);

        Set<Integer> ran = new TreeSet<>();
        linux.host
                .trace()
                .listen(
                        EnumSet.of(Topic.SCHED),
                        event -> {
                            if (event instanceof SchedEvent.Dispatched dispatched) {
                                ran.add(dispatched.pcpu());
                            }
                        });
        String answer =
                linux.answer(
                        "for i in 1 2 3 4; do (j=0; while [ $j -lt 300 ]; do j=$((j+1)); done;"
                                + " echo $i | cat >> /tmp/n) & done; wait; sort /tmp/n | tr -d"
                                + " '\\n'; echo o''ver");
        assertTrue(answer.contains("1234over"), answer);
        assertEquals(Set.of(0, 1), ran);
        String log = linux.answer("dmesg");
        for (String bad : Set.of("BUG", "WARNING", "Call Trace", "detected stall", "soft lockup")) {
            assertTrue(!log.contains(bad), bad + " in:\n" + log);
        }
    }
}
