package io.xenarium.lab11.check;

import static io.xenarium.abi.XenbusState.CLOSED;
import static io.xenarium.abi.XenbusState.CLOSING;
import static io.xenarium.abi.XenbusState.CONNECTED;
import static io.xenarium.abi.XenbusState.INITIALISED;
import static io.xenarium.abi.XenbusState.INITIALISING;
import static io.xenarium.abi.XenbusState.INIT_WAIT;
import static io.xenarium.abi.XenbusState.RECONFIGURED;
import static io.xenarium.abi.XenbusState.RECONFIGURING;
import static io.xenarium.abi.XenbusState.UNKNOWN;

import io.xenarium.lab.Tier;
import io.xenarium.parts.SplitDriver;
import io.xenarium.terms.Port;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Optional;

/// The first tier: what each method does when it is alone.
@Tier(1)
public final class T1Contract {
    @Test
    @Tag("11.1")
    void aFrontEndThatIsReadyIsConnectedTo() {
        Scene.offering(1)
                .leads(INIT_WAIT, INITIALISED, CONNECTED)
                .leads(INIT_WAIT, CONNECTED, CONNECTED)
                .leads(INITIALISING, INITIALISED, INITIALISING)
                .leads(CONNECTED, CONNECTED, CONNECTED)
                .leads(CLOSED, INITIALISED, CLOSED);
    }

    @Test
    @Tag("11.1")
    void aFrontEndThatClosesIsFollowed() {
        Scene.offering(1)
                .leads(CONNECTED, CLOSING, CLOSING)
                .leads(CLOSING, CLOSED, CLOSED)
                .leads(INIT_WAIT, CLOSED, CLOSED)
                .leads(CONNECTED, UNKNOWN, CLOSED);
    }

    @Test
    @Tag("11.1")
    void aFrontEndThatBeginsAnewIsWaitedFor() {
        Scene.offering(1)
                .leads(CLOSED, INITIALISING, INIT_WAIT)
                .leads(CLOSING, INITIALISING, INIT_WAIT)
                .leads(INIT_WAIT, INITIALISING, INIT_WAIT)
                .leads(CONNECTED, INITIALISING, CONNECTED);
    }

    @Test
    @Tag("11.1")
    void atAnythingElseItStays() {
        Scene.offering(1)
                .leads(CONNECTED, RECONFIGURING, CONNECTED)
                .leads(INIT_WAIT, RECONFIGURED, INIT_WAIT)
                .leads(INIT_WAIT, INIT_WAIT, INIT_WAIT);
    }

    @Test
    @Tag("11.2")
    void connectMapsAllPagesAndBindsThePort() {
        Scene.offering(1).connects(true).holds(1, 1);
        Scene.offering(4, 2, 3).connects(true).holds(3, 1);
    }

    @Test
    @Tag("11.2")
    void aPageThatCannotBeMappedLeavesNothing() {
        Scene.offering(1, 2, 9).connects(false).holds(0, 0).hasShown("complains");
    }

    @Test
    @Tag("11.2")
    void aPortThatCannotBeBoundLeavesNothing() {
        Scene scene = Scene.offering(1, 2);
        scene.world.offer = Optional.of(new SplitDriver.Offer(List.of(1, 2), new Port(9)));
        scene.connects(false).holds(0, 0).hasShown("complains");
    }

    @Test
    @Tag("11.2")
    void whoOffersNothingIsNotConnectedTo() {
        new Scene(new DeviceWorld()).connects(false).holds(0, 0).hasShown("complains");
    }

    @Test
    @Tag("11.3")
    void disconnectGivesAllBack() {
        Scene.offering(1, 2).connects(true).disconnects().holds(0, 0);
        Scene.offering(1, 2).disconnects().holds(0, 0);
    }

    @Test
    @Tag("11.3")
    void theWholeWayIsGoneTwice() {
        Scene scene = Scene.offering(2, 1);
        for (int round = 0; round < 2; round++) {
            scene.follows(INITIALISED, CONNECTED)
                    .follows(CONNECTED, CONNECTED)
                    .follows(CLOSING, CLOSING)
                    .follows(CLOSED, CLOSED)
                    .follows(INITIALISING, INIT_WAIT);
        }
        String[] round = {"says CONNECTED", "says CLOSING", "says CLOSED", "says INIT_WAIT"};
        scene.hasShown(
                round[0], round[1], round[2], round[3], round[0], round[1], round[2], round[3]);
    }

    @Test
    @Tag("11.3")
    void whatCannotBeConnectedCloses() {
        Scene.offering(1, 7)
                .follows(INITIALISED, CLOSING)
                .hasShown("complains", "says CLOSING")
                .follows(CLOSED, CLOSED);
    }

    @Test
    @Tag("11.3")
    void aStateIsSaidOnce() {
        Scene.offering(1)
                .follows(INITIALISING, INIT_WAIT)
                .follows(RECONFIGURING, INIT_WAIT)
                .hasShown()
                .follows(INITIALISED, CONNECTED)
                .follows(CONNECTED, CONNECTED)
                .hasShown("says CONNECTED");
    }

    @Test
    @Tag("11.4")
    void allThatWasPutInIsReadInOrder() {
        Scene.offering(1)
                .reads("abc", RingWorld.with("abc", 0), 3)
                .reads("abcd", RingWorld.with("abcd", 2), 6)
                .reads("", RingWorld.with("", 5), 5);
    }

    @Test
    @Tag("11.4")
    void moreThanTheRingHoldsIsNotRead() {
        RingWorld full = RingWorld.with("abcd", 0);
        full.producer = 5;
        RingWorld back = RingWorld.with("", 3);
        back.producer = 2;
        Scene.offering(1).reads("", full, 0).reads("", back, 3);
    }

    @Test
    @Tag("11.5")
    void whatFitsIsPutIn() {
        Scene.offering(1)
                .writes(2, RingWorld.with("", 0), "xy", "xy")
                .writes(1, RingWorld.with("abc", 3), "xyz", "abcx")
                .writes(0, RingWorld.with("abcd", 1), "x", "abcd")
                .writes(0, RingWorld.with("ab", 1), "", "ab");
    }

    @Test
    @Tag("11.6")
    void bothWaysAreServedAndTheGuestIsTold() {
        ConsoleWorld console = new ConsoleWorld();
        console.out.guestWrites("hey");
        console.typed = "lslsls";
        Scene.offering(1).serves(console, "hey", "ls", 1);
    }

    @Test
    @Tag("11.6")
    void roomThatBecameFreeIsNewsToo() {
        ConsoleWorld console = new ConsoleWorld();
        console.out.guestWrites("hey");
        Scene.offering(1).serves(console, "hey", "", 1);
        ConsoleWorld typed = new ConsoleWorld();
        typed.typed = "l";
        Scene.offering(1).serves(typed, "", "", 1);
    }

    @Test
    @Tag("11.6")
    void whereNothingMovesNobodyIsTold() {
        ConsoleWorld console = new ConsoleWorld();
        console.in.guestWrites("full");
        console.typed = "ls";
        Scene.offering(1).serves(console, "", "ls", 0).serves(new ConsoleWorld(), "", "", 0);
    }
}
