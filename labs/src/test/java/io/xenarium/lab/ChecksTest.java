package io.xenarium.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// The checks are checked: the solution passes them all, a skeleton fails each with its next step,
/// and every mutant is found by the check that is meant to find it, in the words that are meant to
/// be said.
class ChecksTest {
    private static final Path ROOT = LabFolder.root();
    private static final LearnerParts PARTS = new LearnerParts();
    private static final Runner RUNNER = new Runner(ROOT, PARTS.solutions(ROOT));

    static {
        RUNNER.answer("00.2", "C");
    }

    /// All labs, or with `-Dxenarium.lab=05` that one.
    private static Stream<LabFolder> labs() {
        String only = System.getProperty("xenarium.lab", "");
        return LabFolder.all(ROOT).stream().filter(lab -> lab.id().contains(only));
    }

    @TestFactory
    Stream<DynamicTest> aSolutionPassesEveryCheckWithinTheBudgets() {
        return labs().map(lab -> DynamicTest.dynamicTest(lab.id(), () -> solutionPasses(lab)));
    }

    private static void solutionPasses(LabFolder lab) {
        Budgets.Meter meter = new Budgets.Meter();
        Map<String, String> solution = Runner.texts(lab.solutionSources());
        Report report = RUNNER.check(lab, lab.id(), () -> RUNNER.parts().compile(solution), meter);
        assertTrue(report.isGreen(), Words.report(report));
        assertEquals(report.points(), report.earned());
        assertEquals(List.of(), meter.cost(lab).exceeded());
    }

    @TestFactory
    Stream<DynamicTest> aSkeletonFailsWithItsNextStepAndNothingElse() {
        return labs().map(lab -> DynamicTest.dynamicTest(lab.id(), () -> skeletonFails(lab)));
    }

    private static void skeletonFails(LabFolder lab) {
        Map<String, String> skeleton = new TreeMap<>();
        Cut.of(lab)
                .forEach((path, text) -> {
                    if (path.endsWith(".java")) {
                        skeleton.put(path.replaceFirst("^java/", ""), text);
                    }
                });
        Report report = check(lab, skeleton);
        List<String> wrong = new ArrayList<>();
        for (Verdict verdict : report.verdicts()) {
            boolean isFirst = verdict.task().endsWith(".1");
            boolean isExpected =
                    switch (verdict.status()) {
                        case NOT_YET -> isFirst;
                        case BLOCKED -> true;
                        case PASSED, FAILED -> false;
                    };
            if (!isExpected) {
                wrong.add(Words.line(verdict) + " " + verdict.text());
            }
        }
        assertEquals(List.of(), wrong);
        assertEquals(0, report.earned());
    }

    @TestFactory
    Stream<DynamicTest> aSolutionThatLacksOneTaskFailsItsChecksWithThatStepAndNothingElse() {
        return labs().flatMap(lab ->
                LabYaml.read(lab).tasks().stream()
                        .map(Lab.Task::id)
                        .filter(task -> !task.equals("00.2"))
                        .map(task -> DynamicTest.dynamicTest(task, () -> lacks(lab, task))));
    }

    private static void lacks(LabFolder lab, String task) {
        Map<String, String> sources = new TreeMap<>();
        Runner.texts(lab.solutionSources())
                .forEach(
                        (path, text) -> sources.put(path, Cut.skeleton(path, keepBut(task, text))));
        Report report = check(lab, sources);
        List<String> wrong = new ArrayList<>();
        for (Verdict verdict : report.verdicts()) {
            // The later tiers of a task wait for its first.
            Verdict.Status expected =
                    verdict.tier() == 1 ? Verdict.Status.NOT_YET : Verdict.Status.BLOCKED;
            boolean isExpected =
                    verdict.task().equals(task)
                            ? verdict.status() == expected
                            : verdict.status() != Verdict.Status.FAILED;
            if (!isExpected) {
                wrong.add(Words.line(verdict) + " " + verdict.text());
            }
        }
        assertEquals(List.of(), wrong);
    }

    /// A solution in which only the bodies of `task` are still marked to be cut.
    private static String keepBut(String task, String solution) {
        StringBuilder kept = new StringBuilder();
        boolean isOurs = false;
        boolean isInSteps = false;
        for (String line : solution.lines().toList()) {
            String mark = line.strip();
            if (mark.startsWith("// step: ") && !isInSteps) {
                isOurs = mark.startsWith("// step: " + task + " ");
            }
            isInSteps = mark.startsWith("// step: ");
            boolean isMark =
                    isInSteps || mark.startsWith("// tag::lab-") || mark.startsWith("// end::lab-");
            if (isOurs || !isMark) {
                kept.append(line).append('\n');
            }
        }
        return kept.toString();
    }

    @TestFactory
    Stream<DynamicTest> everyMutantIsFoundInTheWordsThatAreMeant() {
        return labs().flatMap(lab ->
                LabYaml.read(lab).tasks().stream()
                        .flatMap(task -> task.misconceptions().stream())
                        .map(each ->
                                DynamicTest.dynamicTest(
                                        lab.id() + " " + each.mutant() + " " + each.name(),
                                        () -> found(lab, each))));
    }

    private static void found(LabFolder lab, Lab.Misconception misconception) {
        Report report = check(lab, Mutant.of(lab, misconception.mutant()).apply(lab));
        List<Verdict> failed =
                report.verdicts().stream()
                        .filter(each -> each.status() == Verdict.Status.FAILED)
                        .toList();
        assertTrue(!failed.isEmpty(), "survives");
        Verdict first =
                failed.stream()
                        .filter(each ->
                                misconception
                                        .killedBy()
                                        .equals("T" + each.tier() + "." + each.check()))
                        .findFirst()
                        .orElseThrow(() -> new AssertionError(Words.report(report)));
        assertEquals(misconception.code(), first.code(), first.text());
        assertTrue((first.text() + first.headline()).contains(misconception.says()), first.text());
        replays(lab, first, Mutant.of(lab, misconception.mutant()).apply(lab));
    }

    /// The token of a failure repeats it.
    private static void replays(LabFolder lab, Verdict failed, Map<String, String> sources) {
        Runner.Replay replay =
                RUNNER.replay(Token.parse(failed.token()), RUNNER.parts().compile(sources));
        assertEquals(failed.code(), replay.verdict().code());
        assertTrue(!replay.steps().isEmpty(), "a replay tells its steps");
    }

    /// A run that nothing but inputs reaches can be run again, also by the page.
    @TestFactory
    Stream<DynamicTest> aWholeRunThatFailsIsRecordedWhereItPartsFromTheReference() {
        return Stream.of("00 M1", "01 M6", "01 M12", "05 M2")
                .map(each ->
                        DynamicTest.dynamicTest(
                                each, () -> isRecorded(each.substring(0, 2), each.substring(3))));
    }

    private static void isRecorded(String id, String mutant) {
        LabFolder lab = LabFolder.of(ROOT, id);
        String check =
                Arrays.stream(Checks.classes(id).get(3).getDeclaredMethods())
                        .filter(method -> method.isAnnotationPresent(Test.class))
                        .findFirst()
                        .orElseThrow()
                        .getName();
        Token token = new Token(id, 4, check, "");
        Runner.Replay failed =
                RUNNER.replay(token, RUNNER.parts().compile(Mutant.of(lab, mutant).apply(lab)));
        assertEquals(Verdict.Status.FAILED, failed.verdict().status());
        Recording run = failed.recording().orElseThrow();
        assertTrue(run.seq() > 0 && !run.inputs().isEmpty(), run.toString());
        assertTrue(!RUNNER.referenceSteps(token).isEmpty(), "the reference tells its steps");
    }

    @TestFactory
    Stream<DynamicTest> twoRunsGiveTheSameVerdicts() {
        return labs().map(lab -> DynamicTest.dynamicTest(lab.id(), () -> isTheSameTwice(lab)));
    }

    private static void isTheSameTwice(LabFolder lab) {
        Map<String, String> mutant = Mutant.all(lab).getLast().apply(lab);
        assertEquals(check(lab, mutant).verdicts(), check(lab, mutant).verdicts());
    }

    @TestFactory
    Stream<DynamicTest> checksWriteNothingIntoTheLearnersFolder() {
        return labs().map(lab -> DynamicTest.dynamicTest(lab.id(), () -> staysAsItIs(lab)));
    }

    private static void staysAsItIs(LabFolder lab) {
        Map<String, String> before = snapshot(lab.folder());
        RUNNER.check(lab.id(), _ -> {});
        assertEquals(before, snapshot(lab.folder()));
    }

    private static Map<String, String> snapshot(Path folder) {
        Map<String, String> files = new TreeMap<>();
        LabFolder.files(folder).forEach(file -> files.put(file.toString(), LabFolder.read(file)));
        return files;
    }

    private static Report check(LabFolder lab, Map<String, String> sources) {
        return RUNNER.check(lab, lab.id(), () -> RUNNER.parts().compile(sources), _ -> {});
    }
}
