package io.xenarium.machine.code;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.xenarium.machine.cpu.Exit;
import io.xenarium.machine.cpu.Fault;
import io.xenarium.machine.cpu.PageWalk;
import io.xenarium.machine.cpu.Registers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.HexFormat;

/// Instructions, and what they access, that lie over two pages of which the second may not be used
/// so: the fault says the second page's first byte, and nothing has happened.
@ParameterizedClass
@EnumSource
class PageEndTest {
    private static final long CODE = 0x40_0000;
    private static final long SECOND = CODE + 0x1000;
    private static final int CODE_MFN = 0x100;
    private static final long DATA = 0x50_0000;
    private static final int DATA_MFN = 0x110;
    private static final long END = DATA + 0x1000;
    private static final long SUPERVISOR = PageWalk.P | PageWalk.RW;
    private static final long READ_ONLY = PageWalk.P | PageWalk.US;
    private static final long RESERVED = BareMachine.USER_PAGE | 1L << 45;

    private static final String CMPXCHG16B = "480fc70b"; // cmpxchg16b [rbx]

    private static final String POP = "488f03"; // pop qword [rbx]

    /// Instructions that read and write 2 to 512 bytes at rbx, or push.
    private static final String[] STORES = {
        "668903", // mov [rbx], ax
        "8903", // mov [rbx], eax
        "488903", // mov [rbx], rax
        "480103", // add [rbx], rax
        "f048ff03", // lock inc qword [rbx]
        "480fc103", // xadd [rbx], rax
        "480fb10b", // cmpxchg [rbx], rcx
        CMPXCHG16B,
        "0fc70b", // cmpxchg8b [rbx]
        "48870b", // xchg [rbx], rcx
        "48d123", // shl qword [rbx], 1
        "480fa503", // shld [rbx], rax, cl
        "480fba2b03", // bts qword [rbx], 3
        "48f71b", // neg qword [rbx]
        "8f03", // pop qword [rbx]
        "668c1b", // mov [rbx], ds
        "480fc303", // movnti [rbx], rax
        "480f38f103", // movbe [rbx], rax
        "0f1103", // movups [rbx], xmm0
        "660fd603", // movq [rbx], xmm0
        "f30f7f03", // movdqu [rbx], xmm0
        "0f7f03", // movq [rbx], mm0
        "db3b", // fstp tbyte [rbx]
        "dd1b", // fstp qword [rbx]
        "df33", // fbstp [rbx]
        "d933", // fnstenv [rbx]
        "dd33", // fnsave [rbx]
        "dd3b", // fnstsw [rbx]
        "0f0103", // sgdt [rbx]
    };

    private final BareMachine machine;
    private final Registers r;

    PageEndTest(BareMachine.Kind kind) {
        machine = new BareMachine(kind);
        r = machine.registers;
        machine.map(CODE, CODE_MFN, 2, BareMachine.USER_PAGE);
        machine.map(DATA, DATA_MFN, 2, BareMachine.USER_PAGE);
        r.gpr[Registers.RSP] = DATA + 0x100;
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    /// Puts code so that `before` bytes of it are in the first page.
    private void put(String hex, int before) {
        machine.memory.write(((long) CODE_MFN << 12) + 0x1000 - before, bytes(hex));
        r.rip = SECOND - before;
    }

    private static Exit fault(int vector, int error, long address) {
        return new Exit.Fault(vector, error, address);
    }

    // --- fetching -----------------------------------------------------------------------------

    @Test
    void theSecondHalfOfAnInstructionMustBeFetchableToo() {
        long[] rights = {0, BareMachine.USER_PAGE | PageWalk.NX, SUPERVISOR, RESERVED};
        int[] errors = {0x14, 0x15, 0x15, 0x1d};
        String[] codes = {"0f05", "4801c8", "48b81122334455667788", "66666666662e0f1f840000000000"};
        for (int i = 0; i < rights.length; i++) {
            machine.map(SECOND, CODE_MFN + 1, rights[i]);
            for (String code : codes) {
                for (int before = 1; before < code.length() / 2; before++) {
                    put(code, before);
                    machine.cpu.flush();
                    assertEquals(fault(Fault.PF, errors[i], SECOND), machine.run(10), code);
                    assertEquals(SECOND - before, r.rip);
                    assertEquals(0, machine.cpu.retired());
                }
            }
        }
    }

    @Test
    void anInstructionThatEndsWithItsPageNeedsNoOther() {
        machine.map(SECOND, 0, 0);
        put("48b81122334455667788", 10);
        assertEquals(new Exit.BudgetSpent(), machine.run(1));
        assertEquals(SECOND, r.rip);
        assertEquals(fault(Fault.PF, 0x14, SECOND), machine.run(1));
        put("0f0b", 2); // ud2
        assertEquals(fault(Fault.UD, 0, 0), machine.run(1));
        put("06", 1); // no instruction of 64-bit code
        assertEquals(fault(Fault.UD, 0, 0), machine.run(1));
        put("ebfe", 2); // jmp to itself
        assertEquals(new Exit.BudgetSpent(), machine.run(100));
    }

    @Test
    void fifteenBytesAreLookedAtBeforeAnInstructionIsTooLong() {
        machine.map(SECOND, 0, 0);
        String prefixes = "66".repeat(15);
        put(prefixes, 15);
        assertEquals(fault(Fault.GP, 0, 0), machine.run(1));
        put(prefixes.substring(2), 14);
        assertEquals(fault(Fault.PF, 0x14, SECOND), machine.run(1));
        machine.map(SECOND, CODE_MFN + 1, BareMachine.USER_PAGE);
        put("66".repeat(14) + "90", 14);
        machine.cpu.flush();
        assertEquals(new Exit.BudgetSpent(), machine.run(1));
        assertEquals(SECOND + 1, r.rip);
    }

    /// What was executed from two pages is not executed any more when the second one is taken away
    /// or another.
    @Test
    void aRunningInstructionNoticesWhatBecomesOfItsSecondPage() {
        put("b8010000000f05", 2); // mov eax, 1; syscall
        machine.map(SECOND, CODE_MFN + 1, BareMachine.USER_PAGE);
        for (int i = 0; i < 5; i++) {
            r.rip = SECOND - 2;
            assertEquals(new Exit.Syscall(), machine.run(10));
        }
        machine.memory.write((long) CODE_MFN + 2 << 12, bytes("0200000f05"));
        machine.map(SECOND, CODE_MFN + 2, BareMachine.USER_PAGE);
        machine.cpu.flush(SECOND);
        r.rip = SECOND - 2;
        assertEquals(new Exit.Syscall(), machine.run(10));
        assertEquals(0x201, r.gpr[Registers.RAX]);
        machine.map(SECOND, CODE_MFN + 2, BareMachine.USER_PAGE | PageWalk.NX);
        machine.cpu.flush(SECOND);
        r.rip = SECOND - 2;
        assertEquals(fault(Fault.PF, 0x15, SECOND), machine.run(10));
    }

    // --- accesses -----------------------------------------------------------------------------

    @Test
    void aStoreIntoTwoPagesHappensInBothOrNot() throws IOException {
        long[] rights = {0, READ_ONLY, SUPERVISOR, RESERVED};
        int[] errors = {6, 7, 7, 0xf};
        for (int i = 0; i < rights.length; i++) {
            for (String store : STORES) {
                machine.map(END, DATA_MFN + 1, rights[i]);
                machine.cpu.flush();
                prepare(store, END - 1);
                byte[] before = seen();
                boolean mustBeAligned = store.equals(CMPXCHG16B);
                Exit expected =
                        mustBeAligned ? fault(Fault.GP, 0, 0) : fault(Fault.PF, errors[i], END);
                assertEquals(expected, machine.run(1), store);
                assertArrayEquals(before, seen(), store);
            }
        }
    }

    @Test
    void aLoadFromTwoPagesNeedsBoth() throws IOException {
        long[] rights = {0, SUPERVISOR, RESERVED};
        int[] errors = {4, 5, 0xd};
        String[] loads = {
            "8b03",
            "480303",
            "483b03",
            "0f1003",
            "db2b",
            "df23",
            "dd23",
            "d923",
            "f30f6f03",
            "480f38f003",
            POP,
            "ff33",
            "f20ff003",
            "0fb703",
            "0fae13",
            "0fb203",
            "f3480fb803"
        };
        for (int i = 0; i < rights.length; i++) {
            for (String load : loads) {
                machine.map(END, DATA_MFN + 1, rights[i]);
                machine.cpu.flush();
                prepare(load, END - 1);
                byte[] before = seen();
                int error = errors[i] | (load.equals(POP) ? PageWalk.WRITE : 0);
                assertEquals(fault(Fault.PF, error, END), machine.run(1), load);
                assertArrayEquals(before, seen(), load);
            }
        }
    }

    @Test
    void vectorsThatMustBeAlignedDoNotEvenLookAtTheSecondPage() {
        machine.map(END, 0, 0);
        for (String load : new String[] {"0f2803", "0f2903", "660f3a0f0304", "660f6303"}) {
            prepare(load, END - 1);
            assertEquals(fault(Fault.GP, 0, 0), machine.run(1), load);
        }
    }

    /// FXSAVE and FXRSTOR lie on 16 bytes, so that they meet the next page in their middle; silicon
    /// looks at the image's last byte.
    @Test
    void anImageOfTheUnitsMustFitIntoPagesThatAreThere() throws IOException {
        machine.map(END, 0, 0);
        prepare("0fae03", END - 0x110); // fxsave [rbx]
        byte[] before = seen();
        assertEquals(fault(Fault.PF, 6, END + 0xef), machine.run(1));
        assertArrayEquals(before, seen());
        prepare("0fae0b", END - 0x110); // fxrstor [rbx]
        before = seen();
        assertEquals(fault(Fault.PF, 4, END + 0xef), machine.run(1));
        assertArrayEquals(before, seen());
    }

    @Test
    void aPushOverTwoPagesMovesTheStackPointerOnlyWhenItIsDone() throws IOException {
        String[] pushes = {"50", "e800000000", "6a01", "9c", "c8100000", "ff33", "0fa0"};
        for (String push : pushes) {
            machine.map(END, 0, 0);
            prepare(push, DATA + 0x40);
            r.gpr[Registers.RSP] = END + 4;
            byte[] before = seen();
            assertEquals(fault(Fault.PF, 6, END), machine.run(1), push);
            assertArrayEquals(before, seen(), push);
        }
    }

    private void prepare(String code, long at) {
        machine.memory.write((long) CODE_MFN << 12, bytes(code));
        for (int i = 0; i < 16; i++) {
            r.gpr[i] = 0x1111_1111_1111_1111L * i;
        }
        r.gpr[Registers.RSP] = DATA + 0x100;
        r.gpr[Registers.RBX] = at;
        r.rip = CODE;
        r.rflags = Flags.ONE | Flags.CF;
        r.ftw = 0xff;
        r.fsw = 0;
        for (int i = 0; i < 8; i++) {
            r.x87[2 * i] = Long.MIN_VALUE;
            r.x87[2 * i + 1] = 16383;
        }
    }

    /// Registers, and both pages of data.
    private byte[] seen() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        r.save(new DataOutputStream(bytes));
        byte[] data = new byte[0x2000];
        machine.memory.read((long) DATA_MFN << 12, data);
        bytes.write(data);
        return bytes.toByteArray();
    }
}
