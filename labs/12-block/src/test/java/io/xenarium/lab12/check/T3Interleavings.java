package io.xenarium.lab12.check;

import static io.xenarium.lab12.check.Scene.read;
import static io.xenarium.lab12.check.Scene.segment;
import static io.xenarium.lab12.check.Scene.write;

import io.xenarium.abi.BlockRing;
import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.Search;
import io.xenarium.lab.Subject;
import io.xenarium.lab.Tier;
import io.xenarium.parts.BlockBackend;
import io.xenarium.parts.BlockBackend.Request;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// The third tier: the guest gets in between any two steps of the part. Nothing but the order of
/// steps protects a ring; both sides run at once, on two processors.
@Tier(3)
public final class T3Interleavings {
    @Test
    @Tag("12.3")
    void aResponseMeetsAGuestThatGoesToSleep() {
        BlockWorld world = awake();
        world.push(read(0, segment(0, 0, 0)));
        Request request = world.take();
        search(
                world,
                call("respond(OKAY)", part -> part.respond(request, BlockRing.OKAY)),
                new Search.Actor<>("d1", sleeping()),
                T3Interleavings::requireAwake);
    }

    @Test
    @Tag("12.5")
    void aResponseMeetsAGuestThatTakesItsPageBack() {
        BlockWorld world = awake();
        world.push(read(0, segment(0, 0, 0)));
        BlockBackend reference = Subject.current().reference().blockBackend().make(world);
        reference.submit(world.take());
        BlockWorld.Order order = world.next();
        byte[] data = world.execute(order);
        Search.Act<BlockWorld, BlockBackend.Platform> step =
                new Search.GuestStep<>(
                        "d1 sees the response and uses its page for something else",
                        seen -> seen.shown != seen.consumed,
                        T3Interleavings::requirePagesBack);
        search(
                world,
                call("complete(the read)", part -> part.complete(order.work(), data)),
                new Search.Actor<>("d1", List.of(step)),
                T3Interleavings::requirePagesBack);
    }

    @Test
    @Tag("12.6")
    void aBackEndThatGoesToSleepMeetsARequest() {
        BlockWorld world = awake();
        world.push(write(0, segment(0, 0, 0)));
        List<Search.Act<BlockWorld, BlockBackend.Platform>> acts = new ArrayList<>();
        for (int i = 1; i <= 2; i++) {
            Request request = write(i, segment(i, 0, 0));
            acts.add(
                    new Search.GuestStep<>(
                            "d1 puts in one more", _ -> true, one -> one.push(request)));
            acts.add(
                    new Search.GuestStep<>(
                            "d1 looks whether it is to signal", _ -> true, BlockWorld::ring));
        }
        search(
                world,
                call("serve()", BlockBackend::serve),
                new Search.Actor<>("d1", acts),
                T3Interleavings::requireServed);
    }

    /// A world in which the guest does not want to be woken for now.
    private static BlockWorld awake() {
        BlockWorld world = new BlockWorld();
        world.frontWakesAt = 100;
        return world;
    }

    /// A guest that has nothing to do: it says when to wake it, looks once more, and sleeps.
    private static List<Search.Act<BlockWorld, BlockBackend.Platform>> sleeping() {
        return List.of(
                new Search.GuestStep<>(
                        "d1 wants to be woken at the next response",
                        _ -> true,
                        world -> world.frontWakesAt = world.consumed + 1),
                new Search.GuestStep<>(
                        "d1 looks once more, and sleeps if there is none",
                        _ -> true,
                        world -> {
                            world.isAsleep = world.shown == world.consumed && world.signals == 0;
                            world.consumed = world.shown;
                        }));
    }

    private static void requireAwake(BlockWorld world) {
        if (world.isAsleep && world.shown != world.consumed) {
            throw new CheckFailed(
                    Rules.LOST,
                    "d1 sleeps, and response %d waits in the ring".formatted(world.shown),
                    "shows the response, and looks after that who sleeps");
        }
    }

    private static void requirePagesBack(BlockWorld world) {
        world.consumed = world.shown;
        if (!world.passing().isEmpty()) {
            throw new CheckFailed(
                    Rules.EARLY,
                    "d1 has its response, while the back-end still has %s mapped"
                            .formatted(Words.of(world.passing().values().iterator().next())),
                    "gives back all pages, and answers last");
        }
        if (world.pages[0][0] != 100) {
            throw new CheckFailed(
                    Rules.DATA,
                    "d1 has its response, and what was read is not in its page",
                    "fills the pages first");
        }
    }

    private static void requireServed(BlockWorld world) {
        if (world.taken != world.produced && !world.isCalled) {
            throw new CheckFailed(
                    Rules.LOST,
                    "the back-end sleeps, is woken at request %d, and %d of %d are taken"
                            .formatted(world.backWakesAt, world.taken, world.produced),
                    "says when to wake it, and looks once more after that");
        }
    }

    private static void search(
            BlockWorld start,
            Search.Actor<BlockWorld, BlockBackend.Platform> backEnd,
            Search.Actor<BlockWorld, BlockBackend.Platform> guest,
            Consumer<BlockWorld> verdict) {
        new Search<>(BlockBackend.Platform.class, List.of(backEnd, guest), verdict)
                .check(start, steps -> start.told = steps);
    }

    private static Search.Actor<BlockWorld, BlockBackend.Platform> call(
            String words, Consumer<BlockBackend> asked) {
        BlockBackend.Maker maker = Subject.current().mine().blockBackend();
        return new Search.Actor<>(
                "d0",
                List.of(new Search.Call<>(words, platform -> asked.accept(maker.make(platform)))));
    }
}
