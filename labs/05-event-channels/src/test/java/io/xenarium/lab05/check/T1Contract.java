package io.xenarium.lab05.check;

import static io.xenarium.lab05.check.Scene.alloc;
import static io.xenarium.lab05.check.Scene.bind;
import static io.xenarium.lab05.check.Scene.bindVirq;
import static io.xenarium.lab05.check.Scene.close;
import static io.xenarium.lab05.check.Scene.fire;
import static io.xenarium.lab05.check.Scene.handles;
import static io.xenarium.lab05.check.Scene.masks;
import static io.xenarium.lab05.check.Scene.send;
import static io.xenarium.lab05.check.Scene.unbound;
import static io.xenarium.lab05.check.Scene.unmask;
import static io.xenarium.lab05.check.Scene.virq;
import static io.xenarium.lab05.check.Scene.wire;

import io.xenarium.abi.PortState;
import io.xenarium.lab.Tier;
import io.xenarium.terms.Errno;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The first tier: what each operation does when it is alone.
@Tier(1)
public final class T1Contract {
    @Test
    @Tag("05.1")
    void allocTakesTheLowestFreePort() {
        Scene.wired().answers(5, alloc(1, 2)).isBound(1, 5, unbound(2, 0));
        Scene.wired().answers(1, alloc(0, 1)).answers(2, alloc(0, 1)).isBound(0, 2, unbound(1, 0));
    }

    @Test
    @Tag("05.1")
    void allocRefusesWhenNoPortIsLeft() {
        new Scene(new EventWorld(2, 3))
                .answers(1, alloc(1, 0))
                .answers(2, alloc(1, 0))
                .refuses(Errno.ENOSPC, alloc(1, 0));
    }

    @Test
    @Tag("05.2")
    void sendSetsThePendingBitOfTheFarEnd() {
        Scene.wired().answers(0, send(1, 1)).isPending(2, 1, true).isPending(1, 1, false);
    }

    @Test
    @Tag("05.2")
    void sendSetsTheSelectorAndRaisesTheUpcall() {
        Scene.wired().answers(0, send(1, 1)).isSelected(2, 0, 1).isInterrupted(2, 0).raised(1);
        Scene.wired().answers(0, send(1, 65)).isSelected(2, 0, 2).isInterrupted(2, 0);
        Scene.wired().answers(0, send(2, 66)).isSelected(1, 1, 2).isInterrupted(1, 1);
    }

    @Test
    @Tag("05.2")
    void sendToAMaskedPortSetsPendingAndNothingMore() {
        Scene.wired()
                .answers(0, masks(2, 1))
                .answers(0, send(1, 1))
                .isPending(2, 1, true)
                .isHeldBack(2, 0)
                .raised(0);
    }

    @Test
    @Tag("05.2")
    void aSecondSendBeforeTheGuestLooksChangesNothing() {
        Scene.wired().answers(0, send(1, 1)).answers(0, send(1, 1)).raised(1);
        Scene.wired()
                .answers(0, send(1, 1))
                .answers(0, handles(2, 0))
                .answers(0, send(1, 1))
                .isInterrupted(2, 0)
                .raised(2);
    }

    /// The guest has taken the selector bit, and is on its way to the port.
    @Test
    @Tag("05.2")
    void sendToAPortThatIsPendingAlreadyTellsNobody() {
        Scene scene = Scene.wired();
        scene.world.pending[2][1] = true;
        scene.answers(0, send(1, 1)).raised(0);
    }

    @Test
    @Tag("05.2")
    void sendOnAnIpiPortInterruptsItsOwnVcpu() {
        Scene.wired().answers(0, send(1, 2)).isPending(1, 2, true).isInterrupted(1, 1);
    }

    @Test
    @Tag("05.2")
    void sendWithNobodyAtTheFarEndIsDropped() {
        Scene.wired().answers(0, send(2, 4)).isPending(2, 4, false).raised(0);
        Scene.wired().refuses(Errno.EINVAL, send(1, 3));
        Scene.wired().refuses(Errno.EINVAL, send(1, 9));
        Scene.wired().answers(0, fire(1, 9)).isPending(1, 9, false);
    }

    @Test
    @Tag("05.3")
    void bindJoinsBothEnds() {
        Scene.wired()
                .answers(5, bind(1, 2, 4))
                .isBound(1, 5, wire(2, 4, 0))
                .isBound(2, 4, wire(1, 5, 1));
    }

    @Test
    @Tag("05.3")
    void bindMakesTheNewEndPending() {
        Scene.wired()
                .answers(5, bind(1, 2, 4))
                .isPending(1, 5, true)
                .isSelected(1, 0, 1)
                .isInterrupted(1, 0)
                .isPending(2, 4, false);
    }

    @Test
    @Tag("05.3")
    void bindRefusesWhatDoesNotWaitForTheCaller() {
        Scene.wired().refuses(Errno.EINVAL, bind(1, 2, 5));
        Scene.wired().refuses(Errno.EINVAL, bind(1, 2, 1));
        Scene.wired().refuses(Errno.EINVAL, bind(1, 2, 7));
        EventWorld full = new EventWorld(3, 2);
        full.states[1][1] = virq(0, 0);
        new Scene(full).refuses(Errno.ENOSPC, bind(1, 2, 1));
    }

    @Test
    @Tag("05.4")
    void bindVirqTakesAPortForTheVcpu() {
        Scene.wired()
                .answers(5, bindVirq(1, 1, 0))
                .isBound(1, 5, virq(0, 1))
                .answers(0, fire(1, 5))
                .isInterrupted(1, 1);
    }

    @Test
    @Tag("05.4")
    void bindVirqRefusesWhatCannotBe() {
        Scene.wired().refuses(Errno.EEXIST, bindVirq(1, 0, 0));
        Scene.wired().refuses(Errno.EINVAL, bindVirq(1, 1, 5));
        EventWorld full = new EventWorld(3, 2);
        full.states[1][1] = unbound(0, 0);
        new Scene(full).refuses(Errno.ENOSPC, bindVirq(1, 0, 5));
    }

    @Test
    @Tag("05.5")
    void unmaskDeliversWhatWasHeldBack() {
        Scene.wired()
                .answers(0, masks(2, 1))
                .answers(0, send(1, 1))
                .answers(0, unmask(2, 1))
                .isPending(2, 1, true)
                .isSelected(2, 0, 1)
                .isInterrupted(2, 0)
                .raised(1);
    }

    @Test
    @Tag("05.5")
    void unmaskOfAQuietPortInterruptsNobody() {
        Scene.wired().answers(0, masks(2, 1)).answers(0, unmask(2, 1)).raised(0);
        Scene.wired().answers(0, unmask(2, 1)).answers(0, unmask(2, 9)).raised(0);
    }

    /// The guest has taken the selector bit, and is on its way to the port.
    @Test
    @Tag("05.5")
    void unmaskOfAPortThatWasNotMaskedTellsNobody() {
        Scene scene = Scene.wired();
        scene.world.pending[2][1] = true;
        scene.answers(0, unmask(2, 1)).raised(0);
    }

    @Test
    @Tag("05.5")
    void unmaskLeavesAFreePortAlone() {
        Scene scene = Scene.wired().answers(0, masks(2, 9)).answers(0, unmask(2, 9));
        scene.expect(
                Rules.PENDING,
                scene.world.masked[2][9],
                "port 9 of d2, which is free, is not masked any more",
                "leaves the bits of a free port as they are, and answers 0");
    }

    @Test
    @Tag("05.6")
    void closeFreesThePortAndLeavesThePeerUnbound() {
        Scene.wired()
                .answers(0, close(1, 65))
                .isBound(1, 65, new PortState.Free())
                .isBound(2, 66, unbound(1, 0));
        Scene.wired().answers(0, close(2, 66)).isBound(1, 65, unbound(2, 1));
        Scene.wired().answers(0, close(1, 3)).isBound(1, 3, new PortState.Free());
    }

    @Test
    @Tag("05.6")
    void closeForgetsAPendingEvent() {
        Scene scene = Scene.wired().answers(0, send(2, 1)).answers(0, close(1, 1));
        scene.expect(
                Rules.STALE,
                !scene.world.pending[1][1],
                "port 1 of d1 is still pending",
                "clears it: who gets port 1 next must not find an event that is none of theirs");
    }

    @Test
    @Tag("05.6")
    void closeRefusesAFreePort() {
        Scene.wired().refuses(Errno.EINVAL, close(1, 9)).refuses(Errno.EINVAL, close(1, 0));
    }
}
