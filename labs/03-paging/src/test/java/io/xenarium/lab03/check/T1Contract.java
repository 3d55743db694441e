package io.xenarium.lab03.check;

import static io.xenarium.lab03.check.PagingWorld.ALL;
import static io.xenarium.parts.Paging.ACCESSED;
import static io.xenarium.parts.Paging.BY_USER;
import static io.xenarium.parts.Paging.DIRTY;
import static io.xenarium.parts.Paging.FETCHES;
import static io.xenarium.parts.Paging.LARGE;
import static io.xenarium.parts.Paging.NO_EXECUTE;
import static io.xenarium.parts.Paging.PRESENT;
import static io.xenarium.parts.Paging.USER;
import static io.xenarium.parts.Paging.WRITABLE;
import static io.xenarium.parts.Paging.WRITES;

import io.xenarium.lab.Tier;
import io.xenarium.lab03.check.Op.Kind;
import io.xenarium.parts.Paging.Step;
import io.xenarium.parts.Paging.Walk;
import io.xenarium.terms.Maddr;
import io.xenarium.terms.Mfn;
import io.xenarium.terms.Vaddr;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// The first tier: what each operation does when it is alone.
@Tier(1)
public final class T1Contract {
    private static final long PAGE = 0x1234_5678_9abcL;
    private static final long NEXT = PAGE + 0x1000;

    /// Of the upper half, where the numbers are negative.
    private static final long KERNELS = 0xffff_8801_2345_6ff8L;

    private static final Mfn FRAME = new Mfn(0x100);

    @Test
    @Tag("03.1")
    void aWalkReadsAnEntryOfEachLevel() {
        Scene.usual()
                .asks(Op.walk(PAGE))
                .says(
                        Rules.WALK,
                        "mapped to mfn 0x00100; L4 at 0x1120 holds 0x2007, L3 at 0x2688 holds"
                            + " 0x3007, L2 at 0x3598 holds 0x4007, L1 at 0x4c48 holds 0x100007");
    }

    @Test
    @Tag("03.1")
    void anAddressOfTheUpperHalfIsWalkedLikeAnyOther() {
        Scene.usual()
                .asks(Op.walk(KERNELS))
                .says(
                        Rules.WALK,
                        "mapped to mfn 0x00104; L4 at 0x1880 holds 0x6007, L3 at 0x6020 holds"
                            + " 0x7007, L2 at 0x78d0 holds 0x8007, L1 at 0x82b0 holds 0x104007");
    }

    @Test
    @Tag("03.1")
    void anEntryThatIsNotPresentEndsTheWalk() {
        Scene.usual()
                .lay(PAGE, 3, WRITABLE | USER)
                .asks(Op.walk(PAGE))
                .says(Rules.WALK, "missing; L4 at 0x1120 holds 0x2007, L3 at 0x2688 holds 0x3006");
    }

    @Test
    @Tag("03.1")
    void aLargePageEndsTheWalkEarly() {
        // Bit 12 of a large page's entry is a cache attribute, no address.
        Scene.usual()
                .lay(NEXT, 2, 0x40_1000 | LARGE | ALL)
                .asks(Op.walk(NEXT))
                .says(
                        Rules.FRAME,
                        "mapped to mfn 0x0058a; L4 at 0x1120 holds 0x2007, L3 at 0x2688 holds"
                                + " 0x3007, L2 at 0x3598 holds 0x401087");
    }

    @Test
    @Tag("03.1")
    void bitSevenOfTheLastLevelSaysNothing() {
        Scene.usual()
                .lay(PAGE, 1, 0x10_0000 | LARGE | ALL)
                .asks(Op.walk(PAGE))
                .says(
                        Rules.WALK,
                        "mapped to mfn 0x00100; L4 at 0x1120 holds 0x2007, L3 at 0x2688 holds"
                            + " 0x3007, L2 at 0x3598 holds 0x4007, L1 at 0x4c48 holds 0x100087");
    }

    @Test
    @Tag("03.1")
    void theBitThatForbidsFetchesIsNoPartOfTheAddress() {
        Scene.usual()
                .lay(PAGE, 3, ALL | NO_EXECUTE)
                .lay(PAGE, 1, 0x10_0000 | ALL | NO_EXECUTE)
                .asks(Op.walk(PAGE))
                .says(
                        Rules.NUMBER,
                        "mapped to mfn 0x00100; L4 at 0x1120 holds 0x2007, L3 at 0x2688 holds"
                                + " 0x8000000000003007, L2 at 0x3598 holds 0x4007, L1 at 0x4c48"
                                + " holds 0x8000000000100007");
    }

    @Test
    @Tag("03.1")
    void whatTheMachineDoesNotHaveIsReserved() {
        Scene.usual()
                .lay(PAGE, 4, 0x100_0000 | ALL)
                .asks(Op.walk(PAGE))
                .says(Rules.WALK, "reserved; L4 at 0x1120 holds 0x1000007");
        Scene.usual()
                .lay(PAGE, 4, LARGE | ALL)
                .asks(Op.walk(PAGE))
                .says(Rules.WALK, "reserved; L4 at 0x1120 holds 0x2087");
        Scene root = Scene.usual();
        root.world.root = PagingWorld.FRAMES;
        root.asks(Op.walk(PAGE)).says(Rules.WALK, "reserved; ");
    }

    @Test
    @Tag("03.1")
    void aWalkWritesNothing() {
        Scene scene = Scene.usual().asks(Op.walk(PAGE));
        scene.is(Rules.MARKS, "entries that the walk wrote", scene.world.writes, 0);
    }

    /// A walk through four entries that hold `bits` and the address of a frame each.
    private static Walk.Mapped walked(long... bits) {
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < bits.length; i++) {
            long entry = FRAME.value() << 12 | bits[i];
            steps.add(new Step(4 - i, new Maddr(0x1000L * (i + 1)), entry));
        }
        return new Walk.Mapped(steps, FRAME);
    }

    private static void expect(Scene scene, Walk walk, int access, String wanted) {
        String answer = Op.error(scene.part().checkAccess(walk, access));
        String entries =
                walk.steps().stream()
                        .map(step -> PagingWorld.hex(step.entry()))
                        .collect(Collectors.joining(" "));
        String how = walk.getClass().getSimpleName().toLowerCase(Locale.ROOT);
        scene.is(
                Rules.FAULT,
                "%s, entries %s, %s".formatted(Op.words(access), entries, how),
                answer,
                wanted);
    }

    @Test
    @Tag("03.2")
    void everyLevelHasToAllowTheAccess() {
        for (int level = 0; level < 4; level++) {
            long[] noUser = {ALL, ALL, ALL, ALL};
            noUser[level] &= ~USER;
            expect(Scene.usual(), walked(noUser), BY_USER, "error code 0x5");
            long[] noWrite = {ALL, ALL, ALL, ALL};
            noWrite[level] &= ~WRITABLE;
            expect(Scene.usual(), walked(noWrite), WRITES, "error code 0x3");
            expect(Scene.usual(), walked(noWrite), 0, "allowed");
        }
    }

    @Test
    @Tag("03.2")
    void oneLevelIsEnoughToForbidFetches() {
        for (int level = 0; level < 4; level++) {
            long[] bits = {ALL, ALL, ALL, ALL};
            bits[level] |= NO_EXECUTE;
            expect(Scene.usual(), walked(bits), BY_USER | FETCHES, "error code 0x15");
            expect(Scene.usual(), walked(bits), BY_USER | WRITES, "allowed");
        }
    }

    @Test
    @Tag("03.2")
    void theErrorCodeSaysWhatWasThere() {
        Walk missing = new Walk.Missing(walked(ALL).steps());
        expect(Scene.usual(), missing, 0, "error code 0x0");
        expect(Scene.usual(), missing, BY_USER | WRITES, "error code 0x6");
        Walk reserved = new Walk.Reserved(walked(ALL).steps());
        expect(Scene.usual(), reserved, FETCHES, "error code 0x19");
        expect(Scene.usual(), new Walk.Reserved(List.of()), WRITES, "error code 0xb");
    }

    @Test
    @Tag("03.2")
    void privilegedCodeMayStoreWhereTheProcessorDoesNotForbidIt() {
        long kernels = PRESENT;
        Scene open = Scene.usual();
        open.world.protectsWrites = false;
        expect(open, walked(ALL, ALL, ALL, kernels), WRITES, "allowed");
        expect(open, walked(ALL, ALL, ALL, PRESENT | USER), BY_USER | WRITES, "error code 0x7");
        expect(Scene.usual(), walked(ALL, ALL, ALL, kernels), WRITES, "error code 0x3");
        expect(Scene.usual(), walked(ALL, ALL, ALL, kernels), 0, "allowed");
    }

    @Test
    @Tag("03.2")
    void withoutANoExecuteBitNoErrorTellsOfFetches() {
        Scene old = Scene.usual();
        old.world.hasNoExecute = false;
        expect(old, walked(ALL, ALL, ALL, PRESENT), BY_USER | FETCHES, "error code 0x5");
        expect(old, new Walk.Missing(walked(ALL).steps()), FETCHES, "error code 0x0");
    }

    @Test
    @Tag("03.3")
    void aLoadMarksEveryEntryAccessed() {
        Scene scene = Scene.usual().asks(Op.access(Kind.MARK, PAGE, BY_USER));
        scene.says(Rules.MARKS, "marked: true");
        marks(scene, "0x2027", "0x3027", "0x4027", "0x100027");
    }

    @Test
    @Tag("03.3")
    void aStoreMarksTheLastEntryDirtyToo() {
        Scene scene = Scene.usual().asks(Op.access(Kind.MARK, PAGE, BY_USER | WRITES));
        marks(scene, "0x2027", "0x3027", "0x4027", "0x100067");
    }

    @Test
    @Tag("03.3")
    void whatIsMarkedAlreadyIsNotWritten() {
        Scene scene = Scene.usual().asks(Op.access(Kind.MARK, PAGE, WRITES));
        scene.world.writes = 0;
        scene.asks(Op.access(Kind.MARK, NEXT, WRITES));
        scene.is(Rules.MARKS, "entries written for a neighbour", scene.world.writes, 1);
        scene.asks(Op.access(Kind.MARK, NEXT, 0));
        scene.is(Rules.MARKS, "entries written in all", scene.world.writes, 1);
    }

    @Test
    @Tag("03.3")
    void anEntryThatHasChangedIsLeftAsItIs() {
        Scene scene = Scene.usual();
        Walk walk = scene.part().walk(new Vaddr(PAGE));
        scene.lay(PAGE, 1, 0x20_0000 | PRESENT | USER).asks(Op.walk(PAGE));
        boolean isDone = scene.part().setAccessedDirty((Walk.Mapped) walk, WRITES);
        scene.is(Rules.REVIVED, "the entry in L1", scene.entry(PAGE, 1), "0x200005");
        scene.is(Rules.REVIVED, "marked an entry that had changed", isDone, false);
    }

    private static void marks(Scene scene, String... wanted) {
        for (int level = 4; level > 0; level--) {
            scene.is(
                    Rules.MARKS,
                    "the entry in L" + level,
                    scene.entry(PAGE, level),
                    wanted[4 - level]);
        }
    }

    @Test
    @Tag("03.4")
    void aLoadIsRememberedAsClean() {
        Scene.usual()
                .asks(Op.access(Kind.ACCESS, PAGE, BY_USER))
                .says(Rules.FRAME, "mfn 0x00100, after a walk")
                .holds(
                        "place 1 of the data TLB has page 0x123456789000 in mfn 0x00100, writable,"
                                + " user, clean");
    }

    @Test
    @Tag("03.4")
    void aStoreIsRememberedAsDirty() {
        Scene.usual()
                .asks(Op.access(Kind.ACCESS, PAGE, BY_USER))
                .asks(Op.access(Kind.ACCESS, PAGE, BY_USER | WRITES))
                .says(Rules.TLB, "mfn 0x00100, after a walk")
                .holds(
                        "place 1 of the data TLB has page 0x123456789000 in mfn 0x00100, writable,"
                                + " user, dirty")
                .asks(Op.access(Kind.ACCESS, PAGE, BY_USER | WRITES))
                .says(Rules.TLB, "mfn 0x00100, out of the TLB");
    }

    @Test
    @Tag("03.4")
    void whatIsRememberedIsWhatAllLevelsAllow() {
        Scene.usual()
                .lay(PAGE, 4, PRESENT | WRITABLE)
                .lay(PAGE, 3, PRESENT | USER | NO_EXECUTE)
                .asks(Op.access(Kind.ACCESS, PAGE, 0))
                .holds(
                        "place 1 of the data TLB has page 0x123456789000 in mfn 0x00100, read-only,"
                                + " kernel only, no execute, clean");
    }

    @Test
    @Tag("03.4")
    void aPageOfTheUpperHalfHasItsPlaceToo() {
        Scene.usual()
                .asks(Op.access(Kind.ACCESS, KERNELS, FETCHES))
                .holds(
                        "place 2 of the code TLB has page 0xffff880123456000 in mfn 0x00104,"
                                + " writable, user, clean");
    }

    @Test
    @Tag("03.4")
    void ofALargePageOnePieceIsRemembered() {
        Scene.usual()
                .lay(PAGE, 2, 0x40_0000 | LARGE | DIRTY | ACCESSED | ALL)
                .asks(Op.access(Kind.ACCESS, PAGE, 0))
                .holds(
                        "place 1 of the data TLB has page 0x123456789000 in mfn 0x00589, writable,"
                                + " user, dirty, large");
    }

    @Test
    @Tag("03.5")
    void aPageIsDroppedFromBothTlbs() {
        Scene.usual()
                .asks(Op.access(Kind.ACCESS, PAGE, 0))
                .asks(Op.access(Kind.ACCESS, PAGE, FETCHES))
                .asks(Op.invlpg(PAGE))
                .holds("place 1 of the data TLB has nothing")
                .holds("place 1 of the code TLB has nothing");
    }

    @Test
    @Tag("03.5")
    void otherPagesStay() {
        String kept =
                "place 1 of the data TLB has page 0x123456791000 in mfn 0x00102, writable, user,"
                        + " clean";
        Scene.usual()
                .asks(Op.access(Kind.ACCESS, 0x1234_5679_1010L, 0))
                .asks(Op.invlpg(PAGE))
                .holds(kept)
                .asks(Op.invlpg(NEXT))
                .holds(kept);
    }

    @Test
    @Tag("03.5")
    void whereLargePagesAreInPiecesAllGo() {
        Scene.usual()
                .lay(PAGE, 2, 0x40_0000 | LARGE | ALL)
                .asks(Op.access(Kind.ACCESS, PAGE, 0))
                .asks(Op.access(Kind.ACCESS, NEXT, 0))
                .asks(Op.invlpg(PAGE))
                .holds("place 1 of the data TLB has nothing")
                .holds("place 2 of the data TLB has nothing");
    }
}
