package io.xenarium.lab03.check;

import static io.xenarium.lab03.check.PagingWorld.ALL;
import static io.xenarium.parts.Paging.BY_USER;
import static io.xenarium.parts.Paging.FETCHES;
import static io.xenarium.parts.Paging.LARGE;
import static io.xenarium.parts.Paging.NO_EXECUTE;
import static io.xenarium.parts.Paging.PRESENT;
import static io.xenarium.parts.Paging.USER;
import static io.xenarium.parts.Paging.WRITABLE;
import static io.xenarium.parts.Paging.WRITES;

import io.xenarium.lab.Tier;
import io.xenarium.lab03.check.Op.Kind;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The fifth tier: tables that lead in circles or out of the machine, and rights that are taken
/// away while a TLB still remembers them.
@Tier(5)
public final class T5Hostile {
    private static final long PAGE = Op.ADDRESSES.getFirst();
    private static final long NEXT = PAGE + 0x1000;

    @Test
    @Tag("03.1")
    void tablesThatLeadToThemselvesAreWalkedFourTimes() {
        Scene.usual()
                .lay(0, 4, PagingWorld.ROOT << 12 | ALL)
                .asks(Op.walk(0))
                .says(
                        Rules.WALK,
                        "mapped to mfn 0x00001; L4 at 0x1000 holds 0x1007, L3 at 0x1000 holds"
                                + " 0x1007, L2 at 0x1000 holds 0x1007, L1 at 0x1000 holds 0x1007");
    }

    @Test
    @Tag("03.4")
    void anEntryOfSeveralLevelsIsMarkedForAll() {
        Scene scene =
                Scene.usual()
                        .lay(0, 4, PagingWorld.ROOT << 12 | ALL)
                        .asks(Op.access(Kind.ACCESS, 0, WRITES))
                        .says(Rules.MARKS, "mfn 0x00001, after a walk");
        scene.is(Rules.MARKS, "the only entry", scene.entry(0, 4), "0x1067");
    }

    @Test
    @Tag("03.1")
    void noEntryLeadsOutOfTheMachine() {
        for (int level = 1; level <= 4; level++) {
            for (int bit = 24; bit < 52; bit++) {
                Scene scene = Scene.usual().lay(PAGE, level, 1L << bit | ALL);
                scene.asks(Op.access(Kind.CHECK, PAGE, BY_USER))
                        .says(Rules.FAULT, "error code 0xd");
            }
        }
        Scene.usual()
                .lay(PAGE, 3, 0x4000_0000 | LARGE | ALL)
                .asks(Op.access(Kind.CHECK, PAGE, 0))
                .says(Rules.FAULT, "error code 0x9");
    }

    @Test
    @Tag("03.4")
    void aProgramCannotUseWhatItsKernelHadRemembered() {
        Scene.usual()
                .lay(PAGE, 2, PRESENT | WRITABLE)
                .asks(Op.access(Kind.ACCESS, PAGE, WRITES))
                .asks(Op.access(Kind.ACCESS, PAGE, BY_USER))
                .says(Rules.FAULT, "page fault, error code 0x5");
        Scene.usual()
                .lay(PAGE, 4, PRESENT | USER | WRITABLE | NO_EXECUTE)
                .asks(Op.access(Kind.ACCESS, PAGE, BY_USER | WRITES))
                .asks(Op.access(Kind.ACCESS, PAGE, BY_USER | FETCHES))
                .says(Rules.FAULT, "page fault, error code 0x15");
    }

    @Test
    @Tag("03.4")
    void aStoreAfterALoadIsStillSeenInTheTables() {
        Scene scene =
                Scene.usual()
                        .asks(Op.access(Kind.ACCESS, PAGE, 0))
                        .asks(Op.access(Kind.ACCESS, PAGE, WRITES));
        scene.is(Rules.MARKS, "the entry in L1", scene.entry(PAGE, 1), "0x100067");
    }

    @Test
    @Tag("03.5")
    void whatIsTakenAwayIsGoneAfterInvlpg() {
        Scene.usual()
                .asks(Op.access(Kind.ACCESS, PAGE, BY_USER | WRITES))
                .asks(Op.access(Kind.ACCESS, PAGE, BY_USER | FETCHES))
                .lay(PAGE, 1, 0)
                .asks(Op.access(Kind.ACCESS, PAGE, BY_USER | WRITES))
                .says(Rules.STALE, "mfn 0x00100, out of the TLB")
                .asks(Op.invlpg(PAGE))
                .asks(Op.access(Kind.ACCESS, PAGE, BY_USER | WRITES))
                .says(Rules.STALE, "page fault, error code 0x6")
                .asks(Op.access(Kind.ACCESS, PAGE, BY_USER | FETCHES))
                .says(Rules.STALE, "page fault, error code 0x14");
    }

    @Test
    @Tag("03.5")
    void noPieceOfALargePageIsLeftBehind() {
        Scene.usual()
                .lay(PAGE, 2, 0x40_0000 | LARGE | ALL)
                .asks(Op.access(Kind.ACCESS, NEXT, WRITES))
                .lay(PAGE, 2, PRESENT | USER)
                .asks(Op.invlpg(PAGE))
                .asks(Op.access(Kind.ACCESS, NEXT, WRITES))
                .says(Rules.STALE, "page fault, error code 0x3");
    }
}
