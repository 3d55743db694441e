package io.xenarium.lab12.check;

import static io.xenarium.abi.BlockRing.ERROR;
import static io.xenarium.abi.BlockRing.FLUSH_DISKCACHE;
import static io.xenarium.abi.BlockRing.INDIRECT;
import static io.xenarium.abi.BlockRing.NOT_SUPPORTED;
import static io.xenarium.abi.BlockRing.OKAY;
import static io.xenarium.abi.BlockRing.READ;
import static io.xenarium.abi.BlockRing.WRITE_BARRIER;
import static io.xenarium.lab12.check.Scene.discard;
import static io.xenarium.lab12.check.Scene.read;
import static io.xenarium.lab12.check.Scene.request;
import static io.xenarium.lab12.check.Scene.segment;
import static io.xenarium.lab12.check.Scene.write;

import io.xenarium.lab.Tier;
import io.xenarium.parts.BlockBackend.Request;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.util.List;

/// The first tier: what each method does when it is alone.
@Tier(1)
public final class T1Contract {
    @Test
    @Tag("12.1")
    void whatLiesOnTheDiskAndInItsPagesWillDo() {
        new Scene()
                .judges(OKAY, read(0, segment(0, 0, 7)))
                .judges(OKAY, write(56, segment(1, 0, 3), segment(2, 4, 7)))
                .judges(OKAY, request(WRITE_BARRIER, 3, segment(0, 5, 5)))
                .judges(OKAY, request(FLUSH_DISKCACHE, 3, segment(0, 5, 5)))
                .judges(OKAY, discard(0, BlockWorld.SECTORS))
                .judges(OKAY, discard(64, 0));
    }

    @Test
    @Tag("12.1")
    void aFlushNeedsNoSegments() {
        new Scene().judges(OKAY, request(FLUSH_DISKCACHE, -5)).judges(ERROR, read(0));
        new Scene().judges(ERROR, write(0)).judges(ERROR, request(WRITE_BARRIER, 0));
    }

    @Test
    @Tag("12.1")
    void whatNobodyKnowsIsNotSupported() {
        new Scene()
                .judges(NOT_SUPPORTED, request(4, 0, segment(0, 0, 0)))
                .judges(NOT_SUPPORTED, request(INDIRECT, 0, segment(0, 0, 0)))
                .judges(NOT_SUPPORTED, request(200, -1));
    }

    @Test
    @Tag("12.1")
    void aSegmentLiesInItsPage() {
        new Scene()
                .judges(ERROR, read(0, segment(0, 0, 8)))
                .judges(ERROR, read(0, segment(0, 5, 4)))
                .judges(ERROR, write(0, segment(0, 0, 0), segment(1, 8, 8)))
                .judges(ERROR, read(0, segment(-1, 0, 0)));
    }

    @Test
    @Tag("12.1")
    void sectorsBeyondTheDiskAreRefused() {
        new Scene()
                .judges(ERROR, read(63, segment(0, 0, 1)))
                .judges(ERROR, read(60, segment(0, 0, 2), segment(1, 0, 1)))
                .judges(ERROR, read(-1, segment(0, 0, 0)))
                .judges(ERROR, write(Long.MAX_VALUE, segment(0, 0, 0)))
                .judges(ERROR, discard(1, Long.MAX_VALUE))
                .judges(ERROR, discard(3, -2))
                .judges(ERROR, discard(60, 5));
    }

    @Test
    @Tag("12.1")
    void aRequestHasTheSegmentsThatItAnnounces() {
        new Scene()
                .judges(ERROR, new Request(READ, 7, 0, 12, List.of(segment(0, 0, 0))))
                .judges(ERROR, new Request(FLUSH_DISKCACHE, 7, 0, 3, List.of()));
    }

    @Test
    @Tag("12.1")
    void aReadOnlyDiskStaysAsItIs() {
        Scene.readOnly()
                .judges(OKAY, read(0, segment(0, 0, 7)))
                .judges(OKAY, request(FLUSH_DISKCACHE, 0))
                .judges(ERROR, write(0, segment(0, 0, 7)))
                .judges(ERROR, request(WRITE_BARRIER, 0, segment(0, 0, 7)))
                .judges(ERROR, request(FLUSH_DISKCACHE, 0, segment(0, 0, 7)))
                .judges(ERROR, discard(0, 1))
                .judges(NOT_SUPPORTED, request(4, 0));
    }

    @Test
    @Tag("12.2")
    void aReadMapsForWritingAndAWriteForReading() {
        new Scene()
                .maps(true, read(0, segment(0, 0, 7), segment(3, 0, 7)))
                .hasMapped("page 0 writable", "page 3 writable");
        new Scene().maps(true, write(0, segment(5, 0, 7))).hasMapped("page 5 read-only");
        new Scene().maps(true, request(FLUSH_DISKCACHE, 0)).hasMapped();
    }

    @Test
    @Tag("12.2")
    void aPageThatCannotBeMappedLeavesNoneMapped() {
        new Scene()
                .maps(false, read(0, segment(0, 0, 7), segment(1, 0, 7), segment(6, 0, 7)))
                .hasMapped();
        new Scene().maps(false, read(0, segment(0, 0, 7), segment(5, 0, 7))).hasMapped();
    }

    @Test
    @Tag("12.2")
    void aPageThatStaysIsMappedForWriting() {
        Scene.persistent()
                .maps(true, write(0, segment(2, 0, 7)))
                .hasMapped("page 2 writable")
                .maps(true, read(0, segment(2, 0, 7)))
                .hasMapped("page 2 writable");
    }

    @Test
    @Tag("12.2")
    void noMorePagesStayThanMay() {
        Scene.persistent()
                .maps(true, write(0, segment(0, 0, 0), segment(1, 0, 0), segment(2, 0, 0)))
                .hasMapped("page 0 writable", "page 1 writable", "page 2 read-only");
    }

    @Test
    @Tag("12.2")
    void whatStaysMappedIsNotGivenBack() {
        Scene.persistent()
                .maps(false, read(0, segment(0, 0, 7), segment(6, 0, 7)))
                .hasMapped("page 0 writable");
    }

    @Test
    @Tag("12.3")
    void aResponseHasItsRequestsIdAndIsShown() {
        new Scene()
                .responds(read(0, segment(0, 0, 0)), ERROR)
                .hasAnswered("id 7, READ: ERROR")
                .responds(discard(0, 1), OKAY)
                .hasAnswered("id 7, READ: ERROR", "id 7, DISCARD: OKAY");
    }

    @Test
    @Tag("12.3")
    void theGuestIsSignalledWhereItWantsToBeWoken() {
        Scene scene = new Scene();
        scene.world.frontWakesAt = 2;
        scene.responds(read(0), OKAY)
                .hasSignalled(0)
                .responds(read(0), OKAY)
                .hasSignalled(1)
                .responds(read(0), OKAY)
                .hasSignalled(1);
    }

    @Test
    @Tag("12.4")
    void whatWillNotDoIsAnsweredAtOnce() {
        new Scene()
                .submits(read(63, segment(0, 0, 7)))
                .submits(request(77, 0, segment(0, 0, 7)))
                .hasAnswered("id 7, READ: ERROR", "id 7, operation 77: NOT_SUPPORTED")
                .hasOrdered()
                .hasMapped();
    }

    @Test
    @Tag("12.4")
    void pagesThatAreNotGrantedAreAnError() {
        new Scene()
                .submits(write(0, segment(0, 0, 7), segment(6, 0, 7)))
                .hasAnswered("id 7, WRITE: ERROR")
                .hasOrdered()
                .hasMapped();
    }

    @Test
    @Tag("12.4")
    void whatWillDoGoesToTheDiskAndWaits() {
        new Scene()
                .submits(read(8, segment(0, 0, 7)))
                .submits(write(4, segment(5, 2, 3)))
                .submits(discard(9, 2))
                .hasOrdered(
                        "READ for READ (page 0 [0..7]) at sector 8 (id 7)",
                        "WRITE for WRITE (page 5 [2..3]) at sector 4 (id 7)",
                        "DISCARD for DISCARD 2 sectors from 9 (id 7)")
                .hasMapped("page 0 writable", "page 5 read-only")
                .hasAnswered();
    }

    @Test
    @Tag("12.5")
    void whatWasReadFillsItsPages() {
        new Scene()
                .submits(read(8, segment(0, 6, 7), segment(1, 0, 1)))
                .happens(Op.Kind.DISK)
                .holds(0, 6, 108, 109)
                .holds(1, 0, 110, 111)
                .hasMapped()
                .hasAnswered("id 7, READ: OKAY");
    }

    @Test
    @Tag("12.5")
    void whatWasWrittenIsAnsweredAndItsPagesAreGivenBack() {
        Scene scene = new Scene();
        scene.world.pages[5][2] = 42;
        scene.submits(write(4, segment(5, 2, 2)))
                .happens(Op.Kind.DISK)
                .holds(5, 2, 42)
                .hasMapped()
                .hasAnswered("id 7, WRITE: OKAY")
                .hasSignalled(1);
    }

    @Test
    @Tag("12.5")
    void pagesThatStayAreUsedAgain() {
        Scene.persistent()
                .submits(read(8, segment(0, 0, 0)))
                .happens(Op.Kind.DISK)
                .hasMapped("page 0 writable")
                .submits(write(9, segment(0, 0, 0)))
                .happens(Op.Kind.DISK)
                .submits(read(9, segment(0, 1, 1)))
                .happens(Op.Kind.DISK)
                .holds(0, 0, 108, 108)
                .hasMapped("page 0 writable");
    }

    @Test
    @Tag("12.6")
    void allThatWaitIsTaken() {
        new Scene()
                .pushes(read(0, segment(0, 0, 0)), read(-1), write(1, segment(1, 0, 0)))
                .serves(true)
                .hasTaken(3)
                .hasAnswered("id 7, READ: ERROR")
                .isWokenAt(4);
    }

    @Test
    @Tag("12.6")
    void aCallForNothingIsNoHarm() {
        new Scene().serves(true).hasTaken(0).isWokenAt(1).hasSignalled(0);
    }

    @Test
    @Tag("12.6")
    void moreThanTheRingHoldsIsALie() {
        Scene scene = new Scene().pushes(read(0, segment(0, 0, 0))).serves(true);
        scene.world.produced = 1 + BlockWorld.SLOTS;
        scene.serves(false).hasTaken(1);
        scene.world.produced = 0;
        scene.serves(false).hasTaken(1);
    }

    @Test
    @Tag("12.6")
    void aSlotIsFreeWhenItWasAnswered() {
        new Scene()
                .pushes(read(0, segment(0, 0, 0)), read(1, segment(1, 0, 0)))
                .serves(true)
                .pushes(read(2, segment(2, 0, 0)), read(3, segment(3, 0, 0)))
                .serves(true)
                .hasTaken(4)
                .happens(Op.Kind.DISK)
                .happens(Op.Kind.CONSUME)
                .pushes(write(4, segment(4, 0, 0)))
                .serves(true)
                .hasTaken(5);
    }
}
