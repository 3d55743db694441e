package io.xenarium.machine.code;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xenarium.machine.Memory;
import io.xenarium.machine.cpu.Cpu;
import io.xenarium.machine.cpu.CpuidPolicy;
import io.xenarium.machine.cpu.Exit;
import io.xenarium.machine.cpu.Registers;
import io.xenarium.machine.cpu.Role;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Random;

/// Interpreter and translator, side by side: after every piece of a run they must agree in all that
/// can be seen.
class LockStepTest {
    private static final int CASES = Integer.getInteger("xenarium.lockstep.cases", 1500);

    private static Cpu translator(Memory memory, int patience) {
        return new Translator(memory, CpuidPolicy.processor(), Role.PV_GUEST, patience);
    }

    private static BareMachine translating(BareMachine machine, int patience) {
        return machine.with(translator(machine.memory, patience));
    }

    @Test
    void randomInstructionsEndAlike() {
        SiliconGenerator generator = new SiliconGenerator(11);
        SiliconMachine plain =
                new SiliconMachine(memory -> new Interpreter(memory, CpuidPolicy.processor()));
        SiliconMachine fast = new SiliconMachine(memory -> translator(memory, 0));
        StringBuilder wrong = new StringBuilder();
        for (int i = 0; i < CASES; i++) {
            SiliconCase c = generator.next();
            String differences = fast.execute(c).differences(c, plain.execute(c));
            if (!differences.isEmpty() && wrong.length() < 4000) {
                wrong.append(c).append(" translated≠interpreted:").append(differences).append('\n');
            }
        }
        assertEquals("", wrong.toString());
    }

    @Test
    void aProgramThatChangesItselfAgreesAfterEveryPiece() throws IOException {
        for (int patience = 0; patience < 40; patience = patience * 2 + 1) {
            agree(CutRunsTest.machine(), CutRunsTest.machine(), patience, 3000);
        }
    }

    @Test
    void theSameProgramAgreesWhereverALoopIsCut() throws IOException {
        agree(CutRunsTest.machine(), CutRunsTest.machine(), 2, 9);
    }

    /// Every second region cannot be made, in one way or another.
    @Test
    void codeWhoseRegionIsRefusedIsInterpretedToTheSameEnd() throws IOException {
        int[] made = {0};
        Translations.Maker maker =
                (plan, constants) -> {
                    switch (made[0]++ % 4) {
                        case 0 -> throw new IllegalArgumentException("too long");
                        case 2 -> throw new VerifyError("not accepted");
                        default -> {
                            return RegionClass.make(plan, constants);
                        }
                    }
                };
        BareMachine machine = CutRunsTest.machine();
        Translator fast =
                new Translator(
                        machine.memory,
                        CpuidPolicy.processor(),
                        Role.PV_GUEST,
                        2,
                        Translations.Worker.AT_ONCE,
                        maker);
        agree(CutRunsTest.machine(), machine.with(fast), new Random(1), 3000);
        assertEquals((made[0] + 1) / 2, fast.refused());
        assertTrue(fast.refused() > 2, "hardly any was refused: " + fast.refused());
    }

    @Test
    void whatWasTranslatedCanBeLookedAt() {
        BareMachine machine = CutRunsTest.machine();
        Translator translator =
                new Translator(machine.memory, CpuidPolicy.processor(), Role.PV_GUEST, 10);
        machine.with(translator).cpu.run(machine.registers, 20_000);
        RegionSight hottest =
                translator.regions().stream()
                        .max(Comparator.comparingLong(RegionSight::entered))
                        .orElseThrow();
        assertTrue(hottest.instructions() > 3, hottest.toString());
        assertTrue(hottest.pieces().getFirst().isEntry(), hottest.toString());
    }

    /// Runs both to their end in random pieces of at most `most` instructions.
    private static void agree(BareMachine plain, BareMachine other, int patience, int most)
            throws IOException {
        agree(plain, translating(other, patience), new Random(patience), most);
    }

    private static void agree(BareMachine plain, BareMachine fast, Random pieces, int most)
            throws IOException {
        Exit exit;
        int piece = 0;
        do {
            long budget = 1 + pieces.nextInt(most);
            exit = plain.run(budget);
            assertEquals(exit, fast.run(budget));
            assertEquals(plain.cpu.retired(), fast.cpu.retired());
            assertEquals(text(plain.registers), text(fast.registers));
            if (piece++ % 20_000 == 0) {
                assertEquals(seen(plain), seen(fast));
            }
        } while (exit instanceof Exit.BudgetSpent);
        assertEquals(seen(plain), seen(fast));
    }

    private static String text(Registers r) {
        return "rip %x flags %x tsc %d %s"
                .formatted(r.rip, r.rflags, r.tsc, Arrays.toString(r.gpr));
    }

    /// The TLB and all of memory.
    private static int seen(BareMachine machine) throws IOException {
        ByteArrayOutputStream kept = new ByteArrayOutputStream();
        machine.cpu.save(new DataOutputStream(kept));
        byte[] memory = new byte[machine.memory.frames() * Memory.FRAME_BYTES];
        machine.memory.read(0, memory);
        return Arrays.hashCode(memory) * 31 + Arrays.hashCode(kept.toByteArray());
    }
}
