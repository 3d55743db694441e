package io.xenarium.machine.code;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xenarium.machine.Memory;
import io.xenarium.machine.cpu.Cpu;
import io.xenarium.machine.cpu.CpuidPolicy;
import io.xenarium.machine.cpu.Exit;
import io.xenarium.machine.cpu.Fault;
import io.xenarium.machine.cpu.PageWalk;
import io.xenarium.machine.cpu.Registers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// What the processor does beyond computing: faults, paging, exits, code that changes.
@ParameterizedClass
@EnumSource
class ProcessorTest {
    private static final long CODE = 0x40_0000;
    private static final long DATA = 0x50_0000;
    private static final int CODE_MFN = 0x100;
    private static final int DATA_MFN = 0x110;
    private static final int READ_ONLY = (int) (PageWalk.P | PageWalk.US);

    private final BareMachine.Kind kind;
    private final BareMachine machine;
    private final Registers r;

    ProcessorTest(BareMachine.Kind kind) {
        this.kind = kind;
        machine = new BareMachine(kind);
        r = machine.registers;
        machine.map(CODE, CODE_MFN, 4, BareMachine.USER_PAGE);
        machine.map(DATA, DATA_MFN, 4, BareMachine.USER_PAGE);
        r.rip = CODE;
        r.gpr[Registers.RSP] = DATA + 0x1000;
        r.rflags = Flags.IF | Flags.ONE;
    }

    private Exit run(int... bytes) {
        machine.code((long) CODE_MFN << 12, bytes);
        return machine.run(1000);
    }

    private static Exit fault(int vector, int error, long address) {
        return new Exit.Fault(vector, error, address);
    }

    // --- exits --------------------------------------------------------------------------------

    @Test
    void aSystemCallRetiresAndLeavesTheReturnAddressInRcx() {
        assertEquals(new Exit.Syscall(), run(0x90, 0x0f, 0x05));
        assertEquals(CODE + 3, r.rip);
        assertEquals(CODE + 3, r.gpr[Registers.RCX]);
        assertEquals(r.rflags, r.gpr[Registers.R11]);
        assertEquals(2, machine.cpu.retired());
    }

    @Test
    void aSoftwareInterruptComesAsTheFaultOfAClosedGate() {
        assertEquals(fault(Fault.GP, 0x80 * 8 + 2, 0), run(0xcd, 0x80));
        assertEquals(CODE, r.rip);
    }

    @Test
    void aBreakpointIsReportedBehindTheInstruction() {
        assertEquals(fault(Fault.BP, 0, 0), run(0xcc));
        assertEquals(CODE + 1, r.rip);
        assertEquals(1, machine.cpu.retired());
    }

    @Test
    void privilegedInstructionsAreGeneralProtectionFaultsAtPrivilege3() {
        int[][] privileged = {
            {0xf4}, // hlt
            {0xfa}, // cli
            {0xfb}, // sti
            {0xec}, // in al, dx
            {0xe6, 0x80}, // out 0x80, al
            {0x6d}, // insd
            {0x0f, 0x20, 0xc0}, // mov rax, cr0
            {0x0f, 0x22, 0xd8}, // mov cr3, rax
            {0x0f, 0x21, 0xf8}, // mov rax, dr7
            {0x0f, 0x32}, // rdmsr
            {0x0f, 0x30}, // wrmsr
            {0x0f, 0x01, 0x38}, // invlpg [rax]
            {0x0f, 0x09}, // wbinvd
            {0x0f, 0x06}, // clts
            {0x0f, 0x01, 0xf8}, // swapgs
            {0x0f, 0x07}, // sysret
            {0x0f, 0x01, 0x17}, // lgdt [rdi]
            {0x0f, 0x00, 0xd0} // lldt ax
        };
        for (int[] bytes : privileged) {
            r.rip = CODE;
            assertEquals(fault(Fault.GP, 0, 0), run(bytes), () -> Integer.toHexString(bytes[1]));
            assertEquals(CODE, r.rip);
            assertEquals(0, machine.cpu.retired());
        }
    }

    @Test
    void whatIsNoInstructionIsAnInvalidOpcode() {
        assertEquals(fault(Fault.UD, 0, 0), run(0x0f, 0x0b));
        assertEquals(fault(Fault.UD, 0, 0), run(0x06));
        assertEquals(fault(Fault.UD, 0, 0), run(0xf0, 0x01, 0xc0)); // lock add eax, eax
        assertEquals(fault(Fault.UD, 0, 0), run(0x0f, 0x01, 0xd0)); // xgetbv: not offered
    }

    @Test
    void theTimeStampCounterIsTheBasePlusWhatHasRetired() {
        r.tsc = 0x1_0000_0000L;
        assertEquals(new Exit.Syscall(), run(0x90, 0x90, 0x0f, 0x31, 0x0f, 0x05));
        assertEquals(2, r.gpr[Registers.RAX]);
        assertEquals(1, r.gpr[Registers.RDX]);
        assertEquals(0x1_0000_0004L, r.tsc);
    }

    @Test
    void cpuidAnswersByItsPolicy() {
        run(0xb8, 0, 0, 0, 0, 0x0f, 0xa2, 0x0f, 0x05);
        assertEquals(CpuidPolicy.processor().leaf(0, 0).ebx(), (int) r.gpr[Registers.RBX]);
    }

    @Test
    void cpuidAnswersEachOwnerOfRegistersByItsOwnPolicy() {
        r.cpuid = (leaf, subleaf) -> new CpuidPolicy.Leaf(leaf + 1, 2, subleaf + 3, 4);
        r.gpr[Registers.RCX] = 7;
        run(0xb8, 5, 0, 0, 0, 0x0f, 0xa2, 0x31, 0xd2, 0x0f, 0xa2, 0x0f, 0x05);
        assertEquals(7, r.gpr[Registers.RAX]);
        assertEquals(2, r.gpr[Registers.RBX]);
        assertEquals(4, r.gpr[Registers.RDX]);
    }

    // --- flags --------------------------------------------------------------------------------

    @Test
    void popfAtPrivilege3LeavesTheInterruptFlagSilently() {
        // push 0x3000 | DF; popf
        run(0x68, 0x00, 0x34, 0, 0, 0x9d, 0x0f, 0x05);
        assertEquals(Flags.IF | Flags.DF | Flags.ONE, r.rflags);
    }

    @Test
    void aSingleStepTrapsBehindTheNextInstruction() {
        r.rflags |= Flags.TF;
        assertEquals(fault(Fault.DB, 0, 0), run(0x90, 0x90));
        assertEquals(CODE + 1, r.rip);
        assertEquals(1 << 14, r.debug[6] & 1 << 14);
    }

    @Test
    void popfThatSetsTheTrapFlagTrapsBehindTheInstructionAfterIt() {
        // push 0x102; popf; nop; nop
        assertEquals(fault(Fault.DB, 0, 0), run(0x68, 2, 1, 0, 0, 0x9d, 0x90, 0x90));
        assertEquals(CODE + 7, r.rip);
    }

    // --- returns and segments -----------------------------------------------------------------

    @Test
    void iretAtPrivilege3ReturnsWithinTheGuestAndKeepsIopl() {
        machine.map(0x60_0000, 0x120, BareMachine.USER_PAGE);
        r.gdtBase = 0x60_0000;
        r.gdtLimit = 0xff;
        long gdt = 0x120L << 12;
        machine.memory.setLong(gdt + 0x30, 0x00af_fb00_0000_ffffL);
        machine.memory.setLong(gdt + 0x28, 0x00cf_f300_0000_ffffL);
        long frame = ((long) DATA_MFN << 12) + 0x800;
        long[] words = {CODE + 0x100, 0x33, 0x3202, DATA + 0x123, 0x2b};
        for (int i = 0; i < 5; i++) {
            machine.memory.setLong(frame + 8L * i, words[i]);
        }
        r.gpr[Registers.RSP] = DATA + 0x800;
        machine.code(((long) CODE_MFN << 12) + 0x100, 0x0f, 0x05);
        assertEquals(new Exit.Syscall(), run(0x48, 0xcf));
        assertEquals(CODE + 0x102, r.rip);
        assertEquals(DATA + 0x123, r.gpr[Registers.RSP]);
        assertEquals(0x33, r.selector[Registers.CS]);
        assertEquals(Flags.IF | Flags.ONE, r.rflags);
    }

    @Test
    void loadingASelectorOutsideItsTableNamesItInTheErrorCode() {
        r.gdtLimit = 0x1f;
        r.gpr[Registers.RAX] = 0x2b;
        assertEquals(fault(Fault.GP, 0x28, 0), run(0x8e, 0xd8)); // mov ds, eax
    }

    @Test
    void aNullSelectorMayGoIntoDataSegmentsButNotIntoTheStackSegment() {
        r.gpr[Registers.RAX] = 3;
        assertEquals(new Exit.Syscall(), run(0x8e, 0xd8, 0x0f, 0x05));
        assertEquals(3, r.selector[Registers.DS]);
        r.rip = CODE;
        assertEquals(fault(Fault.GP, 0, 0), run(0x8e, 0xd0));
    }

    // --- paging -------------------------------------------------------------------------------

    @Test
    void aStoreToAReadOnlyPageSaysSo() {
        machine.map(DATA, DATA_MFN, READ_ONLY);
        r.gpr[Registers.RBX] = DATA + 8;
        assertEquals(fault(Fault.PF, 7, DATA + 8), run(0x48, 0x89, 0x03));
    }

    @Test
    void fetchingFromANoExecutePageSaysSo() {
        machine.map(CODE, CODE_MFN, BareMachine.USER_PAGE | PageWalk.NX);
        assertEquals(fault(Fault.PF, 0x15, CODE), run(0x90));
    }

    @Test
    void aStoreOverTwoPagesOfWhichOneIsReadOnlyStoresNothing() {
        machine.map(DATA + 0x1000, DATA_MFN + 1, READ_ONLY);
        r.gpr[Registers.RBX] = DATA + 0xffc;
        r.gpr[Registers.RAX] = -1;
        assertEquals(fault(Fault.PF, 7, DATA + 0x1000), run(0x48, 0x89, 0x03));
        assertEquals(0, machine.memory.getInt(((long) DATA_MFN << 12) + 0xffc));
    }

    @Test
    void anInstructionOverTwoPagesIsFetchedFromBoth() {
        r.rip = CODE + 0xffe;
        machine.code(((long) CODE_MFN << 12) + 0xffe, 0x48, 0xb8, 1, 2, 3, 4, 5, 6, 7, 8, 0x0f, 5);
        assertEquals(new Exit.Syscall(), machine.run(10));
        assertEquals(0x0807_0605_0403_0201L, r.gpr[Registers.RAX]);
        machine.code((long) CODE_MFN + 1 << 12, 9);
        r.rip = CODE + 0xffe;
        machine.run(10);
        assertEquals(0x0807_0605_0403_0209L, r.gpr[Registers.RAX]);
        machine.map(CODE + 0x1000, 0, 0);
        machine.cpu.flush();
        r.rip = CODE + 0xffe;
        assertEquals(fault(Fault.PF, 0x14, CODE + 0x1000), machine.run(10));
        assertEquals(CODE + 0xffe, r.rip);
    }

    @Test
    void anAddressThatIsNotCanonicalIsAStackFaultOnTheStackElseGeneralProtection() {
        r.gpr[Registers.RBX] = 1L << 50;
        r.gpr[Registers.RBP] = 1L << 50;
        assertEquals(fault(Fault.GP, 0, 0), run(0x8b, 0x03)); // mov eax, [rbx]
        assertEquals(fault(Fault.SS, 0, 0), run(0x8b, 0x45, 0)); // mov eax, [rbp]
        r.gpr[Registers.RSP] = 1L << 50;
        assertEquals(fault(Fault.SS, 0, 0), run(0x50)); // push rax
    }

    @Test
    void aTranslationIsRememberedUntilItIsFlushed() {
        machine.code((long) CODE_MFN << 12, 0x8b, 0x03, 0x0f, 0x05); // mov eax, [rbx]; syscall
        machine.memory.setInt((long) DATA_MFN << 12, 1);
        machine.memory.setInt((long) DATA_MFN + 1 << 12, 2);
        r.gpr[Registers.RBX] = DATA;
        assertEquals(1, loaded());
        machine.map(DATA, DATA_MFN + 1, BareMachine.USER_PAGE);
        assertEquals(1, loaded());
        machine.cpu.flush(DATA);
        assertEquals(2, loaded());
    }

    @Test
    void aKeyframeKeepsStaleTranslations() throws IOException {
        machine.code((long) CODE_MFN << 12, 0x8b, 0x03, 0x0f, 0x05);
        machine.memory.setInt((long) DATA_MFN << 12, 1);
        r.gpr[Registers.RBX] = DATA;
        loaded();
        machine.map(DATA, DATA_MFN + 1, BareMachine.USER_PAGE);
        ByteArrayOutputStream kept = new ByteArrayOutputStream();
        machine.cpu.save(new DataOutputStream(kept));
        machine.cpu.flush();
        assertEquals(0, loaded());
        machine.cpu.load(new DataInputStream(new ByteArrayInputStream(kept.toByteArray())));
        assertEquals(1, loaded());
        ByteArrayOutputStream again = new ByteArrayOutputStream();
        machine.cpu.load(new DataInputStream(new ByteArrayInputStream(kept.toByteArray())));
        machine.cpu.save(new DataOutputStream(again));
        assertArrayEquals(kept.toByteArray(), again.toByteArray());
    }

    private long loaded() {
        r.rip = CODE;
        assertEquals(new Exit.Syscall(), machine.run(10));
        return r.gpr[Registers.RAX];
    }

    @Test
    void aStoreFlagsItsFrameDirtyAgainAfterTheFlagWasCleared() {
        machine.code((long) CODE_MFN << 12, 0x88, 0x03, 0x0f, 0x05); // mov [rbx], al
        r.gpr[Registers.RBX] = DATA;
        for (int i = 0; i < 3; i++) {
            machine.memory.lower(DATA_MFN, Memory.DIRTY);
            loaded();
            assertTrue(machine.memory.has(DATA_MFN, Memory.DIRTY));
        }
    }

    // --- page tables --------------------------------------------------------------------------

    @Test
    void aStoreIntoAReadOnlyPageTableGoesToTheHypervisor() {
        List<String> asked = new ArrayList<>();
        machine.map(DATA, DATA_MFN, READ_ONLY);
        machine.memory.raise(DATA_MFN, Memory.PAGE_TABLE);
        machine.cpu.onPageTableStore((maddr, bytes, value) -> {
            asked.add("%x %d %x at %x".formatted(maddr, bytes, value, r.rip - CODE));
            machine.memory.setLong(maddr, value);
            return true;
        });
        r.gpr[Registers.RBX] = DATA + 8;
        r.gpr[Registers.RAX] = 5;
        r.gpr[Registers.RCX] = 5;
        // mov [rbx], rax; lock cmpxchg [rbx], rbx; btr qword [rbx], 3; syscall
        int[] code = {
            0x48, 0x89, 0x03, 0xf0, 0x48, 0x0f, 0xb1, 0x1b, 0x48, 0x0f, 0xba, 0x33, 3, 0x0f, 5
        };
        assertEquals(new Exit.BudgetSpent(), run(code));
        assertEquals(new Exit.BudgetSpent(), machine.run(1000));
        assertEquals(new Exit.Syscall(), machine.run(1000));
        long at = ((long) DATA_MFN << 12) + 8;
        assertEquals(
                List.of(
                        "%x 8 5 at 0".formatted(at),
                        "%x 8 %x at 3".formatted(at, DATA + 8),
                        "%x 8 %x at 8".formatted(at, DATA)),
                asked);
    }

    @Test
    void aStoreThatTheHypervisorRefusesFaultsAndChangesNothing() {
        machine.map(DATA, DATA_MFN, READ_ONLY);
        machine.memory.raise(DATA_MFN, Memory.PAGE_TABLE);
        machine.cpu.onPageTableStore((maddr, bytes, value) -> false);
        r.gpr[Registers.RBX] = DATA;
        long before = r.rflags;
        assertEquals(fault(Fault.PF, 7, DATA), run(0x48, 0x83, 0x2b, 1)); // sub qword [rbx], 1
        assertEquals(before, r.rflags);
        assertEquals(CODE, r.rip);
    }

    // --- code that changes --------------------------------------------------------------------

    @Test
    void codeThatChangesTheInstructionAfterItselfExecutesTheNewOne() {
        r.gpr[Registers.RBX] = CODE;
        // mov byte [rbx+5], 7; mov al, 1 → mov al, 7; syscall
        for (int i = 0; i < 3; i++) {
            r.rip = CODE;
            run(0xc6, 0x43, 5, 7, 0xb0, 1, 0x0f, 5);
            assertEquals(7, r.gpr[Registers.RAX] & 0xff);
        }
    }

    @Test
    void codeChangedThroughAnotherAddressOrByTheHypervisorIsDecodedAgain() {
        machine.map(DATA + 0x3000, CODE_MFN, BareMachine.USER_PAGE);
        r.gpr[Registers.RBX] = DATA + 0x3000;
        run(0xc6, 0x43, 5, 7, 0xb0, 1, 0x0f, 5);
        assertEquals(7, r.gpr[Registers.RAX] & 0xff);
        machine.memory.setByte(((long) CODE_MFN << 12) + 3, (byte) 9);
        r.rip = CODE;
        machine.run(10);
        assertEquals(9, r.gpr[Registers.RAX] & 0xff);
    }

    @Test
    void codeChangedByAnotherProcessorIsDecodedAgain() {
        Cpu other = machine.with(kind.processor(machine.memory)).cpu;
        run(0xc6, 0x43, 0x25, 7, 0xb0, 1, 0x0f, 5);
        r.gpr[Registers.RBX] = CODE;
        machine.code(((long) CODE_MFN << 12) + 0x20, 0x90, 0x90, 0x90, 0x90, 0xb0, 1, 0x0f, 5);
        r.rip = CODE + 0x20;
        other.run(r, 10);
        r.rip = CODE;
        machine.run(10);
        r.rip = CODE + 0x20;
        other.run(r, 10);
        assertEquals(7, r.gpr[Registers.RAX] & 0xff);
    }

    // --- repetition and budgets ---------------------------------------------------------------

    @Test
    void everyIterationOfAStringInstructionIsOneRetiredInstruction() {
        r.gpr[Registers.RCX] = 100;
        r.gpr[Registers.RDI] = DATA;
        assertEquals(new Exit.Syscall(), run(0xf3, 0xaa, 0x0f, 0x05));
        assertEquals(101, machine.cpu.retired());
        r.rip = CODE;
        r.gpr[Registers.RCX] = 0;
        machine.run(10);
        assertEquals(2, machine.cpu.retired());
    }

    @Test
    void aBudgetCanEndInsideARepetition() {
        r.gpr[Registers.RCX] = 100;
        r.gpr[Registers.RDI] = DATA;
        r.gpr[Registers.RAX] = 0xee;
        machine.code((long) CODE_MFN << 12, 0xf3, 0xaa, 0x0f, 0x05);
        assertEquals(new Exit.BudgetSpent(), machine.run(33));
        assertEquals(33, machine.cpu.retired());
        assertEquals(67, r.gpr[Registers.RCX]);
        assertEquals(DATA + 33, r.gpr[Registers.RDI]);
        assertEquals(CODE, r.rip);
        assertEquals(new Exit.BudgetSpent(), machine.run(67));
        assertEquals(CODE + 2, r.rip);
    }

    @Test
    void aRepetitionThatFaultsHasDoneTheIterationsBefore() {
        machine.map(DATA + 0x1000, 0, 0);
        r.gpr[Registers.RCX] = 100;
        r.gpr[Registers.RDI] = DATA + 0xff0;
        assertEquals(fault(Fault.PF, 6, DATA + 0x1000), run(0xf3, 0xaa));
        assertEquals(84, r.gpr[Registers.RCX]);
        assertEquals(16, machine.cpu.retired());
        assertEquals(CODE, r.rip);
    }

    @Test
    void aMoveOntoItselfOneFurtherRepeatsTheFirstByte() {
        machine.memory.setByte((long) DATA_MFN << 12, (byte) 0x5a);
        r.gpr[Registers.RSI] = DATA;
        r.gpr[Registers.RDI] = DATA + 1;
        r.gpr[Registers.RCX] = 300;
        run(0xf3, 0xa4, 0x0f, 5);
        assertEquals(0x5a, machine.memory.getByte(((long) DATA_MFN << 12) + 300));
    }

    // --- 32-bit code --------------------------------------------------------------------------

    @Test
    void thirtyTwoBitCodeUsesTheLowerHalvesAndItsSegments() {
        r.setFlat(Registers.CS, 0x23, Registers.CODE_32);
        r.setFlat(Registers.DS, 0x2b, Registers.DATA_FLAT);
        r.gpr[Registers.RBX] = 0xdead_0000_0000_0000L | DATA;
        r.gpr[Registers.RAX] = 0x1_ffff_ffffL;
        // inc eax (40); mov [ebx], esp; push eax; syscall
        assertEquals(new Exit.Syscall(), run(0x40, 0x89, 0x23, 0x50, 0x0f, 0x05));
        assertEquals(0, r.gpr[Registers.RAX]);
        assertEquals(DATA + 0xffc, r.gpr[Registers.RSP]);
        assertEquals(DATA + 0x1000, machine.memory.getInt((long) DATA_MFN << 12));
    }

    @Test
    void thirtyTwoBitCodeMayNotGoBeyondItsSegments() {
        r.setFlat(Registers.CS, 0x23, Registers.CODE_32);
        assertEquals(fault(Fault.GP, 0, 0), run(0x8b, 0x03)); // mov eax, [ebx]: ds is null
        r.setFlat(Registers.DS, 0x2b, Registers.DATA_FLAT);
        r.segmentLimit[Registers.DS] = (int) DATA + 2;
        r.gpr[Registers.RBX] = DATA;
        assertEquals(fault(Fault.GP, 0, 0), run(0x8b, 0x03));
        assertFalse(r.inLongMode());
    }
}
