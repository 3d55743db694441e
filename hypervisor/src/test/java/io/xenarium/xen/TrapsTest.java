package io.xenarium.xen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xenarium.abi.Hypercall;
import io.xenarium.abi.VcpuInfo;
import io.xenarium.machine.Machine;
import io.xenarium.machine.cpu.Registers;
import io.xenarium.trace.DomainEvent.Life;
import io.xenarium.trace.Trace;

import org.junit.jupiter.api.Test;

/// Where a guest is sent to, and what it finds there on its stack.
class TrapsTest {
    private static final long HANDLER = 0x4800;
    private static final long STACK_TOP = TestGuest.STACK + 1 << 12;
    private static final long TABLE = TestGuest.FREE << 12;
    private static final long KERNEL_STACK = (TestGuest.FREE + 2 << 12) + 0xff8;
    private static final int MASKS_EVENTS = 4;

    private final ScriptedCpu cpu = new ScriptedCpu();
    private final Hypervisor xen;
    private final TestGuest guest;
    private final Registers registers;

    TrapsTest() {
        Machine machine = new Machine(1, 160, 1, (memory, clock) -> cpu);
        xen = new Hypervisor(machine, PlainParts.all(), new Trace());
        guest = new TestGuest(xen, 16, new byte[0]);
        registers = guest.vcpu.registers();
    }

    private void play() {
        while (!cpu.isDone() && guest.domain.isRunning()) {
            xen.run(xen.machine().clock().nanos() + 1, StopWhen.never());
        }
    }

    private void registerTrap(int vector, int flags) {
        guest.put(TABLE, vector | flags << 8);
        guest.put(TABLE + 8, HANDLER);
        guest.put(TABLE + 24, 0);
        assertEquals(0, guest.call(Hypercall.SET_TRAP_TABLE.number(), TABLE));
    }

    private long stacked(int index) {
        return guest.get(registers.gpr[Registers.RSP] + index * 8L);
    }

    @Test
    void anExceptionInTheKernelBuildsTheFrameThatItsHandlerExpects() {
        registerTrap(13, 0);
        guest.vcpu.setUpcallMasked(false);
        registers.gpr[Registers.RCX] = 0x11;
        registers.gpr[Registers.R11] = 0x22;
        registers.gpr[Registers.RSP] = STACK_TOP - 3;
        registers.rip = 0x4010;
        cpu.faults(13, 0x18, 0);
        play();
        assertEquals(HANDLER, registers.rip);
        assertEquals(0, registers.gpr[Registers.RSP] % 16);
        assertEquals(0x11, stacked(0), "rcx");
        assertEquals(0x22, stacked(1), "r11");
        assertEquals(0x18, stacked(2), "error code");
        assertEquals(0x4010, stacked(3), "rip");
        assertEquals(0xe030, stacked(4), "cs of the kernel, nothing masked");
        assertEquals(0x202, stacked(5), "rflags");
        assertEquals(STACK_TOP - 3, stacked(6), "rsp");
        assertEquals(0xe02b, stacked(7), "ss");
        assertFalse(guest.vcpu.isUpcallMasked());
    }

    @Test
    void aTrapGateThatMasksEventsKeepsWhatTheMaskWas() {
        registerTrap(6, MASKS_EVENTS);
        guest.vcpu.setUpcallMasked(false);
        cpu.faults(6, 0, 0);
        play();
        assertTrue(guest.vcpu.isUpcallMasked());
        assertEquals(0xe030, stacked(3), "cs, and the mask as it was");
        assertEquals(0x202, stacked(4), "the guest's interrupts were on");

        cpu.faults(6, 0, 0);
        play();
        assertEquals(0xe030L | 1L << 32, stacked(3), "the mask as it was");
        assertEquals(0x2, stacked(4), "the guest's interrupts were off");
    }

    @Test
    void aPageFaultTellsItsAddressAndThatTheKernelMadeIt() {
        registerTrap(14, 0);
        cpu.faults(14, 7, 0xdead000);
        play();
        assertEquals(0xdead000, registers.cr2);
        long cr2 = xen.machine().memory().getLong(guest.vcpu.infoMaddr() + VcpuInfo.CR2);
        assertEquals(0xdead000, cr2);
        assertEquals(3, stacked(2), "the user bit is off");
    }

    @Test
    void aProgramIsInterruptedOntoTheKernelsStack() {
        registerTrap(14, 0);
        toUserMode();
        registers.gpr[Registers.RSP] = 0x1234;
        registers.rip = 0x4020;
        cpu.faults(14, 5, 0x99);
        play();
        assertTrue(guest.vcpu.isKernelMode());
        assertEquals((KERNEL_STACK & -16) - 64, registers.gpr[Registers.RSP]);
        assertEquals(5, stacked(2), "the user bit is on");
        assertEquals(0xe033, stacked(4), "cs of a program");
        assertEquals(0x1234, stacked(6));
    }

    private void toUserMode() {
        put(0, 15, guest.mfns[0]);
        assertEquals(0, guest.call(Hypercall.MMUEXT_OP.number(), TABLE, 1, 0, 0x7ff0));
        guest.call(Hypercall.STACK_SWITCH.number(), 0xe02b, KERNEL_STACK);
        long frame = TABLE + 0x800;
        long[] words = {7, 8, 9, 0, 0x4000, 0xe033, 0x202, 0x5000, 0xe02b};
        for (int i = 0; i < words.length; i++) {
            guest.put(frame + i * 8L, words[i]);
        }
        cpu.does(registers -> {
            registers.gpr[Registers.RSP] = frame;
            registers.gpr[Registers.RAX] = Hypercall.IRET.number();
            return ScriptedCpu.systemCall(registers);
        });
        play();
    }

    private void put(int offset, long first, long second) {
        guest.put(TABLE + offset, first);
        guest.put(TABLE + offset + 8, second);
    }

    @Test
    void iretGoesToAProgramWithAllThatTheFrameHolds() {
        guest.vcpu.setUpcallMasked(true);
        toUserMode();
        assertFalse(guest.vcpu.isKernelMode());
        assertEquals(7, registers.gpr[Registers.RAX]);
        assertEquals(8, registers.gpr[Registers.R11]);
        assertEquals(9, registers.gpr[Registers.RCX]);
        assertEquals(0x4000, registers.rip);
        assertEquals(0x5000, registers.gpr[Registers.RSP]);
        assertFalse(guest.vcpu.isUpcallMasked(), "the frame's interrupt flag was on");
    }

    @Test
    void aProgramsSystemCallGoesToTheKernelThatAskedForIt() {
        put(0, 2, HANDLER);
        assertEquals(0, guest.call(Hypercall.CALLBACK_OP.number(), 0, TABLE));
        toUserMode();
        registers.gpr[Registers.RAX] = 39;
        cpu.does(ScriptedCpu::systemCall);
        play();
        assertTrue(guest.vcpu.isKernelMode());
        assertEquals(HANDLER, registers.rip);
        assertEquals(39, registers.gpr[Registers.RAX], "the number stays in rax");
        assertEquals(0x4002, stacked(2), "behind the instruction");
    }

    @Test
    void aProgramThatRaisesAnInterruptNeedsALevelThatAllowsIt() {
        registerTrap(0x80, 3);
        toUserMode();
        registers.rip = 0x4020;
        cpu.faults(13, 0x80 * 8 + 2, 0);
        play();
        assertEquals(HANDLER, registers.rip);
        assertEquals(0x4022, stacked(2), "behind the instruction, without an error code");
    }

    @Test
    void aGuestWithoutAHandlerIsCrashedAndTheReasonSaysWhere() {
        registers.rip = 0x4010;
        cpu.faults(14, 2, 0x7000);
        play();
        assertEquals(Life.CRASHED, guest.domain.life());
        assertEquals(
                "no handler for page fault at 0x0000000000007000, error 0x2"
                        + " at rip 0x0000000000004010",
                guest.domain.crashReason());
        assertTrue(guest.domain.crashDump().startsWith("RIP:    e033:[<0000000000004010>]\n"));
    }

    @Test
    void aGuestWithoutAStackIsCrashed() {
        registerTrap(6, 0);
        registers.gpr[Registers.RSP] = 0x123456789000L;
        cpu.faults(6, 0, 0);
        play();
        assertEquals(Life.CRASHED, guest.domain.life());
    }

    @Test
    void theNextFloatingPointInstructionTrapsOnce() {
        registerTrap(7, 0);
        guest.call(Hypercall.FPU_TASKSWITCH.number(), 1);
        assertEquals(8, registers.cr0 & 8);
        cpu.faults(7, 0, 0);
        play();
        assertEquals(HANDLER, registers.rip);
        assertEquals(0, registers.cr0 & 8, "cleared before the handler runs");
    }
}
