package io.xenarium.toolstack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xenarium.parts.Parts;
import io.xenarium.parts.Slot;
import io.xenarium.terms.DomId;

import org.junit.jupiter.api.Test;

/// A machine whose processor is a part runs what any other machine runs, to the last bit.
class LentProcessorTest {
    private static final int MACHINE_MIB = 24;
    private static final int GUEST_MIB = 8;

    @Test
    void aGuestOnThePartIsTheSameRunAsOnTheMachinesOwnProcessor() {
        Host own = Host.of(new HostConfig(1, MACHINE_MIB, reference()));
        Host lent = Host.of(new HostConfig(1, MACHINE_MIB, lent()));
        DomId guest = boot(own);
        assertEquals(guest, boot(lent));
        for (String line : new String[] {"help", "ticks", "pages", "ports", "store"}) {
            Computers.type(own, guest, line);
            Computers.type(lent, guest, line);
            assertEquals(runOn(own), runOn(lent), "after " + line);
        }
        assertTrue(own.consoleOutput(guest).text().contains("Hello from a paravirtual guest."));
        assertEquals(own.consoleOutput(guest).text(), lent.consoleOutput(guest).text());
        assertEquals(own.trace().seq(), lent.trace().seq());
    }

    private static DomId boot(Host host) {
        DomId guest = host.xl().create(XlConfig.of("hello", Images.HELLO, GUEST_MIB));
        host.run(20_000_000);
        return guest;
    }

    private static long runOn(Host host) {
        host.run(host.machine().clock().nanos() + 5_000_000);
        return host.stateHash();
    }

    private static Parts reference() {
        return Parts.reference(LentProcessorTest.class.getClassLoader());
    }

    /// The reference's part in the place of the machine's own processor.
    private static Parts lent() {
        return reference().with(Slot.PROCESSOR, reference().processor(), Parts.Holder.YOURS);
    }
}
