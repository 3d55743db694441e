package io.xenarium.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// lab.yaml, the doctor's rules, and what reset does to a learner's files.
class LabFilesTest {
    private static final Path ROOT = LabFolder.root();
    private static final String CLASS = "java/io/xenarium/lab05/TwoLevelEventChannels.java";

    @TempDir private Path house;

    @Test
    void everyLabKeepsTheRules() {
        assertEquals(List.of(), Doctor.examine(ROOT));
    }

    @Test
    void whatIsMissingInAChapterIsSaid() {
        String good =
                LabFolder.files(ROOT.resolve("chapters")).stream()
                        .filter(file -> file.getFileName().toString().startsWith("05-"))
                        .map(LabFolder::read)
                        .findFirst()
                        .orElseThrow();
        assertEquals(List.of(), ChapterRules.broken("05", good));
        assertBroken(good.replace("[.breakit]", ""), "breaks nothing first");
        assertBroken(good.replace(".The same as a table", ".In words"), "a diagram without");
        assertBroken(good.replace("\n[answer]", "\n[note]"), "one without an answer");
        assertBroken(good.replace("include::{part}", "// {part}"), "a listing that is no include");
        assertBroken(good.replace("boot --mine 05", "boot"), "boots on the part");
        assertBroken("[.lab]\nToo short.", "has 2 words");
    }

    private static void assertBroken(String chapter, String words) {
        String broken = String.join("\n", ChapterRules.broken("05", chapter));
        assertTrue(broken.contains(words), broken);
    }

    @Test
    void whatIsWrongInALabYamlIsSaidWithItsPlace() {
        String good = LabFolder.read(LabFolder.of(ROOT, "05").folder().resolve("lab.yaml"));
        assertSays(good.replace("points: 3", "points: 0"), "task 05.1 is worth nothing");
        assertSays(good.replace("title: Event channels", "titel: x"), "property 'title'");
        assertSays(good.replace("rung: plan", "rung: sibling"), "needs four hints");
        assertSays(good.replace("[\"05.1\"]", "[\"05.6\"]"), "is blocked by 05.6");
        assertSays(good.replace("05#set", "set"), "has docRef `set`");
    }

    @Test
    void aTrackNamesEachLabOnceAndByItsTitle() {
        String track = LabFolder.read(ROOT.resolve("labs/tracks/core.yaml"));
        assertEquals("00", Tracks.parse("core.yaml", "core", track).steps().getFirst().lab());
        assertRefuses(track.replace("\"01\"", "\"00\""), "lab 00 is there twice");
        assertRefuses(track.replace("\"01\"", "\"1\""), "lab `1` is not two digits");
        assertRefuses(track.replace("audience:", "audiense:"), "property 'audience'");
        assertEquals(List.of(), Tracks.problems(ROOT));
    }

    private static void assertRefuses(String track, String words) {
        String message =
                assertThrows(LabProblem.class, () -> Tracks.parse("core.yaml", "core", track))
                        .getMessage();
        assertTrue(message.contains(words), message);
    }

    private static void assertSays(String yaml, String words) {
        String message =
                assertThrows(LabProblem.class, () -> LabYaml.parse("lab.yaml", yaml)).getMessage();
        assertTrue(message.contains(words), message);
    }

    @Test
    void resetOfATaskPutsItsMethodsBackAndKeepsTheRest() throws IOException {
        Path file = houseWithTheSolutionInPlace();
        String written = Files.readString(file);
        Path backup = new Reset(house).reset("05.5");
        String now = Files.readString(file);
        assertTrue(now.contains("\"05.5\""));
        assertTrue(now.contains("platform.bind(owner, port, new PortState.Unbound"));
        assertTrue(now.contains("import io.xenarium.terms.NotYet;"));
        assertEquals(written, Files.readString(backup.resolve(CLASS)));
        assertTrue(new LearnerParts().compile(file.getParent()).isGood());
    }

    @Test
    void resetOfALabPutsAllBackAndNeverOverwritesABackup() throws IOException {
        Path file = houseWithTheSolutionInPlace();
        Path first = new Reset(house).reset("05");
        Path second = new Reset(house).reset("05");
        assertNotEquals(first, second);
        String skeleton = Cut.of(LabFolder.of(house, "05")).get(CLASS);
        assertEquals(skeleton, Files.readString(file));
        assertEquals(skeleton, Files.readString(second.resolve(CLASS)));
        assertNotEquals(skeleton, Files.readString(first.resolve(CLASS)));
    }

    /// A copy of lab 05 whose learner has written what the solution has.
    private Path houseWithTheSolutionInPlace() throws IOException {
        LabFolder lab = LabFolder.of(ROOT, "05");
        copy(lab.solution());
        copy(lab.folder().resolve("lab.yaml"));
        Path main = house.resolve(ROOT.relativize(lab.folder())).resolve("src/main");
        for (Path file : LabFolder.files(lab.solution().resolve("src/main"))) {
            Path to = main.resolve(lab.solution().resolve("src/main").relativize(file).toString());
            Files.createDirectories(to.getParent());
            Files.copy(file, to);
        }
        return main.resolve(CLASS);
    }

    private void copy(Path top) throws IOException {
        for (Path file : Files.isDirectory(top) ? LabFolder.files(top) : List.of(top)) {
            Path to = house.resolve(ROOT.relativize(file).toString());
            Files.createDirectories(to.getParent());
            Files.copy(file, to);
        }
    }
}
