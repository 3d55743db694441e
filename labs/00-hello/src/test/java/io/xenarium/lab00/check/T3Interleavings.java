package io.xenarium.lab00.check;

import io.xenarium.lab.Tier;
import io.xenarium.terms.Errno;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The third tier: the guest's other processor changes the memory while the part reads it.
@Tier(3)
public final class T3Interleavings {
    /// The page goes away after the first copy, the second, and so on.
    @Test
    @Tag("00.1")
    void aPageThatGoesAwayBetweenTwoChunks() {
        for (int gone = 1; gone <= 3; gone++) {
            ConsoleWorld world = ConsoleWorld.ofText(512);
            byte[] wanted = world.text(gone * 128);
            int copies = gone;
            int[] left = {copies};
            world.meanwhile =
                    () -> {
                        left[0]--;
                        if (left[0] == 0) {
                            world.memory = new byte[0];
                        }
                    };
            world.answers(Errno.EFAULT.rc(), 1, 0, 512).shows(wanted);
        }
    }

    /// What was copied is what comes out, whatever the guest writes over it meanwhile.
    @Test
    @Tag("00.1")
    void aTextThatChangesAfterItWasCopied() {
        ConsoleWorld world = ConsoleWorld.ofText(128);
        byte[] wanted = world.text(128);
        world.meanwhile = () -> world.memory = new byte[128];
        world.answers(0, 1, 0, 128).shows(wanted);
    }
}
