package io.xenarium.machine.code;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xenarium.machine.cpu.Exit;
import io.xenarium.machine.cpu.Fault;
import io.xenarium.machine.cpu.PageWalk;
import io.xenarium.machine.cpu.Registers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/// String instructions, repeated and not, of every size, in both directions, in 64-bit and 32-bit
/// code, cut by budgets, broken off by faults, between pages that are there, read-only or missing:
/// against a plain loop over the iterations ([PlainRepetition]).
@ParameterizedClass
@EnumSource
class RepetitionTest {
    private static final long CODE = 0x40_0000;
    private static final int CODE_MFN = 0x100;
    private static final long DATA = 0x50_0000;
    private static final int DATA_MFN = 0x110;
    private static final int PAGES = PlainRepetition.PAGES;
    private static final int CASES = 3000;

    /// LODS, STOS, SCAS, MOVS, CMPS, as opcodes for bytes.
    private static final int[] OPCODES = {0xac, 0xaa, 0xae, 0xa4, 0xa6};

    private static final int[] OPERANDS = {Registers.RAX, Registers.RCX, Registers.RSI, 7};

    private final Random random = new Random(11);
    private final BareMachine machine;
    private final Registers r;
    private boolean isLong;

    RepetitionTest(BareMachine.Kind kind) {
        machine = new BareMachine(kind);
        r = machine.registers;
        machine.map(CODE, CODE_MFN, BareMachine.USER_PAGE);
    }

    @Test
    void everyRepetitionDoesAsTheLoopSays() {
        Map<String, Integer> outcomes = new TreeMap<>();
        for (int i = 0; i < CASES; i++) {
            PlainRepetition plain = prepare();
            String text = plain.toString();
            plain.run();
            long retired = 0;
            Exit exit;
            do {
                exit = machine.run(random.nextInt(3) == 0 ? 1 : 1 + random.nextInt(30));
                retired += machine.cpu.retired();
            } while (exit instanceof Exit.BudgetSpent);
            assertEquals(plain.end(), r.rip == CODE ? exit.toString() : "done", text);
            assertEquals(plain.retired(), retired, text);
            for (int operand : OPERANDS) {
                assertEquals(plain.gpr[operand], r.gpr[operand], text + " register " + operand);
            }
            assertEquals(plain.flags, r.rflags & Flags.ARITHMETIC, text);
            assertEquals(plain.memory(), PlainRepetition.text(contents()), text);
            outcomes.merge(plain.end().replaceAll("address.*", ""), 1, Integer::sum);
        }
        assertEquals(4, outcomes.size(), outcomes.toString());
        assertTrue(outcomes.values().stream().allMatch(n -> n > 50), outcomes.toString());
    }

    /// Lays pages, registers and code out at random. Returns the same for the loop.
    private PlainRepetition prepare() {
        isLong = random.nextInt(4) != 0;
        r.setFlat(Registers.CS, 0x33, isLong ? Registers.CODE_64 : Registers.CODE_32);
        r.setFlat(Registers.DS, 0x2b, Registers.DATA_FLAT);
        r.setFlat(Registers.ES, 0x2b, Registers.DATA_FLAT);
        int opcode = OPCODES[random.nextInt(OPCODES.length)];
        int bytes = 1 << random.nextInt(isLong ? 4 : 3);
        int repeat = random.nextInt(4) == 0 ? 0 : 0xf2 + random.nextInt(2);
        int addressBytes = !isLong || random.nextInt(4) == 0 ? 4 : 8;
        long[] rights = rights();
        PlainRepetition plain = new PlainRepetition(opcode, bytes, repeat, addressBytes, rights);
        boolean isBackward = random.nextInt(3) == 0;
        for (int i = 0; i < 16; i++) {
            r.gpr[i] = random.nextLong();
        }
        long bound = addressBytes == 8 ? -1 : 0xffff_ffffL;
        r.gpr[Registers.RSI] = place();
        r.gpr[Registers.RDI] = place();
        r.gpr[Registers.RCX] =
                random.nextInt(20) == 0 ? random.nextLong() & bound | 1 << 20 : random.nextInt(300);
        r.rflags = Flags.ONE | random.nextInt() & Flags.ARITHMETIC | (isBackward ? Flags.DF : 0);
        r.rip = CODE;
        int[] code = plain.code(isLong);
        machine.code((long) CODE_MFN << 12, code);
        machine.code(((long) CODE_MFN << 12) + code.length, 0x0f, 0x0b); // ud2
        plain.begin(r, contents(), DATA);
        return plain;
    }

    private long place() {
        int page = random.nextInt(PAGES);
        int edge = random.nextBoolean() ? 0 : 4000;
        return DATA + page * 4096L + edge + random.nextInt(96);
    }

    /// Maps the pages: most can be written, some only read, some are missing.
    private long[] rights() {
        long[] rights = new long[PAGES];
        for (int i = 0; i < PAGES; i++) {
            long readOnly = PageWalk.P | PageWalk.US;
            rights[i] =
                    new long[] {BareMachine.USER_PAGE, readOnly, 0}[(random.nextInt(9) + 1) / 4];
            machine.map(DATA + i * 4096L, DATA_MFN + i, rights[i]);
        }
        byte[] bytes = new byte[PAGES * 4096];
        boolean isDull = random.nextBoolean();
        random.nextBytes(bytes);
        for (int i = 0; isDull && i < bytes.length; i++) {
            bytes[i] = (byte) (bytes[i] == 5 ? 1 : 0);
        }
        machine.memory.write((long) DATA_MFN << 12, bytes);
        machine.cpu.flush();
        return rights;
    }

    private byte[] contents() {
        byte[] bytes = new byte[PAGES * 4096];
        machine.memory.read((long) DATA_MFN << 12, bytes);
        return bytes;
    }

    /// The iteration in which a repetition faults is done again, when its page is there.
    @Test
    void aRepetitionThatFaultedGoesOnWhereItWas() {
        isLong = true;
        machine.map(DATA, DATA_MFN, BareMachine.USER_PAGE);
        machine.code((long) CODE_MFN << 12, 0xf3, 0x48, 0xa5, 0x0f, 0x05); // rep movsq; syscall
        for (int i = 0; i < 64; i++) {
            machine.memory.setLong(((long) DATA_MFN << 12) + 8 * i, i);
        }
        r.rip = CODE;
        r.gpr[Registers.RSI] = DATA;
        r.gpr[Registers.RDI] = DATA + 0xf04;
        r.gpr[Registers.RCX] = 64;
        assertEquals(new Exit.Fault(Fault.PF, 6, DATA + 0x1000), machine.run(100));
        assertEquals(CODE, r.rip);
        assertEquals(64 - 31, r.gpr[Registers.RCX]);
        machine.map(DATA + 0x1000, DATA_MFN + 1, BareMachine.USER_PAGE);
        assertEquals(new Exit.Syscall(), machine.run(100));
        assertEquals(63, machine.memory.getLong(((long) DATA_MFN << 12) + 0xf04 + 8 * 63));
    }
}
