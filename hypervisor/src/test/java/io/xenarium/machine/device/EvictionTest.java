package io.xenarium.machine.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xenarium.guest.Guests;
import io.xenarium.machine.Machine;
import io.xenarium.machine.code.Engine;
import io.xenarium.machine.code.Translator;
import io.xenarium.toolstack.PvhKernel;

import org.junit.jupiter.api.Test;

/// A program that makes more code than the translator keeps: `many-functions` of the benchmark,
/// which writes sixteen functions into a page, calls each for a while, and goes on to the next.
class EvictionTest {
    private static final int KEPT = 2000;
    private static final int ENOUGH = KEPT + KEPT / 8;
    private static final long PIECE = 1_000_000;

    private final Translator[] translator = new Translator[1];
    private final Board fast =
            board((memory, cpuid, role) -> {
                var made = Engine.translator(20).cpu(memory, cpuid, role);
                translator[0] = (Translator) made;
                return made;
            });
    private final Board plain = board(Engine.INTERPRETER);

    private static Board board(Engine engine) {
        Machine machine =
                new Machine(1, 256 << 8, 1, (memory, _) -> BareCase.processor(engine, memory));
        return PvhKernel.read(Guests.workloads()).load(machine, "many-functions 1000");
    }

    @Test
    void moreRegionsThanAreKeptPushOutOldOnesThatNobodyEntersAndTheGuestDoesNotNotice() {
        while (translator[0].look().made() < ENOUGH) {
            fast.run(PIECE);
            assertTrue(translator[0].regions().size() <= KEPT, "too many regions");
        }
        long old =
                translator[0].regions().stream()
                        .filter(region -> region.number() < ENOUGH - KEPT)
                        .count();
        assertTrue(old > 0, "the loop that calls the functions has gone, too");
        plain.run(fast.retired());
        assertEquals(plain.retired(), fast.retired());
        assertEquals(plain.registers().rip, fast.registers().rip);
        assertArrayEquals(plain.registers().gpr, fast.registers().gpr);
        long different =
                plain.machine().memory().segment().mismatch(fast.machine().memory().segment());
        assertEquals(-1, different, "memory differs");
    }
}
