package io.xenarium.toolstack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xenarium.machine.code.Engine;
import io.xenarium.parts.Parts;
import io.xenarium.terms.DomId;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// A guest cannot tell the engines apart: the whole machine is the same after each piece of a run.
class EnginesAgreeTest {
    private static final long PIECE_NANOS = 1_000_000;

    /// Few, so that much is translated.
    private static final Engine EAGER = Engine.translator(8);

    @Test
    void ourOwnGuestRunsAlikeOnBoth() {
        Host plain = host(24, Engine.INTERPRETER);
        Host fast = host(24, EAGER);
        XlConfig hello = XlConfig.of("hello", Images.HELLO, 8);
        DomId guest = plain.xl().create(hello);
        assertEquals(guest, fast.xl().create(hello));
        agree(plain, fast, 20);
        for (String line : new String[] {"help", "ticks", "pages", "ports", "store"}) {
            Computers.type(plain, guest, line);
            Computers.type(fast, guest, line);
            agree(plain, fast, 5);
        }
        assertTrue(fast.consoleOutput(guest).text().contains("Hello from a paravirtual guest."));
    }

    @Test
    void debiansGrubRunsAlikeOnBoth() {
        Path image = GrubReachesItsPromptTest.image();
        Host plain = host(64, Engine.INTERPRETER);
        Host fast = host(64, EAGER);
        XlConfig grub = XlConfig.of("grub", image.toString(), 32);
        DomId guest = plain.xl().create(grub);
        assertEquals(guest, fast.xl().create(grub));
        agree(plain, fast, 60);
        plain.type(guest, "help\r".getBytes(StandardCharsets.US_ASCII));
        fast.type(guest, "help\r".getBytes(StandardCharsets.US_ASCII));
        agree(plain, fast, 10);
        assertEquals(plain.consoleOutput(guest).text(), fast.consoleOutput(guest).text());
    }

    private static Host host(int memoryMiB, Engine engine) {
        Parts parts = Parts.reference(EnginesAgreeTest.class.getClassLoader());
        return Host.of(new HostConfig(1, memoryMiB, parts, engine));
    }

    private static void agree(Host plain, Host fast, int pieces) {
        for (int i = 0; i < pieces; i++) {
            long until = plain.machine().clock().nanos() + PIECE_NANOS;
            plain.run(until);
            fast.run(until);
            assertEquals(plain.machine().clock().nanos(), fast.machine().clock().nanos());
            assertEquals(plain.stateHash(), fast.stateHash(), "at " + until);
        }
        assertEquals(plain.trace().seq(), fast.trace().seq());
    }
}
