package io.xenarium.xen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.xenarium.abi.Hypercall;
import io.xenarium.check.Invariants;
import io.xenarium.machine.Machine;
import io.xenarium.terms.Errno;
import io.xenarium.trace.MemoryEvent.FrameType;
import io.xenarium.trace.Trace;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.List;

/// What hypercalls answer, to right questions and to wrong ones.
class HypercallAnswersTest {
    private static final long ARGUMENTS = TestGuest.FREE << 12;
    private static final long UNMAPPED = 0x7000_0000L;
    private static final int SELF = 0x7ff0;

    private final Hypervisor xen;
    private final TestGuest guest;
    private final TestGuest other;

    HypercallAnswersTest() {
        Machine machine = new Machine(1, 200, 1, (memory, clock) -> new NoCpu());
        xen = new Hypervisor(machine, PlainParts.all(), new Trace());
        guest = new TestGuest(xen, 16, new byte[0]);
        other = new TestGuest(xen, 8, new byte[0]);
    }

    @AfterEach
    void allCountsAreRight() {
        assertEquals(List.of(), Invariants.check(xen));
    }

    private long call(Hypercall call, long... args) {
        return guest.call(call.number(), args);
    }

    @Test
    void anUnknownNumberIsNotImplemented() {
        assertEquals(Errno.ENOSYS.rc(), guest.call(63));
        assertEquals(Errno.ENOSYS.rc(), guest.call(1 << 20));
        assertEquals(Errno.ENOSYS.rc(), guest.call(-1));
    }

    @Test
    void aPointerThatTheGuestCannotUseIsABadAddress() {
        assertEquals(Errno.EFAULT.rc(), call(Hypercall.SET_TRAP_TABLE, UNMAPPED));
        assertEquals(Errno.EFAULT.rc(), call(Hypercall.XEN_VERSION, 1, UNMAPPED));
        assertEquals(Errno.EFAULT.rc(), call(Hypercall.XEN_VERSION, 1, XenSlots.M2P_VADDR));
        assertEquals(Errno.EFAULT.rc(), call(Hypercall.EVENT_CHANNEL_OP, 4, UNMAPPED));
        long ownTable = 3 << 12;
        assertEquals(
                Errno.EFAULT.rc(),
                call(Hypercall.XEN_VERSION, 1, ownTable),
                "the guest cannot store there, so Xen does not");
    }

    @Test
    void xenSaysThatItIs417() {
        assertEquals(0x40011, call(Hypercall.XEN_VERSION, 0, 0));
        guest.put(ARGUMENTS, 0);
        assertEquals(0, call(Hypercall.XEN_VERSION, 6, ARGUMENTS));
        assertNotEquals(0, guest.get(ARGUMENTS) >>> 32);
        guest.put(ARGUMENTS, 1);
        assertEquals(Errno.EINVAL.rc(), call(Hypercall.XEN_VERSION, 6, ARGUMENTS));
    }

    @Test
    void aMulticallAnswersEachMember() {
        guest.put(ARGUMENTS, Hypercall.XEN_VERSION.number());
        guest.put(ARGUMENTS + 16, 0);
        guest.put(ARGUMENTS + 64, 63);
        guest.put(ARGUMENTS + 128, Hypercall.MULTICALL.number());
        assertEquals(0, call(Hypercall.MULTICALL, ARGUMENTS, 3));
        assertEquals(0x40011, guest.get(ARGUMENTS + 8));
        assertEquals(Errno.ENOSYS.rc(), guest.get(ARGUMENTS + 72));
        assertEquals(Errno.EINVAL.rc(), guest.get(ARGUMENTS + 136), "no multicall inside");
    }

    @Test
    void theMemoryMapIsOneRegion() {
        guest.put(ARGUMENTS, 8);
        guest.put(ARGUMENTS + 8, ARGUMENTS + 64);
        assertEquals(0, call(Hypercall.MEMORY_OP, 9, ARGUMENTS));
        assertEquals(1, guest.get(ARGUMENTS));
        assertEquals(16 << 12, guest.get(ARGUMENTS + 72));
        assertEquals(1, guest.get(ARGUMENTS + 80));
    }

    @Test
    void aPageTableCannotBeMappedWritable() {
        long table = guest.mfns[3] << 12 | 0x67;
        assertEquals(Errno.EBUSY.rc(), call(Hypercall.UPDATE_VA_MAPPING, ARGUMENTS, table, 0));
        long readOnly = guest.mfns[3] << 12 | 0x65;
        assertEquals(0, call(Hypercall.UPDATE_VA_MAPPING, ARGUMENTS, readOnly, 0));
    }

    @Test
    void aWritablePageCannotBecomeATable() {
        assertEquals(Errno.EINVAL.rc(), extended(0, guest.mfns[8], 0));
        assertEquals(0, call(Hypercall.UPDATE_VA_MAPPING, 8 << 12, 0, 2));
        assertEquals(0, extended(0, guest.mfns[8], 0));
        assertEquals(FrameType.L1, xen.frames().type(guest.mfns[8]));
        assertEquals(Errno.EINVAL.rc(), extended(0, guest.mfns[8], 0), "pinned already");
        assertEquals(0, extended(4, guest.mfns[8], 0));
        assertEquals(FrameType.NONE, xen.frames().type(guest.mfns[8]));
    }

    private long extended(int op, long first, long second) {
        guest.put(ARGUMENTS, op);
        guest.put(ARGUMENTS + 8, first);
        guest.put(ARGUMENTS + 16, second);
        return call(Hypercall.MMUEXT_OP, ARGUMENTS, 1, 0, SELF);
    }

    @Test
    void anotherDomainsMemoryCannotBeMapped() {
        long foreign = other.mfns[TestGuest.FREE] << 12 | 0x65;
        assertEquals(Errno.EBUSY.rc(), call(Hypercall.UPDATE_VA_MAPPING, ARGUMENTS, foreign, 0));
        assertEquals(
                Errno.EBUSY.rc(), call(Hypercall.UPDATE_VA_MAPPING, ARGUMENTS, 1 << 12 | 5, 0));
    }

    @Test
    void entriesReadBackAsXenStoresThem() {
        long kernel = guest.mfns[9] << 12 | 0x63;
        assertEquals(0, call(Hypercall.UPDATE_VA_MAPPING, 9 << 12, kernel, 0));
        assertEquals(
                kernel | PageEntry.USER | PageEntry.GUEST_KERNEL, guest.get((3 << 12) + 9 * 8));
        long user = guest.mfns[9] << 12 | 0x67;
        assertEquals(0, call(Hypercall.UPDATE_VA_MAPPING, 9 << 12, user, 0));
        assertEquals(user | PageEntry.GLOBAL, guest.get((3 << 12) + 9 * 8));
    }

    @Test
    void anUpdateCanKeepTheMarksOfTheProcessor() {
        long entryMaddr = guest.maddr(3, 9 * 8);
        guest.put(ARGUMENTS, entryMaddr | 2);
        guest.put(ARGUMENTS + 8, guest.mfns[9] << 12 | 0x07);
        assertEquals(0, call(Hypercall.MMU_UPDATE, ARGUMENTS, 1, ARGUMENTS + 64, SELF));
        assertEquals(1, guest.get(ARGUMENTS + 64), "one done");
        assertEquals(0x60, guest.get((3 << 12) + 9 * 8) & 0x60);
    }

    @Test
    void aBatchThatFailsSaysHowFarItCame() {
        guest.put(ARGUMENTS, guest.maddr(3, 9 * 8));
        guest.put(ARGUMENTS + 8, 0);
        guest.put(ARGUMENTS + 16, guest.maddr(3, 10 * 8));
        guest.put(ARGUMENTS + 24, guest.mfns[3] << 12 | 0x67);
        assertEquals(
                Errno.EBUSY.rc(), call(Hypercall.MMU_UPDATE, ARGUMENTS, 2, ARGUMENTS + 64, SELF));
        assertEquals(1, guest.get(ARGUMENTS + 64));
    }

    @Test
    void xensOwnSlotsAreNotTheGuests() {
        guest.put(ARGUMENTS, guest.maddr(0, 256 * 8));
        guest.put(ARGUMENTS + 8, guest.mfns[1] << 12 | 0x67);
        assertEquals(Errno.EINVAL.rc(), call(Hypercall.MMU_UPDATE, ARGUMENTS, 1, 0, SELF));
    }

    @Test
    void theMachineToPhysicalTableFollowsItsOwner() {
        guest.put(ARGUMENTS, guest.mfns[9] << 12 | 1);
        guest.put(ARGUMENTS + 8, 0x123);
        assertEquals(0, call(Hypercall.MMU_UPDATE, ARGUMENTS, 1, 0, SELF));
        assertEquals(0x123, xen.frames().pfn(guest.mfns[9]));
        guest.put(ARGUMENTS, other.mfns[1] << 12 | 1);
        assertEquals(Errno.EINVAL.rc(), call(Hypercall.MMU_UPDATE, ARGUMENTS, 1, 0, SELF));
    }

    @Test
    void aFrameWithDescriptorsIsReadOnly() {
        guest.put(8 << 12, 0x0020_9a00_0000_0000L);
        guest.put(ARGUMENTS, guest.mfns[8]);
        assertEquals(Errno.EINVAL.rc(), call(Hypercall.SET_GDT, ARGUMENTS, 2), "mapped writable");
        long readOnly = guest.mfns[8] << 12 | 0x65;
        assertEquals(0, call(Hypercall.UPDATE_VA_MAPPING, 8 << 12, readOnly, 2));
        assertEquals(0, call(Hypercall.SET_GDT, ARGUMENTS, 2));
        assertEquals(0x0020_fa00_0000_0000L, guest.get(8 << 12), "privilege 3");
        assertEquals(FrameType.SEGMENT_DESCRIPTORS, xen.frames().type(guest.mfns[8]));
        long gate = 0x0000_8e00_0000_0000L;
        assertEquals(Errno.EINVAL.rc(), call(Hypercall.UPDATE_DESCRIPTOR, guest.maddr(8, 8), gate));
    }

    @Test
    void vcpusThatAreNotThereAreNotFound() {
        assertEquals(1, call(Hypercall.VCPU_OP, 3, 0, 0));
        assertEquals(0, call(Hypercall.VCPU_OP, 3, 1, 0));
        assertEquals(Errno.ENOENT.rc(), call(Hypercall.VCPU_OP, 3, 2, 0));
        assertEquals(Errno.ENOENT.rc(), call(Hypercall.VCPU_OP, 3, 8191, 0));
    }

    @Test
    void theGrantTableGrowsAndTellsItsFrames() {
        guest.put(ARGUMENTS, SELF | 2L << 32);
        guest.put(ARGUMENTS + 16, ARGUMENTS + 64);
        assertEquals(0, call(Hypercall.GRANT_TABLE_OP, 2, ARGUMENTS, 1));
        assertEquals(0, (short) guest.get(ARGUMENTS + 8));
        long second = guest.get(ARGUMENTS + 72);
        assertEquals(guest.domain.grants().frameMfn(1), second);
        guest.put(ARGUMENTS, other.domain.id().value() | 1L << 32);
        assertEquals(0, call(Hypercall.GRANT_TABLE_OP, 2, ARGUMENTS, 1));
        assertEquals(-8, (short) guest.get(ARGUMENTS + 8), "permission denied");
    }
}
