package io.xenarium.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/// Whether the guests that are checked in are what their sources say.
class BuiltInGuestTest {
    private static final Path SOURCES =
            Path.of(System.getProperty("xenarium.root"), "hypervisor/src/main/guest");

    /// The tools whose output is checked in: those of Debian 12.
    private static final String GCC = "12.2.0 x86_64-linux-gnu";

    private static final String LD = "2.40";

    private static final int PT_LOAD = 1;
    private static final int PT_NOTE = 4;

    @TempDir Path folder;

    @Test
    void aRebuildOfTheHelloGuestGivesTheSameLoadableBytes() throws Exception {
        needsTheTools();
        Path rebuilt = folder.resolve("hello.elf");
        said("sh", SOURCES.resolve("hello/build.sh").toString(), rebuilt.toString());
        assertEquals(
                String.join("\n", whatIsLoaded(Guests.hello())),
                String.join("\n", whatIsLoaded(Files.readAllBytes(rebuilt))),
                "hello.elf is not what its sources give: run"
                        + " hypervisor/src/main/guest/hello/build.sh");
    }

    @Test
    void aRebuildOfTheGuestsThatAskXenGivesTheSameLoadableBytes() throws Exception {
        needsTheTools();
        Path tests = Path.of(System.getProperty("xenarium.root"), "hypervisor/src/test");
        said("sh", tests.resolve("guest/build.sh").toString(), folder.toString());
        Path checkedIn = tests.resolve("resources/io/xenarium/guest");
        for (String theme : imagesIn(folder)) {
            assertEquals(
                    String.join("\n", whatIsLoaded(Files.readAllBytes(checkedIn.resolve(theme)))),
                    String.join("\n", whatIsLoaded(Files.readAllBytes(folder.resolve(theme)))),
                    theme
                            + " is not what its sources give: run"
                            + " hypervisor/src/test/guest/build.sh");
        }
        assertEquals(imagesIn(folder), imagesIn(checkedIn));
    }

    private static List<String> imagesIn(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".elf"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void aRebuildOfTheWorkloadsGivesTheSameLoadableBytes() throws Exception {
        needsTheTools();
        Path script = SOURCES.resolve("../../bench/guest/build").normalize();
        said("sh", script.toString(), folder.toString());
        assertEquals(
                String.join("\n", whatIsLoaded(Guests.workloads())),
                String.join("\n", whatIsLoaded(Files.readAllBytes(folder.resolve("image.elf")))),
                "workloads.elf is not what its sources give: build them with"
                        + " hypervisor/src/bench/guest/build and put the image in its place");
    }

    @Test
    void aRebuildOfTheQuestionsToABareProcessorGivesTheSameLoadableBytes() throws Exception {
        needsTheTools();
        Path tests = SOURCES.resolve("../../test").normalize();
        Path rebuilt = folder.resolve("rules.elf");
        said("sh", tests.resolve("guest/bare/build.sh").toString(), rebuilt.toString());
        Path kept = tests.resolve("resources/io/xenarium/machine/device/rules.elf");
        assertEquals(
                String.join("\n", whatIsLoaded(Files.readAllBytes(kept))),
                String.join("\n", whatIsLoaded(Files.readAllBytes(rebuilt))),
                "rules.elf is not what its sources give: run"
                        + " hypervisor/src/test/guest/bare/build.sh");
    }

    /// Without these very tools there is nothing to compare; the build machine has to have them.
    private static void needsTheTools() {
        String found;
        try {
            found =
                    said("gcc", "-dumpfullversion").strip()
                            + " "
                            + said("gcc", "-dumpmachine").strip()
                            + ", ld "
                            + said("ld", "--version").lines().findFirst().orElse("").strip();
            found = found.replaceFirst("GNU ld .* ", "");
        } catch (IOException | InterruptedException notThere) {
            found = "missing: " + notThere.getMessage();
        }
        String wanted = GCC + ", ld " + LD;
        if (found.equals(wanted)) {
            return;
        }
        String message = "not compared: needs gcc " + wanted + "; here is gcc " + found;
        if ("true".equals(System.getenv("CI"))) {
            fail(message);
        }
        System.err.println("BuiltInGuestTest: the guests are " + message);
        Assumptions.abort(message);
    }

    private static String said(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        return output;
    }

    /// The entry, and each loadable segment or note: where it goes and what it holds.
    private static List<String> whatIsLoaded(byte[] image) {
        ByteBuffer elf = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
        List<String> parts = new ArrayList<>();
        parts.add("entry %x".formatted(elf.getLong(24)));
        int headers = (int) elf.getLong(32);
        for (int index = 0; index < elf.getShort(56); index++) {
            int header = headers + index * elf.getShort(54);
            int type = elf.getInt(header);
            if (type == PT_LOAD || type == PT_NOTE) {
                int offset = (int) elf.getLong(header + 8);
                int fileBytes = (int) elf.getLong(header + 32);
                parts.add(
                        "type %d flags %d vaddr %x paddr %x size %x: %s"
                                .formatted(
                                        type,
                                        elf.getInt(header + 4),
                                        elf.getLong(header + 16),
                                        elf.getLong(header + 24),
                                        elf.getLong(header + 40),
                                        HexFormat.of()
                                                .formatHex(image, offset, offset + fileBytes)));
            }
        }
        return parts;
    }
}
