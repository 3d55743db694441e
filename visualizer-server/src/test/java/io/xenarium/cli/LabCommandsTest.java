package io.xenarium.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import picocli.CommandLine;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// The commands of the labs, in a copy of the workbook's labs.
class LabCommandsTest {
    private static final Path ROOT = Path.of(System.getProperty("xenarium.root"));

    @TempDir private Path house;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void copyTheLabs() throws IOException {
        for (String lab : List.of("00-hello", "05-event-channels")) {
            copy("labs/" + lab);
            copy("solutions/" + lab);
        }
        System.setProperty("xenarium.root", house.toString());
    }

    @AfterEach
    void goHome() {
        System.setProperty("xenarium.root", ROOT.toString());
    }

    private void copy(String folder) throws IOException {
        try (Stream<Path> files = Files.walk(ROOT.resolve(folder))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path to = house.resolve(ROOT.relativize(file).toString());
                Files.createDirectories(to.getParent());
                Files.copy(file, to);
            }
        }
    }

    @Test
    void checkOfASkeletonNamesTheNextStepAndFails() throws IOException {
        resetFromSolution("00-hello");
        assertEquals(1, execute("check", "00"));
        assertTrue(out.toString().startsWith("checking lab 00"), out.toString());
        assertTrue(out.toString().contains("Next: 00.1 is not written yet"), out.toString());
    }

    @Test
    void checkOfASolutionAndTheRightAnswerIsGreen() throws IOException {
        putSolution("00-hello");
        assertEquals(1, execute("check", "00"));
        assertEquals(1, execute("check", "00.2", "--answer", "A"));
        assertTrue(out.toString().contains("XN-CON-05"), out.toString());
        assertEquals(0, execute("check", "00.2", "--answer", "C"));
        assertEquals(0, execute("check", "00", "--json"));
        assertTrue(out.toString().contains("\"earned\":5"), out.toString());
    }

    @Test
    void aTrackListsItsLabsInItsOrderAndSaysWhichAreNotThere() throws IOException {
        copy("labs/tracks");
        assertEquals(0, execute("list", "--track", "sampler"));
        String told = out.toString();
        assertTrue(told.startsWith("Sampler, one weekend"), told);
        assertTrue(told.contains("05  Event channels, Saturday evening"), told);
        assertTrue(told.indexOf("05  Event") < told.indexOf("09  Grant tables"), told);
        assertTrue(told.contains("not in this edition"), told);
        assertEquals(1, execute("list", "--track", "none"));
        assertTrue(err.toString().contains("There are: core, sampler, security"), err.toString());
    }

    @Test
    void aQuizTakesLettersGivesReasonsAndBringsBackNothingOnTheSameDay() throws IOException {
        InputStream before = System.in;
        System.setIn(new ByteArrayInputStream("x\na\nb\nc\nd\na\nb\nc\n".getBytes()));
        try {
            assertEquals(0, execute("quiz", "5", "--seed", "7"));
        } finally {
            System.setIn(before);
        }
        String told = out.toString();
        assertTrue(told.contains("One of the letters a to d, please."), told);
        assertEquals(7, told.split("  Right\\.|  Not right\\.", -1).length - 1, told);
        assertTrue(Files.exists(house.resolve(".xenarium/quiz.properties")));
        assertEquals(0, execute("quiz"));
        assertTrue(out.toString().contains("Nothing to ask today."), out.toString());
    }

    @Test
    void hintsGoDownOneRungAtATime() {
        assertEquals(0, execute("hint", "05.2"));
        assertTrue(out.toString().contains("rung 1 of 4: question"), out.toString());
        assertEquals(0, execute("hint", "05.2"));
        assertTrue(out.toString().contains("rung 2 of 4: concept"), out.toString());
    }

    @Test
    void whatDoesNotExistIsToldInOneLine() {
        assertEquals(1, execute("check", "42"));
        assertEquals("xenarium: there is no lab 42. There are: 00, 05.", err.toString().strip());
    }

    @Test
    void listNamesEveryTask() {
        assertEquals(0, execute("list"));
        assertTrue(out.toString().contains("05.6  close"), out.toString());
    }

    private void putSolution(String lab) throws IOException {
        Path from = house.resolve("solutions").resolve(lab).resolve("src/main/java");
        Path to = house.resolve("labs").resolve(lab).resolve("src/main/java");
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.writeString(
                        to.resolve(from.relativize(file).toString()), Files.readString(file));
            }
        }
    }

    /// The house may be one whose reader has begun to write.
    private void resetFromSolution(String lab) throws IOException {
        putSolution(lab);
        assertEquals(0, execute("reset", lab.substring(0, 2)));
        out.getBuffer().setLength(0);
    }

    private int execute(String... args) {
        CommandLine line =
                Main.commandLine(
                        List.of(
                                new CheckCommand(),
                                new HintCommand(),
                                new ListCommand(),
                                new QuizCommand(),
                                new ResetCommand()));
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        return line.execute(args);
    }
}
