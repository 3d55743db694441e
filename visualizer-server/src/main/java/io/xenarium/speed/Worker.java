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

/// The process in which one of our engines runs one workload: so each workload finds a JVM that has
/// compiled for nothing else, as a program does on any other peer.
///
/// Times are those that the guest's thread had the processor; the JVM's compilers work in threads
/// of their own.
///
/// Reads commands, one a line, from standard input, and answers each with a line:
/// - `run NAME ROUNDS` → `SECONDS CHECKSUM INSTRUCTIONS`
/// - `warm NAME ROUNDS SECONDS` → `SECONDS PEAK`: when 90 % of top speed was reached, and that
///   speed in instructions a second
public final class Worker {
    private static final int MEMORY_MIB = 256;
    private static final long SLICE = 1_000_000_000;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final Engine engine;

    private Worker(Engine engine) {
        this.engine = engine;
    }

    /// Serves until standard input ends.
    public static void main(String[] args) throws IOException {
        Worker worker = new Worker(Engine.valueOf(args[0]));
        var commands =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            String[] words = line.split(" ");
            long rounds = Long.parseLong(words[2]);
            System.out.println(
                    words[0].equals("run")
                            ? worker.run(words[1], rounds)
                            : worker.warm(words[1], rounds, Double.parseDouble(words[3])));
        }
    }

    /// Runs a workload once, in this process.
    public static void runOnce(Engine engine, Workload workload, long rounds) {
        new Worker(engine).run(workload.name(), rounds);
    }

    private Board board(String name, long rounds) {
        Machine machine = new Machine(1, MEMORY_MIB << 8, 1, engine.maker());
        return PvhKernel.read(Guests.workloads()).load(machine, name + " " + rounds);
    }

    private String run(String name, long rounds) {
        Board board = board(name, rounds);
        awaitBegin(board);
        long retired = board.retired();
        long start = THREADS.getCurrentThreadCpuTime();
        long silence = board.serial().sent().length;
        while (board.state() == Board.State.RUNNING && board.serial().sent().length == silence) {
            board.step(SLICE);
        }
        double seconds = (THREADS.getCurrentThreadCpuTime() - start) / 1e9;
        retired = board.retired() - retired;
        board.run(SLICE);
        String said = new String(board.serial().sent(), StandardCharsets.US_ASCII);
        if (board.state() != Board.State.OFF) {
            throw new IllegalStateException(board.state() + " after " + said);
        }
        return seconds + " " + said.strip().replaceFirst("(?s).*end ", "") + " " + retired;
    }

    private static void awaitBegin(Board board) {
        while (board.state() == Board.State.RUNNING
                && !new String(board.serial().sent(), StandardCharsets.US_ASCII)
                        .contains("begin\n")) {
            board.step(SLICE);
        }
    }

    private String warm(String name, long rounds, double seconds) {
        Board board = board(name, rounds);
        awaitBegin(board);
        WarmUp warmUp = new WarmUp();
        long start = THREADS.getCurrentThreadCpuTime();
        long first = board.retired();
        long slice = 10_000;
        double now = 0;
        while (now < seconds && board.state() == Board.State.RUNNING) {
            board.run(slice);
            double before = now;
            now = (THREADS.getCurrentThreadCpuTime() - start) / 1e9;
            warmUp.note(now, board.retired() - first);
            slice = now - before < WarmUp.STEP_SECONDS ? slice * 2 : Math.max(slice / 2, 10_000);
        }
        return warmUp.seconds() + " " + warmUp.peak();
    }
}
