package io.xenarium.machine.code;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xenarium.machine.cpu.CpuidPolicy;
import io.xenarium.machine.cpu.Role;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Regions as a reader sees them: what they were made of, what they have become, where they end.
class RegionListingTest {
    private static final int PATIENCE = 10;

    private final BareMachine machine = CutRunsTest.machine();
    private final Translator translator =
            machine.paged(
                    new Translator(
                            machine.memory, CpuidPolicy.processor(), Role.PV_GUEST, PATIENCE));

    private RegionSight hottest() {
        return translator.regions().stream()
                .max(Comparator.comparingLong(RegionSight::executed))
                .orElseThrow();
    }

    private static List<RegionListing.Line> lines(RegionListing listing) {
        return listing.blocks().stream().flatMap(block -> block.lines().stream()).toList();
    }

    @Test
    void besideEachInstructionStandsItsBytecodeAndAllOfItStandsSomewhere() {
        translator.run(machine.registers, 60_000);
        for (RegionSight sight : translator.regions()) {
            RegionListing listing = translator.listing(sight.number()).orElseThrow();
            assertEquals(sight.instructions(), lines(listing).size());
            List<String> all = new ArrayList<>(listing.frame());
            lines(listing).forEach(line -> all.addAll(line.bytecode()));
            int end = all.stream().mapToInt(RegionListingTest::place).max().orElseThrow();
            assertEquals(sight.codeBytes() - 1, end, "the last is ireturn, one byte");
        }
    }

    private static int place(String bytecode) {
        return Integer.parseInt(bytecode.substring(0, bytecode.indexOf(':')).strip());
    }

    @Test
    void theInstructionsAreThoseOfTheGuestAndTheBytecodeDoesWhatTheySay() {
        translator.run(machine.registers, 60_000);
        RegionListing.Line doubled =
                translator.regions().stream()
                        .map(sight -> translator.listing(sight.number()).orElseThrow())
                        .flatMap(listing -> lines(listing).stream())
                        .filter(line -> line.words().startsWith("lea"))
                        .findFirst()
                        .orElseThrow();
        assertEquals("lea rcx, [rdx+rdx]", doubled.words());
        assertEquals("48 8d 0c 12", doubled.bytes());
        List<String> code = doubled.bytecode().stream().map(it -> it.substring(6)).toList();
        assertTrue(code.contains("lload rdx"), code.toString());
        int size = code.size();
        assertEquals(
                List.of("ldc REGISTERS", "iconst_1", "lload rcx", "lastore"),
                code.subList(size - 4, size));
    }

    @Test
    void theClassThatIsWrittenOnceMoreForReadingIsTheSame() {
        List<byte[]> before = new ArrayList<>();
        List<RegionPlan> plans = new ArrayList<>();
        Translations.Maker maker =
                (plan, constants) -> {
                    Region made = RegionClass.make(plan, constants);
                    plans.add(plan);
                    before.add(RegionClass.listed(plan));
                    return made;
                };
        Translator watched =
                new Translator(
                        machine.memory,
                        CpuidPolicy.processor(),
                        Role.PV_GUEST,
                        PATIENCE,
                        Translations.Worker.AT_ONCE,
                        maker);
        machine.paged(watched).run(machine.registers, 60_000);
        assertTrue(plans.size() > 1, "hardly any region was made: " + plans.size());
        for (int i = 0; i < plans.size(); i++) {
            assertArrayEquals(before.get(i), RegionClass.listed(plans.get(i)));
        }
    }

    @Test
    void fromTheFirstListingOnEveryWayOutIsCounted() {
        translator.run(machine.registers, 60_000);
        RegionSight before = hottest();
        assertTrue(translator.listing(before.number()).orElseThrow().ends().isEmpty());
        translator.run(machine.registers, 2_000);
        RegionSight after =
                translator.regions().stream()
                        .filter(sight -> sight.number() == before.number())
                        .findFirst()
                        .orElseThrow();
        long ended =
                translator.listing(before.number()).orElseThrow().ends().stream()
                        .mapToLong(RegionListing.Ending::count)
                        .sum();
        assertEquals(after.entered() - before.entered(), ended);
        assertTrue(ended > 0, "it was not entered any more");
    }

    @Test
    void aRegionThatIsForgottenIsInterpretedAndMadeAnewUnderAnotherNumber() {
        translator.run(machine.registers, 60_000);
        RegionSight hottest = hottest();
        int made = translator.look().made();
        assertTrue(translator.forget(hottest.number()));
        assertFalse(translator.forget(hottest.number()), "it is gone already");
        assertTrue(translator.listing(hottest.number()).isEmpty());
        translator.run(machine.registers, 60_000);
        assertTrue(translator.look().made() > made, "nothing was translated any more");
    }

    @Test
    void whileItRestsAllIsInterpretedAndTheRegionsStay() {
        translator.run(machine.registers, 60_000);
        TranslatorSight before = translator.look();
        assertTrue(before.executed() > before.retired() / 2, before.toString());
        translator.rest(true);
        translator.run(machine.registers, 1_000);
        TranslatorSight resting = translator.look();
        assertEquals(before.executed(), resting.executed());
        assertEquals(before.retired() + 1_000, resting.retired());
        translator.rest(false);
        translator.run(machine.registers, 1_000);
        assertTrue(translator.look().executed() > before.executed(), "it still rests");
        assertTrue(translator.look().made() >= before.made());
    }

    @Test
    void withLessPatienceAllIsForgottenAndTranslatedSooner() {
        Translator patient =
                new Translator(
                        machine.memory, CpuidPolicy.processor(), Role.PV_GUEST, Integer.MAX_VALUE);
        machine.paged(patient).run(machine.registers, 60_000);
        assertEquals(0, patient.look().made());
        patient.setPatience(2);
        patient.run(machine.registers, 10_000);
        assertTrue(patient.look().executed() > 8_000, patient.look().toString());
        patient.setPatience(1_000_000);
        assertEquals(List.of(), patient.regions());
    }
}
