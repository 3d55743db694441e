package io.xenarium.machine.code;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.xenarium.machine.Memory;
import io.xenarium.machine.cpu.Cpu;
import io.xenarium.machine.cpu.CpuidPolicy;
import io.xenarium.machine.cpu.Role;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/// Our processor against real silicon: what an AMD EPYC (Zen 4) did with random instructions,
/// recorded in `silicon.gz`, and what the processor under this test does with others.
///
/// `-Dxenarium.silicon.cases=10000000` executes so many of the others, `-Dxenarium.silicon.seed=7`
/// begins elsewhere, `-Dxenarium.silicon.translated=200000` lets the translator have more than its
/// few, `-Dxenarium.silicon.engine=TRANSLATOR` asks only the one engine,
/// `-Dxenarium.silicon.record=FILE` records anew, on an AMD processor only: what the architecture
/// leaves undefined is recorded too, and ours is AMD's.
class SiliconTest {
    private static final int RECORDED = 210_000;
    private static final long SEED = Long.getLong("xenarium.silicon.seed", 42);
    private static final int LIVE = Integer.getInteger("xenarium.silicon.cases", 100_000);
    private static final int AT_ONCE = 8192;
    private static final int TOLD = 4000;

    /// The engines that are compared with silicon.
    enum Engine {
        INTERPRETER(Integer.MAX_VALUE) {
            @Override
            Cpu processor(Memory memory) {
                return new Interpreter(memory, CpuidPolicy.processor());
            }
        },
        /// It translates every case before it executes it, which takes its time.
        TRANSLATOR(Integer.getInteger("xenarium.silicon.translated", 20_000)) {
            @Override
            Cpu processor(Memory memory) {
                return new Translator(memory, CpuidPolicy.processor(), Role.PV_GUEST, 0);
            }
        };

        /// How many cases it is asked at most.
        private final int most;

        Engine(int most) {
            this.most = most;
        }

        abstract Cpu processor(Memory memory);

        SiliconMachine machine() {
            return new SiliconMachine(this::processor);
        }
    }

    @ParameterizedTest
    @EnumSource
    void executesRandomInstructionsAsRecordedOnSilicon(Engine engine) throws IOException {
        StringBuilder wrong = new StringBuilder();
        SiliconMachine machine = engine.machine();
        Random cuts = new Random(7);
        try (DataInputStream in = recorded()) {
            int all = in.readInt();
            long seed = in.readLong();
            assertTrue(all >= 200_000, "the recorded file is incomplete");
            int count = Math.min(all, engine.most);
            for (int i = 0; i < count && wrong.length() < TOLD; i++) {
                SiliconRecord.Pair pair = SiliconRecord.read(in, seed, i);
                note(wrong, pair, machine.execute(pair.asked()));
                if (i % 4 == 0) {
                    long[] pieces = {1 + cuts.nextInt(3), 1, 1 + cuts.nextInt(40)};
                    note(wrong, pair, machine.execute(pair.asked(), pieces));
                }
            }
        }
        assertEquals("", wrong.toString());
    }

    private static void note(StringBuilder wrong, SiliconRecord.Pair pair, SiliconResult ours) {
        String differences = SiliconRecord.of(pair.asked(), ours).differences(pair.answer());
        if (!differences.isEmpty()) {
            wrong.append(pair.asked()).append(" differs in:").append(differences).append('\n');
        }
    }

    /// The engines that are asked live.
    static List<Engine> engines() {
        String only = System.getProperty("xenarium.silicon.engine");
        return only == null ? List.of(Engine.values()) : List.of(Engine.valueOf(only));
    }

    @ParameterizedTest
    @MethodSource("engines")
    void executesRandomInstructionsAsTheProcessorUnderThisTest(Engine engine, @TempDir Path folder)
            throws IOException, InterruptedException {
        SiliconGenerator generator = new SiliconGenerator(SEED);
        SiliconMachine machine = engine.machine();
        StringBuilder wrong = new StringBuilder();
        boolean isAmd = RealProcessor.isAmd();
        int compared = 0;
        int all = Math.min(LIVE, engine.most);
        try (RealProcessor silicon = realProcessor(folder)) {
            for (int done = 0; done < all && wrong.length() < TOLD; done += AT_ONCE) {
                int count = Math.min(AT_ONCE, all - done);
                List<SiliconCase> cases = Stream.generate(generator::next).limit(count).toList();
                List<SiliconResult> results = silicon.execute(cases);
                for (int i = 0; i < count; i++) {
                    SiliconCase c = cases.get(i);
                    SiliconResult result = results.get(i);
                    if (isComparable(c, result, isAmd)) {
                        compared += compare(wrong, machine, c, result, silicon);
                    }
                }
                if ((done + count) / 1_000_000 > done / 1_000_000) {
                    System.err.println(engine + ": " + (done + count) + " cases, " + compared);
                }
            }
        }
        assertEquals("", wrong.toString());
        assertTrue(compared > all / 20, "hardly any case could be compared");
    }

    private static boolean isComparable(SiliconCase c, SiliconResult silicon, boolean isAmd) {
        return !silicon.isBeyondUs() && (isAmd || c.isPortable() && silicon.vector() < 0);
    }

    /// Executes a case and notes what differs. Returns how many were compared: 1, or 0 where our
    /// processor met what only the native program has.
    ///
    /// What differs is asked once more: an interrupt in the middle of a case has the operating
    /// system put the x87 away, which forgets on AMD's processors where the last instruction was.
    private static int compare(
            StringBuilder wrong,
            SiliconMachine machine,
            SiliconCase c,
            SiliconResult result,
            RealProcessor silicon)
            throws IOException, InterruptedException {
        SiliconResult ours = machine.execute(c);
        String differences = ours.differences(c, result);
        if (!differences.isEmpty() && ours.isOutside()) {
            return 0;
        }
        if (!differences.isEmpty()) {
            differences = ours.differences(c, silicon.execute(List.of(c)).getFirst());
        }
        if (!differences.isEmpty()) {
            wrong.append(c).append(" ours≠silicon:").append(differences).append('\n');
        }
        return 1;
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
        if (!RealProcessor.isAmd()) {
            System.err.println("SiliconTest compares only what is the same on every processor");
        }
        return silicon;
    }

    @Test
    @Tag("record")
    void recordsAnewWhereAskedTo(@TempDir Path folder) throws IOException, InterruptedException {
        String file = System.getProperty("xenarium.silicon.record");
        assertNotNull(file, "say where to: -Dxenarium.silicon.record=FILE");
        SiliconGenerator generator = new SiliconGenerator(SEED);
        SiliconMachine machine = Engine.INTERPRETER.machine();
        try (RealProcessor silicon = realProcessor(folder);
                DataOutputStream out = recordTo(Path.of(file))) {
            out.writeInt(RECORDED);
            out.writeLong(SEED);
            for (int done = 0; done < RECORDED; done += AT_ONCE) {
                int count = Math.min(AT_ONCE, RECORDED - done);
                List<SiliconCase> cases = Stream.generate(generator::next).limit(count).toList();
                List<SiliconResult> results = silicon.execute(cases);
                for (int i = 0; i < count; i++) {
                    SiliconCase c = cases.get(i);
                    boolean isOurs = !results.get(i).isBeyondUs();
                    boolean isRecorded = isOurs && !machine.execute(c).isOutside();
                    SiliconRecord answer =
                            isRecorded
                                    ? SiliconRecord.of(c, results.get(i))
                                    : SiliconRecord.ofNothing(c);
                    answer.write(out, isRecorded ? c : c.withoutCode());
                }
            }
        }
    }

    private static DataOutputStream recordTo(Path file) throws IOException {
        return new DataOutputStream(
                new BufferedOutputStream(
                        new GZIPOutputStream(Files.newOutputStream(file)) {
                            {
                                def.setLevel(Deflater.BEST_COMPRESSION);
                            }
                        }));
    }

    private static DataInputStream recorded() throws IOException {
        InputStream file = SiliconTest.class.getResourceAsStream("silicon.gz");
        return new DataInputStream(new BufferedInputStream(new GZIPInputStream(file)));
    }
}
