package io.xenarium.machine.code;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xenarium.machine.cpu.Exit;
import io.xenarium.machine.cpu.Fault;
import io.xenarium.machine.cpu.Registers;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/// Segments of 32-bit code with a base and a limit of their own: what may be accessed through them,
/// and that code ends where its segment does.
@ParameterizedClass
@EnumSource
class SegmentsOf32BitsTest {
    private static final long CODE = 0x40_0000;
    private static final int CODE_MFN = 0x100;
    private static final long DATA = 0x50_0000;
    private static final int DATA_MFN = 0x110;
    private static final int PAGES = 4;
    private static final int CASES = 5000;

    private final BareMachine machine;
    private final Registers r;

    SegmentsOf32BitsTest(BareMachine.Kind kind) {
        machine = new BareMachine(kind);
        r = machine.registers;
        machine.map(CODE, CODE_MFN, 2, BareMachine.USER_PAGE);
        machine.map(DATA, DATA_MFN, PAGES, BareMachine.USER_PAGE);
    }

    @BeforeEach
    void toCompatibilityCode() {
        r.setFlat(Registers.CS, 0x23, Registers.CODE_32);
        r.setFlat(Registers.SS, 0x2b, Registers.DATA_FLAT);
        r.setFlat(Registers.DS, 0x2b, Registers.DATA_FLAT);
        r.rip = CODE;
    }

    private void code(String hex) {
        machine.memory.write((long) CODE_MFN << 12, HexFormat.of().parseHex(hex));
    }

    // --- stack --------------------------------------------------------------------------------

    /// As a real processor does it: silicon case, seed 173205080.
    @Test
    void aPopOfAllRegistersThatMeetsAMissingPageHasPoppedThoseBeforeIt() {
        long end = DATA + PAGES * 4096L;
        for (int i = 0; i < 4; i++) {
            machine.memory.setInt(((long) DATA_MFN + PAGES << 12) - 16 + 4 * i, 0x11 * (i + 1));
        }
        code("61");
        r.gpr[Registers.RSP] = end - 16;
        r.gpr[Registers.RBX] = 7;
        Exit exit = machine.run(1);
        assertEquals(Fault.PF, ((Exit.Fault) exit).vector());
        assertEquals(end, ((Exit.Fault) exit).address());
        assertEquals(0x11, r.gpr[Registers.RDI]);
        assertEquals(0x22, r.gpr[Registers.RSI]);
        assertEquals(0x33, r.gpr[Registers.RBP]);
        assertEquals(7, r.gpr[Registers.RBX]);
        assertEquals(end - 16, r.gpr[Registers.RSP]);
    }

    // --- data ---------------------------------------------------------------------------------

    /// One access: its segment, and what of it.
    private record Access(int type, long base, long limit, boolean isBig, long offset, int bytes) {
        /// How it ends (Intel SDM vol. 3, 5.3 and 5.5): a type is data if it is below 8, expands
        /// down with bit 2, is writable or readable with bit 1.
        String expected(boolean isWrite) {
            boolean isCode = type >= 8;
            boolean isMarked = (type & 2) != 0;
            boolean isRight = isWrite ? !isCode && isMarked : !isCode || isMarked;
            boolean expandsDown = !isCode && (type & 4) != 0;
            boolean fits = true;
            for (long at = offset; at < offset + bytes; at++) {
                long top = isBig ? 0xffff_ffffL : 0xffff;
                fits &= expandsDown ? at > limit && at <= top : at <= limit;
            }
            return isRight && fits ? "at %x".formatted(base + offset & 0xffff_ffffL) : "#13";
        }
    }

    @Test
    void anAccessMustBeWithinItsSegmentAndAllowedThere() {
        Random random = new Random(3);
        Map<String, Integer> outcomes = new TreeMap<>();
        for (int i = 0; i < CASES; i++) {
            Access access = access(random);
            boolean isWrite = random.nextBoolean();
            r.segmentBase[Registers.DS] = access.base;
            r.segmentLimit[Registers.DS] = (int) access.limit;
            int big = access.isBig ? 0x4000 : 0;
            r.segmentAccess[Registers.DS] = 0xf1 | access.type & ~1 | big;
            r.gpr[Registers.RBX] = access.offset;
            r.gpr[Registers.RAX] = 0;
            String expected = access.expected(isWrite);
            String actual = execute(access, isWrite);
            assertEquals(expected, actual, access + (isWrite ? " written" : " read"));
            outcomes.merge(expected.substring(0, 2), 1, Integer::sum);
        }
        assertTrue(outcomes.values().stream().allMatch(n -> n > 500), outcomes.toString());
    }

    private static Access access(Random random) {
        int bytes = 1 << random.nextInt(3);
        long limit = random.nextInt(3 * 4096);
        // Around the limit, or well within.
        long offset = random.nextBoolean() ? limit - 6 + random.nextInt(12) : random.nextInt(12000);
        offset = Math.max(offset, 0);
        long base = DATA + random.nextInt(4096 - 16);
        return new Access(random.nextInt(16), base, limit, random.nextBoolean(), offset, bytes);
    }

    /// Reads or writes at [ebx]; says where the bytes came from or went.
    private String execute(Access access, boolean isWrite) {
        long at = ((long) DATA_MFN << 12) + (access.base + access.offset - DATA & 0xffff_ffffL);
        byte[] zeros = new byte[PAGES * 4096];
        machine.memory.write((long) DATA_MFN << 12, zeros);
        String operand = access.bytes == 2 ? "66" : "";
        int opcode = (isWrite ? 0x88 : 0x8a) + (access.bytes == 1 ? 0 : 1);
        code(operand + "%02x03".formatted(opcode));
        r.rip = CODE;
        machine.memory.setByte(at, (byte) 0x5a);
        r.gpr[Registers.RAX] = isWrite ? 0xa5 : 0;
        Exit exit = machine.run(1);
        if (exit instanceof Exit.Fault fault) {
            return "#" + fault.vector();
        }
        long seen = isWrite ? machine.memory.getByte(at) & 0xff : r.gpr[Registers.RAX] & 0xff;
        assertEquals(isWrite ? 0xa5 : 0x5a, seen);
        return "at %x".formatted(access.base + access.offset & 0xffff_ffffL);
    }

    @Test
    void aStackBeyondItsSegmentIsAStackFault() {
        r.segmentLimit[Registers.SS] = (int) DATA + 0x103;
        r.gpr[Registers.RSP] = DATA + 0x108;
        code("50"); // push eax
        assertEquals(new Exit.Fault(Fault.SS, 0, 0), machine.run(1));
        r.gpr[Registers.RSP] = DATA + 0x104;
        assertEquals(new Exit.BudgetSpent(), machine.run(1));
        r.gpr[Registers.RBP] = DATA + 0x101;
        code("8b4500"); // mov eax, [ebp]
        r.rip = CODE;
        assertEquals(new Exit.Fault(Fault.SS, 0, 0), machine.run(1));
    }

    @Test
    void aNullSegmentCannotBeAccessedByCodeOf32Bits() {
        r.setNull(Registers.DS, 0);
        r.gpr[Registers.RBX] = DATA;
        code("8b03"); // mov eax, [ebx]
        assertEquals(new Exit.Fault(Fault.GP, 0, 0), machine.run(1));
    }

    /// Instructions whose operand is more than one number, and how many bytes it has.
    @Test
    void everyByteOfAnOperandMustBeWithinItsSegment() {
        Map<String, Integer> operands =
                Map.ofEntries(
                        Map.entry("6203", 8), // bound eax, [ebx]
                        Map.entry("666203", 4), // bound ax, [ebx]
                        Map.entry("c403", 6), // les eax, [ebx]
                        Map.entry("0fb403", 6), // lfs eax, [ebx]
                        Map.entry("ff2b", 6), // ljmp [ebx]
                        Map.entry("ff1b", 6), // lcall [ebx]
                        Map.entry("0fc70b", 8), // cmpxchg8b [ebx]
                        Map.entry("db2b", 10), // fld tbyte [ebx]
                        Map.entry("db3b", 10), // fstp tbyte [ebx]
                        Map.entry("df23", 10), // fbld [ebx]
                        Map.entry("d933", 28), // fnstenv [ebx]
                        Map.entry("d923", 28), // fldenv [ebx]
                        Map.entry("dd33", 108), // fnsave [ebx]
                        Map.entry("dd23", 108), // frstor [ebx]
                        Map.entry("0fae03", 512), // fxsave [ebx]
                        Map.entry("0fae0b", 512), // fxrstor [ebx]
                        Map.entry("0f1103", 16), // movups [ebx], xmm0
                        Map.entry("0fab03", 4), // bts [ebx], eax
                        Map.entry("0f0103", 6)); // sgdt [ebx]
        List<String> wrong = new ArrayList<>();
        Exit beyond = new Exit.Fault(Fault.GP, 0, 0);
        operands.forEach((code, bytes) -> {
            if (!within(code, bytes - 1).equals(beyond)) {
                wrong.add(code + " goes beyond");
            }
            // Null segments may be loaded, but not be jumped to.
            if (within(code, bytes).equals(beyond) != code.startsWith("ff")) {
                wrong.add(code + " does not come to the end");
            }
        });
        assertEquals(List.of(), wrong);
    }

    /// Executes an instruction on zeros at the begin of a segment with so many bytes.
    private Exit within(String code, int bytes) {
        machine.memory.write((long) DATA_MFN << 12, new byte[PAGES * 4096]);
        r.segmentBase[Registers.DS] = DATA;
        r.segmentLimit[Registers.DS] = bytes - 1;
        r.gpr[Registers.RBX] = 0;
        r.gpr[Registers.RAX] = 0;
        r.gpr[Registers.RSP] = DATA + 0x2000;
        r.fcw = 0x37f;
        r.ftw = 0xff;
        code(code);
        r.rip = CODE;
        return machine.run(1);
    }

    // --- code ---------------------------------------------------------------------------------

    @Test
    void codeMayNotRunBeyondTheEndOfItsSegment() {
        code("404040b801000000"); // inc eax, three times; mov eax, 1
        for (int length = 0; length < 9; length++) {
            for (int cut : new int[] {1, 2, 100}) {
                r.segmentLimit[Registers.CS] = (int) CODE + length - 1;
                r.rip = CODE;
                long retired = 0;
                Exit exit;
                do {
                    exit = machine.run(Math.min(cut, Math.max(8 - retired, 1)));
                    retired += machine.cpu.retired();
                } while (exit instanceof Exit.BudgetSpent && r.rip < CODE + 8);
                long whole = length >= 8 ? 4 : Math.min(length, 3);
                assertEquals(whole, retired, "limit " + length);
                long reached = CODE + (whole == 4 ? 8 : whole);
                assertEquals(reached, r.rip);
                assertEquals(
                        length < 8 || exit instanceof Exit.Fault,
                        exit.equals(new Exit.Fault(Fault.GP, 0, 0)),
                        "limit " + length);
            }
        }
    }

    @Test
    void aJumpBeyondTheEndOfItsSegmentFaultsAtTheJump() {
        code("eb0e"); // jmp 16 bytes on
        r.segmentLimit[Registers.CS] = (int) CODE + 15;
        assertEquals(new Exit.Fault(Fault.GP, 0, 0), machine.run(5));
        assertEquals(CODE, r.rip);
        r.segmentLimit[Registers.CS] = (int) CODE + 16;
        assertEquals(new Exit.BudgetSpent(), machine.run(1));
        assertEquals(CODE + 16, r.rip);
    }

    @Test
    void codeBeginsAtTheBaseOfItsSegment() {
        r.segmentBase[Registers.CS] = CODE - 0x1000;
        r.segmentLimit[Registers.CS] = 0x1fff;
        r.rip = 0x1000;
        code("40ebfd"); // inc eax; jmp back
        r.gpr[Registers.RAX] = 0;
        assertEquals(new Exit.BudgetSpent(), machine.run(20));
        assertEquals(10, r.gpr[Registers.RAX]);
        assertEquals(0x1000, r.rip);
    }

    /// From code without an end into code with one, in the same run.
    @Test
    void aFarJumpIntoASegmentThatEndsIsHeldToItsEnd() {
        machine.map(0x60_0000, 0x120, BareMachine.USER_PAGE);
        r.gdtBase = 0x60_0000;
        r.gdtLimit = 0xff;
        long descriptor = 0x0040_fb00_0000_0001L | CODE << 16; // base CODE, limit 1
        machine.memory.setLong((0x120L << 12) + 0x38, descriptor);
        code("9090404040ea000000003b00"); // nop; nop; …; ljmp 0x3b:0
        r.rip = CODE + 5;
        assertEquals(new Exit.Fault(Fault.GP, 0, 0), machine.run(100));
        assertEquals(3, machine.cpu.retired());
        assertEquals(2, r.rip);
    }
}
