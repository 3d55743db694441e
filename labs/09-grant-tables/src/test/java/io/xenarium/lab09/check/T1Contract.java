package io.xenarium.lab09.check;

import static io.xenarium.abi.GrantEntry.READING;
import static io.xenarium.abi.GrantEntry.WRITING;
import static io.xenarium.abi.GrantMap.DEVICE;
import static io.xenarium.abi.GrantMap.HOST;
import static io.xenarium.abi.GrantMap.READONLY;
import static io.xenarium.abi.GrantStatus.BAD_HANDLE;
import static io.xenarium.abi.GrantStatus.BAD_PAGE;
import static io.xenarium.abi.GrantStatus.BAD_REF;
import static io.xenarium.abi.GrantStatus.GENERAL_ERROR;
import static io.xenarium.abi.GrantStatus.NO_SPACE;
import static io.xenarium.lab09.check.Scene.map;
import static io.xenarium.lab09.check.Scene.misplaced;
import static io.xenarium.lab09.check.Scene.offer;
import static io.xenarium.lab09.check.Scene.permits;
import static io.xenarium.lab09.check.Scene.pin;
import static io.xenarium.lab09.check.Scene.unmap;
import static io.xenarium.lab09.check.Scene.unpin;
import static io.xenarium.parts.Grants.Pin.DEVICE_READ;
import static io.xenarium.parts.Grants.Pin.DEVICE_WRITE;
import static io.xenarium.parts.Grants.Pin.HOST_READ;
import static io.xenarium.parts.Grants.Pin.HOST_WRITE;

import io.xenarium.lab.Tier;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The first tier: what each operation does when it is alone.
@Tier(1)
public final class T1Contract {
    private static final int NOBODY = -1;

    @Test
    @Tag("09.1")
    void anEntryIsForOneDomain() {
        Scene.granted()
                .answers(1, permits(1, 2, 2, true))
                .answers(0, permits(1, 2, 3, false))
                .answers(0, permits(1, 0x7ff0, 2, false));
    }

    @Test
    @Tag("09.1")
    void onlyOneTypeOfEntryOffersAccess() {
        Scene.granted()
                .answers(0, permits(0, 2, 2, false))
                .answers(0, permits(2, 2, 2, false))
                .answers(0, permits(3, 2, 2, false))
                .answers(1, permits(1 | READING | WRITING, 2, 2, true));
    }

    @Test
    @Tag("09.1")
    void readOnlyMeansReadOnly() {
        Scene.granted().answers(1, permits(5, 2, 2, false)).answers(0, permits(5, 2, 2, true));
    }

    @Test
    @Tag("09.2")
    void aReaderMarksReading() {
        Scene.granted()
                .answers(0, pin(1, 2, HOST_READ))
                .isMarked(1, READING)
                .isUsedBy(1, 2)
                .has(1, HOST_READ, 1);
    }

    @Test
    @Tag("09.2")
    void aWriterMarksBoth() {
        Scene.granted().answers(0, pin(0, 2, DEVICE_WRITE)).isMarked(0, READING | WRITING);
        Scene.granted()
                .answers(0, pin(0, 2, HOST_READ))
                .isMarked(0, READING)
                .answers(0, pin(0, 2, HOST_WRITE))
                .isMarked(0, READING | WRITING);
    }

    @Test
    @Tag("09.2")
    void pinRefusesWhatIsNotGranted() {
        Scene.granted()
                .refuses(GENERAL_ERROR, pin(0, 3, HOST_READ))
                .refuses(GENERAL_ERROR, pin(1, 2, HOST_WRITE))
                .refuses(GENERAL_ERROR, pin(3, 2, HOST_READ))
                .refuses(GENERAL_ERROR, pin(4, 2, HOST_READ));
    }

    @Test
    @Tag("09.2")
    void aReferenceOutsideTheTableIsRefused() {
        Scene.granted()
                .refuses(BAD_REF, pin(GrantWorld.ENTRIES, 2, HOST_READ))
                .refuses(BAD_REF, pin(0xffff_ffffL, 2, HOST_READ));
    }

    @Test
    @Tag("09.2")
    void aFrameOfSomebodyElseCannotBeGranted() {
        Scene.granted().refuses(BAD_PAGE, pin(2, 2, HOST_WRITE));
    }

    @Test
    @Tag("09.2")
    void whatIsInUseIsNotAskedAgain() {
        Scene scene = Scene.granted().answers(0, pin(0, 2, HOST_WRITE));
        scene.world.offer(1, 0, 3, 12, 0);
        scene.answers(0, pin(0, 2, HOST_READ))
                .answers(0, pin(0, 2, DEVICE_WRITE))
                .refuses(GENERAL_ERROR, pin(0, 3, HOST_READ));
    }

    @Test
    @Tag("09.2")
    void theFirstWriterIsAskedAgain() {
        Scene scene = Scene.granted().answers(0, pin(0, 2, HOST_READ));
        scene.world.flags[1][0] |= 4;
        scene.refuses(GENERAL_ERROR, pin(0, 2, HOST_WRITE)).answers(0, pin(0, 2, DEVICE_READ));
    }

    @Test
    @Tag("09.2")
    void pinsHaveALimit() {
        Scene scene = Scene.granted();
        for (int i = 0; i < GrantWorld.PINS_MAX; i++) {
            scene.answers(0, pin(0, 2, HOST_READ));
        }
        scene.refuses(GENERAL_ERROR, pin(0, 2, HOST_READ)).answers(0, pin(0, 2, DEVICE_READ));
    }

    @Test
    @Tag("09.3")
    void theLastPinEndsTheUse() {
        Scene.granted()
                .answers(0, pin(0, 2, HOST_WRITE))
                .answers(0, pin(0, 2, HOST_WRITE))
                .answers(0, unpin(0, HOST_WRITE))
                .isMarked(0, READING | WRITING)
                .isUsedBy(0, 2)
                .answers(0, unpin(0, HOST_WRITE))
                .isMarked(0, 0)
                .isUsedBy(0, NOBODY);
    }

    @Test
    @Tag("09.3")
    void theLastWriterLeavesTheReadersTheirMark() {
        Scene.granted()
                .answers(0, pin(0, 2, DEVICE_WRITE))
                .answers(0, pin(0, 2, HOST_READ))
                .answers(0, unpin(0, DEVICE_WRITE))
                .isMarked(0, READING)
                .isUsedBy(0, 2)
                .answers(0, unpin(0, HOST_READ))
                .isMarked(0, 0);
    }

    @Test
    @Tag("09.3")
    void aReaderThatLeavesTakesNoMarkOfTheWriter() {
        Scene.granted()
                .answers(0, pin(0, 2, HOST_WRITE))
                .answers(0, pin(0, 2, DEVICE_READ))
                .answers(0, unpin(0, DEVICE_READ))
                .isMarked(0, READING | WRITING)
                .has(0, HOST_WRITE, 1);
    }

    @Test
    @Tag("09.4")
    void mapTakesAPinForEachPart() {
        Scene.granted()
                .answers(0, map(0, 2, DEVICE | HOST))
                .has(0, DEVICE_WRITE, 1)
                .has(0, HOST_WRITE, 1)
                .stands(2, 0, "entry 0 of d1, device host writable")
                .answers(1, map(1, 2, HOST | READONLY))
                .has(1, HOST_READ, 1)
                .has(1, DEVICE_READ, 0);
    }

    @Test
    @Tag("09.4")
    void mapRefusesWithoutATrace() {
        Scene.granted()
                .refuses(GENERAL_ERROR, map(1, 2, DEVICE | HOST))
                .refuses(GENERAL_ERROR, misplaced(0, 2, DEVICE | HOST))
                .refuses(BAD_REF, map(99, 2, HOST));
    }

    @Test
    @Tag("09.4")
    void aMappingThatFailsHalfwayGivesBackTheFirstHalf() {
        Scene scene = Scene.granted();
        for (int i = 0; i < GrantWorld.PINS_MAX; i++) {
            scene.answers(0, pin(0, 2, HOST_WRITE));
        }
        scene.refuses(GENERAL_ERROR, map(0, 2, DEVICE | HOST)).has(0, DEVICE_WRITE, 0);
    }

    @Test
    @Tag("09.4")
    void mapRefusesWhenNoHandleIsLeft() {
        Scene scene = Scene.granted();
        for (int handle = 0; handle < GrantWorld.HANDLES; handle++) {
            scene.answers(handle, map(0, 2, DEVICE));
        }
        scene.refuses(NO_SPACE, map(0, 2, HOST));
    }

    @Test
    @Tag("09.5")
    void unmapGivesBackWhatWasTaken() {
        Scene.granted()
                .answers(0, map(0, 2, DEVICE | HOST))
                .answers(0, unmap(2, 0, DEVICE | HOST))
                .stands(2, 0, "nothing")
                .isMarked(0, 0)
                .isUsedBy(0, NOBODY);
        Scene.granted()
                .answers(0, map(1, 2, HOST | READONLY))
                .answers(0, unmap(2, 0, HOST))
                .isUsedBy(1, NOBODY);
    }

    @Test
    @Tag("09.5")
    void aPartThatIsGivenBackLeavesTheOther() {
        Scene.granted()
                .answers(0, map(0, 2, DEVICE | HOST))
                .answers(0, unmap(2, 0, HOST))
                .stands(2, 0, "entry 0 of d1, device writable")
                .has(0, HOST_WRITE, 0)
                .has(0, DEVICE_WRITE, 1)
                .isMarked(0, READING | WRITING)
                .answers(0, unmap(2, 0, HOST))
                .has(0, DEVICE_WRITE, 1)
                .answers(0, unmap(2, 0, DEVICE | HOST))
                .stands(2, 0, "nothing");
    }

    @Test
    @Tag("09.5")
    void aHandleIsGivenBackOnce() {
        Scene.granted()
                .answers(0, map(0, 2, DEVICE))
                .answers(1, map(0, 2, DEVICE))
                .answers(0, unmap(2, 0, DEVICE))
                .refuses(BAD_HANDLE, unmap(2, 0, DEVICE))
                .refuses(BAD_HANDLE, unmap(3, 1, DEVICE))
                .refuses(BAD_HANDLE, unmap(2, 0xffff_ffffL, DEVICE))
                .has(0, DEVICE_WRITE, 1);
    }

    @Test
    @Tag("09.5")
    void whatWasTakenBackCanBeGrantedAgain() {
        Scene.granted()
                .answers(0, map(0, 2, DEVICE))
                .answers(0, offer(0, 3, 1))
                .answers(0, unmap(2, 0, DEVICE))
                .answers(1, offer(0, 3, 1))
                .answers(0, map(0, 3, HOST))
                .isUsedBy(0, 3);
    }
}
