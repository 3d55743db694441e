package io.xenarium.xen;

import static io.xenarium.abi.GrantStatus.BAD_COPY_ARGUMENT;
import static io.xenarium.abi.GrantStatus.BAD_DOMAIN;
import static io.xenarium.abi.GrantStatus.BAD_PAGE;
import static io.xenarium.abi.GrantStatus.BAD_REF;
import static io.xenarium.abi.GrantStatus.GENERAL_ERROR;
import static io.xenarium.abi.GrantStatus.OKAY;
import static io.xenarium.abi.GrantStatus.PERMISSION_DENIED;
import static io.xenarium.abi.GrantStatus.TRY_AGAIN;
import static io.xenarium.xen.GrantPair.ARGUMENTS;
import static io.xenarium.xen.GrantPair.HOST;
import static io.xenarium.xen.GrantPair.PLACE;
import static io.xenarium.xen.GrantPair.READONLY;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.xenarium.abi.GrantEntry;
import io.xenarium.abi.GrantEntry2;
import io.xenarium.abi.Hypercall;
import io.xenarium.check.Invariants;
import io.xenarium.terms.Errno;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.List;

/// Grants that are copied through or that wait for a frame, and tables whose layout changes.
class GrantCopyTest {
    private static final int PERMIT = GrantEntry.PERMIT_ACCESS;
    private static final long SELF = 0x7ff0;
    private static final int FROM_GRANT = 1;
    private static final int TO_GRANT = 2;

    private final GrantPair pair = new GrantPair();
    private final Hypervisor xen = pair.xen;

    @AfterEach
    void allCountsAreRight() {
        assertEquals(List.of(), Invariants.check(xen));
    }

    /// Copies 8 bytes; places are {place, domain, offset}.
    private int copy(long[] from, long[] to, int bytes, int flags) {
        pair.user.put(ARGUMENTS, from[0]);
        pair.user.put(ARGUMENTS + 8, from[1] | from[2] << 16);
        pair.user.put(ARGUMENTS + 16, to[0]);
        pair.user.put(ARGUMENTS + 24, to[1] | to[2] << 16);
        pair.user.put(ARGUMENTS + 32, bytes | (long) flags << 16);
        assertEquals(0, pair.call(5, 1));
        return (short) (pair.user.get(ARGUMENTS + 32) >>> 32);
    }

    private long granter() {
        return pair.granter.domain.id().value();
    }

    private long[] own(int page, int offset) {
        return new long[] {pair.user.mfns[page], SELF, offset};
    }

    private long[] granted(int ref, int offset) {
        return new long[] {ref, granter(), offset};
    }

    private long atGranter(int page, int offset) {
        return pair.memory.getLong(pair.granter.maddr(page, offset));
    }

    @Test
    void bytesAreCopiedOutAndIn() {
        pair.grant(8, 9, pair.user, PERMIT);
        pair.user.put(9 << 12, 0x1122);
        assertEquals(OKAY, copy(own(9, 0), granted(8, 16), 8, TO_GRANT));
        assertEquals(0x1122, atGranter(9, 16));
        assertEquals(OKAY, copy(granted(8, 16), own(10, 8), 8, FROM_GRANT));
        assertEquals(0x1122, pair.user.get((10 << 12) + 8));
        assertEquals(0, pair.marks(8), "in use only meanwhile");
    }

    @Test
    void copiesStayInTheirPages() {
        pair.grant(8, 9, pair.user, PERMIT);
        assertEquals(BAD_COPY_ARGUMENT, copy(granted(8, 4090), own(9, 0), 8, FROM_GRANT));
        assertEquals(BAD_COPY_ARGUMENT, copy(granted(8, 0), own(9, 4090), 8, FROM_GRANT));
    }

    @Test
    void onlyOnesOwnFramesCanBeNamedAsFrames() {
        long[] foreign = {pair.granter.mfns[9], granter(), 0};
        assertEquals(PERMISSION_DENIED, copy(foreign, own(9, 0), 8, 0));
        long[] posing = {pair.granter.mfns[9], SELF, 0};
        assertEquals(BAD_PAGE, copy(posing, own(9, 0), 8, 0));
        assertEquals(GENERAL_ERROR, copy(own(9, 0), own(3, 0), 8, 0), "a page table");
        assertEquals(BAD_DOMAIN, copy(new long[] {8, 77, 0}, own(9, 0), 8, FROM_GRANT));
        assertEquals(BAD_REF, copy(granted(700, 0), own(9, 0), 8, FROM_GRANT));
        assertEquals(GENERAL_ERROR, copy(granted(9, 0), own(9, 0), 8, FROM_GRANT));
    }

    @Test
    void aReadOnlyGrantIsNotCopiedTo() {
        pair.grant(8, 9, pair.user, PERMIT | GrantEntry.READONLY);
        assertEquals(GENERAL_ERROR, copy(own(9, 0), granted(8, 0), 8, TO_GRANT));
        assertEquals(OKAY, copy(granted(8, 0), own(9, 0), 8, FROM_GRANT));
    }

    private void secondVersion(TestGuest guest) {
        guest.put(ARGUMENTS, 2);
        assertEquals(0, guest.call(Hypercall.GRANT_TABLE_OP.number(), 8, ARGUMENTS, 1));
        assertEquals(2, (int) guest.get(ARGUMENTS));
    }

    @Test
    void theSecondVersionKeepsItsMarksApart() {
        secondVersion(pair.granter);
        assertEquals(1, pair.granter.domain.grants().statusFrames());
        pair.grant(8, 9, pair.user, PERMIT);
        assertEquals(OKAY, pair.map(8, HOST, PLACE));
        assertEquals(PERMIT, pair.granter.domain.grants().flags(8));
        assertEquals(GrantEntry.READING | GrantEntry.WRITING, pair.marks(8));
        long status = pair.granter.domain.grants().statusFrameMfn(0) << 12;
        assertEquals(0x18, pair.memory.getShort(status + 16));
        assertEquals(OKAY, pair.unmap(pair.handle(), PLACE, 0));
        assertEquals(0, pair.memory.getShort(status + 16));
    }

    @Test
    void aVersionIsNotChangedWhileGrantsAreInUse() {
        pair.grant(8, 9, pair.user, PERMIT);
        assertEquals(OKAY, pair.map(8, HOST, PLACE));
        pair.granter.put(ARGUMENTS, 2);
        assertEquals(Errno.EBUSY.rc(), setVersion());
        assertEquals(1, (int) pair.granter.get(ARGUMENTS), "it tells the version that stays");
        assertEquals(OKAY, pair.unmap(pair.handle(), PLACE, 0));
        pair.granter.put(ARGUMENTS, 2);
        assertEquals(0, setVersion());
        pair.granter.put(ARGUMENTS, 3);
        assertEquals(Errno.EINVAL.rc(), setVersion());
    }

    private long setVersion() {
        return pair.granter.call(Hypercall.GRANT_TABLE_OP.number(), 8, ARGUMENTS, 1);
    }

    @Test
    void reservedEntriesSurviveAChangeOfVersionEvenInUse() {
        pair.grant(1, 9, pair.user, PERMIT);
        pair.grant(8, 9, pair.user, PERMIT);
        assertEquals(OKAY, pair.map(1, HOST | READONLY, PLACE));
        int handle = pair.handle();
        secondVersion(pair.granter);
        GrantTable table = pair.granter.domain.grants();
        assertEquals(PERMIT, table.flags(1));
        assertEquals(GrantEntry.READING, table.marks(1));
        assertEquals(pair.granter.mfns[9], table.entryFrame(1));
        assertEquals(0, table.flags(8), "the others are gone");
        pair.granter.put(ARGUMENTS, 1);
        assertEquals(0, setVersion());
        assertEquals(0, table.statusFrames());
        assertEquals(PERMIT | GrantEntry.READING, table.flags(1));
        assertEquals(OKAY, pair.unmap(handle, PLACE, 0));
        assertEquals(PERMIT, table.flags(1));
    }

    @Test
    void statusFramesThatAreMappedStay() {
        secondVersion(pair.granter);
        long status = pair.granter.domain.grants().statusFrameMfn(0) << 12 | 0x67;
        assertEquals(0, pair.granter.call(14, 12 << 12, status, 0));
        pair.granter.put(ARGUMENTS, 1);
        assertEquals(Errno.EBUSY.rc(), setVersion());
        assertEquals(0, pair.granter.call(14, 12 << 12, 0, 2));
        pair.granter.put(ARGUMENTS, 1);
        assertEquals(0, setVersion());
    }

    @Test
    void statusFramesAreTold() {
        assertEquals(GENERAL_ERROR, statusFrames(1), "there are none in version 1");
        secondVersion(pair.granter);
        assertEquals(OKAY, statusFrames(1));
        assertEquals(
                pair.granter.domain.grants().statusFrameMfn(0), pair.granter.get(ARGUMENTS + 64));
        assertEquals(GENERAL_ERROR, statusFrames(2));
    }

    private int statusFrames(int count) {
        pair.granter.put(ARGUMENTS, count | SELF << 32);
        pair.granter.put(ARGUMENTS + 8, ARGUMENTS + 64);
        assertEquals(0, pair.granter.call(Hypercall.GRANT_TABLE_OP.number(), 9, ARGUMENTS, 1));
        return (short) (pair.granter.get(ARGUMENTS) >>> 48);
    }

    @Test
    void aPartOfAPageCanBeCopiedButNotMapped() {
        secondVersion(pair.granter);
        pair.grant(8, 9, pair.user, PERMIT | GrantEntry.SUB_PAGE);
        long entry = pair.granter.domain.grants().entryMaddr(8);
        pair.memory.setShort(entry + GrantEntry2.OFFSET, (short) 64);
        pair.memory.setShort(entry + GrantEntry2.LENGTH, (short) 32);
        assertEquals(GENERAL_ERROR, pair.map(8, HOST, PLACE));
        assertEquals(OKAY, copy(granted(8, 64), own(9, 0), 32, FROM_GRANT));
        assertEquals(GENERAL_ERROR, copy(granted(8, 60), own(9, 0), 8, FROM_GRANT));
        assertEquals(GENERAL_ERROR, copy(granted(8, 90), own(9, 0), 8, FROM_GRANT));
    }

    @Test
    void aGrantCanBePassedOnOnce() {
        secondVersion(pair.user);
        TestGuest third = new TestGuest(xen, 8, new byte[0]);
        pair.grant(8, 9, pair.user, PERMIT);
        pass(pair.user, 8, third, pair.granter, 8);
        pair.memory.setLong(pair.granter.maddr(9, 0), 0x7788);
        assertEquals(OKAY, copyBy(third, pair.user, 8));
        assertEquals(0x7788, third.get(7 << 12));
        assertEquals(0, pair.marks(8));
        assertEquals(0, pair.user.domain.grants().marks(8));
        secondVersion(third);
        pass(third, 9, pair.granter, pair.user, 8);
        assertEquals(GENERAL_ERROR, copyBy(pair.granter, third, 9), "twice passed on");
        assertEquals(0, third.domain.grants().marks(9));
        pass(pair.user, 8, third, pair.user, 8);
        assertEquals(GENERAL_ERROR, copyBy(third, pair.user, 8), "to itself");
        pass(pair.user, 8, third, pair.granter, 9);
        assertEquals(GENERAL_ERROR, copyBy(third, pair.user, 8), "nothing granted");
        assertEquals(0, pair.user.domain.grants().marks(8));
    }

    private void pass(TestGuest by, int ref, TestGuest to, TestGuest from, int fromRef) {
        long entry = by.domain.grants().entryMaddr(ref);
        pair.memory.setShort(entry + GrantEntry.DOMID, (short) to.domain.id().value());
        pair.memory.setShort(
                entry + GrantEntry2.TRANSITIVE_DOMID, (short) from.domain.id().value());
        pair.memory.setInt(entry + GrantEntry2.TRANSITIVE_REF, fromRef);
        pair.memory.setShort(entry + GrantEntry.FLAGS, (short) GrantEntry.TRANSITIVE);
    }

    /// Copies 8 bytes from a grant to page 7 of the copier.
    private int copyBy(TestGuest copier, TestGuest from, int ref) {
        copier.put(ARGUMENTS, ref);
        copier.put(ARGUMENTS + 8, from.domain.id().value());
        copier.put(ARGUMENTS + 16, copier.mfns[7]);
        copier.put(ARGUMENTS + 24, SELF);
        copier.put(ARGUMENTS + 32, 8 | (long) FROM_GRANT << 16);
        assertEquals(0, copier.call(Hypercall.GRANT_TABLE_OP.number(), 5, ARGUMENTS, 1));
        return (short) (copier.get(ARGUMENTS + 32) >>> 32);
    }

    private int transfer(long frameMfn, long to, int ref) {
        pair.user.put(ARGUMENTS, frameMfn);
        pair.user.put(ARGUMENTS + 8, to | (long) ref << 32);
        assertEquals(0, pair.call(4, 1));
        return (short) pair.user.get(ARGUMENTS + 16);
    }

    @Test
    void aFrameGoesToWhoeverWaitsForIt() {
        long frameMfn = pair.user.mfns[12];
        pair.grant(8, 9, pair.user, GrantEntry.ACCEPT_TRANSFER);
        assertEquals(BAD_PAGE, transfer(frameMfn, granter(), 8), "it is mapped");
        assertEquals(0, pair.user.call(14, 12 << 12, 0, 2));
        assertEquals(BAD_PAGE, transfer(pair.granter.mfns[12], granter(), 8), "another's");
        xen.frames().release(balloonedOut(pair.granter, 13));
        assertEquals(OKAY, transfer(frameMfn, granter(), 8));
        assertEquals(granter(), xen.frames().owner(frameMfn));
        assertEquals(frameMfn, pair.granter.domain.grants().entryFrame(8));
        assertEquals(
                GrantEntry.ACCEPT_TRANSFER
                        | GrantEntry.TRANSFER_COMMITTED
                        | GrantEntry.TRANSFER_COMPLETED,
                pair.granter.domain.grants().flags(8));
    }

    private long balloonedOut(TestGuest guest, int page) {
        assertEquals(0, guest.call(14, (long) page << 12, 0, 2));
        return guest.mfns[page];
    }

    @Test
    void aFrameThatNobodyTakesIsLost() {
        assertEquals(0, pair.user.call(14, 12 << 12, 0, 2));
        pair.grant(8, 9, pair.user, GrantEntry.ACCEPT_TRANSFER);
        assertEquals(GENERAL_ERROR, transfer(pair.user.mfns[12], granter(), 8), "it has no room");
        assertEquals(FrameTable.NOBODY, xen.frames().owner(pair.user.mfns[12]));
        assertEquals(0, pair.user.call(14, 13 << 12, 0, 2));
        assertEquals(BAD_DOMAIN, transfer(pair.user.mfns[13], 99, 8));
    }

    @Test
    void entriesChangePlacesUnlessTheyAreInUse() {
        pair.grant(8, 9, pair.user, PERMIT);
        pair.grant(9, 10, pair.user, PERMIT | GrantEntry.READONLY);
        assertEquals(OKAY, swap(8, 9));
        assertEquals(pair.granter.mfns[10], pair.granter.domain.grants().entryFrame(8));
        assertEquals(PERMIT, pair.granter.domain.grants().flags(9));
        assertEquals(OKAY, pair.map(8, HOST | READONLY, PLACE));
        assertEquals(TRY_AGAIN, swap(8, 9));
        assertEquals(OKAY, swap(8, 8), "nothing to do");
        assertEquals(BAD_REF, swap(8, 512));
    }

    private int swap(int one, int other) {
        pair.granter.put(ARGUMENTS, one | (long) other << 32);
        assertEquals(0, pair.granter.call(Hypercall.GRANT_TABLE_OP.number(), 11, ARGUMENTS, 1));
        return (short) pair.granter.get(ARGUMENTS + 8);
    }

    @Test
    void flushingCachesIsRefusedAsXenDoes() {
        long own = pair.user.mfns[9] << 12;
        assertEquals(0, flush(own, 0, 64, 1));
        assertEquals(0, flush(own, 0, 64, 3));
        assertEquals(Errno.EOPNOTSUPP.rc(), flush(own, 0, 64, 2), "to throw away alone");
        assertEquals(Errno.EOPNOTSUPP.rc(), flush(own, 0, 64, 1 << 31 | 1));
        assertEquals(Errno.EINVAL.rc(), flush(own, 4000, 100, 1));
        assertEquals(Errno.EINVAL.rc(), flush(1L << 40, 0, 64, 1));
        assertEquals(Errno.EINVAL.rc(), flush(pair.granter.mfns[9] << 12, 0, 64, 1));
        assertEquals(Errno.EPERM.rc(), flush(0, 0, 64, 1), "Xen's");
        assertEquals(0, flush(1L << 40, 0, 0, 1), "nothing to flush");
    }

    private long flush(long busMaddr, int offset, int length, int operation) {
        pair.user.put(ARGUMENTS, busMaddr);
        pair.user.put(ARGUMENTS + 8, offset | (long) length << 16 | (long) operation << 32);
        return pair.call(12, 1);
    }

    @Test
    void theHypercallItselfRefusesWhatItCannotRead() {
        assertEquals(Errno.EINVAL.rc(), pair.call(0, -1), "a negative count");
        assertEquals(Errno.EINVAL.rc(), pair.call(1 << 12, 1), "a continuation of its own making");
        assertEquals(Errno.ENOSYS.rc(), pair.call(3, 1), "dump_table");
        assertEquals(Errno.ENOSYS.rc(), pair.call(13, 1));
        assertEquals(Errno.EINVAL.rc(), pair.call(2, 2), "one table at a time");
        assertEquals(0, pair.call(0, 0));
        int op = Hypercall.GRANT_TABLE_OP.number();
        assertEquals(Errno.EFAULT.rc(), pair.user.call(op, 0, 0x7000_0000, 1));
        assertEquals(Errno.EFAULT.rc(), pair.user.call(op, 0, XenSlots.M2P_VADDR, 1));
    }
}
