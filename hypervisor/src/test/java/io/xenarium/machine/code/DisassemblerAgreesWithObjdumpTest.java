package io.xenarium.machine.code;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The decoder and the disassembler against GNU's. [Objdump] has the table of the differences in
/// spelling. `-Dxenarium.objdump.files=vmlinux:busybox` compares more files.
final class DisassemblerAgreesWithObjdumpTest {
    private final Decoder decoder = new Decoder();
    private final List<String> differences = new ArrayList<>();
    private int compared;

    private boolean comparesText;

    @BeforeEach
    void needsObjdump() {
        Optional<String> whyMissing = Objdump.whyMissing();
        whyMissing.ifPresent(why -> System.err.println("SKIPPED: " + why));
        assumeTrue(whyMissing.isEmpty(), () -> whyMissing.orElseThrow());
        comparesText = Objdump.spellsAsWeDo();
        if (!comparesText) {
            System.err.println("Only lengths are compared with " + Objdump.version());
        }
    }

    @Test
    void onEveryInstructionOfTheCLibraryAndOfTheFilesAskedFor() {
        assumeTrue(System.getProperty("os.arch").equals("amd64"), "no x86-64 machine");
        List<Path> files =
                Stream.of(
                                "/lib/x86_64-linux-gnu/libc.so.6",
                                "/lib64/libc.so.6",
                                "/usr/lib/libc.so.6")
                        .map(Path::of)
                        .filter(Files::exists)
                        .limit(1)
                        .toList();
        assumeTrue(!files.isEmpty(), "no x86-64 libc.so.6 found");
        Objdump.readCode(files.getFirst(), line -> compare(line, Mode.LONG));
        for (String more : System.getProperty("xenarium.objdump.files", "").split(":")) {
            if (!more.isEmpty()) {
                Objdump.readCode(Path.of(more), line -> compare(line, Mode.LONG));
            }
        }
        assertAgreed(100_000);
    }

    @Test
    void onEveryRowOfTheTableInLongMode() {
        compareRows(Mode.LONG);
        assertAgreed(5_000);
    }

    @Test
    void onEveryRowOfTheTableInProtectedMode() {
        compareRows(Mode.PROTECTED_32);
        assertAgreed(4_000);
    }

    private void compareRows(Mode mode) {
        RowSamples samples = new RowSamples(mode);
        byte[] code = samples.code(8);
        for (Objdump.Line line : Objdump.read(code, mode)) {
            if (line.addressVaddr() % RowSamples.SLOT_BYTES == 0) {
                compare(line, mode);
            }
        }
    }

    private void compare(Objdump.Line line, Mode mode) {
        byte[] bytes = line.bytes();
        Instruction instruction = decoder.decode(bytes, 0, bytes.length, mode);
        if (line.isVex(mode)) {
            note(line, "(bad)", Disassembler.att(instruction, bytes, 0, mode, 0));
        } else if (line.isInstruction()) {
            String text = Disassembler.att(instruction, bytes, 0, mode, line.addressVaddr());
            String length = instruction.length() == bytes.length ? "" : " and bytes behind it";
            String theirs = comparesText ? line.text() : "";
            note(line, theirs, (comparesText ? text : "") + length);
        }
    }

    private void note(Objdump.Line line, String expected, String actual) {
        compared++;
        if (!expected.equals(actual)) {
            differences.add(line + " but we say " + actual);
        }
    }

    private void assertAgreed(int atLeast) {
        assertTrue(compared >= atLeast, () -> "only " + compared + " instructions compared");
        assertEquals(
                List.of(),
                differences.stream().limit(40).toList(),
                () -> differences.size() + " of " + compared + " differ");
    }
}
