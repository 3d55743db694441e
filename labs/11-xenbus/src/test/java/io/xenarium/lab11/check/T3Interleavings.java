package io.xenarium.lab11.check;

import io.xenarium.abi.XenbusState;
import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.Rule;
import io.xenarium.lab.Search;
import io.xenarium.lab.Subject;
import io.xenarium.lab.Tier;
import io.xenarium.parts.SplitDriver;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/// The third tier: the guest gets in between any two steps of the part, and acts on whatever it
/// sees.
@Tier(3)
public final class T3Interleavings {
    @Test
    @Tag("11.3")
    void aGuestThatSeesConnectedUsesTheDevice() {
        DeviceWorld world = DeviceWorld.offering(1, 2);
        search(world, device("d1 sees CONNECTED, and puts a request in", XenbusState.CONNECTED));
    }

    @Test
    @Tag("11.3")
    void aGuestThatSeesClosingTakesItsRingBack() {
        DeviceWorld world = DeviceWorld.offering(1, 2);
        Subject.current().reference().splitDriver().make().frontChanged(world);
        world.front = XenbusState.CLOSING;
        search(world, device("d1 sees CLOSING, and takes its ring back", XenbusState.CLOSING));
    }

    private static Search.Act<DeviceWorld, SplitDriver.Device> device(
            String words, XenbusState awaited) {
        return new Search.GuestStep<>(
                words,
                world -> world.state == awaited,
                world -> world.requireConsistent(Rules.EARLY, "at the moment in which"));
    }

    private static void search(
            DeviceWorld world, Search.Act<DeviceWorld, SplitDriver.Device> guest) {
        SplitDriver.Maker maker = Subject.current().mine().splitDriver();
        Search.Act<DeviceWorld, SplitDriver.Device> call =
                new Search.Call<>("frontChanged()", device -> maker.make().frontChanged(device));
        new Search<>(
                        SplitDriver.Device.class,
                        List.of(
                                new Search.Actor<>("d0", List.of(call)),
                                new Search.Actor<>("d1", List.of(guest))),
                        end -> end.requireConsistent(Rules.HELD, "in the end"))
                .check(world, steps -> world.told = steps);
    }

    @Test
    @Tag("11.4")
    void aReaderMeetsAGuestThatWritesIntoTheRoom() {
        RingWorld ring = RingWorld.with("abcd", 0);
        searchRing(
                ring,
                part -> probe -> probe.answered(RingWorld.text(part.ringRead(probe))),
                "d1 writes into all places that are free",
                world -> world.guestWrites("WXYZ".substring(0, RingWorld.SIZE - world.used())),
                world -> requireText(Rules.BARRIER, "the back-end read", world.answer, "abcd"));
    }

    @Test
    @Tag("11.5")
    void aWriterMeetsAGuestThatReads() {
        RingWorld ring = RingWorld.with("", 2);
        byte[] text = "abc".getBytes(StandardCharsets.US_ASCII);
        searchRing(
                ring,
                part -> probe -> probe.answered("" + part.ringWrite(probe, text)),
                "d1 takes all bytes that it sees",
                RingWorld::guestReads,
                world -> {
                    world.guestReads();
                    requireText(Rules.BARRIER, "the guest read", world.taken, "abc");
                });
    }

    private static void requireText(Rule rule, String who, String text, String wanted) {
        if (!text.equals(wanted)) {
            throw new CheckFailed(
                    rule, "%s '%s'".formatted(who, text), "'%s' arrives".formatted(wanted));
        }
    }

    private static void searchRing(
            RingWorld ring,
            Function<SplitDriver, Consumer<Probe>> asked,
            String words,
            Consumer<RingWorld> doing,
            Consumer<RingWorld> verdict) {
        SplitDriver.Maker maker = Subject.current().mine().splitDriver();
        Search.Act<RingWorld, Probe> call =
                new Search.Call<>("moves bytes", probe -> asked.apply(maker.make()).accept(probe));
        Search.Act<RingWorld, Probe> step = new Search.GuestStep<>(words, _ -> true, doing);
        new Search<>(
                        Probe.class,
                        List.of(
                                new Search.Actor<>("d0", List.of(call)),
                                new Search.Actor<>("d1", List.of(step, step))),
                        verdict)
                .check(ring, steps -> ring.told = steps);
    }
}
