package io.xenarium.xen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xenarium.abi.Hypercall;
import io.xenarium.machine.Machine;
import io.xenarium.machine.cpu.Registers;
import io.xenarium.terms.Errno;
import io.xenarium.trace.DomainEvent.Life;
import io.xenarium.trace.Trace;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Software interrupts, the checks of iret, debug registers, privilege for ports, and what becomes
/// of a guest that leads Xen astray.
class TrapRulesTest {
    private static final long HANDLER = 0x4800;
    private static final long TABLE = TestGuest.FREE << 12;
    private static final long FRAME = TABLE + 0x800;
    private static final long KERNEL_STACK = TestGuest.FREE + 3 << 12;
    private static final long NOT_CANONICAL = 1L << 50;
    private static final int SELF = 0x7ff0;

    private final ScriptedCpu cpu = new ScriptedCpu();
    private final Hypervisor xen;
    private final TestGuest guest;
    private final Registers registers;

    TrapRulesTest() {
        Machine machine = new Machine(1, 200, 1, (memory, clock) -> cpu);
        xen = new Hypervisor(machine, PlainParts.all(), new Trace());
        guest = new TestGuest(xen, 16, new byte[0]);
        registers = guest.vcpu.registers();
        guest.call(Hypercall.STACK_SWITCH.number(), 0xe02b, KERNEL_STACK);
    }

    private void play() {
        while (!cpu.isDone() && guest.domain.isRunning()) {
            xen.run(xen.machine().clock().nanos() + 1, StopWhen.never());
        }
    }

    private long registerTrap(int vector, int flags) {
        guest.put(TABLE, vector | flags << 8);
        guest.put(TABLE + 8, HANDLER + vector);
        guest.put(TABLE + 16, 0);
        guest.put(TABLE + 24, 0);
        return guest.call(Hypercall.SET_TRAP_TABLE.number(), TABLE);
    }

    private long stacked(int index) {
        return guest.get(registers.gpr[Registers.RSP] + index * 8L);
    }

    private void giveProgramsATable() {
        guest.put(TABLE, 15);
        guest.put(TABLE + 8, guest.mfns[0]);
        assertEquals(0, guest.call(Hypercall.MMUEXT_OP.number(), TABLE, 1, 0, SELF));
    }

    private void iret(long flags, long rip, long cs, long rflags, long rsp, long ss) {
        long[] words = {7, 8, 9, flags, rip, cs, rflags, rsp, ss};
        for (int i = 0; i < words.length; i++) {
            guest.put(FRAME + i * 8L, words[i]);
        }
        cpu.does(state -> {
            state.gpr[Registers.RSP] = FRAME;
            state.gpr[Registers.RAX] = Hypercall.IRET.number();
            return ScriptedCpu.systemCall(state);
        });
        play();
    }

    private void toProgram() {
        giveProgramsATable();
        iret(0, 0x4000, 0xe033, 0x202, 0x5000, 0xe02b);
        assertFalse(guest.vcpu.isKernelMode());
    }

    @ParameterizedTest
    @CsvSource({"14, 3, true", "14, 2, false", "33, 3, true", "128, 0, true"})
    void aProgramMayRaiseWhatItsKernelAllows(int vector, int level, boolean isAllowed) {
        registerTrap(13, 0);
        registerTrap(vector, level);
        toProgram();
        registers.rip = 0x4020;
        cpu.faults(13, vector * 8 + 2, 0);
        play();
        if (isAllowed) {
            assertEquals(HANDLER + vector, registers.rip);
            assertEquals(0x4022, stacked(2), "behind the instruction; no error code");
        } else {
            assertEquals(HANDLER + 13, registers.rip);
            assertEquals(vector * 8 + 2, stacked(2), "the error code names the gate");
            assertEquals(0x4020, stacked(3));
        }
    }

    @Test
    void theKernelMayRaiseFromLevelOneOnOrFromZeroWhereItAskedForThat() {
        registerTrap(13, 0);
        registerTrap(0x30, 0);
        cpu.faults(13, 0x30 * 8 + 2, 0);
        play();
        assertEquals(HANDLER + 13, registers.rip);
        guest.call(Hypercall.VM_ASSIST.number(), 0, 4);
        cpu.faults(13, 0x30 * 8 + 2, 0);
        play();
        assertEquals(HANDLER + 0x30, registers.rip);
    }

    @Test
    void aHandlerMustBeAnAddressAndNoneIsTakenOfAListThatIsWrong() {
        assertEquals(0, registerTrap(6, 0));
        guest.put(TABLE, 7);
        guest.put(TABLE + 8, HANDLER);
        guest.put(TABLE + 16, 8);
        guest.put(TABLE + 24, NOT_CANONICAL);
        assertEquals(Errno.EINVAL.rc(), guest.call(Hypercall.SET_TRAP_TABLE.number(), TABLE));
        assertEquals(0, guest.vcpu.traps.handler(7));
        assertEquals(HANDLER + 6, guest.vcpu.traps.handler(6));
        assertEquals(0, guest.call(Hypercall.SET_TRAP_TABLE.number(), 0));
        assertEquals(0, guest.vcpu.traps.handler(6), "cleared");
    }

    @Test
    void callbacksAreCheckedInBothForms() {
        int callback = Hypercall.CALLBACK_OP.number();
        guest.put(TABLE + 8, NOT_CANONICAL);
        guest.put(TABLE, 0);
        assertEquals(Errno.EINVAL.rc(), guest.call(callback, 0, TABLE));
        guest.put(TABLE + 8, HANDLER);
        guest.put(TABLE, 3);
        assertEquals(Errno.ENOSYS.rc(), guest.call(callback, 0, TABLE));
        guest.put(TABLE, 5);
        assertEquals(0, guest.call(callback, 0, TABLE));
        assertEquals(Errno.EINVAL.rc(), guest.call(callback, 1, TABLE));
        assertEquals(Errno.ENOSYS.rc(), guest.call(callback, 2, TABLE));
        assertEquals(Errno.EFAULT.rc(), guest.call(callback, 0, 0x7000_0000L));
        int old = Hypercall.SET_CALLBACKS.number();
        assertEquals(0, guest.call(old, 0x1111, NOT_CANONICAL, 0x3333), "it never says no");
        assertEquals(0x1111, guest.vcpu.callbacks.handler(Callbacks.EVENT));
        assertEquals(0, guest.vcpu.callbacks.handler(Callbacks.FAILSAFE));
        assertEquals(0x3333, guest.vcpu.callbacks.handler(Callbacks.SYSCALL));
    }

    @Test
    void theHandlerForNmisIsATrapThatMasksEvents() {
        int nmi = Hypercall.NMI_OP.number();
        guest.put(TABLE, HANDLER);
        assertEquals(0, guest.call(nmi, 0, TABLE));
        assertEquals(HANDLER, guest.vcpu.traps.handler(2));
        assertTrue(guest.vcpu.traps.masksEvents(2));
        assertEquals(0, guest.call(nmi, 1, 0));
        assertEquals(0, guest.vcpu.traps.handler(2));
        assertEquals(Errno.ENOSYS.rc(), guest.call(nmi, 2, 0));
        guest.put(TABLE, NOT_CANONICAL);
        assertEquals(Errno.EINVAL.rc(), guest.call(nmi, 0, TABLE));
    }

    @ParameterizedTest
    @CsvSource({
        "0x20, 0xe02b, 13, 0x20",
        "0xe02b, 0xe02b, 13, 0xe028",
        "0xe033, 0, 13, 0",
        "0xe033, 0xe033, 13, 0xe030",
        "0x44, 0xe02b, 13, 0x44"
    })
    void aReturnThatTheProcessorRefusesIsAnExceptionOfWhomItWasTo(
            String cs, String ss, int vector, String error) {
        registerTrap(vector, 0);
        giveProgramsATable();
        long code = Long.decode(cs) | 3;
        iret(0, 0x4000, code, 0x202, 0x5000, Long.decode(ss));
        assertTrue(guest.vcpu.isKernelMode());
        assertEquals(HANDLER + vector, registers.rip);
        assertEquals(Long.decode(error), stacked(2));
        assertEquals(0x4000, stacked(3));
        assertEquals(code, stacked(4), "a program's");
        assertEquals(0x5000, stacked(6));
        assertEquals(Long.decode(ss) | 3, stacked(7));
        assertEquals(7, registers.gpr[Registers.RAX]);
    }

    @Test
    void aReturnToNoAddressIsAnException() {
        registerTrap(13, 0);
        giveProgramsATable();
        iret(0, NOT_CANONICAL, 0xe033, 0x202, 0x5000, 0xe02b);
        assertEquals(HANDLER + 13, registers.rip);
        assertEquals(NOT_CANONICAL, stacked(3));
    }

    @Test
    void aReturnFromASystemCallDoesNotLookAtSelectors() {
        giveProgramsATable();
        iret(0x100, 0x4000, 0x33, 0x247, 0x5000, 0x2b);
        assertFalse(guest.vcpu.isKernelMode());
        assertEquals(XenSlots.CODE_64, registers.selector[Registers.CS]);
        assertEquals(XenSlots.DATA, registers.selector[Registers.SS]);
        assertEquals(0x4000, registers.gpr[Registers.RCX]);
        assertEquals(0x247, registers.gpr[Registers.R11]);
        assertEquals(0x247, registers.rflags);
    }

    @Test
    void aReturnWithoutAFrameOrATableForProgramsEndsTheGuest() {
        iret(0, 0x4000, 0xe033, 0x202, 0x5000, 0xe02b);
        assertEquals(Life.CRASHED, guest.domain.life());
        assertEquals("return to a program without a table", guest.domain.crashReason());
    }

    @Test
    void theIoPrivilegeTravelsInTheFlagsWhereTheGuestAskedForThat() {
        registerTrap(6, 0);
        guest.call(Hypercall.VM_ASSIST.number(), 0, 4);
        iret(0, 0x4000, 0xe030, 0x1202, 0x5000, 0xe02b);
        assertEquals(1, guest.vcpu.ioPrivilege);
        assertEquals(0x202, registers.rflags, "the processor does not get it");
        cpu.faults(6, 0, 0);
        play();
        assertEquals(0x1202, stacked(4));
    }

    @Test
    void aStackInXensOwnRangeEndsThatGuestAlone() {
        registerTrap(6, 0);
        registers.gpr[Registers.RSP] = XenSlots.M2P_VADDR + 0x1000;
        cpu.faults(6, 0, 0);
        play();
        assertEquals(Life.CRASHED, guest.domain.life());
        assertTrue(guest.domain.crashReason().startsWith("no stack at 0xffff800000000"));
    }

    @Test
    void debugRegistersAreChecked() {
        int set = Hypercall.SET_DEBUGREG.number();
        int get = Hypercall.GET_DEBUGREG.number();
        assertEquals(0, guest.call(set, 0, 0x1234));
        assertEquals(0x1234, guest.call(get, 0));
        assertEquals(Errno.EPERM.rc(), guest.call(set, 1, XenSlots.M2P_VADDR));
        assertEquals(Errno.EPERM.rc(), guest.call(set, 1, NOT_CANONICAL));
        assertEquals(0, guest.call(set, 6, 0));
        assertEquals(0xffff_0ff0L, guest.call(get, 6));
        assertEquals(0xffff_0ff0L, guest.call(get, 4), "another name of it");
        assertEquals(Errno.EINVAL.rc(), guest.call(set, 7, 1L << 32));
        assertEquals(Errno.EPERM.rc(), guest.call(set, 7, 0x2000), "general detect");
        assertEquals(Errno.EPERM.rc(), guest.call(set, 7, 0x20001), "ports without DE");
        assertEquals(0, guest.call(set, 7, 1));
        assertEquals(0x401, guest.call(get, 7));
        registers.cr4 |= 8;
        assertEquals(0, guest.call(set, 7, 0x20003));
        assertEquals(0x20403, guest.call(get, 7));
        assertEquals(0x20400, registers.debug[7], "the processor does not watch ports");
        assertEquals(Errno.ENODEV.rc(), guest.call(set, 4, 0));
        assertEquals(Errno.ENODEV.rc(), guest.call(get, 5));
        assertEquals(Errno.ENODEV.rc(), guest.call(get, 8));
    }

    @Test
    void segmentBasesAreChecked() {
        int set = Hypercall.SET_SEGMENT_BASE.number();
        assertEquals(0, guest.call(set, 0, 0x1111));
        assertEquals(0, guest.call(set, 1, 0x2222));
        assertEquals(0, guest.call(set, 2, 0x3333));
        assertEquals(0x1111, registers.segmentBase[Registers.FS]);
        assertEquals(0x2222, guest.vcpu.otherGsBase);
        assertEquals(0x3333, registers.segmentBase[Registers.GS]);
        for (int which = 0; which < 3; which++) {
            assertEquals(Errno.EINVAL.rc(), guest.call(set, which, NOT_CANONICAL));
        }
        assertEquals(Errno.EINVAL.rc(), guest.call(set, 4, 0));
        assertEquals(0, guest.call(set, 3, XenSlots.DATA));
        assertEquals(0, guest.vcpu.otherGsBase, "by the descriptor");
        assertEquals(XenSlots.DATA, registers.selector[Registers.GS]);
        assertEquals(0, guest.call(set, 3, 0x48), "which does not exist");
        assertEquals(0, registers.selector[Registers.GS]);
        assertEquals(0x3333, registers.segmentBase[Registers.GS]);
    }

    @Test
    void aSegmentThatIsGoneWhenTheGuestComesBackIsToldThroughTheFailsafeCallback() {
        TestGuest second = new TestGuest(xen, 8, new byte[0]);
        guest.call(Hypercall.SET_CALLBACKS.number(), HANDLER, HANDLER + 1, HANDLER + 2);
        registers.selector[Registers.DS] = 0x2b;
        registers.selector[Registers.ES] = XenSlots.DATA;
        registers.gpr[Registers.RSP] = 0x5f08;
        registers.gpr[Registers.RCX] = 0x11;
        registers.rip = 0x4321;
        cpu.does(state -> new io.xenarium.machine.cpu.Exit.BudgetSpent());
        play();
        assertEquals(HANDLER + 1, registers.rip);
        assertEquals(0x5f08 - 11 * 8, registers.gpr[Registers.RSP]);
        assertEquals(0x11, stacked(0));
        assertEquals(0x2b, stacked(2), "ds as it was");
        assertEquals(XenSlots.DATA, stacked(3), "es");
        assertEquals(0x4321, stacked(6));
        assertEquals(0x5f08, stacked(9));
        assertEquals(0, registers.selector[Registers.DS]);
        assertEquals(Life.RUNNING, second.domain.life());
    }
}
