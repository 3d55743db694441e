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
final class RealProcessor {
    private static final int RESULT_BYTES = 22 * 8;
    private static final int CASE_BYTES = 19 * 8 + SiliconCase.CODE_BYTES;

    private final Path program;

    private RealProcessor(Path program) {
        this.program = program;
    }

    /// Compiles the program that executes cases, or returns null where that is not possible.
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
                                    "-O1",
                                    "-static",
                                    "-no-pie",
                                    "-Wl,-Ttext-segment=0x71000000",
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

    /// Executes the cases.
    List<SiliconCase.Result> execute(List<SiliconCase> cases)
            throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(program.toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        Thread feeder = Thread.ofVirtual().start(() -> feed(process.getOutputStream(), cases));
        byte[] bytes = process.getInputStream().readAllBytes();
        feeder.join();
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        List<SiliconCase.Result> results = new ArrayList<>();
        while (in.remaining() >= RESULT_BYTES) {
            results.add(result(in));
        }
        return results;
    }

    private static void feed(OutputStream to, List<SiliconCase> cases) {
        try (to) {
            ByteBuffer out = ByteBuffer.allocate(CASE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            for (SiliconCase c : cases) {
                out.clear();
                out.putLong(c.seed());
                for (int i = 0; i < 16; i++) {
                    out.putLong(c.gpr(i));
                }
                out.putLong(c.flags()).putLong(c.code().length).put(c.code());
                to.write(out.array());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static SiliconCase.Result result(ByteBuffer in) {
        long[] gpr = new long[16];
        for (int i = 0; i < 16; i++) {
            gpr[i] = in.getLong();
        }
        long flags = in.getLong();
        long vector = in.getLong();
        long error = in.getLong();
        long address = in.getLong();
        // Linux says "present" for every address in its own half.
        boolean isKernelHalf = vector == 14 && address < 0;
        return new SiliconCase.Result(
                gpr,
                flags,
                vector,
                isKernelHalf ? error & ~1 : error,
                address,
                in.getLong(),
                in.getLong());
    }
}
