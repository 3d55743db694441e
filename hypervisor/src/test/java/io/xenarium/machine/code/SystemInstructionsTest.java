package io.xenarium.machine.code;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.xenarium.machine.cpu.Exit;
import io.xenarium.machine.cpu.Fault;
import io.xenarium.machine.cpu.PageWalk;
import io.xenarium.machine.cpu.Registers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.HexFormat;

/// Instructions that random cases leave out, because their outcome depends on the operating system:
/// what they do when they are let.
@ParameterizedClass
@EnumSource
class SystemInstructionsTest {
    private static final Exit DONE = new Exit.BudgetSpent();
    private static final Exit UNDEFINED = new Exit.Fault(Fault.UD, 0, 0);
    private static final Exit PROTECTED = new Exit.Fault(Fault.GP, 0, 0);
    private static final long CODE = 0x40_0000;
    private static final long DATA = 0x50_0000;
    private static final long FRAME = 0x110L << 12;
    private static final long GDT = 0x60_0000;
    private static final long UMIP = 1 << 11;
    private static final long FSGSBASE = 1 << 16;

    private final BareMachine machine;
    private final Registers r;

    SystemInstructionsTest(BareMachine.Kind kind) {
        machine = new BareMachine(kind);
        r = machine.registers;
        machine.map(CODE, 0x100, BareMachine.USER_PAGE);
        machine.map(DATA, 0x110, BareMachine.USER_PAGE);
        machine.map(GDT, 0x120, BareMachine.USER_PAGE);
        r.gpr[Registers.RBX] = DATA;
        r.gpr[Registers.RSP] = DATA + 0x800;
        r.gdtBase = GDT;
        r.gdtLimit = 0x67;
        machine.memory.setLong((0x120L << 12) + 0x28, 0x00cf_f300_0000_ffffL);
        machine.memory.setLong((0x120L << 12) + 0x30, 0x00af_fb00_0000_ffffL);
        machine.memory.setLong((0x120L << 12) + 0x38, 0x00cf_fb00_0000_ffffL);
    }

    private Exit execute(String hex) {
        machine.memory.write(0x100L << 12, HexFormat.of().parseHex(hex));
        r.rip = CODE;
        return machine.run(1);
    }

    // --- compare and exchange -----------------------------------------------------------------

    @Test
    void cmpxchg16bComparesAndExchangesSixteenAlignedBytes() {
        machine.memory.setLong(FRAME, 1);
        machine.memory.setLong(FRAME + 8, 2);
        r.gpr[Registers.RSI] = DATA;
        r.gpr[Registers.RBX] = 3;
        r.gpr[Registers.RCX] = 4;
        r.gpr[Registers.RAX] = 1;
        r.gpr[Registers.RDX] = 3;
        r.rflags = Flags.ONE | Flags.ARITHMETIC;
        assertEquals(DONE, execute("f0480fc70e")); // lock cmpxchg16b [rsi]
        assertEquals(Flags.ARITHMETIC & ~Flags.ZF, r.rflags & Flags.ARITHMETIC);
        assertEquals(2, r.gpr[Registers.RDX]);
        assertEquals(DONE, execute("480fc70e"));
        assertEquals(Flags.ARITHMETIC, r.rflags & Flags.ARITHMETIC);
        assertEquals(3, machine.memory.getLong(FRAME));
        assertEquals(4, machine.memory.getLong(FRAME + 8));
    }

    @Test
    void cmpxchg16bRefusesAnythingElseThanSixteenBytesBoundaries() {
        for (int distance = 1; distance < 16; distance++) {
            r.gpr[Registers.RSI] = DATA + distance;
            assertEquals(PROTECTED, execute("480fc70e"));
        }
        r.gpr[Registers.RSI] = DATA + 4;
        assertEquals(DONE, execute("0fc70e")); // cmpxchg8b [rsi] may lie anywhere
        assertEquals(UNDEFINED, execute("480fc7c8")); // a register
    }

    /// Also where the comparison fails, the operand is written: with what it held.
    @Test
    void comparingAndExchangingNeedsAPageThatCanBeWritten() {
        machine.map(DATA, 0x110, PageWalk.P | PageWalk.US);
        r.gpr[Registers.RSI] = DATA;
        r.gpr[Registers.RAX] = 9;
        for (String code : new String[] {"480fc70e", "0fc70e", "480fb10e", "0fb00e"}) {
            assertEquals(new Exit.Fault(Fault.PF, 7, DATA), execute(code), code);
        }
    }

    // --- far pointers -------------------------------------------------------------------------

    @Test
    void farPointersLoadARegisterAndASegment() {
        machine.memory.setLong(FRAME, 0x2b_5566_7788L);
        int[][] loads = {{0xb2, Registers.SS}, {0xb4, Registers.FS}, {0xb5, Registers.GS}};
        for (int[] load : loads) {
            r.gpr[Registers.RAX] = -1;
            assertEquals(DONE, execute("0f%02x03".formatted(load[0])));
            assertEquals(0x5566_7788L, r.gpr[Registers.RAX]);
            assertEquals(0x2b, r.selector[load[1]]);
        }
    }

    @Test
    void aFarPointerThatIsRefusedLeavesTheRegister() {
        machine.memory.setInt(FRAME, 0x7788);
        machine.memory.setInt(FRAME + 4, 0x6b);
        r.gpr[Registers.RAX] = 5;
        assertEquals(new Exit.Fault(Fault.GP, 0x68, 0), execute("0fb403")); // lfs eax, [rbx]
        assertEquals(5, r.gpr[Registers.RAX]);
        assertEquals(UNDEFINED, execute("0fb4c3")); // a register
    }

    @Test
    void farJumpsAndCallsLeadIntoTheSegmentOfTheirPointer() {
        machine.memory.setLong(FRAME, 0x38_0000_1234L);
        assertEquals(DONE, execute("ff2b")); // ljmp [rbx]: into 32-bit code
        assertEquals(0x1234, r.rip);
        assertEquals(0x3b, r.selector[Registers.CS]);
        r.setFlat(Registers.CS, 0x33, Registers.CODE_64);
        machine.memory.setLong(FRAME, CODE + 0x100);
        machine.memory.setLong(FRAME + 8, 0x33);
        assertEquals(DONE, execute("48ff1b")); // lcall [rbx]
        assertEquals(CODE + 0x100, r.rip);
        assertEquals(DATA + 0x7f0, r.gpr[Registers.RSP]);
        assertEquals(CODE + 3, machine.memory.getLong(FRAME + 0x7f0));
        assertEquals(0x33, machine.memory.getLong(FRAME + 0x7f8));
        assertEquals(DONE, execute("48cb")); // lretq
        assertEquals(CODE + 3, r.rip);
        assertEquals(DATA + 0x800, r.gpr[Registers.RSP]);
    }

    // --- tables and time ----------------------------------------------------------------------

    @Test
    void everybodyMayLookAtTheTablesUnlessUmipForbidsIt() {
        assertEquals(DONE, execute("0f0103")); // sgdt [rbx]
        assertEquals(0x67, machine.memory.getLong(FRAME) & 0xffff);
        assertEquals(GDT, machine.memory.getLong(FRAME + 2));
        assertEquals(DONE, execute("0f01e0")); // smsw eax
        assertEquals(r.cr0 & 0xffff_ffffL, r.gpr[Registers.RAX]);
        r.cr4 |= UMIP;
        // sgdt, sidt, sldt, str, smsw
        for (String code : new String[] {"0f0103", "0f010b", "0f00c0", "0f00c8", "0f01e0"}) {
            assertEquals(PROTECTED, execute(code), code);
            r.cpl = 0;
            assertEquals(DONE, execute(code), code);
            r.cpl = 3;
        }
    }

    @Test
    void rdtscpTellsTheTimeAndWhoseItIs() {
        r.tsc = 0x1_2345_6789L;
        r.tscAux = -2;
        assertEquals(DONE, execute("0f01f9"));
        assertEquals(0x2345_6789L, r.gpr[Registers.RAX]);
        assertEquals(1, r.gpr[Registers.RDX]);
        assertEquals(0xffff_fffeL, r.gpr[Registers.RCX]);
        r.cr4 |= 4;
        assertEquals(PROTECTED, execute("0f01f9"));
        assertEquals(PROTECTED, execute("0f31")); // rdtsc
        assertEquals(PROTECTED, execute("0f33")); // rdpmc: there is none
    }

    @Test
    void theBasesOfFsAndGsAreReadAndWrittenWhereTheSystemAllowsIt() {
        // rdfsbase, rdgsbase, wrfsbase, wrgsbase with rax
        String[] codes = {"f3480faec0", "f3480faec8", "f3480faed0", "f3480faed8"};
        for (String code : codes) {
            assertEquals(UNDEFINED, execute(code), code);
        }
        r.cr4 |= FSGSBASE;
        r.gpr[Registers.RAX] = 0xffff_8000_0000_1000L;
        assertEquals(DONE, execute(codes[2]));
        r.gpr[Registers.RAX] = DATA - 0x10;
        assertEquals(DONE, execute(codes[3]));
        assertEquals(DONE, execute(codes[0]));
        assertEquals(0xffff_8000_0000_1000L, r.gpr[Registers.RAX]);
        assertEquals(DONE, execute("f30faec8")); // rdgsbase eax
        assertEquals(DATA - 0x10, r.gpr[Registers.RAX]);
        machine.memory.setLong(FRAME + 8, 77);
        assertEquals(DONE, execute("65488b042518000000")); // mov rax, gs:[0x18]
        assertEquals(77, r.gpr[Registers.RAX]);
        r.gpr[Registers.RAX] = 1L << 47;
        assertEquals(PROTECTED, execute(codes[2]));
        assertEquals(0xffff_8000_0000_1000L, r.segmentBase[Registers.FS]);
    }

    @Test
    void hintsAndFencesChangeNothing() {
        String[] codes = {
            "90",
            "6690",
            "0f1f00",
            "0f1f4000",
            "660f1f840000000000",
            "f30f1efa",
            "f30f1efb",
            "f390",
            "0fae38",
            "0faee8",
            "0faef0",
            "0faef8",
            "0f1800",
            "0f1808",
            "0f0d00",
            "0f0d08",
            "0f19c0"
        };
        r.gpr[Registers.RAX] = DATA;
        for (String code : codes) {
            assertEquals(DONE, execute(code), code);
            assertEquals(CODE + code.length() / 2, r.rip, code);
        }
        r.gpr[Registers.RAX] = 0;
        assertEquals(DONE, execute("0f1800")); // a prefetch never faults
        assertEquals(new Exit.Fault(Fault.PF, 4, 0), execute("0fae38")); // clflush does
    }
}
