package io.xenarium.xen;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xenarium.abi.Hypercall;
import io.xenarium.abi.VcpuContext;
import io.xenarium.abi.VcpuInfo;
import io.xenarium.check.Invariants;
import io.xenarium.machine.Machine;
import io.xenarium.machine.Memory;
import io.xenarium.machine.cpu.Registers;
import io.xenarium.terms.Errno;
import io.xenarium.trace.DomainEvent.Life;
import io.xenarium.trace.SchedEvent.Runstate;
import io.xenarium.trace.Trace;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;

/// vcpu_op: vCPUs that are given a context, brought up and taken down, and their records.
class VcpuCallsTest {
    private static final long ARGUMENTS = TestGuest.FREE << 12;

    /// Two pages, because a context is longer than one.
    private static final long CONTEXT = 8 << 12;

    private static final long AREA = 11 << 12;

    private final Memory memory;
    private final Hypervisor xen;
    private final TestGuest guest;
    private final Vcpu second;

    VcpuCallsTest() {
        Machine machine = new Machine(1, 200, 1, (frames, clock) -> new NoCpu());
        memory = machine.memory();
        xen = new Hypervisor(machine, PlainParts.all(), new Trace());
        guest = new TestGuest(xen, 16, new byte[0]);
        second = guest.domain.vcpus().get(1);
        fillContext();
    }

    @AfterEach
    void allCountsAreRight() {
        assertEquals(List.of(), Invariants.check(xen));
    }

    private long op(int command, int vcpu, long at) {
        return guest.call(Hypercall.VCPU_OP.number(), command, vcpu, at);
    }

    /// A context as a kernel writes it: in kernel mode, on the table that the first vCPU uses.
    private void fillContext() {
        set(VcpuContext.FLAGS, VcpuContext.IN_KERNEL | VcpuContext.SYSCALL_MASKS_EVENTS);
        set(VcpuContext.USER_REGS + 13 * 8, 0x51);
        set(VcpuContext.RIP, 0x4000);
        set(VcpuContext.CS, 0xe030);
        set(VcpuContext.RFLAGS, 0x1000);
        set(VcpuContext.RSP, 0x6000);
        set(VcpuContext.SS, 0xe028);
        set(VcpuContext.KERNEL_SS, 0xe028);
        set(VcpuContext.KERNEL_SP, 0x5800);
        set(VcpuContext.CR3, guest.mfns[0] << 12);
        set(VcpuContext.TRAPS + 14 * 16, 14 | 0xe033L << 16);
        set(VcpuContext.TRAPS + 14 * 16 + 8, 0x4100);
        set(VcpuContext.EVENT_CALLBACK, 0x4200);
        set(VcpuContext.SYSCALL_CALLBACK, 0x4300);
        set(VcpuContext.FS_BASE, 0x1111);
        set(VcpuContext.GS_BASE_KERNEL, 0x2222);
        set(VcpuContext.GS_BASE_USER, 0x3333);
    }

    private void set(int field, long value) {
        guest.put(CONTEXT + field, value);
    }

    @Test
    void aContextBecomesTheStateOfTheVcpu() {
        assertEquals(0, op(0, 1, CONTEXT));
        Registers registers = second.registers;
        assertEquals(0x4000, registers.rip);
        assertEquals(0x6000, registers.gpr[Registers.RSP]);
        assertEquals(0x51, registers.gpr[Registers.RSI]);
        assertEquals(0xe033, registers.selector[Registers.CS], "privilege 3");
        assertEquals(0xe02b, registers.selector[Registers.SS]);
        assertTrue(registers.inLongMode());
        assertEquals(0x202, registers.rflags, "interrupts on, no I/O privilege");
        assertEquals(1, second.ioPrivilege, "which is a virtual one");
        assertEquals(0x1111, registers.segmentBase[Registers.FS]);
        assertEquals(0x2222, registers.segmentBase[Registers.GS]);
        assertEquals(0x3333, second.otherGsBase);
        assertEquals(0x4100, second.traps.handler(14));
        assertEquals(0x4200, second.callbacks.handler(Callbacks.EVENT));
        assertTrue(second.callbacks.masksEvents(Callbacks.SYSCALL));
        assertEquals(guest.mfns[0], second.kernelTable());
        assertEquals(guest.mfns[0] << 12, registers.cr3);
        assertEquals(0x5800, second.kernelStackVaddr);
        assertEquals(0xe02b, second.kernelStackSelector);
        assertEquals(0xffff_0ff0L, registers.debug[6]);
        assertTrue(second.isUpcallMasked());
        assertEquals(0, op(3, 1, 0), "it is not up yet");
        assertEquals(0, op(1, 1, 0));
        assertEquals(1, op(3, 1, 0));
        assertEquals(Runstate.RUNNABLE, second.runstate());
    }

    @Test
    void aContextMayBringTheVcpuUpByItself() {
        set(VcpuContext.FLAGS, VcpuContext.IN_KERNEL | VcpuContext.ONLINE);
        assertEquals(0, op(0, 1, CONTEXT));
        assertEquals(1, op(3, 1, 0));
    }

    @Test
    void floatingPointStateIsTakenWhereItIsSaidToBeThere() {
        guest.put(CONTEXT, 0x027fL | 0x3800L << 16 | 0x80L << 32);
        guest.put(CONTEXT + 24, 0x1fa0);
        guest.put(CONTEXT + 32, 0x8000_0000_0000_0000L);
        guest.put(CONTEXT + 40, 0x3fff);
        guest.put(CONTEXT + 160 + 16 * 3, 0x77);
        set(VcpuContext.FLAGS, VcpuContext.IN_KERNEL | VcpuContext.FPU_VALID);
        assertEquals(0, op(0, 1, CONTEXT));
        assertEquals(0x027f, second.registers.fcw);
        assertEquals(0x1fa0, second.registers.mxcsr);
        assertEquals(0x3fff, second.registers.x87[15], "the top is register 7");
        assertEquals(0x77, second.registers.xmm[6]);
    }

    @Test
    void aVcpuBeginsOnce() {
        assertEquals(Errno.EEXIST.rc(), op(0, 0, CONTEXT), "the first has begun");
        assertEquals(0, op(0, 1, CONTEXT));
        assertEquals(Errno.EEXIST.rc(), op(0, 1, CONTEXT));
        assertEquals(Errno.EFAULT.rc(), op(0, 1, 0x7000_0000), "the context is read first");
        assertEquals(Errno.ENOENT.rc(), op(0, 2, CONTEXT));
    }

    @Test
    void aVcpuWithoutContextDoesNotComeUp() {
        assertEquals(Errno.EINVAL.rc(), op(1, 1, 0));
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                VcpuContext.RIP,
                VcpuContext.RSP,
                VcpuContext.KERNEL_SP,
                VcpuContext.EVENT_CALLBACK,
                VcpuContext.FAILSAFE_CALLBACK,
                VcpuContext.SYSCALL_CALLBACK,
                VcpuContext.FS_BASE,
                VcpuContext.GS_BASE_KERNEL,
                VcpuContext.GS_BASE_USER,
                VcpuContext.TRAPS + 3 * 16 + 8,
                VcpuContext.LDT_BASE
            })
    void anAddressThatIsNoneIsRefused(int field) throws IOException {
        set(field, 1L << 50);
        assertRefused(Errno.EINVAL);
    }

    private void assertRefused(Errno expected) throws IOException {
        byte[] before = state();
        assertEquals(expected.rc(), op(0, 1, CONTEXT));
        assertArrayEquals(before, state(), "refused, but something changed");
        assertEquals(List.of(), Invariants.check(xen));
    }

    private byte[] state() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        xen.frames().save(out);
        guest.domain.save(out);
        return bytes.toByteArray();
    }

    @Test
    void aContextThatCannotRunIsRefused() throws IOException {
        set(VcpuContext.FLAGS, 0);
        assertRefused(Errno.EINVAL);
        set(VcpuContext.FLAGS, VcpuContext.IN_KERNEL);
        set(VcpuContext.CR3, guest.mfns[9] << 12);
        assertRefused(Errno.EINVAL);
        set(VcpuContext.CR3, guest.mfns[0] << 12);
        set(VcpuContext.USER_TABLE, guest.mfns[9] << 12);
        assertRefused(Errno.EINVAL);
        set(VcpuContext.USER_TABLE, 0);
        set(VcpuContext.LDT_ENTRIES, 8193);
        assertRefused(Errno.EINVAL);
        set(VcpuContext.LDT_ENTRIES, 0);
        set(VcpuContext.LDT_BASE, 0x1008);
        assertRefused(Errno.EINVAL);
        set(VcpuContext.LDT_BASE, 0);
        set(VcpuContext.GDT_ENTRIES, 14 * 512 + 1);
        assertRefused(Errno.EINVAL);
        set(VcpuContext.GDT_ENTRIES, 8);
        set(VcpuContext.GDT_FRAMES, guest.mfns[9]);
        assertRefused(Errno.EINVAL);
        set(VcpuContext.GDT_ENTRIES, 0);
        set(VcpuContext.DEBUG, XenSlots.M2P_VADDR);
        assertRefused(Errno.EPERM);
        set(VcpuContext.DEBUG, 0);
        set(VcpuContext.DEBUG + 56, 0x2000);
        assertRefused(Errno.EPERM);
        set(VcpuContext.DEBUG + 56, 0);
        assertEquals(0, op(0, 1, CONTEXT));
    }

    @Test
    void theLastVcpuThatGoesDownTakesTheDomainWithIt() {
        assertEquals(0, op(0, 1, CONTEXT));
        assertEquals(0, op(1, 1, 0));
        assertEquals(0, op(2, 1, 0));
        assertEquals(Runstate.OFFLINE, second.runstate());
        assertEquals(Life.RUNNING, guest.domain.life());
        assertEquals(0, op(2, 0, 0));
        assertEquals(Life.SHUTDOWN, guest.domain.life());
        assertEquals(0, guest.domain.shutdownReason());
    }

    @Test
    void timersOfOthersAreNotAllOnesOwn() {
        guest.put(ARGUMENTS, 5_000_000);
        guest.put(ARGUMENTS + 8, 0);
        assertEquals(0, op(6, 1, ARGUMENTS), "the periodic one can be set for another");
        assertEquals(5_000_000, second.timers.periodic());
        assertEquals(0, op(7, 1, 0));
        assertEquals(VcpuTimers.OFF, second.timers.periodic());
        assertEquals(Errno.EINVAL.rc(), op(8, 1, ARGUMENTS));
        assertEquals(Errno.EINVAL.rc(), op(9, 1, 0));
        guest.put(ARGUMENTS, 999_999);
        assertEquals(Errno.EINVAL.rc(), op(6, 0, ARGUMENTS), "shorter than a millisecond");
        guest.put(ARGUMENTS, (Long.MAX_VALUE >> 1) + 1);
        assertEquals(Errno.EINVAL.rc(), op(6, 0, ARGUMENTS));
        guest.put(ARGUMENTS, Long.MAX_VALUE >> 1);
        assertEquals(0, op(6, 0, ARGUMENTS));
    }

    @Test
    void aDeadlineThatMustLieAheadIsRefusedOnceItIsOver() {
        xen.run(2_000_000, StopWhen.never());
        guest.put(ARGUMENTS, 1_000_000);
        guest.put(ARGUMENTS + 8, 1);
        assertEquals(Errno.ETIME.rc(), op(8, 0, ARGUMENTS));
        guest.put(ARGUMENTS + 8, 0);
        assertEquals(0, op(8, 0, ARGUMENTS));
        assertEquals(2_000_000, guest.vcpu.timers.singleShot(), "it goes off at once");
        guest.put(ARGUMENTS, -1);
        assertEquals(0, op(8, 0, ARGUMENTS));
        assertEquals(VcpuTimers.OFF, guest.vcpu.timers.singleShot(), "never");
        guest.put(ARGUMENTS + 8, 1);
        assertEquals(0, op(8, 0, ARGUMENTS), "far ahead");
    }

    @Test
    void aRecordTellsWhatTheVcpuIsDoing() {
        xen.run(2_000_000, StopWhen.never());
        assertEquals(0, op(4, 0, ARGUMENTS));
        assertEquals(0, (int) guest.get(ARGUMENTS), "running");
        assertEquals(2_000_000, guest.get(ARGUMENTS + 16), "up to now");
        assertEquals(0, op(4, 1, ARGUMENTS));
        assertEquals(3, (int) guest.get(ARGUMENTS), "offline");
        assertEquals(2_000_000, guest.get(ARGUMENTS + 40));
        assertEquals(Errno.EFAULT.rc(), op(4, 0, 0x7000_0000));
    }

    @Test
    void aRecordIsShownWhereTheGuestWantsIt() {
        guest.put(ARGUMENTS, AREA);
        assertEquals(0, op(5, 1, ARGUMENTS));
        assertEquals(3, (int) guest.get(AREA), "offline, shown at once");
        assertEquals(0, op(0, 1, CONTEXT));
        assertEquals(0, op(1, 1, 0));
        assertEquals(1, (int) guest.get(AREA), "runnable");
        second.isKernelMode = false;
        xen.run(1_500_000, StopWhen.never());
        assertEquals(0, (int) guest.get(AREA), "even while a program runs");
        second.isKernelMode = true;
        guest.put(ARGUMENTS, XenSlots.M2P_VADDR - 16);
        assertEquals(Errno.EFAULT.rc(), op(5, 0, ARGUMENTS));
        guest.put(ARGUMENTS, 0x7000_0000);
        assertEquals(0, op(5, 0, ARGUMENTS), "nothing is mapped there yet");
    }

    @Test
    void aVcpuInfoMovesOnce() {
        info(guest.mfns[9], 64);
        guest.vcpu.setUpcallMasked(false);
        assertEquals(0, op(10, 0, ARGUMENTS));
        assertEquals((guest.mfns[9] << 12) + 64, guest.vcpu.infoMaddr());
        assertTrue(guest.vcpu.isUpcallPending());
        assertFalse(guest.vcpu.isUpcallMasked(), "the mask moves along");
        assertEquals(-1, guest.vcpu.selector());
        info(guest.mfns[10], 64);
        assertEquals(Errno.EINVAL.rc(), op(10, 0, ARGUMENTS), "once");
        info(guest.mfns[9], 4096 - 64 + 8);
        assertEquals(Errno.ENXIO.rc(), op(10, 1, ARGUMENTS), "over the end");
        info(guest.mfns[3], 0);
        assertEquals(Errno.EINVAL.rc(), op(10, 1, ARGUMENTS), "a page table");
        info(1 << 20, 0);
        assertEquals(Errno.EINVAL.rc(), op(10, 1, ARGUMENTS), "no such frame");
        info(guest.mfns[9], 128);
        assertEquals(0, op(10, 1, ARGUMENTS), "another's, while it is down");
    }

    @Test
    void theVcpuInfoOfAnotherThatIsUpStays() {
        assertEquals(0, op(0, 1, CONTEXT));
        assertEquals(0, op(1, 1, 0));
        info(guest.mfns[9], 128);
        assertEquals(Errno.EINVAL.rc(), op(10, 1, ARGUMENTS));
    }

    private void info(long frameMfn, long offset) {
        guest.put(ARGUMENTS, frameMfn);
        guest.put(ARGUMENTS + 8, offset);
    }

    @Test
    void timeIsTold() {
        long record = guest.vcpu.infoMaddr();
        assertEquals(2, memory.getInt(record + VcpuInfo.TIME_VERSION));
        guest.put(ARGUMENTS, AREA);
        assertEquals(0, op(13, 0, ARGUMENTS));
        assertEquals(4, (int) guest.get(AREA), "a copy, of a new record");
        assertEquals(0, guest.get(AREA + 16));
        guest.put(ARGUMENTS, XenSlots.M2P_VADDR);
        assertEquals(Errno.EFAULT.rc(), op(13, 0, ARGUMENTS));
    }

    @Test
    void whatAGuestIsNotTold() {
        assertEquals(Errno.EINVAL.rc(), op(12, 0, ARGUMENTS), "get_physid");
        assertEquals(Errno.ENOSYS.rc(), op(14, 0, ARGUMENTS));
        assertEquals(Errno.EINVAL.rc(), op(11, 0, ARGUMENTS), "send_nmi takes no argument");
        assertEquals(0, op(11, 0, 0));
        assertTrue(guest.vcpu.isNmiPending);
    }
}
