package io.xenarium.machine.code;

import io.xenarium.machine.Memory;
import io.xenarium.machine.cpu.Fault;

import java.util.ArrayList;
import java.util.List;

/// Several blocks of guest code, loops among them, as one JVM method. Each region is a hidden class
/// of its own that [RegionClass] writes; the JVM's compilers make machine code of it as of any
/// other.
///
/// It ends at a [RegionPoint], which knows the instruction pointer and the count of instructions:
/// while it runs, nobody keeps them.
abstract class Region {
    /// How many instructions it may execute at once. The JVM replaces a method's code by a better
    /// one only for those who call it anew, so nobody should stay in it for long.
    private static final long STAY = 1 << 20;

    /// A small region is popular after so many entries, or instructions, for each time that a block
    /// is interpreted before it is translated.
    private static final long ENTRIES = 50;

    private static final long INSTRUCTIONS = 10_000;

    /// Enters nowhere.
    static final int NO_ENTRY = -1;

    /// So many calls are certain to make the JVM compile the method.
    private static final int CALLS = 300;

    final RegionPlan plan;
    private final RegionPoint[] points;

    /// Which of the processor's regions it is, from 1.
    int number;

    private final Interpreter interpreter;
    private final Core core;

    /// Where the page of the plan's first block is in this execution.
    private long base;

    /// How many instructions may have retired before this execution ends.
    private long end;

    /// How often it was entered, and how often it had been when that was last asked.
    private long entered;

    private long enteredBefore;

    /// How many instructions it has executed.
    private long executed;

    private boolean wasPopular;

    /// Where it ended, null while nobody has asked.
    private RegionEnds ends;

    Region(RegionPlan plan) {
        this.plan = plan;
        this.interpreter = plan.interpreter;
        this.core = interpreter.core();
        this.points = plan.points();
    }

    /// Executes from one of the entries, or nothing at all where the number is [#NO_ENTRY].
    ///
    /// @param left how many instructions may retire, at least as many as the entry needs
    /// @return the number of the point at which it ended; [Core#left] says how many were left
    abstract int run(long base, long left, int entry);

    /// Has the JVM compile the method, by calling it in vain: whoever enters it first shall not
    /// have to wait until the JVM has interpreted it often enough.
    final void warm() {
        for (int i = 0; i < CALLS; i++) {
            run(0, 0, NO_ENTRY);
        }
    }

    /// Executes from an entry and leaves all state in [Core], where flags may be pending.
    ///
    /// @param newBase the address of the page of the plan's first block
    final void execute(long newBase, int entry) {
        base = newBase;
        entered++;
        long begin = core.retired;
        end = Math.min(core.limit, begin + STAY);
        try {
            int at = run(base, end - begin, entry);
            RegionPoint point = points[at];
            if (ends != null) {
                ends.add(at);
            }
            core.retired = end - core.left - point.unexecuted();
            if (!point.isDynamic()) {
                core.rip = base + point.at();
            }
        } catch (Fault raised) {
            RegionPoint point = points[raised.point()];
            if (ends != null) {
                ends.add(raised.point());
            }
            core.retired = end - raised.left() - point.unexecuted() + core.repeated;
            core.repeated = 0;
            core.rip = base + point.at();
            if (!raised.isRepeated()) {
                point.convert(raised);
                throw raised;
            }
            core.interpretsNext = true;
        } finally {
            executed += core.retired - begin;
        }
    }

    /// Whether it must not be entered any more: its code has changed.
    final boolean isDropped() {
        return plan.isDropped();
    }

    /// Whether it is a small one that has just become popular: it is time for a large one.
    ///
    /// @param patience how often a block is interpreted before it is translated
    final boolean becomesPopular(long patience) {
        boolean isPopular = entered > ENTRIES * patience || executed > INSTRUCTIONS * patience;
        boolean becomesPopular = isPopular && !wasPopular;
        wasPopular = isPopular;
        return becomesPopular && !plan.isLarge();
    }

    /// Whether it was entered since this was last asked.
    final boolean takeEntered() {
        boolean wasEntered = entered != enteredBefore;
        enteredBefore = entered;
        return wasEntered;
    }

    /// How many instructions it has executed.
    final long executed() {
        return executed;
    }

    /// What one can say of it without changing it.
    final RegionSight look() {
        List<RegionSight.Piece> pieces = new ArrayList<>();
        int instructions = 0;
        for (RegionPart part : plan.parts()) {
            instructions += part.count;
            long bytes = part.before(part.count) - part.at;
            long vaddr = plan.base + part.at;
            pieces.add(new RegionSight.Piece(vaddr, (int) bytes, part.entry >= 0));
        }
        return new RegionSight(
                number,
                plan.root().frame.mfn,
                plan.isLarge(),
                instructions,
                plan.codeBytes(),
                plan.classBytes(),
                entered,
                executed,
                pieces);
    }

    /// What it was made of and has become, and where it has ended since this was first asked.
    final RegionListing list(Memory memory) {
        if (ends == null) {
            ends = new RegionEnds(plan);
        }
        return new RegionText(plan, memory).listing(number, ends);
    }

    /// Executes an instruction that has no translation of its own. Called by the region.
    ///
    /// @param number the instruction's point
    /// @param left how many instructions may still retire behind the instruction's block
    final void operate(int number, long left) {
        RegionPoint point = points[number];
        core.fault.note(left, number);
        core.flags.settle();
        core.blockRip = base + point.blockAt();
        core.rip = core.blockRip + point.step().next;
        core.retired = end - left - point.unexecuted();
        interpreter.perform(point.step());
    }

    /// Executes a repeated string instruction as [#operate] does.
    ///
    /// @return how many iterations it did beyond the one that every instruction counts, or −1 less
    ///   that number where the budget ended in it
    final long operateRepeated(int number, long left) {
        operate(number, left);
        long repeated = core.repeated;
        core.repeated = 0;
        RegionPoint point = points[number];
        boolean isDone = core.rip == core.blockRip + point.step().next;
        return isDone ? repeated : -1 - repeated;
    }
}
