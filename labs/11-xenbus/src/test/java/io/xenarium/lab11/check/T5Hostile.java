package io.xenarium.lab11.check;

import io.xenarium.abi.XenbusState;
import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.Subject;
import io.xenarium.lab.Tier;
import io.xenarium.machine.Dice;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.util.List;

/// The fifth tier: front-ends that jump from state to state and offer what they do not have,
/// back-ends that are taken down half-way, and indices from nowhere.
@Tier(5)
public final class T5Hostile {
    private static final int STORM = 200;
    private static final XenbusState[] STATES = XenbusState.values();

    @Test
    @Tag("11.1")
    void noTwoStatesLeadIntoNowhere() {
        Scene scene = Scene.offering(1);
        for (XenbusState mine : STATES) {
            for (XenbusState front : STATES) {
                XenbusState next = scene.part.nextState(mine, front);
                if (next == XenbusState.UNKNOWN && mine != next) {
                    throw new CheckFailed(
                            Rules.STATE,
                            "nextState(%s, %s) was UNKNOWN".formatted(mine, front),
                            "never goes there");
                }
            }
        }
    }

    @Test
    @Tag("11.2")
    void oneBadPageSpoilsEveryRing() {
        for (int at = 0; at < 4; at++) {
            Integer[] refs = {1, 2, 3, 4};
            refs[at] = at % 2 == 0 ? 0 : 4711;
            Scene.offering(refs).connects(false).holds(0, 0);
        }
    }

    @Test
    @Tag("11.3")
    void aBackEndThatIsTakenDownHalfwayLeavesNothing() {
        XenbusState[] way = {
            XenbusState.INITIALISED, XenbusState.CONNECTED, XenbusState.CLOSING, XenbusState.CLOSED
        };
        for (int steps = 0; steps <= way.length; steps++) {
            Scene scene = Scene.offering(1, 2, 3);
            for (int i = 0; i < steps; i++) {
                scene.world.front = way[i];
                scene.part.frontChanged(scene.world);
            }
            scene.disconnects().holds(0, 0);
            scene.world.state = XenbusState.INIT_WAIT;
            scene.follows(XenbusState.INITIALISED, XenbusState.CONNECTED).holds(3, 1);
        }
    }

    @Test
    @Tag("11.3")
    void aFrontEndThatJumpsHoldsNothingOfTheBackEnd() {
        Subject subject = Subject.current();
        long seed = subject.isReplay() ? Long.parseLong(subject.replayData()) : 1;
        long last = subject.isReplay() ? seed : 30;
        for (; seed <= last; seed++) {
            List<Op> ops =
                    Op.random(
                            seed,
                            STORM,
                            List.of(Op.Kind.FRONT, Op.Kind.FRONT, Op.Kind.FRONT, Op.Kind.OFFER));
            Scene scene = Scene.offering(1);
            try {
                for (Op op : ops) {
                    op.happen(scene.part, scene.world);
                    scene.world.requireConsistent(Rules.HELD, "after " + op);
                }
            } catch (CheckFailed failed) {
                throw failed.seen(new CheckFailed.Again("storm " + seed, "" + seed));
            }
        }
    }

    @Test
    @Tag("11.4")
    void anIndexFromNowhereIsNotRead() {
        for (int lie : new int[] {5, 6, 1000, -1, -2, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            RingWorld ring = RingWorld.with("", 0);
            ring.producer = lie;
            Scene.offering(1).reads("", ring, 0);
        }
    }

    @Test
    @Tag("11.5")
    void anIndexFromNowhereIsNotWrittenTo() {
        Dice dice = new Dice(5);
        for (int round = 0; round < 200; round++) {
            RingWorld ring = RingWorld.with("ab", (int) dice.next());
            ring.consumer = ring.producer - (round % 2 == 0 ? 5 + dice.below(99) : -1);
            int producer = ring.producer;
            byte[] before = ring.bytes.clone();
            int count = Scene.offering(1).part.ringWrite(ring, new byte[] {'x'});
            if (count != 0
                    || ring.producer != producer
                    || !java.util.Arrays.equals(before, ring.bytes)) {
                throw new CheckFailed(
                        Rules.INDEX,
                        "ringWrite() put %d bytes into a ring with %d in four places"
                                .formatted(count, producer - ring.consumer),
                        "touches nothing there");
            }
        }
    }

    @Test
    @Tag("11.6")
    void indicesWrapAround() {
        ConsoleWorld console = new ConsoleWorld();
        console.out.producer = -3;
        console.out.consumer = -3;
        console.in.producer = -1;
        console.in.consumer = -1;
        Scene scene = Scene.offering(1);
        StringBuilder shown = new StringBuilder();
        for (int round = 1; round <= 4; round++) {
            console.out.guestWrites("ab");
            console.typed = "xyz";
            scene.serves(console, shown.append("ab").toString(), "", round);
            console.in.guestReads();
        }
    }
}
