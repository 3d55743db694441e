package io.xenarium.machine.code;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.xenarium.machine.cpu.Exit;
import io.xenarium.machine.cpu.Fault;
import io.xenarium.machine.cpu.Registers;

import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.HexFormat;

/// When the x87 and SSE units may be used, what they raise, and how their state is saved; with the
/// cases in which silicon once differed.
class VectorUnitTest {
    private static final long CODE = 0x40_0000;
    private static final long DATA = 0x50_0000;
    private static final int CODE_MFN = 0x100;
    private static final int DATA_MFN = 0x110;
    private static final long CR0_EM = 4;
    private static final long CR0_TS = 8;
    private static final long CR4_OSFXSR = 1 << 9;
    private static final long CR4_OSXMMEXCPT = 1 << 10;
    private static final int ALL_UNMASKED = 0;

    private static final String ADDPS = "0f58c1";
    private static final String DIVPS = "0f5ec1";
    private static final String PADDB_MMX = "0ffcc1";
    private static final String PCMPISTRI = "660f3a63c10c";
    private static final String LDMXCSR = "0fae16";
    private static final String FXSAVE = "0fae06";
    private static final String FXRSTOR = "0fae0e";
    private static final String EMMS = "0f77";
    private static final String FLD1 = "d9e8";

    private static final Exit DONE = new Exit.BudgetSpent();

    private final BareMachine machine = new BareMachine();
    private final Registers r = machine.registers;

    VectorUnitTest() {
        machine.map(CODE, CODE_MFN, BareMachine.USER_PAGE);
        machine.map(DATA, DATA_MFN, 2, BareMachine.USER_PAGE);
        r.gpr[Registers.RSI] = DATA;
        r.rflags = Flags.ONE;
    }

    /// Executes one instruction, given in hex.
    private Exit execute(String hex) {
        machine.memory.write((long) CODE_MFN << 12, HexFormat.of().parseHex(hex));
        r.rip = CODE;
        return machine.run(1);
    }

    private static Exit fault(int vector) {
        return new Exit.Fault(vector, 0, 0);
    }

    private void setData(int offset, long value) {
        machine.memory.setLong(((long) DATA_MFN << 12) + offset, value);
    }

    private long data(int offset) {
        return machine.memory.getLong(((long) DATA_MFN << 12) + offset);
    }

    // --- who may use the units -----------------------------------------------------------------

    @Test
    void emulationMakesVectorInstructionsUndefinedAndX87OnesUnavailable() {
        r.cr0 |= CR0_EM;
        for (String hex : new String[] {ADDPS, PADDB_MMX, PCMPISTRI, EMMS, LDMXCSR}) {
            assertEquals(fault(Fault.UD), execute(hex), hex);
        }
        assertEquals(fault(Fault.NM), execute(FLD1));
        assertEquals(fault(Fault.NM), execute(FXSAVE));
    }

    @Test
    void aTaskSwitchMakesAllOfThemUnavailable() {
        r.cr0 |= CR0_TS;
        for (String hex :
                new String[] {ADDPS, PADDB_MMX, PCMPISTRI, EMMS, LDMXCSR, FLD1, FXSAVE, FXRSTOR}) {
            assertEquals(fault(Fault.NM), execute(hex), hex);
        }
    }

    @Test
    void withoutOsfxsrOnlyMmxAndX87AndFxsaveExecute() {
        r.cr4 &= ~CR4_OSFXSR;
        for (String hex : new String[] {ADDPS, PCMPISTRI, LDMXCSR}) {
            assertEquals(fault(Fault.UD), execute(hex), hex);
        }
        for (String hex : new String[] {PADDB_MMX, EMMS, FLD1, FXSAVE}) {
            assertEquals(DONE, execute(hex), hex);
        }
    }

    @Test
    void countsAndChecksumsDoNotNeedTheUnits() {
        r.cr0 |= CR0_TS;
        r.cr4 &= ~CR4_OSFXSR;
        for (String hex : new String[] {"f30fb8c1", "f20f38f1c1", "0f38f006", "0fae06"}) {
            boolean isFxsave = hex.equals("0fae06");
            assertEquals(isFxsave ? fault(Fault.NM) : DONE, execute(hex), hex);
        }
    }

    @Test
    void anUnmaskedExceptionIsXmOnlyWhereTheSystemServesIt() {
        r.mxcsr = ALL_UNMASKED;
        r.xmm[0] = 0x3f800000;
        assertEquals(fault(Fault.XM), execute(DIVPS));
        assertEquals(Extended.ZERO_DIVIDE | Extended.INVALID, r.mxcsr);
        assertEquals(0x3f800000, r.xmm[0], "nothing is stored");
        r.cr4 &= ~CR4_OSXMMEXCPT;
        assertEquals(fault(Fault.UD), execute(DIVPS));
    }

    // --- alignment and reserved bits -----------------------------------------------------------

    @Test
    void vectorsInMemoryMustBeAlignedUnlessTheInstructionSaysOtherwise() {
        r.gpr[Registers.RSI] = DATA + 8;
        for (String hex :
                new String[] {
                    "0f5806", "0f2806", "660f6f06", "660f382a06", "660f3a0f0601", FXSAVE
                }) {
            assertEquals(fault(Fault.GP), execute(hex), hex);
        }
        for (String hex :
                new String[] {"0f1006", "f20ff006", "f30f6f06", "660f3a63060c", "0ffc06"}) {
            assertEquals(DONE, execute(hex), hex);
        }
    }

    @Test
    void alignmentIsLookedAtBeforeTheAddressItself() {
        r.gpr[Registers.RBP] = 0x8000_0000_0000_0001L;
        assertEquals(fault(Fault.GP), execute("0f584500")); // addps xmm0, [rbp]
        r.gpr[Registers.RBP]--;
        assertEquals(fault(Fault.SS), execute("0f584500"));
    }

    @Test
    void reservedBitsOfMxcsrAreRefusedAndChangeNothing() {
        setData(0, 0x1_0000);
        assertEquals(fault(Fault.GP), execute(LDMXCSR));
        assertEquals(0x1f80, r.mxcsr);
        execute(FXSAVE);
        setData(24, 0xffff_0001_0000L);
        r.xmm[4] = 77;
        assertEquals(fault(Fault.GP), execute(FXRSTOR));
        assertEquals(77, r.xmm[4]);
        assertEquals(0x1f80, r.mxcsr);
    }

    @Test
    void whatIsSavedComesBack() {
        for (int i = 0; i < 32; i++) {
            r.xmm[i] = i * 0x0123_4567_89ab_cdefL;
        }
        r.mxcsr = 0x9fc0;
        r.fcw = 0x27f;
        execute("d9eb"); // fldpi
        long[] before = r.xmm.clone();
        assertEquals(DONE, execute(FXSAVE));
        assertEquals(0xffff_0000_9fc0L, data(24));
        Arrays.fill(r.xmm, 0);
        r.mxcsr = 0x1f80;
        execute("dbe3"); // fninit
        assertEquals(DONE, execute(FXRSTOR));
        assertArrayEquals(before, r.xmm);
        assertEquals(0x9fc0, r.mxcsr);
        assertEquals(0x27f, r.fcw);
        assertEquals(0x80, r.ftw);
        assertEquals(0xc90fdaa22168c235L, r.x87[14]);
    }

    // --- rounding, denormals -------------------------------------------------------------------

    @Test
    void theRoundingControlDecidesOverTheLastBit() {
        r.xmm[2] = 0x40400000; // 3
        int[] third = {0x3eaaaaab, 0x3eaaaaaa, 0x3eaaaaab, 0x3eaaaaaa};
        for (int mode = 0; mode < 4; mode++) {
            r.mxcsr = 0x1f80 | mode << 13;
            r.xmm[0] = 0x3f800000;
            execute("f30f5ec1"); // divss xmm0, xmm1
            assertEquals(third[mode], (int) r.xmm[0], "mode " + mode);
            assertEquals(0x1fa0 | mode << 13, r.mxcsr);
        }
    }

    @Test
    void denormalsAreZeroWhereAskedTo() {
        r.xmm[0] = 1;
        r.xmm[2] = 0x3f800000;
        execute("f30f59c1"); // mulss xmm0, xmm1
        assertEquals(1, (int) r.xmm[0]);
        assertEquals(0x1f82, r.mxcsr);
        r.mxcsr = 0x1fc0;
        execute("f30f59c1");
        assertEquals(0, (int) r.xmm[0]);
        assertEquals(0x1fc0, r.mxcsr);
    }

    @Test
    void tinyResultsAreFlushedWhereAskedTo() {
        r.mxcsr = 0x9f80;
        r.xmm[0] = 0x00800000;
        r.xmm[2] = 0x3f000000;
        execute("f30f59c1");
        assertEquals(0, (int) r.xmm[0]);
        assertEquals(0x9fb0, r.mxcsr);
    }

    // --- cases that once differed from silicon -------------------------------------------------

    @Test
    void anUnmaskedExceptionBeforeTheResultHidesThoseOfOtherElements() {
        r.mxcsr = 0x1f80 & ~(Extended.DENORMAL << 7);
        r.xmm[0] = 0x00000001_00800000L; // a denormal, and a number that becomes one
        r.xmm[2] = 0x3f800000_40000001L;
        assertEquals(fault(Fault.XM), execute(DIVPS));
        assertEquals(Extended.INVALID | Extended.DENORMAL, r.mxcsr & 0x3f);
    }

    @Test
    void anUnmaskedUnderflowIsNoOverflow() {
        r.mxcsr = 0x1f80 & ~(Extended.UNDERFLOW << 7);
        r.xmm[0] = 0x00800001;
        r.xmm[2] = 0x3f000000;
        assertEquals(fault(Fault.XM), execute("f30f59c1"));
        assertEquals(Extended.UNDERFLOW, r.mxcsr & 0x3f);
    }

    @Test
    void aDotProductStopsAtTheStepThatRaises() {
        r.mxcsr = 0x1f80 & ~(Extended.PRECISION << 7);
        r.xmm[0] = 0x0010_0000_0000_0001L;
        r.xmm[2] = 0x3fe0_0000_0000_0000L;
        assertEquals(fault(Fault.XM), execute("660f3a41c131")); // dppd xmm0, xmm1, 0x31
        assertEquals(Extended.UNDERFLOW | Extended.PRECISION, r.mxcsr & 0x3f);
    }

    @Test
    void aConversionThatRaisesHasUsedTheMmxRegisters() {
        r.mxcsr = ALL_UNMASKED;
        r.fsw = 3 << 11;
        r.xmm[0] = 0x3fc00000;
        assertEquals(fault(Fault.XM), execute("0f2dc0")); // cvtps2pi mm0, xmm0
        assertEquals(0xff, r.ftw);
        assertEquals(0, r.fsw);
    }

    @Test
    void maskedStoresNeedAllOfTheirBytesWhateverTheMask() {
        r.gpr[Registers.RDI] = DATA + 0x2000 - 8;
        assertEquals(new Exit.Fault(Fault.PF, 6, DATA + 0x2000), execute("660ff7c1"));
    }

    @Test
    void theUndocumentedFstpDoesNotMindAnEmptyRegister() {
        r.ftw = 0;
        assertEquals(DONE, execute("d9d9")); // fstpnce st(1)
        assertEquals(1 << 11, r.fsw);
        assertEquals(0, r.ftw);
    }

    @Test
    void loadingADenormalPushesItThoughItsExceptionIsUnmasked() {
        r.fcw = 0x37d;
        setData(0, 1);
        assertEquals(DONE, execute("d906")); // fld dword [rsi]
        assertEquals(0x80, r.ftw);
        assertEquals(Extended.DENORMAL, r.fsw & 0x3f);
    }

    @Test
    void theRemainderByInfinityOfAnUnusualDenormalIsANormalNumber() {
        r.ftw = 3;
        r.x87[0] = 0xfff7_ffff_ffff_ffffL;
        r.x87[1] = 0x8000;
        r.x87[2] = Long.MIN_VALUE;
        r.x87[3] = 0x7fff;
        assertEquals(DONE, execute("d9f5")); // fprem1
        assertEquals(0x8001, r.x87[1]);
        assertEquals(0xfff7_ffff_ffff_ffffL, r.x87[0]);
    }

    @Test
    void restoringTheUnitFindsOutWhatIsPending() {
        execute(FXSAVE);
        setData(0, 0x340L | 1 << 16);
        assertEquals(DONE, execute(FXRSTOR));
        assertEquals(X87Stack.SUMMARY | X87Stack.BUSY | 1, r.fsw);
    }

    @Test
    void anImageThatDoesNotFitIsReportedByItsLastByte() {
        r.gpr[Registers.RSI] = DATA + 0x1e10;
        assertEquals(new Exit.Fault(Fault.PF, 6, DATA + 0x200f), execute(FXSAVE));
        r.gpr[Registers.RSI] = DATA + 0x1ff0;
        assertEquals(new Exit.Fault(Fault.PF, 6, DATA + 0x200b), execute("d936")); // fnstenv
        assertEquals(new Exit.Fault(Fault.PF, 4, DATA + 0x205b), execute("dd26")); // frstor
    }
}
