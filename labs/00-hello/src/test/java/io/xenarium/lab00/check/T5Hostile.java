package io.xenarium.lab00.check;

import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.Subject;
import io.xenarium.lab.Tier;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Errno;
import io.xenarium.terms.Vaddr;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The fifth tier: a guest that asks for what it should not.
@Tier(5)
public final class T5Hostile {
    @Test
    @Tag("00.1")
    void theLargestCountOfAllCostsNothing() {
        ConsoleWorld world = ConsoleWorld.ofText(300);
        world.answers(Errno.EFAULT.rc(), 1, 0, Integer.MAX_VALUE).shows(world.text(256));
        ConsoleWorld.ofText(9).answers(Errno.EINVAL.rc(), 1, 0, Integer.MIN_VALUE);
    }

    @Test
    @Tag("00.1")
    void anAddressAtTheEndOfTheWorldIsOnlyUnreadable() {
        for (long address : new long[] {0, -1, Long.MIN_VALUE, Long.MAX_VALUE}) {
            long answer =
                    Subject.current()
                            .mine()
                            .consoleIo()
                            .make(ConsoleWorld.ofText(300))
                            .write(new DomId(1), new Vaddr(address), 200);
            if (answer != Errno.EFAULT.rc()) {
                throw new CheckFailed(
                        Rules.DISTRUST,
                        "a write from %#x answered %s".formatted(address, Errno.describe(answer)),
                        "answers -EFAULT");
            }
        }
    }
}
