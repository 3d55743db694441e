package io.xenarium.xen;

import static io.xenarium.abi.GrantStatus.BAD_DOMAIN;
import static io.xenarium.abi.GrantStatus.BAD_HANDLE;
import static io.xenarium.abi.GrantStatus.BAD_PAGE;
import static io.xenarium.abi.GrantStatus.BAD_REF;
import static io.xenarium.abi.GrantStatus.GENERAL_ERROR;
import static io.xenarium.abi.GrantStatus.OKAY;
import static io.xenarium.xen.GrantPair.ARGUMENTS;
import static io.xenarium.xen.GrantPair.BY_ENTRY;
import static io.xenarium.xen.GrantPair.DEVICE;
import static io.xenarium.xen.GrantPair.HOST;
import static io.xenarium.xen.GrantPair.PLACE;
import static io.xenarium.xen.GrantPair.READONLY;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.xenarium.abi.GrantEntry;
import io.xenarium.check.Invariants;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Errno;
import io.xenarium.terms.GrantRef;
import io.xenarium.trace.MemoryEvent.FrameType;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.List;

/// Grants that are mapped, by guests and by the daemons of domain 0, and given back.
class GrantMappingTest {
    private static final int PERMIT = GrantEntry.PERMIT_ACCESS;
    private static final int READING = GrantEntry.READING;
    private static final int WRITING = GrantEntry.WRITING;

    private final GrantPair pair = new GrantPair();
    private final Hypervisor xen = pair.xen;

    @AfterEach
    void allCountsAreRight() {
        assertEquals(List.of(), Invariants.check(xen));
    }

    private long frame(int page) {
        return pair.granter.mfns[page];
    }

    @Test
    void aGrantedFrameAppearsWhereTheMapperWants() {
        pair.grant(8, 9, pair.user, PERMIT);
        assertEquals(OKAY, pair.map(8, HOST, PLACE));
        long expected = PageEntry.of(frame(9), 0x63) | PageEntry.USER | PageEntry.GUEST_KERNEL;
        expected |= PageEntry.NO_EXECUTE;
        assertEquals(expected, pair.entry(PLACE));
        assertEquals(frame(9) << 12, pair.busMaddr());
        assertEquals(READING | WRITING, pair.marks(8));
        assertEquals(List.of(), Invariants.check(xen));
        assertEquals(OKAY, pair.unmap(pair.handle(), PLACE, 0));
        assertEquals(0, pair.entry(PLACE));
        assertEquals(0, pair.marks(8));
    }

    @Test
    void mappingForProgramsAndWithFreeBitsShowsInTheEntry() {
        pair.grant(8, 9, pair.user, PERMIT | GrantEntry.READONLY);
        assertEquals(OKAY, pair.map(8, HOST | READONLY | 8 | 5 << 16, PLACE));
        long expected = PageEntry.of(frame(9), 0x61 | 5 << 9) | PageEntry.USER | PageEntry.GLOBAL;
        expected |= PageEntry.NO_EXECUTE;
        assertEquals(expected, pair.entry(PLACE));
        assertEquals(READING, pair.marks(8), "read-only");
    }

    @Test
    void aReadOnlyGrantCannotBeMappedToWrite() {
        pair.grant(8, 9, pair.user, PERMIT | GrantEntry.READONLY);
        assertEquals(GENERAL_ERROR, pair.map(8, HOST, PLACE));
        assertEquals(0, pair.marks(8));
        assertEquals(OKAY, pair.map(8, HOST | READONLY, PLACE));
    }

    @Test
    void whatIsNotGrantedCannotBeMapped() {
        assertEquals(GENERAL_ERROR, pair.map(8, HOST, PLACE), "an empty entry");
        pair.grant(8, 9, DomId.DOM0, PERMIT);
        assertEquals(GENERAL_ERROR, pair.map(8, HOST, PLACE), "for somebody else");
        assertEquals(BAD_REF, pair.map(512, HOST, PLACE), "no such entry");
        pair.grant(8, 9, pair.user, PERMIT);
        assertEquals(BAD_REF, pair.map(8, 0, PLACE), "neither way of mapping");
        long entry = pair.granter.domain.grants().entryMaddr(8);
        pair.memory.setInt(entry + GrantEntry.FRAME, (int) pair.user.mfns[9]);
        assertEquals(BAD_PAGE, pair.map(8, HOST, PLACE), "not the granter's frame");
        pair.memory.setInt(entry + GrantEntry.FRAME, (int) frame(3));
        assertEquals(GENERAL_ERROR, pair.map(8, HOST, PLACE), "a page table, to write");
        assertEquals(OKAY, pair.map(8, HOST | READONLY, PLACE), "a page table, to read");
        pair.user.put(ARGUMENTS + 16, 99);
        assertEquals(0, pair.call(GrantPair.MAP, 1));
        assertEquals(BAD_DOMAIN, (short) (pair.user.get(ARGUMENTS + 16) >>> 16));
    }

    @Test
    void thePlaceMustBeAnEntryOfTheMappersOwnTables() {
        pair.grant(8, 9, pair.user, PERMIT);
        assertEquals(GENERAL_ERROR, pair.map(8, HOST, 0x4000_0000), "no table there");
        assertEquals(GENERAL_ERROR, pair.map(8, HOST, XenSlots.M2P_VADDR), "Xen's");
        assertEquals(GENERAL_ERROR, pair.map(8, HOST, 1L << 50), "not canonical");
        long foreign = pair.granter.maddr(3, 12 * 8);
        assertEquals(GENERAL_ERROR, pair.map(8, HOST | BY_ENTRY, foreign), "another's table");
        assertEquals(GENERAL_ERROR, pair.map(8, HOST | BY_ENTRY, pair.user.maddr(3, 97)), "odd");
        assertEquals(GENERAL_ERROR, pair.map(8, HOST | BY_ENTRY, pair.user.maddr(2, 96)), "an L2");
        assertEquals(0, pair.marks(8), "refused, so nothing is in use");
        long own = pair.user.maddr(3, 12 * 8);
        assertEquals(OKAY, pair.map(8, HOST | BY_ENTRY, own));
        assertEquals(frame(9), PageEntry.mfn(pair.entry(PLACE)));
        int handle = pair.handle();
        assertEquals(GENERAL_ERROR, pair.unmap(handle, PLACE, 0), "it was made by entry");
        assertEquals(OKAY, pair.unmap(handle, own, 0));
        assertEquals(0, pair.entry(PLACE));
    }

    @Test
    void deviceAndHostPartsAreGivenBackOneByOne() {
        pair.grant(8, 9, pair.user, PERMIT);
        assertEquals(OKAY, pair.map(8, HOST | DEVICE, PLACE));
        int handle = pair.handle();
        long bus = pair.busMaddr();
        assertEquals(GENERAL_ERROR, pair.unmap(handle, 0, bus + 4096), "another frame");
        assertEquals(OKAY, pair.unmap(handle, 0, bus));
        assertEquals(READING | WRITING, pair.marks(8), "still in page tables");
        assertEquals(OKAY, pair.unmap(handle, PLACE, 0));
        assertEquals(0, pair.marks(8));
        assertEquals(BAD_HANDLE, pair.unmap(handle, PLACE, 0), "twice");
        assertEquals(BAD_HANDLE, pair.unmap(1 << 20, PLACE, 0));
    }

    @Test
    void theWritingMarkGoesWithTheLastWriter() {
        pair.grant(8, 9, pair.user, PERMIT);
        assertEquals(OKAY, pair.map(8, HOST | READONLY, PLACE));
        int reader = pair.handle();
        assertEquals(OKAY, pair.map(8, HOST, PLACE + 4096));
        int writer = pair.handle();
        assertNotEquals(reader, writer);
        assertEquals(READING | WRITING, pair.marks(8));
        assertEquals(OKAY, pair.unmap(writer, PLACE + 4096, 0));
        assertEquals(READING, pair.marks(8));
        assertEquals(OKAY, pair.unmap(reader, PLACE, 0));
        assertEquals(0, pair.marks(8));
    }

    @Test
    void aMappingOutlivesTheEntryThatItWasMadeThrough() {
        pair.grant(8, 9, pair.user, PERMIT);
        assertEquals(OKAY, pair.map(8, HOST, PLACE));
        int handle = pair.handle();
        pair.grant(8, 10, DomId.DOM0, 0);
        assertEquals(frame(9), PageEntry.mfn(pair.entry(PLACE)));
        assertEquals(FrameType.WRITABLE, xen.frames().type(frame(9)), "no page table meanwhile");
        assertEquals(OKAY, pair.map(8, HOST, PLACE + 4096), "what is in use counts, not the entry");
        assertEquals(OKAY, pair.unmap(pair.handle(), PLACE + 4096, 0));
        assertEquals(OKAY, pair.unmap(handle, PLACE, 0));
        assertEquals(GENERAL_ERROR, pair.map(8, HOST, PLACE), "now the entry counts");
    }

    @Test
    void aMappingIsGivenBackWhereItIsAndNowhereElse() {
        pair.grant(8, 9, pair.user, PERMIT);
        assertEquals(OKAY, pair.map(8, HOST, PLACE));
        int handle = pair.handle();
        assertEquals(GENERAL_ERROR, pair.unmap(handle, PLACE + 4096, 0));
        long own = pair.user.mfns[12] << 12 | 0x67;
        assertEquals(0, pair.user.call(14, PLACE, own, 0), "the guest overwrites it");
        assertEquals(List.of(), Invariants.check(xen));
        assertEquals(GENERAL_ERROR, pair.unmap(handle, PLACE, 0), "it is there no more");
        assertEquals(READING | WRITING, pair.marks(8), "in use for ever");
        xen.destroy(pair.user.domain);
        assertEquals(0, pair.marks(8), "until the mapper dies");
    }

    @Test
    void aGuestCannotWriteSuchAnEntryItself() {
        pair.grant(8, 9, pair.user, PERMIT);
        assertEquals(OKAY, pair.map(8, HOST | READONLY, PLACE));
        long entry = pair.entry(PLACE);
        assertEquals(Errno.EBUSY.rc(), pair.user.call(14, PLACE, entry | 2, 0), "writable now");
        assertEquals(Errno.EBUSY.rc(), pair.user.call(14, PLACE + 4096, entry, 0), "a copy");
        assertEquals(0, pair.user.call(14, PLACE, entry, 0), "the same again changes nothing");
    }

    @Test
    void replacingMovesAnotherEntryIntoThePlace() {
        pair.grant(8, 9, pair.user, PERMIT);
        assertEquals(OKAY, pair.map(8, HOST, PLACE));
        int handle = pair.handle();
        long moved = pair.entry(PLACE + 4096);
        assertEquals(GENERAL_ERROR, pair.giveBack(7, handle, PLACE, PLACE), "itself");
        assertEquals(OKAY, pair.giveBack(7, handle, PLACE, PLACE + 4096));
        assertEquals(moved, pair.entry(PLACE));
        assertEquals(0, pair.entry(PLACE + 4096));
        assertEquals(0, pair.marks(8));
    }

    @Test
    void anEntryCanBePinnedHundredAndTwentyEightTimes() {
        pair.grant(8, 9, pair.user, PERMIT);
        for (int i = 0; i < 128; i++) {
            assertEquals(OKAY, pair.map(8, DEVICE, 0));
        }
        assertEquals(GENERAL_ERROR, pair.map(8, DEVICE, 0));
        assertEquals(OKAY, pair.map(8, DEVICE | READONLY, 0), "each way is counted by itself");
    }

    @Test
    void aDomainMayUseItsOwnGrants() {
        long entry = pair.user.domain.grants().entryMaddr(8);
        pair.memory.setShort(entry + 2, (short) pair.user.domain.id().value());
        pair.memory.setInt(entry + 4, (int) pair.user.mfns[9]);
        pair.memory.setShort(entry, (short) PERMIT);
        pair.user.put(ARGUMENTS, PLACE);
        pair.user.put(ARGUMENTS + 8, HOST | DEVICE | 8L << 32);
        pair.user.put(ARGUMENTS + 16, pair.user.domain.id().value());
        assertEquals(0, pair.call(GrantPair.MAP, 1));
        assertEquals(OKAY, (short) (pair.user.get(ARGUMENTS + 16) >>> 16));
        assertEquals(List.of(), Invariants.check(xen));
        assertEquals(OKAY, pair.unmap(pair.handle(), PLACE, pair.user.mfns[9] << 12));
        xen.destroy(pair.user.domain);
    }

    @Test
    void aDyingMapperGivesEverythingBack() {
        pair.grant(8, 9, pair.user, PERMIT);
        int before = xen.frames().references(frame(9));
        assertEquals(OKAY, pair.map(8, HOST | DEVICE, PLACE));
        assertEquals(before + 2, xen.frames().references(frame(9)));
        xen.destroy(pair.user.domain);
        assertEquals(before, xen.frames().references(frame(9)));
        assertEquals(0, pair.marks(8));
    }

    @Test
    void aFrameInUseOutlivesItsOwner() {
        pair.grant(8, 9, pair.user, PERMIT);
        assertEquals(OKAY, pair.map(8, HOST, PLACE));
        int handle = pair.handle();
        pair.memory.setLong(frame(9) << 12, 0x1234);
        int free = xen.frames().freeFrames();
        DomId dead = pair.granter.domain.id();
        xen.destroy(pair.granter.domain);
        assertEquals(List.of(dead), xen.zombies().stream().map(Domain::id).toList());
        assertEquals(dead.value(), xen.frames().owner(frame(9)));
        assertEquals(0x1234, pair.memory.getLong(frame(9) << 12));
        assertEquals(List.of(), Invariants.check(xen));
        assertEquals(BAD_DOMAIN, pair.map(8, HOST, PLACE + 4096), "nothing new of a dead domain");
        assertEquals(OKAY, pair.unmap(handle, PLACE, 0));
        assertEquals(List.of(), xen.zombies());
        assertEquals(FrameTable.NOBODY, xen.frames().owner(frame(9)));
        assertNotEquals(free, xen.frames().freeFrames());
    }

    @Test
    void domainZeroMapsAndGivesBack() {
        GrantRef ref = new GrantRef(8);
        DomId from = pair.granter.domain.id();
        assertEquals(GENERAL_ERROR, xen.grants().map(from, ref, false));
        pair.grant(8, 9, DomId.DOM0, PERMIT);
        int handle = xen.grants().map(from, ref, false);
        assertEquals(0, handle);
        assertEquals(frame(9) << 12, xen.grants().maddr(handle));
        assertEquals(READING | WRITING, pair.marks(8));
        assertEquals(List.of(), Invariants.check(xen));
        assertEquals(OKAY, xen.grants().unmap(handle));
        assertEquals(BAD_HANDLE, xen.grants().unmap(handle));
        assertEquals(1, xen.grants().map(from, ref, true), "the next handle, not the same again");
    }

    @Test
    void domainZeroCopiesInAndOut() {
        GrantRef ref = new GrantRef(8);
        DomId from = pair.granter.domain.id();
        pair.grant(8, 9, DomId.DOM0, PERMIT);
        byte[] bytes = {1, 2, 3};
        assertEquals(OKAY, xen.grants().write(from, ref, 4093, bytes));
        assertEquals(-10, xen.grants().write(from, ref, 4094, bytes));
        byte[] back = new byte[3];
        assertEquals(OKAY, xen.grants().read(from, ref, 4093, back));
        assertArrayEquals(bytes, back);
        assertEquals(0, pair.marks(8));
        pair.grant(8, 9, DomId.DOM0, PERMIT | GrantEntry.READONLY);
        assertEquals(GENERAL_ERROR, xen.grants().write(from, ref, 0, bytes));
    }

    @Test
    void keyframesKeepMappingsAndZombies() {
        Snapshots keyframes = new Snapshots(pair.memory, xen);
        pair.grant(8, 9, pair.user, PERMIT);
        assertEquals(OKAY, pair.map(8, HOST | DEVICE, PLACE));
        int handle = pair.handle();
        xen.destroy(pair.granter.domain);
        Snapshot kept = keyframes.take();
        assertEquals(OKAY, pair.unmap(handle, PLACE, frame(9) << 12));
        keyframes.restore(kept);
        assertEquals(1, xen.zombies().size());
        assertEquals(List.of(), Invariants.check(xen));
        assertEquals(kept.hash(), keyframes.take().hash());
        assertEquals(OKAY, pair.unmap(handle, PLACE, frame(9) << 12));
        assertEquals(List.of(), xen.zombies());
    }
}
