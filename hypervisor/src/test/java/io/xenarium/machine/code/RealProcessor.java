package io.xenarium.machine.code;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The processor that the tests run on, where it is an x86-64 with Linux and gcc at hand.
final class RealProcessor implements AutoCloseable {
    private static final int RESULT_BYTES = 512 + 22 * 8;
    private static final int CASE_BYTES = 512 + 20 * 8 + SiliconCase.CODE_BYTES;

    private final Process process;

    private RealProcessor(Path program) throws IOException {
        process =
                new ProcessBuilder(program.toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
    }

    /// Compiles the program that executes cases and starts it, or returns null where that is not
    /// possible.
    static RealProcessor find(Path folder) throws IOException, InterruptedException {
        boolean isX86 = System.getProperty("os.arch").equals("amd64");
        if (!isX86 || !System.getProperty("os.name").equals("Linux")) {
            return null;
        }
        Path source = folder.resolve("silicon.c");
        try (InputStream in = RealProcessor.class.getResourceAsStream("silicon.c")) {
            Files.write(source, in.readAllBytes());
        }
        Path program = folder.resolve("silicon");
        try {
            Process compiler =
                    new ProcessBuilder(
                                    "gcc",
                                    "-O2",
                                    "-fno-stack-protector",
                                    "-fpie",
                                    "-pie",
                                    "-o",
                                    program.toString(),
                                    source.toString())
                            .redirectErrorStream(true)
                            .redirectOutput(folder.resolve("gcc.log").toFile())
                            .start();
            boolean isDone = compiler.waitFor(1, TimeUnit.MINUTES) && compiler.exitValue() == 0;
            return isDone ? new RealProcessor(program) : null;
        } catch (IOException noCompiler) {
            return null;
        }
    }

    /// Whether it is one of AMD's: what the architecture leaves undefined is theirs in our
    /// processor.
    static boolean isAmd() throws IOException {
        return Files.readString(Path.of("/proc/cpuinfo")).contains("AuthenticAMD");
    }

    /// Executes the cases.
    List<SiliconResult> execute(List<SiliconCase> cases) throws IOException, InterruptedException {
        Thread feeder = Thread.ofVirtual().start(() -> feed(process.getOutputStream(), cases));
        List<SiliconResult> results = new ArrayList<>(cases.size());
        ByteBuffer in = ByteBuffer.allocate(RESULT_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        InputStream from = process.getInputStream();
        while (results.size() < cases.size()
                && from.readNBytes(in.array(), 0, RESULT_BYTES) == RESULT_BYTES) {
            results.add(SiliconResult.read(in.clear()));
        }
        feeder.join();
        if (results.size() < cases.size()) {
            throw new IOException("the native program ended at " + cases.get(results.size()));
        }
        return results;
    }

    private static void feed(OutputStream to, List<SiliconCase> cases) {
        int together = 64;
        ByteBuffer out = ByteBuffer.allocate(together * CASE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        try {
            for (int i = 0; i < cases.size(); i++) {
                boolean isLast = i == cases.size() - 1;
                put(out, cases.get(i), isLast);
                if (!out.hasRemaining() || isLast) {
                    to.write(out.array(), 0, out.position());
                    out.clear();
                }
            }
            to.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void put(ByteBuffer out, SiliconCase c, boolean isLast) {
        int at = out.position();
        SiliconState state = c.state();
        for (int i = 0; i < 64; i++) {
            out.putLong(i < SiliconResult.UNITS ? state.unit(i) : 0);
        }
        for (int i = 0; i < 16; i++) {
            out.putLong(state.gpr(i));
        }
        out.putLong(state.flags()).putLong(c.memorySeed());
        out.putInt(c.isLong() ? 64 : 32).putInt(c.code().length).put(c.code());
        out.position(at + CASE_BYTES - 8);
        out.putLong(isLast ? 1 : 0);
    }

    @Override
    public void close() throws IOException {
        process.getOutputStream().close();
        process.destroy();
    }
}
