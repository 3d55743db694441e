package io.xenarium.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What a learner sees when something is wrong with the code itself.
class RunnerTest {
    private static final Path ROOT = LabFolder.root();
    private static final LabFolder LAB = LabFolder.of(ROOT, "05");
    private static final LearnerParts PARTS = new LearnerParts();
    private static final Runner RUNNER = new Runner(ROOT, PARTS.solutions(ROOT));
    private static final String PATH = "io/xenarium/lab05/TwoLevelEventChannels.java";

    @Test
    void anEndlessLoopEndsWithTheLinesItWentThrough() {
        Verdict verdict =
                firstFailure(
                        "int word = port.value() / PORTS_PER_WORD;",
                        """
                        int word = 0;
                                while (word >= 0) {
                                    word = word == 0 ? 1 : 0;
                                }
                        """);
        assertEquals("XN-LAB-01", verdict.code());
        assertTrue(
                verdict.text().contains("never returned: 2,000,000 steps, last lines visited: 1"),
                verdict.text());
    }

    @Test
    void endlessRecursionEndsToo() {
        Verdict verdict =
                firstFailure(
                        "int word = port.value()",
                        "select(domain, port, target);\nint word = port.value()");
        assertEquals("XN-LAB-01", verdict.code(), verdict.text());
    }

    @Test
    void anExceptionIsToldWithItsPlace() {
        Verdict verdict =
                firstFailure(
                        "int word = port.value() / PORTS_PER_WORD;",
                        "int word = port.value() / (port.value() - port.value());");
        assertEquals("XN-LAB-02", verdict.code());
        assertTrue(
                verdict.text().contains("ArithmeticException (/ by zero) at TwoLevelEventChannels"),
                verdict.text());
    }

    @Test
    void nullIsToldAsAnAnswerThatIsMissing() {
        Verdict verdict =
                firstFailure("return new TwoLevelEventChannels(platform);", "return null;");
        assertEquals("XN-LAB-05", verdict.code());
        assertTrue(verdict.text().contains("your make() returned null"), verdict.text());
    }

    @Test
    void aPartThatKeepsSomethingOfItsOwnIsFoundOut() {
        Map<String, String> sources =
                solution(
                        "        PortState state = platform.state(domain, port);\n        if (state"
                                + " instanceof PortState.Free || platform.testAndSetPending",
                        "        PortState state = calls++ % 2 == 0 ? platform.state(domain, port)"
                            + " : platform.state(domain, port);\n"
                            + "        if (calls % 2 == 0) { platform.isMasked(domain, port); }\n"
                            + "        if (state instanceof PortState.Free ||"
                            + " platform.testAndSetPending");
        sources.computeIfPresent(
                PATH,
                (_, text) ->
                        text.replace(
                                "    private final Platform platform;",
                                "    private static int calls;\n    private final Platform"
                                        + " platform;"));
        Report report = RUNNER.check(LAB, "05.2", () -> PARTS.compile(sources), _ -> {});
        assertTrue(
                report.verdicts().stream().anyMatch(each -> each.code().equals("XN-LAB-03")),
                Words.report(report));
    }

    @Test
    void aFieldOfItsOwnIsAComplaintAboutItsLine() {
        Map<String, String> sources =
                solution(
                        "    private final Platform platform;",
                        "    private final Platform platform;\n    private int sent;\n"
                                + "    private final long[] seen = new long[4];");
        List<String> complaints =
                OwnState.complaints(PARTS.compile(sources).classes(), sources).stream()
                        .map(Compile.Complaint::source)
                        .map(String::strip)
                        .toList();
        assertEquals(
                List.of("private int sent;", "private final long[] seen = new long[4];"),
                complaints);
    }

    @Test
    void noSolutionKeepsSomethingOfItsOwn() {
        for (LabFolder lab : LabFolder.all(ROOT)) {
            Map<String, String> sources = Runner.texts(lab.solutionSources());
            assertEquals(List.of(), OwnState.complaints(PARTS.compile(sources).classes(), sources));
        }
    }

    @Test
    void aCompilerErrorIsShownWithItsLineAndASentence() {
        Map<String, String> sources = solution("int word = port.value()", "int word = port");
        List<CheckEvent> events = new ArrayList<>();
        Report report = RUNNER.check(LAB, "05", () -> PARTS.compile(sources), events::add);
        Compile.Complaint complaint = report.complaints().getFirst();
        assertEquals("TwoLevelEventChannels.java", complaint.file());
        assertTrue(complaint.source().contains("int word = port / PORTS_PER_WORD;"));
        assertFalse(complaint.words().isEmpty());
        assertFalse(report.isGreen());
        assertEquals(
                List.of(CheckEvent.Checking.class, CheckEvent.Finished.class),
                events.stream().map(CheckEvent::getClass).toList());
    }

    @Test
    void aLineThatIsNoJavaIsNotComplainedAboutForEachOfItsWords() {
        Map<String, String> sources =
                solution("int word = port.value()", "copy at most as many words as fit");
        List<String> complaints =
                PARTS.compile(sources).complaints().stream().map(Object::toString).toList();
        assertFalse(complaints.isEmpty());
        assertEquals(complaints.stream().distinct().toList(), complaints);
    }

    @Test
    void oneTaskIsCheckedWithAllThatItBuildsOn() {
        Report report =
                RUNNER.check(
                        LAB,
                        "5.3",
                        () -> PARTS.compile(Runner.texts(LAB.solutionSources())),
                        _ -> {});
        assertEquals(
                List.of("05.1", "05.2", "05.3"),
                report.tasks().stream().map(Report.TaskReport::id).toList());
    }

    @Test
    void aTokenOfNothingIsRefusedInWords() {
        assertTrue(refused("hello").contains("is no token"));
        assertTrue(refused("xn1:05:1.noSuchCheck").contains("no check noSuchCheck"));
    }

    private static String refused(String token) {
        return assertThrows(
                        LabProblem.class,
                        () ->
                                RUNNER.replay(
                                        Token.parse(token),
                                        PARTS.compile(Runner.texts(LAB.solutionSources()))))
                .getMessage();
    }

    private static Map<String, String> solution(String target, String replacement) {
        Map<String, String> sources = Runner.texts(LAB.solutionSources());
        sources.computeIfPresent(
                PATH,
                (_, text) -> {
                    assertTrue(text.contains(target), target);
                    return text.replace(target, replacement);
                });
        return sources;
    }

    private static Verdict firstFailure(String target, String replacement) {
        Map<String, String> sources = solution(target, replacement);
        return RUNNER.check(LAB, "05", () -> PARTS.compile(sources), _ -> {}).verdicts().stream()
                .filter(each -> each.status() == Verdict.Status.FAILED)
                .findFirst()
                .orElseThrow();
    }
}
