package io.xenarium.toolstack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xenarium.abi.ConsoleRing;
import io.xenarium.abi.StoreRing;
import io.xenarium.machine.Memory;
import io.xenarium.terms.DomId;

import org.junit.jupiter.api.Test;

import java.util.Optional;
import java.util.SplittableRandom;

/// What the daemons of domain 0 do for a guest in the running hypervisor, and what a guest that
/// wants to harm them gets.
class DaemonsTest {
    private static final long MILLISECOND = 1_000_000;

    private final Host host = Computers.small(1);
    private final DomId guest = Computers.hello(host, "hello");
    private final Memory memory = host.machine().memory();

    DaemonsTest() {
        run(20);
    }

    private void run(long milliseconds) {
        host.run(host.machine().clock().nanos() + milliseconds * MILLISECOND);
    }

    private long page(String ring) {
        String node = "/local/domain/1/" + ring + "/ring-ref";
        return Long.parseLong(host.store().read(node).orElseThrow()) << 12;
    }

    @Test
    void aGuestIsToldItsNameAndShutsDownWhenAsked() {
        assertTrue(host.consoleOutput(guest).text().contains("XenStore says that I am hello"));
        host.xl().shutdown(guest);
        run(50);
        assertTrue(host.consoleOutput(guest).text().contains("control/shutdown says poweroff"));
        assertTrue(host.xl().list().contains("---s--"), host.xl().list());
    }

    @Test
    void moreThanTheRingHoldsIsTypedInTheEnd() {
        host.type(guest, "x".repeat(3000).getBytes());
        assertEquals(3000 - ConsoleRing.IN_BYTES, host.consoleWaiting(guest));
        for (int i = 0; i < 100 && host.consoleWaiting(guest) > 0; i++) {
            run(5);
        }
        assertEquals(0, host.consoleWaiting(guest));
    }

    @Test
    void consoleIndicesThatCannotBeAreNotFollowed() {
        SplittableRandom wild = new SplittableRandom(5);
        for (int i = 0; i < 200; i++) {
            memory.setInt(page("console") + ConsoleRing.OUT_PROD, wild.nextInt());
            memory.setInt(page("console") + ConsoleRing.IN_CONS, wild.nextInt());
            host.type(guest, "a".getBytes());
            run(1);
        }
        assertTrue(host.consoleOutput(guest).bytes().length < 300_000);
    }

    @Test
    void aStoreRingThatLiesLosesItsConnectionAndNobodyElse() {
        DomId other = Computers.hello(host, "other");
        run(20);
        memory.setInt(page("store") + StoreRing.REQ_PROD, 1 << 20);
        Computers.type(host, guest, "ls");
        run(20);
        assertEquals(StoreRing.ERROR_INDEX, memory.getInt(page("store") + StoreRing.ERROR));
        Computers.type(host, other, "read name");
        run(20);
        assertTrue(host.consoleOutput(other).text().contains("other"));
    }

    @Test
    void aDestroyedDomainLeavesNothingButItsLastWords() {
        int free = host.hypervisor().frames().freeFrames();
        DomId other = Computers.hello(host, "other");
        run(20);
        host.xl().destroy(other);
        run(5);
        assertEquals(free, host.hypervisor().frames().freeFrames());
        assertTrue(host.store().read("/local/domain/2/name").isEmpty());
        assertTrue(host.consoleOutput(other).text().contains("Hello from"));
    }

    @Test
    void whatCannotBeMadeIsRefusedAndChangesNothing() {
        long before = host.stateHash();
        refuses("there is a domain called hello already", XlConfig.of("hello", "hello", 4));
        refuses("the machine has", XlConfig.of("big", "hello", 64));
        refuses("/no/such/file does not exist", XlConfig.of("a", "/no/such/file", 4));
        refuses("a domain cannot be called", XlConfig.of("a b", "hello", 4));
        refuses(
                "a command line of 1024 characters",
                new XlConfig("a", "hello", Optional.empty(), "x".repeat(1024), 4, 1));
        assertEquals(before, host.stateHash());
    }

    private void refuses(String part, XlConfig config) {
        String message = assertThrows(Refused.class, () -> host.xl().create(config)).getMessage();
        assertTrue(message.contains(part), message);
    }

    @Test
    void xlListLooksAsXlPrintsIt() {
        assertEquals(
                """
                Name                                        ID   Mem VCPUs\tState\tTime(s)
                Domain-0                                     0     0     1     -b----       0.0
                hello                                        1     4     1     -b----       0.0
                """,
                host.xl().list());
    }
}
