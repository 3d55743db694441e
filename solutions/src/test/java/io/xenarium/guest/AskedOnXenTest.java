package io.xenarium.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.xenarium.machine.code.Engine;
import io.xenarium.parts.Parts;
import io.xenarium.terms.DomId;
import io.xenarium.toolstack.Host;
import io.xenarium.toolstack.HostConfig;
import io.xenarium.toolstack.XlConfig;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// Xenarium answers the guests that ask one question a line as Xen itself does. What Xen 4.17.7
/// answered to the same image, as a domU under Debian's toolstack on an emulated PC, is in
/// `ask-*-on-xen-4.17.txt`, written by `hypervisor/src/test/xen/record.sh`.
///
/// Where the two differ, `ask-*-differences.txt` has both answers and the reason; a difference that
/// is not there, or is there and no more, fails. `-Dupdate` writes these files anew and keeps the
/// reasons.
class AskedOnXenTest {
    private static final Path ANSWERS =
            Path.of(
                    System.getProperty("xenarium.root"),
                    "hypervisor/src/test/resources/io/xenarium/guest");

    private static final long TIME_NANOS = 30_000_000_000L;

    /// How often the two engines are compared, and how often a block is executed before the
    /// translator takes it.
    private static final int PIECES = Integer.getInteger("xenarium.lockstep.pieces", 60);

    private static final int PATIENCE = Integer.getInteger("xenarium.lockstep.patience", 2);

    /// A line on which the two Xens answer differently.
    ///
    /// @param place the number of the line
    private record Difference(int place, String xen, String here, String reason) {
        private String text() {
            return "%d xen:  %s%n%d here: %s%n%d why:  %s%n"
                    .formatted(place, xen, place, here, place, reason);
        }
    }

    static Stream<String> themes() throws IOException {
        try (Stream<Path> files = Files.list(ANSWERS)) {
            return files
                    .map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".elf"))
                    .map(name -> name.substring(0, name.length() - ".elf".length()))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("themes")
    void everyAnswerIsThatOfXenItself(String theme) throws IOException {
        List<String> xen = lines(theme + "-on-xen-4.17.txt");
        List<String> here = answersHere(theme, Engine.INTERPRETER);
        Path known = ANSWERS.resolve(theme + "-differences.txt");
        Map<String, String> reasons = reasons(known);
        StringBuilder found = new StringBuilder();
        for (int i = 0; i < Math.max(xen.size(), here.size()); i++) {
            String there = i < xen.size() ? xen.get(i) : "";
            String mine = i < here.size() ? here.get(i) : "";
            if (!there.equals(mine)) {
                String reason = reasons.getOrDefault(there, "");
                found.append(new Difference(i + 1, there, mine, reason).text());
            }
        }
        if (System.getProperty("update") != null) {
            Files.writeString(known, found);
        }
        assertEquals(Files.exists(known) ? Files.readString(known) : "", found.toString());
    }

    @Test
    void everyDifferenceHasItsReason() throws IOException {
        List<String> without = new ArrayList<>();
        for (String theme : themes().toList()) {
            Path known = ANSWERS.resolve(theme + "-differences.txt");
            reasons(known)
                    .forEach((line, reason) -> {
                        if (reason.isEmpty()) {
                            without.add(theme + ": " + line);
                        }
                    });
        }
        assertEquals(List.of(), without);
    }

    /// The reasons by what Xen answered.
    private static Map<String, String> reasons(Path file) throws IOException {
        Map<String, String> reasons = new LinkedHashMap<>();
        String xen = "";
        for (String line : Files.exists(file) ? Files.readAllLines(file) : List.<String>of()) {
            String rest = line.substring(line.indexOf(':') + 1).strip();
            if (line.contains(" xen: ")) {
                xen = rest;
            } else if (line.contains(" why: ")) {
                reasons.put(xen, rest);
            }
        }
        return reasons;
    }

    /// On the translator, which translates almost everything, the machine is the same after every
    /// piece of the run.
    @ParameterizedTest
    @MethodSource("themes")
    void bothEnginesGiveTheSameAnswersInTheSameRun(String theme) throws IOException {
        Host plain = host(theme, Engine.INTERPRETER);
        Host fast = host(theme, Engine.translator(PATIENCE));
        for (int piece = 1; piece <= PIECES; piece++) {
            long until = piece * TIME_NANOS / PIECES;
            plain.run(until);
            fast.run(until);
            assertEquals(plain.machine().clock().nanos(), fast.machine().clock().nanos());
            assertEquals(plain.trace().seq(), fast.trace().seq());
            assertEquals(plain.stateHash(), fast.stateHash(), theme + " at " + until);
        }
        assertEquals(plain.machine().journal().entries(), fast.machine().journal().entries());
    }

    private static List<String> answersHere(String theme, Engine engine) throws IOException {
        Host host = host(theme, engine);
        host.run(TIME_NANOS);
        DomId guest = new DomId(1);
        return host.consoleOutput(guest).text().replace("\r", "").lines().toList();
    }

    private static Host host(String theme, Engine engine) throws IOException {
        Parts parts = Parts.reference(AskedOnXenTest.class.getClassLoader());
        Host host = Host.of(new HostConfig(1, 64, parts, engine));
        byte[] image = Files.readAllBytes(ANSWERS.resolve(theme + ".elf"));
        String name = host.images().put(theme, image);
        host.xl().create(new XlConfig(theme, name, Optional.empty(), "", 16, 2));
        return host;
    }

    private static List<String> lines(String name) {
        try {
            return Files.readAllLines(ANSWERS.resolve(name));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
