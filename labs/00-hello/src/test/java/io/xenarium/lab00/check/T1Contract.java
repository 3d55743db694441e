package io.xenarium.lab00.check;

import io.xenarium.lab.Subject;
import io.xenarium.lab.Tier;
import io.xenarium.terms.Errno;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The first tier: what a write does when it is alone.
@Tier(1)
public final class T1Contract {
    @Test
    @Tag("00.1")
    void aShortTextComesOut() {
        ConsoleWorld world = ConsoleWorld.ofText(300);
        world.answers(0, 1, 0, 13).shows(world.text(13));
        ConsoleWorld.ofText(10).answers(0, 0, 0, 0).shows(new byte[0]);
    }

    @Test
    @Tag("00.1")
    void aLongTextComesOutWhole() {
        for (int count : new int[] {200, 127, 128, 129, 256, 1000}) {
            ConsoleWorld world = ConsoleWorld.ofText(1000);
            world.answers(0, 1, 0, count).shows(world.text(count));
        }
    }

    @Test
    @Tag("00.1")
    void whoMayNotWriteIsRefusedFirst() {
        ConsoleWorld.ofText(10).answers(Errno.EPERM.rc(), 2, 0, 5).shows(new byte[0]);
        ConsoleWorld.ofText(10).answers(Errno.EPERM.rc(), 2, 0, -1).shows(new byte[0]);
    }

    @Test
    @Tag("00.1")
    void aNegativeCountIsRefused() {
        ConsoleWorld.ofText(10).answers(Errno.EINVAL.rc(), 1, 0, -1).shows(new byte[0]);
    }

    @Test
    @Tag("00.1")
    void anUnreadablePlaceEndsTheWrite() {
        ConsoleWorld world = ConsoleWorld.ofText(150);
        world.answers(Errno.EFAULT.rc(), 1, 0, 400).shows(world.text(128));
        ConsoleWorld.ofText(10).answers(Errno.EFAULT.rc(), 1, 5000, 4).shows(new byte[0]);
    }

    @Test
    @Tag("00.2")
    void thePlantedBugRuns() {
        PlantedBug.run(Subject.current());
    }
}
