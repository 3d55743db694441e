package io.xenarium.lab;

import java.util.ArrayList;
import java.util.List;

/// How many steps a learner's code may still take, and which lines it took them on. [Weave] makes
/// every loop and every method call spend one, so that an endless loop ends the same way on every
/// machine.
///
/// One thread at a time runs a part, so this is static, where woven code finds it cheaply.
public final class StepBudget {
    /// Enough for any sensible call, and spent in a few milliseconds.
    public static final int PER_CALL = 2_000_000;

    /// Enough for a call that goes through all frames of a large domain.
    static final int PER_BUILDING = 64_000_000;

    private static final int REMEMBERED = 64;
    private static final int SHOWN = 5;

    private static int given = PER_CALL;
    private static long left = PER_CALL;
    private static final int[] LINES = new int[REMEMBERED];
    private static int next;

    /// What was spent of all budgets before this one, and what guests have executed.
    private static long spent;

    private StepBudget() {}

    /// A fresh budget: before each call of a part.
    public static void refill() {
        refill(PER_CALL);
    }

    /// A budget of this many steps.
    static void refill(int steps) {
        spent += given - left;
        given = steps;
        left = steps;
        next = 0;
    }

    /// Called by woven code: one step on `line`.
    public static void spend(int line) {
        LINES[next & REMEMBERED - 1] = line;
        next++;
        if (--left < 0) {
            throw new Spent();
        }
    }

    /// Counts what a guest has executed in a computer on which a part is checked.
    static void count(long instructions) {
        spent += instructions;
    }

    /// How many steps parts and guests have taken since this program began: a measure of time that
    /// is the same on every machine.
    static long total() {
        return spent + given - left;
    }

    /// How many steps the last budget had.
    static int given() {
        return given;
    }

    /// The lines that the last steps were taken on, each once, the newest last.
    public static List<Integer> lastLines() {
        List<Integer> lines = new ArrayList<>();
        int kept = Math.min(next, REMEMBERED);
        for (int back = 1; back <= kept && lines.size() < SHOWN; back++) {
            int line = LINES[next - back & REMEMBERED - 1];
            if (line != 0 && !lines.contains(line)) {
                lines.addFirst(line);
            }
        }
        return lines;
    }

    /// The budget is spent: the call would never have returned.
    public static final class Spent extends Error {
        private static final long serialVersionUID = 1;

        Spent() {
            super("no step is left", null, false, false);
        }
    }
}
