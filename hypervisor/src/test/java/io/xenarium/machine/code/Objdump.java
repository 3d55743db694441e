package io.xenarium.machine.code;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/// GNU's disassembler, asked and read.
///
/// What it says is taken word for word, but for this:
///
/// | objdump says | we say | because |
/// |---|---|---|
/// | `call 1234 <main>` where the file has symbols, else `call 0x1234` | `call 0x1234` | one way of writing is enough |
/// | `lea 0x8(%rip),%rax  # 5678 <x>` | without the comment | it is no part of the instruction |
/// | columns | one space | |
/// | `fstcw (%rax)` for 9b d9 38 | `fwait`, then `fnstcw (%rax)` | they are two instructions |
/// | `rex.W` and other prefixes alone on a line | `(bad)`, or the instruction with its prefixes | objdump starts anew behind what it does not understand |
/// | AVX, AVX-512, MPX, 3DNow!, XOP, PadLock | `(bad)`, or the `nop` that they are without | x86-64-v2 does not have them |
/// | `rex.B pause` | `repz xchg %eax,%r8d` | so processors execute it |
/// | `(bad)` | what a processor does, where one is known to do it | old aliases of x87 instructions |
final class Objdump {
    private static final String PROGRAM = "objdump";

    /// Spelling changes from version to version; this is the one that the table above is true for.
    private static final String VERSION = "2.40";

    private static final Pattern BRANCH =
            Pattern.compile(
                    "((?:[a-zA-Z0-9.]+ )*(?:j[a-z]+|call|loop[a-z]*|xbegin)(?:,p[nt])?)"
                            + " (?:0x)?([0-9a-f]+)");
    private static final Pattern LONE_PREFIXES =
            Pattern.compile(
                    "((rex(\\.[WRXB]+)?|[cdefgs]s|data16|addr32|addr16|rep|repn?z|lock|bnd) ?)*");
    private static final Pattern NOT_OURS =
            Pattern.compile(
                    ".*rex\\.[WRX]*B"
                        + " pause|.*\\b(bnd[a-z]{2,}|femms|pf[a-z0-9]+|pi2f[wd]|xcrypt.*|frstpm.*)\\b.*|.*%tr\\d.*");

    private Objdump() {}

    /// One line of its output.
    record Line(long addressVaddr, byte[] bytes, String text) {
        /// Whether objdump knows an instruction here that we should know too.
        boolean isInstruction() {
            return !text.contains("(bad)")
                    && !LONE_PREFIXES.matcher(text).matches()
                    && !NOT_OURS.matcher(text).matches()
                    && !isJoinedWait();
        }

        private boolean isJoinedWait() {
            return bytes.length > 1 && text.startsWith("f") && (bytes[0] & 0xff) == 0x9b;
        }

        /// Whether it is encoded with a VEX, EVEX or XOP prefix.
        boolean isVex(Mode mode) {
            int at = 0;
            while (at < bytes.length - 1 && isPrefix(bytes[at] & 0xff, mode)) {
                at++;
            }
            int first = bytes[at] & 0xff;
            int second = at + 1 < bytes.length ? bytes[at + 1] & 0xff : 0;
            boolean isXop = first == 0x8f && (second & 0x38) != 0;
            boolean isEscape = first == 0xc4 || first == 0xc5 || first == 0x62;
            return isXop || isEscape && (mode == Mode.LONG || second >= 0xc0);
        }

        private static boolean isPrefix(int b, Mode mode) {
            return switch (b) {
                case 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3 -> true;
                default -> mode == Mode.LONG && (b & 0xf0) == 0x40;
            };
        }

        @Override
        public String toString() {
            return "%x: %s %s".formatted(addressVaddr, HexFormat.of().formatHex(bytes), text);
        }
    }

    /// Why it cannot be asked, if so.
    static Optional<String> whyMissing() {
        return version().startsWith("GNU objdump") && output("-i").contains("elf64-x86-64")
                ? Optional.empty()
                : Optional.of(
                        "GNU objdump for x86-64 is missing, so nothing was compared with it:"
                                + " apt-get install binutils");
    }

    /// Whether it spells as we do; if not, only lengths can be compared.
    static boolean spellsAsWeDo() {
        return version().contains(" " + VERSION);
    }

    /// Its first line about itself.
    static String version() {
        return output("--version").lines().findFirst().orElse("");
    }

    private static String output(String option) {
        try {
            Process process = new ProcessBuilder(PROGRAM, option).start();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException missing) {
            return "";
        }
    }

    /// Disassembles the code of an object file.
    static void readCode(Path file, Consumer<Line> reader) {
        run(List.of("-d", file.toString()), reader);
    }

    /// Disassembles plain bytes. Where Intel's and AMD's processors differ it is asked for Intel's
    /// way, as the decoder reads it.
    static List<Line> read(byte[] code, Mode mode) {
        try {
            Path file = Files.createTempFile("code", ".bin");
            Files.write(file, code);
            String machine = mode == Mode.LONG ? "i386:x86-64" : "i386";
            String dialect = mode == Mode.LONG ? "intel64" : "i386";
            List<Line> lines = new ArrayList<>();
            run(
                    List.of("-D", "-b", "binary", "-m", machine, "-M", dialect, file.toString()),
                    lines::add);
            Files.delete(file);
            return lines;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void run(List<String> arguments, Consumer<Line> reader) {
        List<String> command = new ArrayList<>(List.of(PROGRAM, "-z", "-w"));
        command.addAll(arguments);
        try {
            Process process =
                    new ProcessBuilder(command)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            try (var output = process.inputReader(StandardCharsets.ISO_8859_1)) {
                output.lines().forEach(text -> parse(text).ifPresent(reader));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<Line> parse(String text) {
        String[] columns = text.split("\t");
        if (columns.length < 3 || !columns[0].endsWith(":")) {
            return Optional.empty();
        }
        String address = columns[0].strip();
        byte[] bytes = HexFormat.of().parseHex(columns[1].replace(" ", ""));
        return Optional.of(
                new Line(
                        Long.parseUnsignedLong(address, 0, address.length() - 1, 16),
                        bytes,
                        ourSpelling(columns[2])));
    }

    private static String ourSpelling(String text) {
        int comment = text.indexOf('#');
        String bare = comment < 0 ? text : text.substring(0, comment);
        int symbol = bare.indexOf('<');
        bare = (symbol < 0 ? bare : bare.substring(0, symbol)).strip();
        bare = bare.indexOf("  ") < 0 ? bare : bare.replaceAll(" +", " ");
        var branch = BRANCH.matcher(bare);
        return branch.matches() ? branch.group(1) + " 0x" + branch.group(2) : bare;
    }
}
