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
        assertEquals(0x8005_003bL, run(0, "0f20c0").gpr[Registers.RAX]);
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
        Registers registers = run(0, "f4");
        assertEquals(0x4001, registers.rip);
        assertEquals(Runstate.BLOCKED, guest.vcpu.runstate());
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
