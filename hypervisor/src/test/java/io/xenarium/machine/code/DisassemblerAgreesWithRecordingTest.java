package io.xenarium.machine.code;

import static org.junit.jupiter.api.Assertions.assertEquals;

import static java.util.stream.Collectors.joining;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/// The disassembler against what objdump once said to two instructions of every row of the table,
/// for machines that have no objdump. `-Dupdate` asks objdump again and rewrites the recording.
final class DisassemblerAgreesWithRecordingTest {
    private static final Path RECORDING =
            Path.of(
                    System.getProperty("xenarium.root"),
                    "hypervisor/src/test/resources/io/xenarium/machine/code/objdump-sample.txt");

    @Test
    void onEveryRecordedLine() throws IOException {
        if (System.getProperty("update") != null) {
            record();
        }
        List<String> recorded = Files.readAllLines(RECORDING);
        assertEquals(
                recorded.stream().collect(joining("\n")),
                recorded.stream().map(this::again).collect(joining("\n")));
    }

    private String again(String line) {
        String[] columns = line.split(" ", 4);
        Mode mode = Mode.valueOf(columns[0]);
        long addressVaddr = Long.parseLong(columns[1], 16);
        byte[] bytes = HexFormat.of().parseHex(columns[2]);
        Instruction instruction = new Decoder().decode(bytes, 0, bytes.length, mode);
        String text = Disassembler.att(instruction, bytes, 0, mode, addressVaddr);
        String length = instruction.length() == bytes.length ? "" : " and bytes behind it";
        return String.join(" ", columns[0], columns[1], columns[2], text + length);
    }

    private static void record() throws IOException {
        List<String> lines =
                Stream.of(Mode.LONG, Mode.PROTECTED_32)
                        .flatMap(DisassemblerAgreesWithRecordingTest::ask)
                        .toList();
        Files.write(RECORDING, lines);
    }

    private static Stream<String> ask(Mode mode) {
        return Objdump.read(new RowSamples(mode).code(2), mode).stream()
                .filter(line -> line.addressVaddr() % RowSamples.SLOT_BYTES == 0)
                .filter(line -> line.isInstruction() && !line.isVex(mode))
                .map(line ->
                        "%s %x %s %s"
                                .formatted(
                                        mode,
                                        line.addressVaddr(),
                                        HexFormat.of().formatHex(line.bytes()),
                                        line.text()));
    }
}
