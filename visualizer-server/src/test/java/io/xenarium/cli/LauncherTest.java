package io.xenarium.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// The launcher for sh, in a house of cardboard: a JDK and a Maven that only say how they were
/// called.
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "there the launcher is xenarium.cmd")
class LauncherTest {
    private static final Path LAUNCHER = Path.of(System.getProperty("xenarium.root"), "xenarium");

    /// A java that says how it was called.
    private static final String SAYS = "for word; do echo \"<$word>\"; done";

    /// One that also makes the cache that it is asked for, and counts how often it was.
    private static final String LEARNS =
            """
            for word; do
                case $word in
                    -XX:AOTCacheOutput=*) echo learned >"${word#*=}"; echo once >>"$REHEARSALS" ;;
                esac
                echo "<$word>"
            done\
            """;

    @TempDir Path folder;

    private Path house;
    private Path jdk;
    private Path calls;
    private Path rehearsals;

    @BeforeEach
    void buildTheHouse() throws IOException {
        house = folder.resolve("a house with spaces");
        jdk = folder.resolve("my jdk");
        calls = folder.resolve("calls of maven");
        rehearsals = folder.resolve("rehearsals");
        for (String module : List.of("hypervisor", "visualizer-server")) {
            write(house.resolve(module).resolve("pom.xml"), "");
            write(house.resolve(module).resolve("src/main/java/Some.java"), "");
        }
        write(house.resolve("pom.xml"), "");
        write(house.resolve("labs/05-event-channels/src/main/java/Mine.java"), "");
        Files.createDirectories(house.resolve("solutions"));
        Files.createDirectories(house.resolve("chapters"));
        Files.copy(LAUNCHER, house.resolve("xenarium"));
        script(jdk.resolve("bin/java"), SAYS);
        script(jdk.resolve("bin/javac"), "");
        write(jdk.resolve("release"), "IMPLEMENTOR=\"Nobody\"\nJAVA_VERSION=\"25.0.1\"\n");
        script(folder.resolve("maven/bin/mvn"), "echo \"$@\" >>'" + calls + "'");
    }

    @Test
    void itBuildsOnceAndThenOnlyRuns() throws Exception {
        Outcome first = launch(house.resolve("xenarium"), "check", "05.2");
        assertEquals(0, first.exitCode, first.text);
        assertTrue(first.text.contains("building"), first.text);
        Outcome second = launch(house.resolve("xenarium"), "check", "05.2");
        assertFalse(second.text.contains("building"), second.text);
        assertEquals(1, Files.readAllLines(calls).size());
    }

    @Test
    void whatTheJvmLearnsAtARehearsalInTheBackgroundIsUsedFromThenOn() throws Exception {
        script(jdk.resolve("bin/java"), LEARNS);
        Outcome first = rehearsing("yes", "list");
        awaitRehearsals();
        assertTrue(first.text.contains("a rehearsal runs in the background"), first.text);
        Outcome second = rehearsing("yes", "list");
        assertFalse(second.text.contains("rehears"), second.text);
        assertTrue(second.text.contains("<-XX:AOTCache=" + learned() + ">"), second.text);
        assertTrue(second.text.contains("<-Dxenarium.learned=" + learned() + ">"), second.text);
        assertTrue(second.text.endsWith("<io.xenarium.cli.Main>\n<list>\n"), second.text);
        assertEquals(1, Files.readAllLines(rehearsals).size());
    }

    @Test
    void whatIsToBeMeasuredWaitsForTheRehearsal() throws Exception {
        script(jdk.resolve("bin/java"), LEARNS);
        Outcome run = rehearsing("yes", "bench");
        assertTrue(run.text.contains("rehearsing"), run.text);
        assertTrue(run.text.contains("<-XX:AOTCache=" + learned() + ">"), run.text);
    }

    @Test
    void aRehearsalThatFailsCostsNothingAndIsNotRepeated() throws Exception {
        launch(house.resolve("xenarium"), "list");
        script(jdk.resolve("bin/java"), LEARNS + "\nexit 1");
        rehearsing("now");
        script(jdk.resolve("bin/java"), SAYS);
        Outcome run = rehearsing("yes", "list");
        assertEquals(0, run.exitCode, run.text);
        assertFalse(run.text.contains("<-XX:AOT"), run.text);
        assertFalse(run.text.contains("rehears"), run.text);
        assertEquals(List.of(), halves());
    }

    @Test
    void aRehearsalThatIsInterruptedLeavesNoHalfCacheAndIsTriedAgain() throws Exception {
        launch(house.resolve("xenarium"), "list");
        script(jdk.resolve("bin/java"), LEARNS + "\nkill -9 $PPID");
        assertEquals(137, rehearsing("now").exitCode);
        script(jdk.resolve("bin/java"), LEARNS);
        Outcome run = launch(house.resolve("xenarium"), "list");
        assertFalse(run.text.contains("<-XX:AOT"), run.text);
        rehearsing("now");
        assertTrue(Files.exists(learned()));
        assertEquals(List.of(), halves());
    }

    @Test
    void ofTwoStartsAtOnceOneRehearses() throws Exception {
        launch(house.resolve("xenarium"), "list");
        script(jdk.resolve("bin/java"), LEARNS);
        List<Process> starts = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            starts.add(start("now", house.resolve("xenarium")));
        }
        for (Process start : starts) {
            assertEquals(0, start.waitFor());
        }
        assertEquals(1, Files.readAllLines(rehearsals).size());
        assertTrue(Files.exists(learned()));
    }

    @Test
    void whatWasLearnedOfAnOlderBuildIsForgotten() throws Exception {
        script(jdk.resolve("bin/java"), LEARNS);
        rehearsing("yes", "bench");
        touch("hypervisor/src/main/java/Some.java");
        assertFalse(launch(house.resolve("xenarium"), "list").text.contains("<-XX:AOT"));
    }

    private Path learned() throws IOException {
        return house.toRealPath().resolve("visualizer-server/target/xenarium.aot");
    }

    /// What is left of a cache that was being made, and of the lock on it.
    private List<Path> halves() throws IOException {
        try (Stream<Path> files = Files.list(learned().getParent())) {
            return files.filter(file -> file.toString().matches(".*(aot.+|rehearsal\\.lock)"))
                    .toList();
        }
    }

    /// Waits for those that go on after their launcher has become the JVM.
    private void awaitRehearsals() {
        ProcessHandle.allProcesses()
                .filter(one -> one.info().commandLine().orElse("").contains(house.toString()))
                .forEach(one -> one.onExit().join());
    }

    private Outcome rehearsing(String how, String... arguments) throws Exception {
        return outcome(start(how, house.resolve("xenarium"), arguments));
    }

    @Test
    void itHandsOverTheArgumentsAsTheyAre() throws Exception {
        Outcome run = launch(house.resolve("xenarium"), "boot", "--kernel", "a b*");
        assertTrue(
                run.text.endsWith("<io.xenarium.cli.Main>\n<boot>\n<--kernel>\n<a b*>\n"),
                run.text);
        assertTrue(run.text.contains("<-Dxenarium.root=" + house.toRealPath() + ">"), run.text);
    }

    @Test
    void itIsFoundThroughASymbolicLink() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("xe"), house.resolve("xenarium"));
        Outcome run = launch(link, "list");
        assertTrue(run.text.contains("<-Dxenarium.root=" + house.toRealPath() + ">"), run.text);
    }

    @Test
    void itBuildsAgainWhereASourceIsNewerButNotForALearnersOwn() throws Exception {
        launch(house.resolve("xenarium"), "list");
        touch("labs/05-event-channels/src/main/java/Mine.java");
        launch(house.resolve("xenarium"), "list");
        assertEquals(1, Files.readAllLines(calls).size());
        touch("hypervisor/src/main/java/Some.java");
        launch(house.resolve("xenarium"), "list");
        List<String> said = Files.readAllLines(calls);
        assertEquals(2, said.size());
        assertTrue(said.getLast().contains(" -o "), said.toString());
    }

    @Test
    void aFailedBuildShowsTheErrorsAndIsTriedAgain() throws Exception {
        script(folder.resolve("maven/bin/mvn"), "echo '[ERROR] no such thing'; exit 1");
        Outcome run = launch(house.resolve("xenarium"), "list");
        assertEquals(1, run.exitCode);
        assertTrue(run.text.contains("[ERROR] no such thing"), run.text);
        assertTrue(run.text.contains("build.log"), run.text);
        assertFalse(run.text.contains("io.xenarium.cli.Main"), run.text);
        assertTrue(launch(house.resolve("xenarium"), "list").text.contains("building"));
    }

    @Test
    void withoutTheJdkItSaysWhatItLookedForAndHowToGetIt() throws Exception {
        Path launcher = house.resolve("xenarium");
        write(launcher, Files.readString(launcher).replace("JAVA_WANTED=25", "JAVA_WANTED=99"));
        Outcome run = launch(launcher, "list");
        assertEquals(1, run.exitCode);
        assertTrue(run.text.startsWith("xenarium: no JDK 99 found."), run.text);
        assertTrue(run.text.contains(jdk + " is a JDK 25"), run.text);
        assertTrue(run.text.contains("JAVA_HOME=/path/to/jdk-99 ./xenarium"), run.text);
    }

    private record Outcome(int exitCode, String text) {}

    private Outcome launch(Path launcher, String... arguments) throws Exception {
        return outcome(start("no", launcher, arguments));
    }

    private Process start(String rehearsal, Path launcher, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("sh", launcher.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", jdk.toString());
        builder.environment().put("MAVEN_HOME", folder.resolve("maven").toString());
        builder.environment().put("XENARIUM_REHEARSAL", rehearsal);
        builder.environment().put("REHEARSALS", rehearsals.toString());
        builder.environment().remove("XENARIUM_JAVA_HOME");
        builder.environment().remove("XENARIUM_JAVA_OPTIONS");
        return builder.start();
    }

    private static Outcome outcome(Process process) throws Exception {
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Outcome(process.waitFor(), text);
    }

    /// Makes the file newer than any build that has been.
    private void touch(String name) throws IOException {
        Files.setLastModifiedTime(
                house.resolve(name), FileTime.from(Instant.now().plusSeconds(60)));
    }

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private static void script(Path file, String text) throws IOException {
        write(file, "#!/bin/sh\n" + text + "\n");
        assertTrue(file.toFile().setExecutable(true));
    }
}
