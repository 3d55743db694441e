package io.xenarium.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.pitest.mutationtest.engine.MutationDetails;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/// Faults that nobody thought of: pitest changes a solution in one place after the other, and the
/// lab's own checks are to find it. Those that they do not find stand in `mutants/survivors.txt` of
/// the lab.
class MutationsTest {
    private static final Path ROOT = LabFolder.root();
    private static final LearnerParts PARTS = new LearnerParts();
    private static final Runner RUNNER = new Runner(ROOT, PARTS.solutions(ROOT));

    /// How many of a lab's are tried in each build.
    private static final int SAMPLE = 3;

    /// How many of a hundred are to be found.
    private static final int GOAL = 90;

    static {
        RUNNER.answer("00.2", "C");
    }

    @TestFactory
    Stream<DynamicTest> aSampleOfThemIsFound() {
        return LabFolder.all(ROOT).stream()
                .map(lab -> DynamicTest.dynamicTest(lab.id(), () -> sampleIsFound(lab)));
    }

    private static void sampleIsFound(LabFolder lab) {
        PitestMutants mutants = mutants(lab);
        List<String> survivors = LabFolder.read(survivors(lab)).lines().toList();
        List<MutationDetails> found =
                mutants.all().stream()
                        .filter(each -> !survivors.contains(mutants.words(each)))
                        .toList();
        for (int i = 0; i < SAMPLE; i++) {
            MutationDetails each = found.get((2 * i + 1) * found.size() / (2 * SAMPLE));
            assertEquals("found", outcome(lab, mutants.apply(each)), mutants.words(each));
        }
    }

    /// Tries all, writes down which survive, and prints a table. `-Dxenarium.lab=05` tries one lab.
    @Tag("record")
    @TestFactory
    Stream<DynamicTest> nineOfTenAreFound() {
        String only = System.getProperty("xenarium.lab", "");
        return LabFolder.all(ROOT).stream()
                .filter(lab -> lab.id().contains(only))
                .map(lab -> DynamicTest.dynamicTest(lab.id(), () -> nineOfTenAreFound(lab)));
    }

    private static void nineOfTenAreFound(LabFolder lab) throws IOException {
        PitestMutants mutants = mutants(lab);
        List<String> survivors = new ArrayList<>();
        List<MutationDetails> all = mutants.all();
        for (MutationDetails each : all) {
            String outcome = outcome(lab, mutants.apply(each));
            if (!outcome.equals("found")) {
                survivors.add(mutants.words(each));
                System.out.println(lab.id() + " " + outcome + ": " + mutants.words(each));
            }
        }
        double share = 100.0 * (all.size() - survivors.size()) / all.size();
        System.out.printf(
                Locale.ROOT,
                "lab %s: %d of %d found, %.1f %%%n",
                lab.id(),
                all.size() - survivors.size(),
                all.size(),
                share);
        Files.write(survivors(lab), survivors);
        assertTrue(share >= GOAL, "only %.1f %%".formatted(share));
    }

    private static Path survivors(LabFolder lab) {
        return lab.folder().resolve("mutants/survivors.txt");
    }

    private static PitestMutants mutants(LabFolder lab) {
        Map<String, String> sources = Runner.texts(lab.solutionSources());
        Compile.Result solution = RUNNER.parts().compile(sources);
        assertEquals("not found", outcome(lab, solution), "the solution itself fails");
        return new PitestMutants(sources, solution.classes());
    }

    /// `found` where a check fails in words of its own.
    private static String outcome(LabFolder lab, Compile.Result mutant) {
        try {
            Report report = RUNNER.check(lab, lab.id(), () -> mutant, _ -> {});
            return report.isGreen() ? "not found" : "found";
        } catch (RuntimeException | LinkageError broken) {
            return "breaks the check (" + broken + ")";
        }
    }
}
