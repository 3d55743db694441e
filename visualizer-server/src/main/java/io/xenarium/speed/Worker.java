package io.xenarium.speed;

import io.xenarium.guest.Guests;
import io.xenarium.machine.Machine;
import io.xenarium.machine.device.Board;
import io.xenarium.toolstack.PvhKernel;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;

/// The process in which one of our engines runs one workload: so each workload finds a JVM that has
/// compiled for nothing else, as a program does on any other peer.
///
/// Times are those that the guest's thread had the processor, but for pauses, which are those on
/// the wall; the JVM's compilers work in threads of their own.
///
/// Reads commands, one a line, from standard input, and answers each with a line:
/// - `run NAME ROUNDS WARM SAMPLES` → `CHECKSUM INSTRUCTIONS SECONDS…`
/// - `cold NAME ROUNDS SECONDS` → the words of a [ColdRun]
public final class Worker {
    private static final int MEMORY_MIB = 256;
    private static final long SLICE = 1_000_000_000;

    /// A slice so short that only a pause can make it take long: even where the JVM itself still
    /// interprets the interpreter, it is over after some milliseconds.
    private static final long SHORT_SLICE = 5_000;

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final Engine engine;
    private final int memoryMib;

    private Worker(Engine engine, int memoryMib) {
        this.engine = engine;
        this.memoryMib = memoryMib;
    }

    /// Serves until standard input ends.
    public static void main(String[] args) throws IOException {
        Worker worker = new Worker(Engine.valueOf(args[0]), MEMORY_MIB);
        var commands =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            String[] words = line.split(" ");
            long rounds = Long.parseLong(words[2]);
            double seconds = Double.parseDouble(words[3]);
            System.out.println(
                    words[0].equals("run")
                            ? worker.run(words[1], rounds, seconds, Integer.parseInt(words[4]))
                            : worker.cold(words[1], rounds, seconds).words());
        }
    }

    /// Runs a workload once, in this process, on a machine of that much memory.
    public static void runOnce(Engine engine, Workload workload, long rounds, int memoryMib) {
        new Worker(engine, memoryMib).run(workload.name(), rounds, 0, 1);
    }

    private Board board(String name, long rounds) {
        Machine machine = new Machine(1, memoryMib << 8, 1, engine.maker());
        String line = "%s %d %d".formatted(name, rounds, Peer.FOR_EVER);
        Board board = PvhKernel.read(Guests.workloads()).load(machine, line);
        awaitLines(board, 1);
        return board;
    }

    private static double now() {
        return THREADS.getCurrentThreadCpuTime() / 1e9;
    }

    private String run(String name, long rounds, double warmSeconds, int wanted) {
        Board board = board(name, rounds);
        Samples samples = new Samples(warmSeconds, wanted);
        long begun = board.retired();
        double start = now();
        awaitLines(board, 2);
        samples.add(now() - start);
        long retired = board.retired() - begun;
        String checksum = said(board).lines().toList().getLast().replaceFirst("end ", "");
        for (int lines = 3; !samples.areEnough(); lines++) {
            awaitLines(board, lines);
            samples.add(now() - start);
        }
        return samples.seconds().stream()
                .map(Object::toString)
                .collect(Collectors.joining(" ", checksum + " " + retired + " ", ""));
    }

    /// Runs until the guest has written so many lines.
    private static void awaitLines(Board board, int count) {
        while (lines(board) < count) {
            if (board.state() != Board.State.RUNNING) {
                throw new IllegalStateException(board.state() + " after " + said(board));
            }
            board.step(SLICE);
        }
    }

    private static int lines(Board board) {
        int lines = 0;
        for (byte letter : board.serial().sent()) {
            lines += letter == '\n' ? 1 : 0;
        }
        return lines;
    }

    private static String said(Board board) {
        return new String(board.serial().sent(), StandardCharsets.US_ASCII);
    }

    private ColdRun cold(String name, long rounds, double seconds) {
        Board board = board(name, rounds);
        Footprint footprint = new Footprint();
        WarmUp warmUp = new WarmUp();
        double start = now();
        long first = board.retired();
        double noted = 0;
        long pauseNanos = 0;
        for (double at = 0; at < seconds; at = now() - start) {
            long before = System.nanoTime();
            board.run(SHORT_SLICE);
            pauseNanos = Math.max(pauseNanos, System.nanoTime() - before);
            if (at - noted >= WarmUp.STEP_SECONDS) {
                warmUp.note(at, board.retired() - first);
                noted = at;
            }
        }
        return footprint.since(board, warmUp, pauseNanos / 1e6);
    }
}
