package io.xenarium.machine.code;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The decoder and the disassembler against GNU's. [Objdump] has the table of the differences in
/// spelling. `-Dxenarium.objdump.files=vmlinux:busybox` compares more files.
final class DisassemblerAgreesWithObjdumpTest {
    /// What objdump knows and no processor of x86-64-v2: AMD's SSE4a, VIA's PadLock, of Intel's
    /// later ones TDX, Key Locker, RAO-INT, HRESET and TESTUI. SWAPGS is for 64-bit code alone.
    /// Behind a prefix that it does not use, an instruction that may have none is #UD on silicon.
    private static final Pattern NOT_OF_THE_BASELINE =
            Pattern.compile(
                    "|movnts[sd]|extrq|insertq|montmul|xsha.*|xstore-rng|seam.*|swapgs|aes.*kl"
                            + "|encodekey.*|loadiwkey|aadd|aand|aor|axor|hreset|testui"
                            + "|(data16|repn?z) .*");

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
                int before = compared;
                Objdump.readCode(Path.of(more), line -> compare(line, Mode.LONG));
                System.err.printf("%s: %,d instructions%n", more, compared - before);
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

    /// Every opcode of every map behind every mandatory prefix, whatever our table says of it: what
    /// objdump knows must not be missing there.
    @ParameterizedTest
    @EnumSource(names = {"LONG", "PROTECTED_32"})
    void knowEveryInstructionThereCanBe(Mode mode) {
        Set<String> missing = new TreeSet<>();
        int known = 0;
        for (Objdump.Line line : Objdump.read(RowSamples.everyOpcode(), mode)) {
            boolean isFirst = line.addressVaddr() % RowSamples.SLOT_BYTES == 0;
            if (isFirst && line.isInstruction() && !line.isVex(mode)) {
                byte[] bytes = line.bytes();
                boolean isKnown = decoder.decode(bytes, 0, bytes.length, mode).op() != Op.INVALID;
                known += isKnown ? 1 : 0;
                missing.add(isKnown ? "" : line.text().replaceFirst(" [^ ]*[%$(].*", ""));
            }
        }
        missing.removeIf(text -> NOT_OF_THE_BASELINE.matcher(text).matches());
        assertEquals(Set.of(), missing);
        assertTrue(known > 50_000, "only " + known + " instructions compared");
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
