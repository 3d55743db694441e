package io.xenarium.machine.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xenarium.guest.Guests;
import io.xenarium.machine.Machine;
import io.xenarium.machine.code.Engine;
import io.xenarium.toolstack.PvhKernel;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Random;

/// The programs that our speed is measured with, on interpreter and translator beside each other:
/// all registers are the same after pieces of any length, all of memory at the end.
/// `-Dxenarium.lockstep.instructions=100000000` lets each run for longer.
class WorkloadsInLockStepTest {
    private static final long MOST = Long.getLong("xenarium.lockstep.instructions", 500_000);
    private static final int PATIENCE = 20;
    private static final int MEMORY_MIB = 256;

    private static Board board(Engine engine, String workload) {
        int frames = MEMORY_MIB << 8;
        Machine machine =
                new Machine(1, frames, 1, (memory, _) -> BareCase.processor(engine, memory));
        return PvhKernel.read(Guests.workloads()).load(machine, workload + " 1000");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sieve",
                "memcpy",
                "memcpy-rep",
                "stride",
                "small-memory",
                "calls",
                "mix",
                "bytecode",
                "self-modifying",
                "traps",
                "syscalls",
                "cr3"
            })
    void bothEnginesAgreeAfterEveryPiece(String workload) throws IOException {
        Board plain = board(Engine.INTERPRETER, workload);
        Board fast = board(Engine.translator(PATIENCE), workload);
        Random random = new Random(workload.hashCode());
        while (plain.state() == Board.State.RUNNING && plain.retired() < MOST) {
            long budget = 1 + random.nextInt(random.nextInt(4) == 0 ? 50 : 40_000);
            plain.run(budget);
            fast.run(budget);
            assertEquals(plain.state(), fast.state());
            assertEquals(plain.retired(), fast.retired());
            assertArrayEquals(saved(plain), saved(fast), () -> "after " + plain.retired());
        }
        assertTrue(plain.retired() >= MOST, "it ended after " + plain.retired());
        MemorySegment memory = plain.machine().memory().segment();
        assertEquals(-1, memory.mismatch(fast.machine().memory().segment()), "memory differs");
    }

    private static byte[] saved(Board board) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        board.registers().save(new DataOutputStream(bytes));
        return bytes.toByteArray();
    }
}
