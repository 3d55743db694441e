package io.xenarium.machine.code;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xenarium.machine.Memory;
import io.xenarium.machine.cpu.Cpu;
import io.xenarium.machine.cpu.CpuidPolicy;
import io.xenarium.machine.cpu.Exit;
import io.xenarium.machine.cpu.Registers;
import io.xenarium.machine.cpu.Role;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Function;

/// A storm of code that changes: two processors execute random instructions in three frames that
/// they, each other and somebody from outside store into, by two linear addresses; the frames
/// follow one another in changing order, and instructions reach from one into the next.
///
/// Whoever remembers what it has decoded must do the same as whoever decodes every instruction
/// anew: the interpreter and the translator are held against an interpreter that is made to forget
/// all code before each instruction. `-Dxenarium.storm.pieces=200000` makes it longer,
/// `-Dxenarium.storm.seed=5` another.
class CodeStormTest {
    private static final int PIECES = Integer.getInteger("xenarium.storm.pieces", 2500);
    private static final long SEED = Long.getLong("xenarium.storm.seed", 1);

    private static final int FIRST_MFN = 0x20;
    private static final int FRAMES = 3;
    private static final int DATA_MFN = 0x30;
    private static final int DATA_PAGES = 4;
    private static final int BYTES = FRAMES * Memory.FRAME_BYTES;

    /// The frames in order, and in an order that changes.
    private static final long CODE = 0x40_0000;

    private static final long SHUFFLED = 0x50_0000;
    private static final long DATA = 0x60_0000;

    private final Random random = new Random(SEED);

    /// Whether the code stores into data more than into itself, so that it runs for a while.
    private boolean isCalm;

    /// A memory and two processors.
    private static final class Side {
        final BareMachine machine;
        final Cpu[] cpus = new Cpu[2];
        final Registers[] registers = new Registers[2];
        private final boolean forgets;

        /// How many instructions the last piece took.
        long retired;

        Side(Function<Memory, Cpu> engine, boolean forgets) {
            this.forgets = forgets;
            machine = new BareMachine(128, engine);
            machine.map(CODE, FIRST_MFN, FRAMES, BareMachine.USER_PAGE);
            machine.map(SHUFFLED, FIRST_MFN, FRAMES, BareMachine.USER_PAGE);
            machine.map(DATA, DATA_MFN, DATA_PAGES, BareMachine.USER_PAGE);
            cpus[0] = machine.cpu;
            cpus[1] = machine.paged(engine.apply(machine.memory));
            registers[0] = machine.registers;
            registers[1] = new Registers();
            registers[1].cr3 = registers[0].cr3;
        }

        Exit run(int which, long budget) {
            retired = 0;
            Exit exit;
            do {
                if (forgets) {
                    for (int i = 0; i < FRAMES; i++) {
                        machine.memory.touch(FIRST_MFN + i);
                    }
                }
                exit = cpus[which].run(registers[which], forgets ? 1 : budget);
                retired += cpus[which].retired();
            } while (exit instanceof Exit.BudgetSpent && retired < budget);
            return exit;
        }

        /// Has the pages at [#SHUFFLED] show the frames in another order.
        void shuffle(int first, int step) {
            for (int i = 0; i < FRAMES; i++) {
                long page = SHUFFLED + (long) i * Memory.FRAME_BYTES;
                machine.map(page, FIRST_MFN + (first + i * step) % FRAMES, BareMachine.USER_PAGE);
                cpus[0].flush(page);
                cpus[1].flush(page);
            }
        }

        byte[] registers(int which) throws IOException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            registers[which].save(new DataOutputStream(bytes));
            return bytes.toByteArray();
        }

        int tlb(int which) throws IOException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            cpus[which].save(new DataOutputStream(bytes));
            return Arrays.hashCode(bytes.toByteArray());
        }

        byte[] contents() {
            byte[] bytes = new byte[machine.memory.frames() * Memory.FRAME_BYTES];
            machine.memory.read(0, bytes);
            return bytes;
        }
    }

    private static Function<Memory, Cpu> interpreter() {
        return memory -> new Interpreter(memory, CpuidPolicy.processor());
    }

    private static Function<Memory, Cpu> translator(int patience) {
        return memory -> new Translator(memory, CpuidPolicy.processor(), Role.PV_GUEST, patience);
    }

    @Test
    void theInterpreterDoesAsIfItDecodedEveryInstructionAnew() throws IOException {
        storm(new Side(interpreter(), false), new Side(interpreter(), true), false);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 30})
    void theTranslatorDoesAsIfItDecodedEveryInstructionAnew(int patience) throws IOException {
        storm(new Side(translator(patience), false), new Side(interpreter(), true), false);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 30})
    void theEnginesAgreeDownToTheTlb(int patience) throws IOException {
        storm(new Side(translator(patience), false), new Side(interpreter(), false), true);
    }

    private void storm(Side one, Side other, boolean comparesTlbs) throws IOException {
        Side[] both = {one, other};
        write(both);
        long executed = 0;
        for (int piece = 0; piece < PIECES; piece++) {
            int which = random.nextInt(2);
            long budget = 1 + random.nextInt(random.nextInt(8) == 0 ? 2000 : 60);
            String where = "seed %d, piece %d".formatted(SEED, piece);
            Exit exit = one.run(which, budget);
            assertEquals(exit, other.run(which, budget), where);
            assertEquals(one.retired, other.retired, where);
            assertArrayEquals(one.registers(which), other.registers(which), where);
            executed += one.retired;
            if (!(exit instanceof Exit.BudgetSpent) || random.nextInt(40) == 0) {
                restart(both, which);
            }
            disturb(both);
            if (piece % 64 == 0) {
                assertArrayEquals(one.contents(), other.contents(), where);
                assertTrue(!comparesTlbs || one.tlb(which) == other.tlb(which), where);
            }
        }
        assertArrayEquals(one.contents(), other.contents());
        assertTrue(executed > PIECES, "hardly anything was executed: " + executed);
    }

    /// What comes from outside: a device stores into code, pages change their order, all is new.
    private void disturb(Side[] both) {
        if (random.nextInt(30) == 0) {
            byte[] bytes = new byte[1 + random.nextInt(12)];
            random.nextBytes(bytes);
            long at = ((long) FIRST_MFN << 12) + random.nextInt(BYTES - bytes.length);
            for (Side side : both) {
                side.machine.memory.write(at, bytes);
            }
        }
        if (random.nextInt(60) == 0) {
            int first = random.nextInt(FRAMES);
            int step = 1 + random.nextInt(2);
            for (Side side : both) {
                side.shuffle(first, step);
            }
        }
        if (random.nextInt(isCalm ? 400 : 150) == 0) {
            write(both);
        }
    }

    private void write(Side[] both) {
        isCalm = random.nextBoolean();
        byte[] code = new CodeSoup(random, isCalm ? DATA : CODE, BYTES, isCalm).bytes();
        for (Side side : both) {
            side.machine.memory.write((long) FIRST_MFN << 12, code);
        }
        restart(both, 0);
        restart(both, 1);
    }

    /// Begins somewhere else, often just before the end of a page, with other registers.
    private void restart(Side[] both, int which) {
        long[] gpr = new long[16];
        for (int i = 0; i < 16; i++) {
            gpr[i] = random.nextInt(3) == 0 ? random.nextLong() : random.nextInt(100);
        }
        gpr[Registers.RBX] = target();
        gpr[Registers.RSI] = place();
        gpr[Registers.RDI] = target();
        gpr[Registers.RCX] = 1 + random.nextInt(60);
        gpr[Registers.RSP] = random.nextInt(9) == 0 ? place() : DATA + 0x3000;
        long rip = place();
        if (random.nextInt(3) == 0) {
            rip = (rip | 0xfff) - random.nextInt(40);
        }
        for (Side side : both) {
            Registers r = side.registers[which];
            System.arraycopy(gpr, 0, r.gpr, 0, 16);
            r.rip = rip;
            r.rflags = Flags.ONE;
            r.system.holdsInterrupts = false;
        }
    }

    private long target() {
        boolean isData = random.nextInt(10) < (isCalm ? 9 : 3);
        return isData ? DATA + random.nextInt(0x3000) : place();
    }

    private long place() {
        return (random.nextBoolean() ? CODE : SHUFFLED) + random.nextInt(BYTES - 64);
    }
}
