package io.xenarium.lab05.check;

import io.xenarium.abi.PortState;
import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.Subject;
import io.xenarium.lab.Tier;
import io.xenarium.machine.Dice;
import io.xenarium.parts.EventChannels;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Errno;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.util.List;

/// The fifth tier: a guest that means harm. It scribbles over the bits that it shares with Xen,
/// asks for nonsense, and takes all it can get; its neighbour must not notice.
@Tier(5)
public final class T5Hostile {
    private static final int STORM = 400;

    @Test
    @Tag("05.1")
    void aGuestThatTakesEveryPortHarmsNobodyElse() {
        EventWorld world = Op.wired();
        Scene scene = new Scene(world);
        int taken = 0;
        while (scene.part.allocUnbound(new DomId(1), new DomId(2)) > 0) {
            taken++;
            scene.expect(
                    Rules.FORBIDDEN,
                    taken < world.ports,
                    "a guest got %d ports of %d".formatted(taken, world.ports),
                    "gives out each port once, and never port 0");
        }
        scene.answers(2, Scene.alloc(2, 1));
    }

    @Test
    @Tag("05.2")
    void aGuestThatPresetsItsBitsOnlyFoolsItself() {
        EventWorld world = Op.wired();
        world.pending[2][1] = true;
        world.selectors[2][0] = -1;
        world.upcalls[2][0] = true;
        new Scene(world)
                .answers(0, Scene.send(1, 1))
                .raised(0)
                .answers(0, Scene.send(1, 65))
                .raised(0);
        EventWorld lying = Op.wired();
        lying.selectors[1][1] = 2;
        new Scene(lying).answers(0, Scene.send(2, 66)).isPending(1, 65, true).raised(0);
    }

    @Test
    @Tag("05.3")
    void aWireCannotBeBoundTwice() {
        Scene.wired().answers(5, Scene.bind(1, 2, 4)).refuses(Errno.EINVAL, Scene.bind(1, 2, 4));
    }

    @Test
    @Tag("05.4")
    void aVirqCannotBeBoundTwice() {
        Scene.wired()
                .answers(5, Scene.bindVirq(1, 0, 5))
                .refuses(Errno.EEXIST, Scene.bindVirq(1, 0, 5));
    }

    @Test
    @Tag("05.5")
    void unmaskingForeverWakesNobody() {
        Scene scene = Scene.wired().answers(0, Scene.send(1, 1));
        for (int i = 0; i < 50; i++) {
            scene.answers(0, Scene.masks(2, 1)).answers(0, Scene.unmask(2, 1));
        }
        scene.raised(1);
    }

    @Test
    @Tag("05.6")
    void aStormLeavesBothEndsOfEveryWireAgreed() {
        long seed =
                Subject.current().isReplay() ? Long.parseLong(Subject.current().replayData()) : 1;
        long last = Subject.current().isReplay() ? seed : 30;
        for (; seed <= last; seed++) {
            storm(seed);
        }
    }

    /// Random operations, while the guest flips bits that it shares with Xen.
    private static void storm(long seed) {
        EventWorld world = Op.wired();
        Scene.tellReplay(world);
        EventChannels part = Subject.current().mine().eventChannels().make(world);
        Dice dice = new Dice(~seed);
        List<Op> ops = Op.random(seed, STORM, List.of(Op.Kind.values()));
        for (int i = 0; i < ops.size(); i++) {
            scribble(world, dice);
            ops.get(i).happen(part, world);
            requireAgreed(world, ops.get(i), new CheckFailed.Again("operation " + i, "" + seed));
        }
    }

    private static void scribble(EventWorld world, Dice dice) {
        int port = dice.below(world.ports);
        world.pending[1][port] ^= dice.below(4) == 0;
        world.masked[1][port] ^= dice.below(4) == 0;
        world.selectors[1][dice.below(EventWorld.VCPUS)] ^= dice.below(4);
    }

    private static void requireAgreed(EventWorld world, Op last, CheckFailed.Again again) {
        for (int domain = 1; domain < world.domains; domain++) {
            for (int port = 0; port < world.ports; port++) {
                if (world.states[domain][port] instanceof PortState.Interdomain wire
                        && !(world.states[wire.peer().value()][wire.peerPort().value()]
                                        instanceof PortState.Interdomain back
                                && back.peer().value() == domain
                                && back.peerPort().value() == port)) {
                    throw new CheckFailed(
                            Rules.BOUND,
                            "after %s, port %d of d%d is %s, which knows nothing of it"
                                    .formatted(last, port, domain, EventWorld.words(wire)),
                            "changes both ends of a wire together",
                            again);
                }
            }
        }
    }
}
