package io.xenarium.machine.code;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.xenarium.machine.cpu.Exit;
import io.xenarium.machine.cpu.Fault;
import io.xenarium.machine.cpu.Registers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Alignment checks (Intel SDM vol. 3, 6.15, "Interrupt 17"): #AC at privilege 3 where CR0.AM and
/// RFLAGS.AC are set. How each instruction must be aligned is what AMD's Zen wants; [SiliconTest]
/// asks it about all of them.
@ParameterizedClass
@EnumSource
class AlignmentTest {
    private static final long CODE = 0x40_0000;
    private static final int CODE_MFN = 0x100;
    private static final long DATA = 0x50_0000;
    private static final Exit CHECKED = new Exit.Fault(Fault.AC, 0, 0);
    private static final Exit DONE = new Exit.BudgetSpent();

    private final BareMachine machine;
    private final Registers r;

    AlignmentTest(BareMachine.Kind kind) {
        machine = new BareMachine(kind);
        r = machine.registers;
        machine.map(CODE, CODE_MFN, BareMachine.USER_PAGE);
        machine.map(DATA, CODE_MFN + 1, BareMachine.USER_PAGE);
        r.rflags |= Flags.AC;
        r.gpr[Registers.RSP] = DATA + 0x800;
    }

    /// Executes `bytes` with rsi at `distance` from an aligned place.
    private Exit execute(int distance, int... bytes) {
        machine.code((long) CODE_MFN << 12, bytes);
        r.rip = CODE;
        r.gpr[Registers.RSI] = DATA + 64 + distance;
        return machine.run(1);
    }

    @Test
    void anAccessMustBeAlignedToItsSize() {
        assertEquals(DONE, execute(8, 0x48, 0x8b, 0x06)); // mov rax, [rsi]
        assertEquals(CHECKED, execute(4, 0x48, 0x8b, 0x06));
        assertEquals(DONE, execute(4, 0x89, 0x06)); // mov [rsi], eax
        assertEquals(CHECKED, execute(2, 0x89, 0x06));
        assertEquals(CHECKED, execute(1, 0x66, 0xff, 0x06)); // inc word [rsi]
        assertEquals(DONE, execute(1, 0x8a, 0x06)); // mov al, [rsi]
        assertEquals(CODE + 2, r.rip);
    }

    @Test
    void vectorsThatNeedNotBeAlignedMustBeNow() {
        assertEquals(CHECKED, execute(8, 0x0f, 0x10, 0x06)); // movups xmm0, [rsi]
        assertEquals(new Exit.Fault(Fault.GP, 0, 0), execute(8, 0x0f, 0x28, 0x06)); // movaps
        assertEquals(DONE, execute(4, 0xf3, 0x0f, 0x10, 0x06)); // movss xmm0, [rsi]
    }

    @Test
    void numbersOfTenBytesCountAsEight() {
        assertEquals(DONE, execute(8, 0xdb, 0x2e)); // fld tbyte [rsi]
        assertEquals(CHECKED, execute(2, 0xdb, 0x3e)); // fstp tbyte [rsi]
        assertEquals(DONE, execute(4, 0xdd, 0x36)); // fnsave [rsi]: as its first word
    }

    @Test
    void theFlagAloneOrTheControlRegisterAloneChecksNothing() {
        r.rflags &= ~Flags.AC;
        assertEquals(DONE, execute(1, 0x48, 0x8b, 0x06));
        r.rflags |= Flags.AC;
        r.cr0 &= ~(1L << 18);
        assertEquals(DONE, execute(1, 0x48, 0x8b, 0x06));
        r.cr0 |= 1 << 18;
        assertEquals(CHECKED, execute(1, 0x48, 0x8b, 0x06));
        r.cpl = 0;
        assertEquals(DONE, execute(1, 0x48, 0x8b, 0x06));
    }

    @Test
    void theEndOfASegmentIsMetBeforeTheAlignment() {
        r.setFlat(Registers.CS, 0x23, Registers.CODE_32);
        r.setFlat(Registers.DS, 0x2b, Registers.DATA_FLAT);
        machine.code((long) CODE_MFN << 12, 0x0f, 0xae, 0x0e); // fxrstor [esi]
        r.rip = CODE;
        r.gpr[Registers.RSI] = 0xffff_ffffL;
        assertEquals(new Exit.Fault(Fault.GP, 0, 0), machine.run(1));
        r.gpr[Registers.RSI] = DATA + 2;
        assertEquals(CHECKED, machine.run(1));
    }

    @Test
    void popfTurnsTheChecksOnAndOffBetweenTwoInstructions() {
        r.rflags &= ~Flags.AC;
        machine.code(
                (long) CODE_MFN << 12,
                0x48,
                0x8b,
                0x06, // mov rax, [rsi]
                0x68,
                2,
                0,
                4,
                0, // push AC | 2
                0x9d, // popf
                0x48,
                0x8b,
                0x06); // mov rax, [rsi]
        r.rip = CODE;
        r.gpr[Registers.RSI] = DATA + 1;
        assertEquals(CHECKED, machine.run(10));
        assertEquals(CODE + 9, r.rip);
        assertEquals(3, machine.cpu.retired());
    }
}
