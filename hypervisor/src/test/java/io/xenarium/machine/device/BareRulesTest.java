package io.xenarium.machine.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import io.xenarium.machine.Machine;
import io.xenarium.machine.Memory;
import io.xenarium.machine.code.Engine;
import io.xenarium.toolstack.PvhKernel;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/// The kernel of `src/test/guest/bare`, which puts a question about privilege, protection or
/// debugging a line to the processor under it: on ours, and on QEMU as an outside judge. Where the
/// two differ, the table says who is right, by which section of the manual.
class BareRulesTest {
    private static final Path RESOURCES =
            Path.of(
                    System.getProperty("xenarium.root"),
                    "hypervisor/src/test/resources/io/xenarium/machine/device");

    private static final long ENOUGH = 20_000_000;

    @TempDir Path folder;

    private static Board board(Engine engine) {
        Machine machine =
                new Machine(1, 8 << 8, 1, (memory, _) -> BareCase.processor(engine, memory));
        return PvhKernel.read(resource("rules.elf")).load(machine, "");
    }

    @ParameterizedTest
    @EnumSource
    void everyQuestionIsAnsweredAsRecorded(BareCase.Kind kind) throws IOException {
        Board board = board(kind.engine);
        assertEquals(Board.State.OFF, board.run(ENOUGH));
        if (Boolean.getBoolean("update") || System.getProperty("update") != null) {
            Files.write(RESOURCES.resolve("rules.txt"), board.serial().sent());
        }
        assertEquals(text(resource("rules.txt")), text(board.serial().sent()));
    }

    /// All that a program can see is compared after pieces of any length.
    @ParameterizedTest
    @ValueSource(ints = {0, 3, 20})
    void bothEnginesAgreeAfterEveryPiece(int patience) throws IOException {
        Board plain = board(Engine.INTERPRETER);
        Board fast = board(Engine.translator(patience));
        Random random = new Random(patience);
        while (plain.state() == Board.State.RUNNING && plain.retired() < ENOUGH) {
            long budget = 1 + random.nextInt(2000);
            plain.run(budget);
            fast.run(budget);
            assertEquals(plain.retired(), fast.retired());
            assertArrayEquals(saved(plain), saved(fast), () -> "after " + plain.retired());
        }
        assertEquals(plain.state(), fast.state());
        assertEquals(text(plain.serial().sent()), text(fast.serial().sent()));
        assertEquals(contents(plain), contents(fast));
    }

    private static byte[] saved(Board board) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        board.registers().save(new DataOutputStream(bytes));
        return bytes.toByteArray();
    }

    private static int contents(Board board) {
        Memory memory = board.machine().memory();
        byte[] bytes = new byte[memory.frames() * Memory.FRAME_BYTES];
        memory.read(0, bytes);
        return Arrays.hashCode(bytes);
    }

    @ParameterizedTest
    @EnumSource
    void howARunIsCutChangesNoAnswer(BareCase.Kind kind) {
        Board whole = board(kind.engine);
        whole.run(ENOUGH);
        Random random = new Random(3);
        Board cut = board(kind.engine);
        while (cut.state() == Board.State.RUNNING && cut.retired() < ENOUGH) {
            cut.run(1 + random.nextInt(40));
        }
        assertEquals(text(whole.serial().sent()), text(cut.serial().sent()));
        assertEquals(whole.retired(), cut.retired());
    }

    @Test
    void qemuAnswersTheSameButWhereTheTableSaysWhyNot() throws Exception {
        List<String> qemu = askQemu();
        List<String> ours = text(resource("rules.txt")).lines().toList();
        var found = new ArrayList<String>();
        for (int i = 0; i < Math.max(ours.size(), qemu.size()); i++) {
            String our = i < ours.size() ? ours.get(i) : "";
            String its = i < qemu.size() ? qemu.get(i) : "";
            if (!our.equals(its)) {
                found.add("ours: " + our + "\nqemu: " + its);
            }
        }
        String explained = text(resource("rules-differences.txt")).replaceAll("why: .*\n\n?", "");
        assertEquals(explained, String.join("\n", found) + "\n");
    }

    private List<String> askQemu() throws IOException, InterruptedException {
        Path image = folder.resolve("rules.elf");
        Files.write(image, resource("rules.elf"));
        List<String> command =
                List.of(
                        "qemu-system-x86_64",
                        "-accel",
                        "tcg",
                        "-m",
                        "64",
                        "-nodefaults",
                        "-display",
                        "none",
                        "-no-reboot",
                        "-serial",
                        "stdio",
                        "-device",
                        "isa-debug-exit,iobase=0xf4,iosize=1",
                        "-kernel",
                        image.toString());
        Path answers = folder.resolve("answers");
        Process process;
        try {
            process = new ProcessBuilder(command).redirectOutput(answers.toFile()).start();
        } catch (IOException notThere) {
            String message = "not compared: qemu-system-x86_64 is not installed";
            if ("true".equals(System.getenv("CI"))) {
                fail(message);
            }
            System.err.println("BareRulesTest: " + message);
            Assumptions.abort(message);
            throw notThere;
        }
        if (!process.waitFor(1, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            fail("QEMU did not come to the end");
        }
        return text(Files.readAllBytes(answers)).lines().toList();
    }

    private static byte[] resource(String name) {
        try (InputStream in = BareRulesTest.class.getResourceAsStream(name)) {
            return in.readAllBytes();
        } catch (IOException failed) {
            throw new java.io.UncheckedIOException(failed);
        }
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.US_ASCII);
    }
}
