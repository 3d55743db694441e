package io.xenarium.machine.code;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.xenarium.machine.cpu.Exit;
import io.xenarium.machine.cpu.Fault;
import io.xenarium.machine.cpu.PageWalk;
import io.xenarium.machine.cpu.Registers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Single instructions that once differed from silicon, or that the manual leaves open: what we do
/// is what AMD's Zen does.
@ParameterizedClass
@EnumSource
class IntegerCasesTest {
    private static final long CODE = 0x40_0000;
    private static final int CODE_MFN = 0x100;
    private static final int ALL = Flags.ARITHMETIC;

    private final BareMachine machine;
    private final Registers r;

    IntegerCasesTest(BareMachine.Kind kind) {
        machine = new BareMachine(kind);
        r = machine.registers;
        machine.map(CODE, CODE_MFN, BareMachine.USER_PAGE);
    }

    /// Executes one instruction with the flags as given; returns the arithmetic flags after it.
    private int execute(int flags, int... bytes) {
        machine.code((long) CODE_MFN << 12, bytes);
        r.rip = CODE;
        r.rflags = flags | Flags.ONE;
        assertEquals(new Exit.BudgetSpent(), machine.run(1));
        return (int) r.rflags & ALL;
    }

    @Test
    void rotatingRcxThroughCarryByClTakesTheCountBeforeItChanges() {
        r.gpr[Registers.RCX] = 0x1_0000_0001L;
        int flags = execute(Flags.OF, 0x48, 0xd3, 0xd1); // rcl rcx, cl
        assertEquals(0x2_0000_0002L, r.gpr[Registers.RCX]);
        assertEquals(0, flags);
    }

    @Test
    void shiftsSetTheAuxiliaryFlag() {
        r.gpr[Registers.RAX] = 1;
        assertEquals(Flags.AF, execute(0, 0xc1, 0xe0, 4)); // shl eax, 4
    }

    @Test
    void aShiftByZeroLeavesTheFlagsButClearsTheUpperHalf() {
        r.gpr[Registers.RAX] = -1;
        assertEquals(ALL, execute(ALL, 0xc1, 0xe0, 32)); // shl eax, 32
        assertEquals(0xffff_ffffL, r.gpr[Registers.RAX]);
    }

    @Test
    void scanningZeroLeavesTheDestination() {
        r.gpr[Registers.RAX] = 0x1234;
        r.gpr[Registers.RBX] = 0;
        assertEquals(Flags.ZF | Flags.PF, execute(ALL, 0x48, 0x0f, 0xbc, 0xc3)); // bsf rax, rbx
        assertEquals(0x1234, r.gpr[Registers.RAX]);
        r.gpr[Registers.RBX] = 0x100;
        assertEquals(0, execute(ALL, 0x48, 0x0f, 0xbc, 0xc3));
        assertEquals(8, r.gpr[Registers.RAX]);
    }

    @Test
    void divisionSetsTheAuxiliaryFlagAndKeepsCarryAndOverflow() {
        r.gpr[Registers.RAX] = 100;
        r.gpr[Registers.RDX] = 0;
        r.gpr[Registers.RBX] = 7;
        int flags = execute(ALL, 0x48, 0xf7, 0xf3); // div rbx
        assertEquals(Flags.OF | Flags.CF | Flags.AF, flags);
        assertEquals(14, r.gpr[Registers.RAX]);
        assertEquals(2, r.gpr[Registers.RDX]);
    }

    @Test
    void doubleShiftsOf16BitsByMoreThan16LetTheSourceGoRound() {
        r.gpr[Registers.RAX] = 0x8124;
        r.gpr[Registers.RBX] = 0xb5f7;
        int flags = execute(0, 0x66, 0x0f, 0xa4, 0xd8, 20); // shld ax, bx, 20
        assertEquals(0x5f7b, r.gpr[Registers.RAX]);
        assertEquals(Flags.AF | Flags.PF, flags);
        r.gpr[Registers.RAX] = 0x8124;
        flags = execute(0, 0x66, 0x0f, 0xac, 0xd8, 20); // shrd ax, bx, 20
        assertEquals(0x7b5f, r.gpr[Registers.RAX]);
        assertEquals(Flags.OF | Flags.AF | Flags.PF, flags);
    }

    @Test
    void dividesNumbersOf128Bits() {
        r.gpr[Registers.RDX] = 0x1234_5678_9abc_def0L;
        r.gpr[Registers.RAX] = 0x0fed_cba9_8765_4321L;
        r.gpr[Registers.RBX] = 0xfedc_ba98_7654_3210L;
        execute(0, 0x48, 0xf7, 0xf3); // div rbx
        assertEquals(0x1249_2492_4924_9237L, r.gpr[Registers.RAX]);
        assertEquals(0xfb49_4e2e_7c81_61b1L, r.gpr[Registers.RDX]);
    }

    @Test
    void aRepetitionOfMoreThanHalfOfAllNumbersStopsWhereItsRunEnds() {
        machine.map(CODE + 0x1000, CODE_MFN + 1, BareMachine.USER_PAGE);
        r.gpr[Registers.RDI] = CODE + 0x1000;
        r.gpr[Registers.RCX] = 0xa50e_82f8_5f37_665aL;
        execute(0, 0xf3, 0xab); // rep stosd, one iteration of it
        assertEquals(CODE + 0x1004, r.gpr[Registers.RDI]);
        machine.run(5);
        assertEquals(CODE + 0x1018, r.gpr[Registers.RDI]);
        assertEquals(0xa50e_82f8_5f37_6654L, r.gpr[Registers.RCX]);
    }

    /// The translator once read two bytes here, and saw neither the page fault nor the alignment.
    @Test
    void signExtendingADoublewordTo16BitsReadsAllFourBytes() {
        machine.code((long) CODE_MFN << 12, 0x66, 0x63, 0x03); // movsxd ax, word [rbx]
        r.rip = CODE;
        r.gpr[Registers.RBX] = CODE + 0xffe;
        assertEquals(new Exit.Fault(Fault.PF, PageWalk.USER, CODE + 0x1000), machine.run(1));
    }

    /// The translator once kept the carry of XOR to itself, because it took MOVSXD for one of those
    /// that do not ask the interpreter.
    @Test
    void signExtendingADoublewordTo16BitsKeepsTheFlagsForWhoComesNext() {
        machine.code(
                (long) CODE_MFN << 12,
                0x31,
                0xc0, // xor eax, eax
                0x66,
                0x63,
                0xdc, // movsxd bx, sp
                0xff,
                0xcb, // dec ebx
                0xeb,
                0xfe); // itself
        r.rip = CODE;
        r.gpr[Registers.RSP] = 5;
        r.rflags = Flags.CF | Flags.ONE;
        assertEquals(new Exit.BudgetSpent(), machine.run(20));
        assertEquals(0, r.rflags & Flags.CF);
    }

    @Test
    void swapping16BitsMakesZero() {
        r.gpr[Registers.RAX] = 0x1234_5678;
        execute(0, 0x66, 0x0f, 0xc8); // bswap ax
        assertEquals(0x1234_0000, r.gpr[Registers.RAX]);
    }

    @Test
    void pauseWithRexBIsAnExchange() {
        r.gpr[Registers.RAX] = 1;
        r.gpr[Registers.R8] = 2;
        execute(0, 0xf3, 0x49, 0x90);
        assertEquals(2, r.gpr[Registers.RAX]);
        assertEquals(1, r.gpr[Registers.R8]);
    }

    @Test
    void prefetchingARegisterIsUndefined() {
        assertEquals(new Exit.Fault(Fault.UD, 0, 0), fault(0x0f, 0x0d, 0xc8));
    }

    @Test
    void wbnoinvdIsPrivilegedEvenWhereItIsNotOffered() {
        assertEquals(new Exit.Fault(Fault.GP, 0, 0), fault(0xf3, 0x0f, 0x09));
    }

    @Test
    void hintsOfLaterProcessorsDoNothing() {
        execute(0, 0x0f, 0x1c, 0x04, 0x25, 0, 0, 0, 0); // cldemote [0]
        execute(0, 0xf3, 0x48, 0x0f, 0x1e, 0xc8); // rdsspq rax
    }

    @Test
    void aCallPushesBeforeItsTargetIsLookedAt() {
        r.gpr[Registers.RAX] = Long.MIN_VALUE;
        r.gpr[Registers.RSP] = 0x1008;
        assertEquals(new Exit.Fault(Fault.PF, 6, 0x1000), fault(0xff, 0xd0)); // call rax
    }

    @Test
    void movsxdReads32BitsEvenWhereItWrites16() {
        long end = CODE + 0x1000;
        Exit expected = new Exit.Fault(Fault.PF, 4, end);
        int low = (int) end - 3;
        assertEquals(expected, fault(0x66, 0x63, 0x0c, 0x25, low, low >> 8, low >> 16, low >> 24));
    }

    @Test
    void arplOnlyReadsWhereItHasNothingToRaise() {
        machine.map(CODE + 0x1000, CODE_MFN + 1, PageWalk.P | PageWalk.US);
        to32Bits();
        r.gpr[Registers.RBX] = CODE + 0x1000;
        assertEquals(0, execute(Flags.ZF, 0x63, 0x03)); // arpl [ebx], ax
        r.gpr[Registers.RAX] = 3;
        assertEquals(new Exit.Fault(Fault.PF, 7, CODE + 0x1000), fault(0x63, 0x03));
    }

    @Test
    void decimalInstructionsLeaveTheFlagsOfTheirAddition() {
        to32Bits();
        r.gpr[Registers.RAX] = 0x7a;
        assertEquals(Flags.CF | Flags.AF, execute(0, 0x37)); // aaa
        assertEquals(0x100, r.gpr[Registers.RAX]);
        r.gpr[Registers.RAX] = 0x0350;
        int flags = execute(0, 0xd5, 0x10); // aad 16
        assertEquals(0x80, r.gpr[Registers.RAX]);
        assertEquals(Flags.OF | Flags.SF, flags);
        r.gpr[Registers.RAX] = 0x7a;
        assertEquals(Flags.OF | Flags.SF | Flags.AF | Flags.PF, execute(Flags.AF, 0x27) | Flags.PF);
    }

    @Test
    void pushingAllRegistersFaultsAtTheFirstPlace() {
        to32Bits();
        r.gpr[Registers.RSP] = 0x1010;
        assertEquals(new Exit.Fault(Fault.PF, 6, 0x100c), fault(0x60)); // pusha
    }

    private void to32Bits() {
        r.setFlat(Registers.CS, 0x23, Registers.CODE_32);
        for (int segment : new int[] {Registers.SS, Registers.DS, Registers.ES}) {
            r.setFlat(segment, 0x2b, Registers.DATA_FLAT);
        }
    }

    /// Executes one instruction that faults.
    private Exit fault(int... bytes) {
        machine.code((long) CODE_MFN << 12, bytes);
        r.rip = CODE;
        r.rflags = Flags.ONE;
        return machine.run(1);
    }
}
