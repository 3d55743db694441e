package io.xenarium.lab05.check;

import io.xenarium.abi.PortState;
import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.Search;
import io.xenarium.lab.Subject;
import io.xenarium.lab.Tier;
import io.xenarium.parts.EventChannels;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Port;
import io.xenarium.terms.VcpuId;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;

/// The third tier: guests and other vCPUs get in between any two steps of the part. Only what can
/// meet on a real machine is let loose on each other: Xen binds and closes ports under a lock,
/// while sends, unmasks and guests run at the same time.
@Tier(3)
public final class T3Interleavings {
    private static final int ROUNDS = 3;

    @Test
    @Tag("05.2")
    void twoSendersLoseNoWakeUp() {
        search(
                Op.wired(),
                T3Interleavings::noEventIsLost,
                hypercalls("d1 v0", op("send(d1, port 1)", part -> part.send(d(1), p(1)))),
                hypercalls("d1 v1", op("send(d1, port 1)", part -> part.send(d(1), p(1)))),
                handler(2, 0));
    }

    @Test
    @Tag("05.2")
    void aSendMeetsAGuestThatHandlesTheLastOne() {
        search(
                Op.wired(),
                T3Interleavings::noEventIsLost,
                hypercalls(
                        "d1 v0",
                        op("send(d1, port 1)", part -> part.send(d(1), p(1))),
                        op("send(d1, port 65)", part -> part.send(d(1), p(65))),
                        op("send(d1, port 1)", part -> part.send(d(1), p(1)))),
                handler(2, 0));
    }

    @Test
    @Tag("05.3")
    void theFirstEventOfANewWireArrives() {
        search(
                Op.wired(),
                world -> {
                    noEventIsLost(world);
                    requireHandled(world, 1, 5);
                },
                hypercalls(
                        "d1 v0",
                        op(
                                "bindInterdomain(d1, to port 4 of d2)",
                                part -> part.bindInterdomain(d(1), d(2), p(4)))),
                hypercalls("d2 v0", op("send(d2, port 1)", part -> part.send(d(2), p(1)))),
                handler(1, 0));
    }

    @Test
    @Tag("05.4")
    void aVirtualInterruptMeetsASend() {
        EventWorld world = Op.wired();
        search(
                world,
                T3Interleavings::noEventIsLost,
                hypercalls(
                        "d1 v0",
                        op("bindVirq(d1 v0, virq 5)", part -> part.bindVirq(d(1), v(0), 5)),
                        op(
                                "setPending(d1, port 5)",
                                part -> {
                                    part.setPending(d(1), p(5));
                                    return 0;
                                })),
                hypercalls("d2 v0", op("send(d2, port 1)", part -> part.send(d(2), p(1)))),
                handler(1, 0));
    }

    @Test
    @Tag("05.5")
    void anUnmaskMeetsASend() {
        EventWorld world = Op.wired();
        world.masked[2][1] = true;
        search(
                world,
                T3Interleavings::noEventIsLost,
                hypercalls("d1 v0", op("send(d1, port 1)", part -> part.send(d(1), p(1)))),
                hypercalls("d2 v1", op("unmask(d2, port 1)", part -> part.unmask(d(2), p(1)))),
                handler(2, 0));
    }

    @Test
    @Tag("05.6")
    void aCloseMeetsAGuestThatHandlesThePort() {
        EventWorld world = Op.wired();
        world.pending[1][1] = true;
        world.selectors[1][0] = 1;
        world.upcalls[1][0] = true;
        search(
                world,
                end -> {
                    noEventIsLost(end);
                    requireClosed(end);
                },
                hypercalls("d1 v1", op("close(d1, port 1)", part -> part.close(d(1), p(1)))),
                handler(1, 0));
    }

    /// Whatever is pending and not masked must have its vCPU told of it.
    private static void noEventIsLost(EventWorld world) {
        for (int domain = 1; domain < world.domains; domain++) {
            for (int port = 1; port < world.ports; port++) {
                PortState state = world.states[domain][port];
                int vcpu = state.notifies().value();
                boolean isTold =
                        world.upcalls[domain][vcpu]
                                && (world.selectors[domain][vcpu] >>> port / 64 & 1) != 0;
                if (world.pending[domain][port] && !world.masked[domain][port] && !isTold) {
                    throw new CheckFailed(
                            Rules.LOST,
                            "d%d v%d sleeps with port %d pending and unmasked"
                                    .formatted(domain, vcpu, port),
                            "whoever makes it so sets selector bit %d and the upcall"
                                    .formatted(port / 64));
                }
            }
        }
        if (world.raised > world.selected) {
            throw new CheckFailed(
                    Rules.NEEDLESS,
                    "the upcall was raised %d times for %d selector bits"
                            .formatted(world.raised, world.selected),
                    "raises it once for each selector bit that turns from 0 to 1");
        }
    }

    private static void requireHandled(EventWorld world, int domain, int port) {
        if (world.handled[domain][port] == 0 && !world.upcalls[domain][0]) {
            throw new CheckFailed(
                    Rules.LOST,
                    "nothing ever arrived on the new port %d of d%d".formatted(port, domain),
                    "makes a new end pending: the far end may have signalled before it was there");
        }
    }

    private static void requireClosed(EventWorld world) {
        if (!(world.states[1][1] instanceof PortState.Free) || world.pending[1][1]) {
            throw new CheckFailed(
                    Rules.STALE,
                    "port 1 of d1 was closed and is "
                            + (world.pending[1][1] ? "still pending" : "not free"),
                    "leaves the port free and not pending");
        }
    }

    @SafeVarargs
    @SuppressWarnings("varargs")
    private static void search(
            EventWorld start,
            Consumer<EventWorld> verdict,
            Search.Actor<EventWorld, EventChannels.Platform>... actors) {
        new Search<>(EventChannels.Platform.class, List.of(actors), verdict)
                .check(start, steps -> start.told = steps);
    }

    /// A guest's vCPU that handles its upcall a few times.
    private static Search.Actor<EventWorld, EventChannels.Platform> handler(int domain, int vcpu) {
        List<Search.Act<EventWorld, EventChannels.Platform>> acts = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            acts.add(
                    new Search.GuestStep<>(
                            "the guest clears its upcall flag",
                            world -> world.upcalls[domain][vcpu],
                            world -> world.clearUpcall(domain, vcpu)));
            acts.add(
                    new Search.GuestStep<>(
                            "the guest takes its selector word",
                            _ -> true,
                            world -> world.takeSelector(domain, vcpu)));
            acts.add(
                    new Search.GuestStep<>(
                            "the guest handles what is pending in it",
                            _ -> true,
                            world -> world.handleTaken(domain, vcpu)));
        }
        return new Search.Actor<>("guest d%d v%d".formatted(domain, vcpu), acts);
    }

    @SafeVarargs
    @SuppressWarnings("varargs")
    private static Search.Actor<EventWorld, EventChannels.Platform> hypercalls(
            String name, Search.Act<EventWorld, EventChannels.Platform>... calls) {
        return new Search.Actor<>(name, List.of(calls));
    }

    private static Search.Call<EventWorld, EventChannels.Platform> op(
            String words, ToLongFunction<EventChannels> asked) {
        EventChannels.Maker maker = Subject.current().mine().eventChannels();
        return new Search.Call<>(words, platform -> asked.applyAsLong(maker.make(platform)));
    }

    private static DomId d(int number) {
        return new DomId(number);
    }

    private static Port p(int number) {
        return new Port(number);
    }

    private static VcpuId v(int number) {
        return new VcpuId(number);
    }
}
