package io.xenarium.xen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xenarium.abi.Hypercall;
import io.xenarium.check.Invariants;
import io.xenarium.machine.Machine;
import io.xenarium.machine.Memory;
import io.xenarium.terms.Errno;
import io.xenarium.trace.Trace;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.List;

/// memory_op: memory that a guest gives back, gets and exchanges.
class ReservationsTest {
    private static final int INCREASE = 0;
    private static final int DECREASE = 1;
    private static final int POPULATE = 6;
    private static final int EXCHANGE = 11;
    private static final long ARGUMENTS = TestGuest.FREE << 12;
    private static final long LIST = ARGUMENTS + 0x100;
    private static final long OUT_LIST = ARGUMENTS + 0x400;
    private static final long SELF = 0x7ff0;
    private static final int PAGES = 24;

    private final Hypervisor xen;
    private final FrameTable frames;
    private final Memory memory;
    private final TestGuest guest;
    private final TestGuest other;

    ReservationsTest() {
        Machine machine = new Machine(1, 300, 1, (memory, clock) -> new NoCpu());
        memory = machine.memory();
        xen = new Hypervisor(machine, PlainParts.all(), new Trace());
        frames = xen.frames();
        guest = new TestGuest(xen, PAGES, new byte[0]);
        other = new TestGuest(xen, 8, new byte[0]);
    }

    @AfterEach
    void allCountsAreRight() {
        assertEquals(List.of(), Invariants.check(xen));
    }

    private long op(int command, long at) {
        return guest.call(Hypercall.MEMORY_OP.number(), command, at);
    }

    private long adjust(int command, int order, long... extents) {
        for (int i = 0; i < extents.length; i++) {
            guest.put(LIST + i * 8L, extents[i]);
        }
        reservation(ARGUMENTS, LIST, extents.length, order, SELF);
        return op(command, ARGUMENTS);
    }

    private void reservation(long at, long list, long count, int order, long domain) {
        guest.put(at, list);
        guest.put(at + 8, count);
        guest.put(at + 16, order);
        guest.put(at + 24, domain);
    }

    private void unmap(int page) {
        assertEquals(0, guest.call(Hypercall.UPDATE_VA_MAPPING.number(), (long) page << 12, 0, 1));
    }

    private long reserved() {
        guest.put(ARGUMENTS, SELF);
        return op(3, ARGUMENTS);
    }

    @Test
    void aFrameThatIsGivenBackIsWipedAndAnothers() {
        long frameMfn = guest.mfns[9];
        memory.setLong(frameMfn << 12, 0x5ec4e7);
        unmap(9);
        assertEquals(PAGES, reserved());
        assertEquals(1, adjust(DECREASE, 0, frameMfn));
        assertEquals(PAGES - 1, reserved());
        assertEquals(FrameTable.NOBODY, frames.owner(frameMfn));
        assertEquals(FrameTable.INVALID_PFN, frames.pfn(frameMfn));
        assertEquals(0, memory.getLong(frameMfn << 12));
        assertEquals(0, adjust(DECREASE, 0, frameMfn), "not its own any more");
    }

    @Test
    void aFrameInUseIsGivenBackWhenItsLastUseEnds() {
        long frameMfn = guest.mfns[9];
        assertEquals(1, adjust(DECREASE, 0, frameMfn), "still mapped");
        assertTrue(frames.isOwnedBy(frameMfn, guest.domain.id()));
        assertEquals(1, adjust(DECREASE, 0, frameMfn), "twice is harmless");
        unmap(9);
        assertEquals(FrameTable.NOBODY, frames.owner(frameMfn));
    }

    @Test
    void aPinnedTableThatIsGivenBackIsUnpinned() {
        unmap(9);
        guest.put(ARGUMENTS, 0);
        guest.put(ARGUMENTS + 8, guest.mfns[9]);
        assertEquals(0, guest.call(Hypercall.MMUEXT_OP.number(), ARGUMENTS, 1, 0, SELF));
        assertEquals(1, adjust(DECREASE, 0, guest.mfns[9]));
        assertEquals(FrameTable.NOBODY, frames.owner(guest.mfns[9]));
    }

    @Test
    void populatingFillsBothTables() {
        unmap(9);
        unmap(10);
        assertEquals(2, adjust(DECREASE, 0, guest.mfns[9], guest.mfns[10]));
        assertEquals(2, adjust(POPULATE, 0, 0x900, 0xa00));
        long first = guest.get(LIST);
        assertTrue(frames.isOwnedBy(first, guest.domain.id()));
        assertEquals(0x900, frames.pfn(first));
        assertEquals(0xa00, frames.pfn(guest.get(LIST + 8)));
        assertEquals(0, adjust(POPULATE, 0, 0xb00), "no more than it may have");
    }

    @Test
    void anOrderAsksForARunThatBeginsAtAMultipleOfItsSize() {
        for (int page = 9; page < 13; page++) {
            unmap(page);
            assertEquals(1, adjust(DECREASE, 0, guest.mfns[page]));
        }
        assertEquals(1, adjust(POPULATE, 2, 0x40));
        long first = guest.get(LIST);
        assertEquals(0, first % 4);
        assertEquals(0x43, frames.pfn(first + 3));
        assertEquals(1, adjust(DECREASE, 2, first));
        assertEquals(FrameTable.NOBODY, frames.owner(first + 3));
        assertEquals(1, adjust(INCREASE, 1, 0));
        assertEquals(FrameTable.INVALID_PFN, frames.pfn(guest.get(LIST)));
        assertEquals(0, adjust(POPULATE, 10, 0x40), "too large");
    }

    @Test
    void whatCannotBeDoneEndsTheListAndSaysHowFarItCame() {
        unmap(9);
        assertEquals(1, adjust(DECREASE, 0, guest.mfns[9], other.mfns[6], guest.mfns[10]));
        assertTrue(frames.isAllocated(guest.mfns[10]));
        assertEquals(0, adjust(DECREASE, 0, guest.domain.sharedInfo().value()), "Xen's too");
        assertEquals(0, adjust(DECREASE, 0, -1));
        reservation(ARGUMENTS, 0x7000_0000L, 1, 0, SELF);
        assertEquals(0, op(POPULATE, ARGUMENTS));
        assertEquals(0, op(POPULATE, 0x7000_0000L), "no error for this one");
        assertEquals(3, op(DECREASE | 3 << 6, ARGUMENTS), "begun with the fourth");
        reservation(ARGUMENTS, LIST, 1, 0, other.domain.id().value());
        assertEquals(0, op(DECREASE, ARGUMENTS), "another's");
        reservation(ARGUMENTS, LIST, 0x400_0000L, 0, SELF);
        assertEquals(0, op(DECREASE, ARGUMENTS), "more than can be counted");
    }

    @Test
    void aGuestCanOnlyBeAskedAboutByItself() {
        guest.put(ARGUMENTS, other.domain.id().value());
        assertEquals(Errno.EPERM.rc(), op(3, ARGUMENTS));
        guest.put(ARGUMENTS, 99);
        assertEquals(Errno.ESRCH.rc(), op(4, ARGUMENTS));
        guest.put(ARGUMENTS, guest.domain.id().value());
        assertEquals(PAGES, op(4, ARGUMENTS));
        assertEquals(Errno.EINVAL.rc(), op(3 | 1 << 6, ARGUMENTS), "not begun before");
        assertEquals(Errno.EFAULT.rc(), op(3, 0x7000_0000L));
        assertEquals(frames.frames(), op(2, 0));
    }

    @Test
    void theHighestPseudoPhysicalNumberIsWhatTheGuestWrote() {
        guest.put(ARGUMENTS, SELF);
        assertEquals(0, op(14, ARGUMENTS));
        memory.setLong((guest.domain.sharedInfo().value() << 12) + 3088, 24);
        assertEquals(23, op(14, ARGUMENTS));
    }

    private long exchange(int inOrder, long[] in, int outOrder, long[] out) {
        for (int i = 0; i < in.length; i++) {
            guest.put(LIST + i * 8L, in[i]);
        }
        for (int i = 0; i < out.length; i++) {
            guest.put(OUT_LIST + i * 8L, out[i]);
        }
        reservation(ARGUMENTS, LIST, in.length, inOrder, SELF);
        reservation(ARGUMENTS + 32, OUT_LIST, out.length, outOrder, SELF);
        guest.put(ARGUMENTS + 64, 0);
        return op(EXCHANGE, ARGUMENTS);
    }

    @Test
    void framesAreExchangedForARun() {
        long[] given = new long[4];
        for (int i = 0; i < 4; i++) {
            unmap(9 + i);
            given[i] = guest.mfns[9 + i];
        }
        assertEquals(0, exchange(0, given, 2, new long[] {0x80}));
        assertEquals(4, guest.get(ARGUMENTS + 64));
        long first = guest.get(OUT_LIST);
        assertEquals(0, first % 4);
        assertEquals(0x83, frames.pfn(first + 3));
        assertEquals(FrameTable.NOBODY, frames.owner(given[0]));
        assertEquals(PAGES, reserved());
        long[] four = {0x90, 0x91, 0x92, 0x93};
        assertEquals(0, exchange(2, new long[] {first}, 0, four));
        assertEquals(0x92, frames.pfn(guest.get(OUT_LIST + 16)));
        assertNotEquals(first, guest.get(OUT_LIST));
    }

    @Test
    void aFrameInUseIsNotExchangedButThoseBeforeItAre() {
        unmap(9);
        long[] given = {guest.mfns[9], guest.mfns[10]};
        assertEquals(Errno.EINVAL.rc(), exchange(0, given, 0, new long[] {0x80, 0x81}));
        assertEquals(1, guest.get(ARGUMENTS + 64));
        unmap(10);
        unmap(11);
        long[] twice = {guest.mfns[11], guest.mfns[11]};
        assertEquals(Errno.EINVAL.rc(), exchange(0, twice, 1, new long[] {0x80}));
        assertTrue(frames.isAllocated(guest.mfns[11]), "nothing of the chunk is done");
        assertEquals(Errno.EPERM.rc(), exchange(0, twice, 10, new long[] {0x80}));
        assertEquals(Errno.EINVAL.rc(), exchange(0, twice, 0, new long[] {0x80}), "uneven");
    }

    @Test
    void whatAGuestWithItsOwnTablesCannotDoIsSaid() {
        guest.put(ARGUMENTS, SELF);
        assertEquals(Errno.EACCES.rc(), op(7, ARGUMENTS));
        guest.put(ARGUMENTS, SELF | 4L << 32);
        assertEquals(Errno.ENOSYS.rc(), op(7, ARGUMENTS));
        assertEquals(Errno.EPERM.rc(), op(10, ARGUMENTS));
        assertEquals(Errno.ENOSYS.rc(), op(8, ARGUMENTS));
        assertEquals(Errno.ENOSYS.rc(), op(63, ARGUMENTS));
    }

    @Test
    void aGuestMaySayWhatItsMapIs() {
        guest.put(ARGUMENTS, SELF);
        guest.put(ARGUMENTS + 8, 1);
        guest.put(ARGUMENTS + 16, LIST);
        guest.put(LIST, 0x1000);
        guest.put(LIST + 8, 0x2000);
        guest.put(LIST + 16, 2);
        assertEquals(0, op(13, ARGUMENTS));
        guest.put(ARGUMENTS, 8);
        guest.put(ARGUMENTS + 8, OUT_LIST);
        assertEquals(0, op(9, ARGUMENTS));
        assertEquals(1, guest.get(ARGUMENTS));
        assertEquals(0x2000, guest.get(OUT_LIST + 8));
        guest.put(ARGUMENTS, SELF);
        guest.put(ARGUMENTS + 8, 129);
        assertEquals(Errno.EINVAL.rc(), op(13, ARGUMENTS));
    }
}
