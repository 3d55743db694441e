package io.xenarium.lab04.check;

import static io.xenarium.trace.MemoryEvent.FrameType.L1;

import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.Search;
import io.xenarium.lab.Search.Act;
import io.xenarium.lab.Subject;
import io.xenarium.lab.Tier;
import io.xenarium.parts.PvMmu;
import io.xenarium.parts.PvMmu.Platform;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.function.Consumer;

/// The third tier: two vCPUs of one guest, and the processors, which set marks, get in between any
/// two steps of the part.
@Tier(3)
public final class T3Interleavings {
    /// Maps the table in frame 4 writable.
    private static final long TABLE_4 = 0x4067;

    @Test
    @Tag("04.4")
    void aPinMeetsAStoreThroughATlb() {
        MmuWorld start = Op.usual();
        start.stale[6] = true;
        search(start, vcpu0(Op.pin(6, L1)), vcpu1(store(6, TABLE_4)));
    }

    @Test
    @Tag("04.5")
    void aPinMeetsAMappingOfTheSameFrame() {
        search(
                Op.usual(),
                vcpu0(Op.pin(6, L1)),
                vcpu1(call(Op.update(5, 2, 0x6067)), store(6, TABLE_4)));
    }

    @Test
    @Tag("04.5")
    void aPinMeetsAMappingThatComesAndGoes() {
        search(
                Op.usual(),
                vcpu0(Op.pin(6, L1)),
                vcpu1(call(Op.update(5, 2, 0x6067)), call(Op.update(5, 2, 0)), store(6, TABLE_4)));
    }

    @Test
    @Tag("04.5")
    void anUnpinMeetsAMappingOfTheSameFrame() {
        MmuWorld start = Op.usual();
        start.types[6] = L1;
        start.pinned[6] = true;
        Recount.settle(start);
        search(start, vcpu0(Op.unpin(6)), vcpu1(call(Op.update(5, 2, 0x6067)), store(6, 0xc067)));
    }

    @Test
    @Tag("04.5")
    void twoUpdatesOfOneEntryMeet() {
        search(Op.usual(), vcpu0(Op.update(4, 3, 0xb067)), vcpu1(call(Op.update(4, 3, 0xc067))));
    }

    @Test
    @Tag("04.5")
    void anUpdateMeetsAProcessorThatSetsMarks() {
        MmuWorld start = Op.usual();
        start.memory[4][0] = 0x8007;
        search(
                start,
                world -> {
                    boolean wasMarked = world.flushes == 1;
                    if (wasMarked && (world.memory[4][0] & PvMmu.DIRTY) == 0) {
                        throw new CheckFailed(
                                Rules.RACE,
                                "a store marked entry 0 of mfn 0x4 dirty, and it is %s now"
                                        .formatted(MmuWorld.hex(world.memory[4][0])),
                                "keeps the mark, since it was asked to");
                    }
                },
                vcpu0(Op.updateMarked(4, 0, 0x8007 | PvMmu.NO_EXECUTE)),
                vcpu1(
                        new Search.GuestStep<>(
                                "a store of v1: the processor marks entry 0 of mfn 0x4 dirty",
                                _ -> true,
                                world -> {
                                    world.memory[4][0] |= PvMmu.ACCESSED | PvMmu.DIRTY;
                                    world.flushes = 1;
                                })));
    }

    @Test
    @Tag("04.5")
    void aPlainWriteMeetsAPinOfTheSameFrame() {
        search(Op.usual(), vcpu0(Op.update(6, 2, TABLE_4)), vcpu1(call(Op.pin(6, L1))));
    }

    @Test
    @Tag("04.5")
    void anUpdateMeetsTheEndOfItsTable() {
        MmuWorld start = Op.usual();
        start.types[6] = L1;
        start.pinned[6] = true;
        Recount.settle(start);
        search(start, vcpu0(Op.update(6, 2, 0x9065)), vcpu1(whole(Op.unpin(6))));
    }

    @SafeVarargs
    @SuppressWarnings("varargs")
    private static Search.Actor<MmuWorld, Platform> vcpu1(Act<MmuWorld, Platform>... acts) {
        return new Search.Actor<>("v1", List.of(acts));
    }

    private static Search.Actor<MmuWorld, Platform> vcpu0(Op op) {
        return new Search.Actor<>("v0", List.of(call(op)));
    }

    /// A hypercall of a vCPU. What comes of it shows in the world alone: it may be refused.
    private static Act<MmuWorld, Platform> call(Op op) {
        PvMmu.Maker maker = Subject.current().mine().pvMmu();
        return new Search.Call<>(op.toString(), lent -> op.ask(maker.make(lent)));
    }

    /// The same, where nobody gets into it: Xen lets others wait while a table ends.
    private static Act<MmuWorld, Platform> whole(Op op) {
        PvMmu.Maker maker = Subject.current().mine().pvMmu();
        return new Search.GuestStep<>("v1: " + op, _ -> true, world -> op.ask(maker.make(world)));
    }

    private static Act<MmuWorld, Platform> store(int frame, long entry) {
        return new Search.GuestStep<>(
                "v1 stores %s into word 1 of mfn 0x%x".formatted(MmuWorld.hex(entry), frame),
                _ -> true,
                world -> world.guestStores(frame, 1, entry));
    }

    @SafeVarargs
    @SuppressWarnings("varargs")
    private static void search(MmuWorld start, Search.Actor<MmuWorld, Platform>... actors) {
        search(start, _ -> {}, actors);
    }

    @SafeVarargs
    @SuppressWarnings("varargs")
    private static void search(
            MmuWorld start,
            Consumer<MmuWorld> verdict,
            Search.Actor<MmuWorld, Platform>... actors) {
        Consumer<MmuWorld> both =
                world -> {
                    verdict.accept(world);
                    requireCounted(world);
                };
        new Search<>(Platform.class, List.of(actors), both)
                .check(start, steps -> start.told = steps);
    }

    /// A count that is wrong here is right when nobody gets in between.
    private static void requireCounted(MmuWorld world) {
        try {
            Recount.require(world, "both are done");
        } catch (CheckFailed failed) {
            boolean isCount = failed.rule() == Rules.TYPE || failed.rule() == Rules.REFERENCES;
            throw isCount ? new CheckFailed(Rules.RACE, failed.you(), failed.xen()) : failed;
        }
    }
}
