package io.xenarium.machine.code;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/// Our processor against real silicon: what an AMD EPYC (Zen) did with random instructions,
/// recorded in `silicon.gz`, and what the processor under this test does with others.
///
/// `-Dxenarium.silicon.record=FILE` records anew. Record on an AMD processor only: undefined flags
/// are recorded too, and ours are AMD's.
class SiliconTest {
    private static final int RECORDED = 20_000;
    private static final long SEED = Long.getLong("xenarium.silicon.seed", 42);
    private static final int LIVE = Integer.getInteger("xenarium.silicon.cases", 20_000);

    @Test
    void executesRandomInstructionsAsRecordedOnSilicon() throws IOException {
        StringBuilder wrong = new StringBuilder();
        Random cuts = new Random(7);
        try (DataInputStream in = recorded()) {
            BareMachine machine = SiliconCase.machine();
            int count = in.readInt();
            for (int i = 0; i < count; i++) {
                SiliconCase c = SiliconCase.read(in);
                SiliconCase.Result expected = SiliconCase.Result.read(in, c);
                compare(wrong, c, c.execute(machine), expected, 0);
                long[] pieces = {1 + cuts.nextInt(3), 1, 1 + cuts.nextInt(40)};
                compare(wrong, c, c.execute(machine, pieces), expected, 0);
            }
        }
        assertEquals("", wrong.toString());
    }

    @Test
    void executesRandomInstructionsAsTheProcessorUnderThisTest(@TempDir Path folder)
            throws IOException, InterruptedException {
        RealProcessor silicon = realProcessor(folder);
        List<SiliconCase> cases = cases(SEED, LIVE);
        List<SiliconCase.Result> results = silicon.execute(cases);
        assertEquals(cases.size(), results.size());
        record(cases, results);
        StringBuilder wrong = new StringBuilder();
        BareMachine machine = SiliconCase.machine();
        boolean isAmd = isAmd();
        for (int i = 0; i < cases.size(); i++) {
            SiliconCase c = cases.get(i);
            long undefined = isAmd ? 0 : c.undefinedFlags();
            compare(wrong, c, c.execute(machine), results.get(i), undefined);
        }
        assertEquals("", wrong.toString());
    }

    @Test
    void executesRandomFloatingPointInstructionsAsTheProcessorUnderThisTest(@TempDir Path folder)
            throws IOException, InterruptedException {
        FloatingPointGenerator generator = new FloatingPointGenerator(SEED);
        agree(folder, Stream.generate(generator::next).limit(LIVE).toList());
    }

    @Test
    void executesRandomVectorInstructionsAsTheProcessorUnderThisTest(@TempDir Path folder)
            throws IOException, InterruptedException {
        VectorGenerator generator = new VectorGenerator(SEED);
        agree(folder, Stream.generate(generator::next).limit(LIVE).toList());
    }

    /// The processor under this test, if it is one to compare with. Where CI=true it has to be.
    private static RealProcessor realProcessor(Path folder)
            throws IOException, InterruptedException {
        RealProcessor silicon = RealProcessor.find(folder);
        String missing = "SiliconTest needs x86-64 Linux with gcc to ask the real processor";
        if (silicon == null && "true".equals(System.getenv("CI"))) {
            fail(missing);
        }
        if (silicon == null) {
            System.err.println("SKIPPED: " + missing);
        }
        assumeTrue(silicon != null, missing);
        return silicon;
    }

    private static void agree(Path folder, List<SiliconCase> cases)
            throws IOException, InterruptedException {
        RealProcessor silicon = realProcessor(folder);
        List<SiliconCase.Result> results = silicon.execute(cases);
        StringBuilder wrong = new StringBuilder();
        BareMachine machine = SiliconCase.machine();
        for (int i = 0; i < cases.size(); i++) {
            compare(wrong, cases.get(i), cases.get(i).execute(machine), results.get(i), 0);
        }
        assertEquals("", wrong.toString());
    }

    private static void compare(
            StringBuilder wrong,
            SiliconCase c,
            SiliconCase.Result ours,
            SiliconCase.Result silicon,
            long undefined) {
        String differences = ours.differences(silicon, undefined, c.leavesOpenHowItFaults());
        if (!differences.isEmpty() && wrong.length() < 4000) {
            wrong.append(c).append(" ours≠silicon:").append(differences).append('\n');
        }
    }

    private static List<SiliconCase> cases(long seed, int count) {
        SiliconGenerator generator = new SiliconGenerator(seed);
        List<SiliconCase> cases = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            cases.add(generator.next());
        }
        return cases;
    }

    private static boolean isAmd() throws IOException {
        return Files.readString(Path.of("/proc/cpuinfo")).contains("AuthenticAMD");
    }

    private static DataInputStream recorded() throws IOException {
        InputStream file = SiliconTest.class.getResourceAsStream("silicon.gz");
        return new DataInputStream(new GZIPInputStream(file));
    }

    private static void record(List<SiliconCase> cases, List<SiliconCase.Result> results)
            throws IOException {
        String file = System.getProperty("xenarium.silicon.record");
        if (file == null) {
            return;
        }
        try (DataOutputStream out =
                new DataOutputStream(new GZIPOutputStream(Files.newOutputStream(Path.of(file))))) {
            int count = Math.min(RECORDED, cases.size());
            out.writeInt(count);
            for (int i = 0; i < count; i++) {
                cases.get(i).write(out);
                results.get(i).write(out, cases.get(i));
            }
        }
    }
}
