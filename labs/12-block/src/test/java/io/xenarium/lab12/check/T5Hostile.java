package io.xenarium.lab12.check;

import static io.xenarium.abi.BlockRing.ERROR;
import static io.xenarium.abi.BlockRing.OKAY;
import static io.xenarium.lab12.check.Scene.discard;
import static io.xenarium.lab12.check.Scene.read;
import static io.xenarium.lab12.check.Scene.segment;
import static io.xenarium.lab12.check.Scene.write;

import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.Subject;
import io.xenarium.lab.Tier;
import io.xenarium.machine.Dice;
import io.xenarium.parts.BlockBackend;
import io.xenarium.parts.BlockBackend.Request;
import io.xenarium.parts.BlockBackend.Segment;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The fifth tier: a guest that means harm, and a disk whose power fails.
@Tier(5)
public final class T5Hostile {
    private static final int FATES = 6;
    private static final int STORM = 200;

    @Test
    @Tag("12.1")
    void everyOddSegmentIsRefused() {
        Scene scene = new Scene();
        for (int first = 0; first < 256; first += 3) {
            for (int last = 0; last < 256; last += 5) {
                boolean fits = first <= last && last <= 7;
                scene.judges(fits ? OKAY : ERROR, read(0, segment(0, first, last)));
            }
        }
        for (long sector = 1; sector > 0; sector *= 2) {
            scene.judges(sector < BlockWorld.SECTORS ? OKAY : ERROR, write(sector, ONE))
                    .judges(ERROR, write(-sector, ONE))
                    .judges(sector <= BlockWorld.SECTORS ? OKAY : ERROR, discard(0, sector))
                    .judges(ERROR, discard(sector, -sector))
                    .judges(ERROR, discard(Long.MAX_VALUE - sector, Long.MAX_VALUE));
        }
    }

    private static final Segment ONE = segment(0, 0, 0);

    @Test
    @Tag("12.2")
    void onePageThatIsNotGrantedSpoilsEveryRequest() {
        for (int at = 0; at < 5; at++) {
            Segment[] segments = new Segment[5];
            for (int i = 0; i < segments.length; i++) {
                segments[i] = segment(i == at ? BlockWorld.NOT_GRANTED : i, 0, 7);
            }
            new Scene().maps(false, read(0, segments)).hasMapped();
        }
    }

    @Test
    @Tag("12.3")
    void anIndexFromNowhereWakesNobody() {
        Scene scene = new Scene();
        for (int wakesAt : new int[] {0, -1, Integer.MIN_VALUE, Integer.MAX_VALUE, 100}) {
            scene.world.frontWakesAt = wakesAt;
            scene.responds(read(0), OKAY).happens(Op.Kind.CONSUME).hasSignalled(0);
        }
    }

    @Test
    @Tag("12.4")
    void whatWasFlushedOutlivesALossOfPowerAnywhere() {
        BlockBackend.Maker xen = Subject.current().reference().blockBackend();
        cutEverywhere(xen::make);
    }

    @Test
    @Tag("12.5")
    void whatWasAnsweredOutlivesALossOfPowerAnywhere() {
        BlockBackend.Maker mine = Subject.current().mine().blockBackend();
        cutEverywhere(mine::make);
    }

    /// Lets the power fail after every step of a bank's business, and the dice fall in some ways.
    private static void cutEverywhere(BlockBackend.Maker completes) {
        Subject subject = Subject.current();
        if (subject.isReplay()) {
            String[] data = subject.replayData().split("-");
            cut(completes, Integer.parseInt(data[0]), Integer.parseInt(data[1]), data[2]);
            return;
        }
        for (String kind : new String[] {"flush", "barrier"}) {
            boolean isOver = false;
            for (int steps = 0; !isOver && steps < Bank.STEPS_MAX; steps++) {
                for (int fate = 1; fate <= FATES; fate++) {
                    isOver = cut(completes, steps, fate, kind);
                }
            }
        }
    }

    private static boolean cut(BlockBackend.Maker completes, int steps, int fate, String kind) {
        Subject subject = Subject.current();
        BlockWorld world = new BlockWorld();
        world.told = subject.isReplay() ? subject.steps() : null;
        BlockBackend mine = subject.mine().blockBackend().make(world);
        Bank bank = new Bank(world, mine, completes.make(world), kind.equals("barrier"));
        try {
            return bank.isOverAfter(steps, fate);
        } catch (CheckFailed failed) {
            throw failed.seen(
                    new CheckFailed.Again(
                            "power cut after %d steps, fate %d".formatted(steps, fate),
                            "%d-%d-%s".formatted(steps, fate, kind)));
        }
    }

    @Test
    @Tag("12.6")
    void anIndexThatCannotBeIsNeverBelieved() {
        for (int lie : new int[] {5, 6, 1000, -1, -2, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            Scene scene = new Scene();
            scene.world.produced = lie;
            scene.serves(false).hasTaken(0).hasAnswered().hasOrdered();
        }
    }

    @Test
    @Tag("12.6")
    void indicesWrapAround() {
        Scene scene = new Scene(BlockWorld.from(-2));
        for (int i = 0; i < 4; i++) {
            scene.pushes(read(i, segment(i, 0, 0)))
                    .serves(true)
                    .hasTaken(i - 1)
                    .isWokenAt(i)
                    .happens(Op.Kind.DISK)
                    .hasSignalled(i + 1)
                    .happens(Op.Kind.SLEEP);
        }
    }

    @Test
    @Tag("12.6")
    void aStormOfRubbishLeavesNothingBehind() {
        Subject subject = Subject.current();
        long seed = subject.isReplay() ? Long.parseLong(subject.replayData()) : 1;
        long last = subject.isReplay() ? seed : 20;
        for (; seed <= last; seed++) {
            try {
                storm(seed);
            } catch (CheckFailed failed) {
                throw failed.seen(new CheckFailed.Again("storm " + seed, "" + seed));
            }
        }
    }

    /// Random requests, most of them wrong: each is answered once, and in the end nothing is mapped
    /// and nothing waits.
    private static void storm(long seed) {
        Scene scene = new Scene();
        Dice dice = new Dice(seed);
        for (int i = 0; i < STORM; i++) {
            Request request = Op.request(dice, i, 12);
            scene.pushes(request).serves(true);
            while (!scene.world.queue.isEmpty()) {
                scene.happens(Op.Kind.DISK);
            }
            scene.happens(Op.Kind.SLEEP).hasMapped().hasTaken(i + 1);
            if (scene.world.answers.size() != i + 1
                    || scene.world.answers.getLast().id() != request.id()) {
                throw new CheckFailed(
                        Rules.ANSWER,
                        "%s got %s".formatted(Words.of(request), scene.world.answers.getLast()),
                        "answers each request once, with its id");
            }
        }
    }
}
