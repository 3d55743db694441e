package io.xenarium.xen;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.xenarium.abi.Hypercall;
import io.xenarium.machine.Machine;
import io.xenarium.machine.code.Interpreter;
import io.xenarium.machine.cpu.Registers;
import io.xenarium.trace.DomainEvent.Life;
import io.xenarium.trace.SchedEvent.Runstate;
import io.xenarium.trace.Trace;

import org.junit.jupiter.api.Test;

import java.util.HexFormat;

/// Instructions that the processor refuses to a guest's kernel and Xen carries out, on the real
/// processor.
class EmulationTest {
    private static final String SPIN = "ebfe";

    private Hypervisor xen;
    private TestGuest guest;

    private Registers run(int ioPrivilege, String hex) {
        Machine machine =
                new Machine(
                        1, 160, 1, (memory, clock) -> new Interpreter(memory, new CpuidLeaves()));
        xen = new Hypervisor(machine, PlainParts.all(), new Trace());
        guest = new TestGuest(xen, 16, HexFormat.of().parseHex(hex + SPIN));
        guest.vcpu.ioPrivilege = ioPrivilege;
        xen.run(1000, StopWhen.never());
        return guest.vcpu.registers();
    }

    @Test
    void cliAndStiDoNothingForAKernelWithIoPrivilege() {
        Registers registers = run(1, "fafb");
        assertEquals(Life.RUNNING, guest.domain.life(), guest.domain::crashReason);
        assertEquals(0x4002, registers.rip);
    }

    @Test
    void cliWithoutIoPrivilegeIsAProtectionFault() {
        run(0, "fa");
        assertEquals(Life.CRASHED, guest.domain.life());
    }

    @Test
    void nothingAnswersAtPortsSoReadsAreAllOnes() {
        // in al, 0x61
        assertEquals(0xff, run(1, "e461").gpr[Registers.RAX] & 0xff);
        // in eax, dx
        assertEquals(0xffff_ffffL, run(1, "ed").gpr[Registers.RAX]);
        // out 0x80, al
        assertEquals(0x4002, run(1, "e680").rip);
    }

    @Test
    void controlRegistersShowTheGuestsOwn() {
        // mov rax, cr3
        Registers registers = run(0, "0f20d8");
        assertEquals(guest.mfns[0] << 12, registers.gpr[Registers.RAX]);
        // mov rax, cr0; clts is not needed: the flag is clear
        assertEquals(0x8005_0033L, run(0, "0f20c0").gpr[Registers.RAX]);
    }

    @Test
    void modelSpecificRegistersAnswerWhatXenShows() {
        // mov ecx, 0x277; rdmsr
        Registers registers = run(0, "b9770200000f32");
        assertEquals(0x0007_0406L, registers.gpr[Registers.RAX]);
        assertEquals(0x0000_0501L, registers.gpr[Registers.RDX]);
        // mov ecx, 0xc0000101; mov eax, 0x1000; xor edx, edx; wrmsr
        registers = run(0, "b9010100c0b80010000031d20f30");
        assertEquals(0x1000, registers.segmentBase[Registers.GS]);
    }

    @Test
    void bothWaysToAskForCpuidSayThatThisIsXen() {
        // mov eax, 0x40000000; ud2; "xen"; cpuid
        Registers registers = run(0, "b8000000400f0b78656e0fa2");
        assertEquals(0x566e6558, registers.gpr[Registers.RBX]);
        // mov eax, 0x40000000; cpuid
        registers = run(0, "b8000000400fa2");
        assertEquals(0x566e6558, registers.gpr[Registers.RBX]);
    }

    @Test
    void hltSleepsUntilAnEventComes() {
        Registers registers = run(1, "f4");
        assertEquals(0x4001, registers.rip);
        assertEquals(Runstate.BLOCKED, guest.vcpu.runstate());
    }

    @Test
    void stringsOfPortsAreFilledAndDrained() {
        // mov edi, 0x6ff8; mov ecx, 5; rep insb
        Registers registers = run(1, "bff86f0000b905000000f36c");
        assertEquals(0, registers.gpr[Registers.RCX]);
        assertEquals(0x6ffd, registers.gpr[Registers.RDI]);
        assertEquals(0xff_ffff_ffffL, guest.get(0x6ff8));
        // mov esi, 0x6000; mov ecx, 3; rep outsd
        registers = run(1, "be00600000b903000000f36f");
        assertEquals(0x600c, registers.gpr[Registers.RSI]);
        // mov edi, 0x10ffe; mov ecx, 4; rep insb: the page behind is not there
        run(1, "bffe0f0100b904000000f36c");
        assertEquals(Life.CRASHED, guest.domain.life());
        assertEquals(0x11000, guest.vcpu.registers().cr2);
        assertEquals(2, guest.vcpu.registers().gpr[Registers.RCX], "as far as it came");
    }

    @Test
    void twoPortsRememberWhatWasWritten() {
        // mov eax, 0x80001234; mov dx, 0xcf8; out dx, eax; xor eax, eax; in eax, dx
        Registers registers = run(1, "b83412008066baf80cef31c0ed");
        assertEquals(0x8000_1234L, registers.gpr[Registers.RAX]);
        // mov al, 0x0b; out 0x70, al; xor eax, eax; in al, 0x70
        assertEquals(0x0b, run(1, "b00be67031c0e470").gpr[Registers.RAX]);
    }

    @Test
    void whatIsThePrivilegeOfPortsCanBeTheBitmaps() {
        run(0, "");
        guest.put(0x6000, 0x7000);
        guest.put(0x6008, 0x400);
        assertEquals(0, guest.call(Hypercall.PHYSDEV_OP.number(), 7, 0x6000));
        guest.put(0x7000, -1);
        guest.put(0x7000 + 8, ~2L);
        xen.machine().memory().write(guest.maddr(4, 0), HexFormat.of().parseHex("e441" + SPIN));
        guest.vcpu.registers().rip = 0x4000;
        xen.run(xen.machine().clock().nanos() + 100, StopWhen.never());
        assertEquals(0x4002, guest.vcpu.registers().rip, guest.domain::crashReason);
        guest.put(0x6008, 0x10001);
        assertEquals(-22, guest.call(Hypercall.PHYSDEV_OP.number(), 7, 0x6000));
    }

    @Test
    void onlyTheTaskSwitchedFlagOfCr0IsTheGuests() {
        // mov eax, 0x3b; lmsw ax: as it is, but with TS
        Registers registers = run(1, "b83b0000000f01f0");
        assertEquals(8, registers.cr0 & 8);
        // mov rax, cr0; xor al, 2; mov cr0, rax
        run(0, "0f20c034020f22c0");
        assertEquals(Life.CRASHED, guest.domain.life());
        // mov eax, 0xffffffff; mov cr4, rax: two of the bits
        assertEquals(0x66c, run(0, "b8ffffffff0f22e0").cr4 & 0xfff);
    }

    @Test
    void theTimeStampCounterIsTheKernelsAlsoWhereItIsNotItsPrograms() {
        // mov rax, cr4; or al, 4; mov cr4, rax; xor eax, eax; rdtsc
        Registers registers = run(0, "0f20e00c040f22e031c00f31");
        assertEquals(Life.RUNNING, guest.domain.life(), guest.domain::crashReason);
        assertEquals(true, registers.gpr[Registers.RAX] > 0);
    }

    @Test
    void anUnknownRegisterIsZeroUntilTheKernelCanHandleTheException() {
        // mov ecx, 0x12345678; rdmsr
        Registers registers = run(0, "b9785634120f32");
        assertEquals(Life.RUNNING, guest.domain.life(), guest.domain::crashReason);
        assertEquals(0, registers.gpr[Registers.RAX]);
        // wrmsr of it has no such mercy
        run(0, "b9785634120f30");
        assertEquals(Life.CRASHED, guest.domain.life());
        // mov ecx, 0xc0000100; mov edx, 0x10000000; wrmsr: no address
        run(0, "b9000100c0ba000000100f30");
        assertEquals(Life.CRASHED, guest.domain.life());
    }

    @Test
    void anEmulatedInstructionCanBeStepped() {
        run(0, "");
        guest.put(0x6000, 1);
        guest.put(0x6008, 0x4800);
        guest.put(0x6010, 0);
        guest.put(0x6018, 0);
        assertEquals(0, guest.call(Hypercall.SET_TRAP_TABLE.number(), 0x6000));
        byte[] spin = HexFormat.of().parseHex(SPIN);
        xen.machine().memory().write(guest.maddr(4, 0), HexFormat.of().parseHex("0f20c0" + SPIN));
        xen.machine().memory().write(guest.maddr(4, 0x800), spin);
        guest.vcpu.registers().rip = 0x4000;
        guest.vcpu.registers().rflags |= Traps.TRAP_FLAG;
        xen.run(xen.machine().clock().nanos() + 10, StopWhen.never());
        assertEquals(0x4800, guest.vcpu.registers().rip);
        assertEquals(0x4000, guest.vcpu.registers().debug[6] & 0x4000);
        assertEquals(0x4003, guest.get(guest.vcpu.registers().gpr[Registers.RSP] + 16));
    }

    @Test
    void sixteenThousandRefusedRegistersCostLessThanASecond() {
        run(0, "");
        guest.put(0x6000, 13);
        guest.put(0x6008, 0x4800);
        guest.put(0x6010, 0);
        guest.put(0x6018, 0);
        assertEquals(0, guest.call(Hypercall.SET_TRAP_TABLE.number(), 0x6000));
        // mov ecx, 0x12345678; mov ebx, 16000; again: rdmsr; dec ebx; jnz again; spin
        String loop = "b978563412" + "bb803e0000" + "0f32" + "ffcb" + "75fa" + SPIN;
        // The handler steps over it: mov rsp, [rsp+0x30]; jmp 0x400c
        String handler = "488b642430" + "e902f8ffff";
        xen.machine().memory().write(guest.maddr(4, 0), HexFormat.of().parseHex(loop));
        xen.machine().memory().write(guest.maddr(4, 0x800), HexFormat.of().parseHex(handler));
        guest.vcpu.registers().rip = 0x4000;
        var cpu = java.lang.management.ManagementFactory.getThreadMXBean();
        long before = cpu.getCurrentThreadCpuTime();
        xen.run(xen.machine().clock().nanos() + 200_000, StopWhen.never());
        long millis = (cpu.getCurrentThreadCpuTime() - before) / 1_000_000;
        assertEquals(0, guest.vcpu.registers().gpr[Registers.RBX], guest.domain::crashReason);
        assertEquals(true, millis < 1000, millis + " ms");
    }

    @Test
    void theHypercallPageMakesTheHypercallItsSlotIsNamedFor() {
        // mov rdi, 0; call slot 17 (xen_version) at page 6
        String call = "31ff" + "e8" + littleEndian(0x6000 + 17 * 32 - (0x4000 + 7));
        Machine machine =
                new Machine(
                        1, 160, 1, (memory, clock) -> new Interpreter(memory, new CpuidLeaves()));
        xen = new Hypervisor(machine, PlainParts.all(), new Trace());
        guest = new TestGuest(xen, 16, HexFormat.of().parseHex(call + SPIN));
        xen.hypercallPages().write(guest.domain, guest.mfns[6]);
        xen.run(1000, StopWhen.never());
        assertEquals(4 << 16 | 17, guest.vcpu.registers().gpr[Registers.RAX]);
        assertEquals(0x4007, guest.vcpu.registers().rip);
        assertEquals(1, xen.hypercalls().count(Hypercall.XEN_VERSION));
    }

    private static String littleEndian(int value) {
        return "%08x".formatted(Integer.reverseBytes(value));
    }
}
