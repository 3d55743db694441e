package io.xenarium.lab04.check;

import static io.xenarium.lab04.check.Op.get;
import static io.xenarium.lab04.check.Op.pin;
import static io.xenarium.lab04.check.Op.put;
import static io.xenarium.lab04.check.Op.release;
import static io.xenarium.lab04.check.Op.unpin;
import static io.xenarium.lab04.check.Op.update;
import static io.xenarium.lab04.check.Op.updateMarked;
import static io.xenarium.lab04.check.Op.updateVa;
import static io.xenarium.lab04.check.Op.validate;
import static io.xenarium.terms.Errno.EBUSY;
import static io.xenarium.terms.Errno.EINVAL;
import static io.xenarium.terms.Errno.EPERM;
import static io.xenarium.trace.MemoryEvent.FrameType.L1;
import static io.xenarium.trace.MemoryEvent.FrameType.L2;
import static io.xenarium.trace.MemoryEvent.FrameType.L3;
import static io.xenarium.trace.MemoryEvent.FrameType.L4;
import static io.xenarium.trace.MemoryEvent.FrameType.NONE;
import static io.xenarium.trace.MemoryEvent.FrameType.SEGMENT_DESCRIPTORS;
import static io.xenarium.trace.MemoryEvent.FrameType.WRITABLE;

import io.xenarium.lab.Tier;
import io.xenarium.parts.PvMmu;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The first tier: what each operation does when it is alone. See [Op#usual] for who is who.
@Tier(1)
public final class T1Contract {
    @Test
    @Tag("04.1")
    void memoryGetsATypeAndACount() {
        Scene.usual()
                .does(get(11, WRITABLE))
                .isUsed(11, WRITABLE, 1)
                .hasReferences(11, 2)
                .does(get(11, WRITABLE))
                .isUsed(11, WRITABLE, 2)
                .hasReferences(11, 3);
    }

    @Test
    @Tag("04.1")
    void aFrameIsOneThingAtATime() {
        Scene.usual()
                .refuses(EINVAL, get(4, WRITABLE))
                .refuses(EINVAL, get(8, L1))
                .refuses(EINVAL, get(4, L2))
                .refuses(EINVAL, get(7, WRITABLE))
                .refuses(EINVAL, get(8, SEGMENT_DESCRIPTORS));
    }

    @Test
    @Tag("04.1")
    void aTableThatStandsIsNotLookedAtAgain() {
        Scene scene = Scene.usual();
        scene.does(get(4, L1)).isUsed(4, L1, 2).hasReferences(4, 4).hasFlushed(0);
        scene.does(get(2, L3)).isUsed(2, L3, 2).isUsed(3, L2, 1);
    }

    @Test
    @Tag("04.1")
    void onlyOwnMemoryHasATypeForTheGuest() {
        Scene.usual()
                .refuses(EINVAL, get(17, WRITABLE))
                .refuses(EINVAL, get(22, WRITABLE))
                .refuses(EINVAL, get(MmuWorld.FRAMES, WRITABLE))
                .answers(0, get(18, WRITABLE).by(2));
    }

    @Test
    @Tag("04.1")
    void theTlbsForgetWhatMustNotBeWritten() {
        Scene scene = Scene.usual();
        scene.world.stale[12] = true;
        scene.does(get(12, SEGMENT_DESCRIPTORS)).isForgotten(12).hasFlushed(1);
        scene.does(get(12, SEGMENT_DESCRIPTORS)).hasFlushed(1);
    }

    @Test
    @Tag("04.1")
    void memoryIsWorthNoFlush() {
        Scene.usual().does(get(11, WRITABLE)).hasFlushed(0);
    }

    @Test
    @Tag("04.2")
    void theLastUseEndsTheType() {
        Scene.usual()
                .does(get(11, WRITABLE))
                .does(get(11, WRITABLE))
                .does(put(11))
                .isUsed(11, WRITABLE, 1)
                .does(put(11))
                .isUsed(11, NONE, 0)
                .hasReferences(11, 1);
    }

    @Test
    @Tag("04.2")
    void whatIsFreeOfItsTypeCanGetAnother() {
        Scene.usual()
                .does(put(7))
                .isUsed(7, NONE, 0)
                .does(get(7, WRITABLE))
                .does(put(7))
                .does(get(7, SEGMENT_DESCRIPTORS))
                .isForgotten(7);
    }

    @Test
    @Tag("04.2")
    void aTableThatIsStillUsedKeepsItsEntries() {
        Scene.usual().does(get(4, L1)).does(put(4)).isUsed(4, L1, 1).isUsed(8, WRITABLE, 1);
    }

    @Test
    @Tag("04.3")
    void whatIsNotPresentHoldsNothing() {
        Scene.usual()
                .does(validate(4, 0xb066))
                .does(validate(3, 0xffff_ffff_ffff_fffeL))
                .isUsed(11, NONE, 0)
                .hasReferences(11, 1);
    }

    @Test
    @Tag("04.3")
    void aLeafHoldsAReferenceAndWhereItIsWritableAUse() {
        Scene.usual()
                .does(validate(4, 0xb065))
                .isUsed(11, NONE, 0)
                .hasReferences(11, 2)
                .does(validate(4, 0xb067))
                .isUsed(11, WRITABLE, 1)
                .hasReferences(11, 3);
    }

    @Test
    @Tag("04.3")
    void tablesAndDescriptorsMayBeReadAndNotWritten() {
        Scene.usual()
                .refuses(EBUSY, validate(4, 0x5067))
                .refuses(EBUSY, validate(4, 0x1063))
                .refuses(EBUSY, validate(4, 0x7067))
                .does(validate(4, 0x5065))
                .hasReferences(5, 3)
                .does(validate(4, 0x1061));
    }

    @Test
    @Tag("04.3")
    void someBitsAreRefused() {
        Scene.usual()
                .refuses(EINVAL, validate(4, 0xb08f))
                .refuses(EINVAL, validate(4, 0xb017))
                .does(validate(4, 0xb165))
                .refuses(EINVAL, validate(3, 0x4087))
                .refuses(EINVAL, validate(3, 0x4107));
    }

    @Test
    @Tag("04.3")
    void whatIsNotTheGuestsMemoryIsRefused() {
        Scene.usual()
                .refuses(EPERM, validate(4, 0x0065))
                .refuses(EPERM, validate(4, 0x18065))
                .refuses(EINVAL, validate(4, MmuWorld.NOWHERE << 12 | 5))
                .refuses(EBUSY, validate(4, 0x11065))
                .refuses(EBUSY, validate(4, 0x16067));
    }

    @Test
    @Tag("04.3")
    void anUpperEntryLeadsOneLevelDown() {
        Scene.usual()
                .does(validate(3, 0x4067))
                .isUsed(4, L1, 2)
                .refuses(EINVAL, validate(3, 0x2067))
                .refuses(EINVAL, validate(2, 0x4067))
                .refuses(EINVAL, validate(3, 0x8067))
                .refuses(EINVAL, validate(3, 0x10067));
    }

    @Test
    @Tag("04.3")
    void aTableMayShowItselfReadOnly() {
        Scene.usual()
                .does(validate(3, 0x3065))
                .isUsed(3, L2, 1)
                .does(release(3))
                .refuses(EINVAL, validate(3, 0x3067));
    }

    @Test
    @Tag("04.3")
    void memoryOfAnotherDomainIsHeldAsForeign() {
        Scene.usual()
                .does(validate(4, 0x12067).of(2))
                .isUsed(18, WRITABLE, 1)
                .does(release(4))
                .isUsed(18, NONE, 0)
                .refuses(EBUSY, validate(4, 0x10067).of(2))
                .refuses(EBUSY, validate(4, 0xb067).of(2));
    }

    @Test
    @Tag("04.3")
    void releaseGivesBackWhatWasTaken() {
        for (long entry : new long[] {0xb065, 0xb067, 0x8067, 0x4065, 0xb066}) {
            Scene.usual().does(validate(4, entry)).does(release(4)).isAsAtFirst();
        }
        for (long entry : new long[] {0x4067, 0x5065, 0x3065}) {
            Scene.usual().does(validate(3, entry)).does(release(3)).isAsAtFirst();
        }
        Scene.usual().does(validate(4, 0x12065).of(2)).does(release(4)).isAsAtFirst();
    }

    @Test
    @Tag("04.4")
    void aFrameBecomesATable() {
        Scene.usual()
                .does(pin(6, L1))
                .isUsed(6, L1, 1)
                .isUsed(11, WRITABLE, 1)
                .hasReferences(12, 2);
    }

    @Test
    @Tag("04.4")
    void aTableTakesThoseBelowWithIt() {
        Scene.usual()
                .does(pin(13, L2))
                .isUsed(13, L2, 1)
                .isUsed(6, L1, 1)
                .isUsed(11, WRITABLE, 1)
                .does(unpin(13))
                .isAsAtFirst();
    }

    @Test
    @Tag("04.4")
    void oneBadEntryAndNothingHasHappened() {
        Scene scene = Scene.usual();
        scene.world.memory[15] = new long[] {0xb067, 0xc065, 0x1_1065, 0};
        scene.refuses(EBUSY, pin(15, L1)).refuses(EBUSY, pin(14, L1));
        scene.world.memory[13][1] = 0xe067;
        scene.refuses(EBUSY, pin(13, L2)).refuses(EINVAL, pin(14, L2));
    }

    @Test
    @Tag("04.4")
    void xensEntriesAreNotTheGuestsBusiness() {
        Scene scene = Scene.usual();
        scene.world.memory[15] = new long[] {0x2067, 0, 0x4067, 0};
        scene.does(pin(15, L4)).isUsed(4, L1, 1).does(unpin(15));
        scene.world.memory[15][1] = 0x4067;
        scene.refuses(EINVAL, pin(15, L4));
    }

    @Test
    @Tag("04.4")
    void noTlbRemembersATableAsWritable() {
        Scene scene = Scene.usual();
        scene.world.stale[6] = true;
        scene.world.stale[13] = true;
        scene.does(pin(13, L2)).isForgotten(6).isForgotten(13);
    }

    @Test
    @Tag("04.4")
    void aTableIsPinnedOnce() {
        Scene.usual()
                .does(pin(4, L1))
                .isUsed(4, L1, 2)
                .refuses(EINVAL, pin(4, L1))
                .refuses(EINVAL, pin(4, L2))
                .does(unpin(4))
                .isUsed(4, L1, 1)
                .refuses(EINVAL, unpin(4));
    }

    @Test
    @Tag("04.4")
    void onlyTheOwnerUnpins() {
        Scene.usual().refuses(EINVAL, unpin(16)).does(unpin(16).by(2)).isUsed(16, NONE, 0);
    }

    @Test
    @Tag("04.5")
    void anEntryIsWrittenAsXenStoresIt() {
        Scene.usual()
                .does(update(4, 3, 0xb063))
                .holds(4, 3, 0xb067)
                .isUsed(11, WRITABLE, 1)
                .does(update(4, 3, 0xc062))
                .holds(4, 3, 0xc062)
                .isUsed(11, NONE, 0);
    }

    @Test
    @Tag("04.5")
    void whatWasThereIsGivenBack() {
        Scene.usual()
                .does(update(4, 0, 0x8065))
                .isUsed(8, NONE, 0)
                .hasReferences(8, 3)
                .does(update(4, 0, 0))
                .hasReferences(8, 2);
    }

    @Test
    @Tag("04.5")
    void aTableCannotBecomeWritable() {
        Scene.usual()
                .refuses(EBUSY, update(4, 3, 0x5067))
                .refuses(EBUSY, update(4, 2, 0x4067))
                .refuses(EINVAL, update(3, 0, 0x4107))
                .refuses(EINVAL, update(1, 2, 0));
    }

    @Test
    @Tag("04.5")
    void harmlessBitsNeedNoNewLook() {
        Scene.usual()
                .does(update(4, 3, 0x12067).of(2))
                .does(update(4, 3, 0x12007 | PvMmu.NO_EXECUTE))
                .isUsed(18, WRITABLE, 1)
                .refuses(EBUSY, update(4, 3, 0x12065));
    }

    @Test
    @Tag("04.5")
    void theProcessorsMarksAreKeptWhereWanted() {
        Scene.usual()
                .does(updateMarked(4, 0, 0x8007))
                .holds(4, 0, 0x8067)
                .does(updateMarked(4, 0, 0xb007))
                .holds(4, 0, 0xb067)
                .does(update(4, 0, 0xb007))
                .holds(4, 0, 0xb007);
    }

    @Test
    @Tag("04.5")
    void memoryThatIsNoTableIsWrittenAsItIs() {
        Scene.usual()
                .does(update(11, 1, 0x5063))
                .holds(11, 1, 0x5063)
                .isUsed(11, NONE, 0)
                .does(update(8, 0, 0x1234))
                .isUsed(8, WRITABLE, 1)
                .refuses(EINVAL, update(7, 0, 5))
                .refuses(EINVAL, update(17, 0, 5))
                .refuses(EINVAL, update(22, 0, 5));
    }

    @Test
    @Tag("04.5")
    void anUpperEntryMakesAndUnmakesATable() {
        Scene.usual()
                .refuses(EINVAL, update(3, 2, 0x6067).of(2))
                .refuses(EBUSY, update(3, 2, 0xe067))
                .does(update(3, 2, 0x6067))
                .isUsed(6, L1, 1)
                .isUsed(11, WRITABLE, 1)
                .does(update(3, 2, 0))
                .isUsed(6, NONE, 0)
                .isUsed(11, NONE, 0);
    }

    @Test
    @Tag("04.6")
    void theLeafOfAnAddressIsWritten() {
        Scene.usual()
                .does(updateVa(3, 0xb063))
                .holds(4, 3, 0xb067)
                .does(updateVa(5, 0))
                .holds(5, 1, 0)
                .refuses(EBUSY, updateVa(3, 0x4063));
    }

    @Test
    @Tag("04.6")
    void anAddressWithoutALeafIsRefused() {
        Scene.usual().refuses(EINVAL, updateVa(12, 0xb067)).refuses(EINVAL, updateVa(8, 0x4067));
    }
}
