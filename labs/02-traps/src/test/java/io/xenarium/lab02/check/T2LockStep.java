package io.xenarium.lab02.check;

import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.Subject;
import io.xenarium.lab.Tier;
import io.xenarium.lab02.check.Op.Kind;
import io.xenarium.machine.Dice;
import io.xenarium.parts.Parts;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.util.List;

/// The second tier: the same operations on two equal worlds, one with the learner's part and one
/// with the reference, which are compared after each.
@Tier(2)
public final class T2LockStep {
    private static final int SEEDS = 400;
    private static final int OPERATIONS = 4;

    @Test
    @Tag("02.1")
    void trapTablesInLockStep() {
        lockStep(Kind.SET_TRAPS);
    }

    @Test
    @Tag("02.3")
    void entriesInLockStep() {
        lockStep(Kind.FAULT, Kind.UPCALL);
    }

    @Test
    @Tag("02.4")
    void entriesAndReturnsInLockStep() {
        lockStep(Kind.FAULT, Kind.IRET, Kind.UPCALL, Kind.IRET);
    }

    @Test
    @Tag("02.5")
    void hypercallsInLockStep() {
        lockStep(Kind.HYPERCALL);
    }

    @Test
    @Tag("02.6")
    void multicallsInLockStep() {
        lockStep(Kind.MULTICALL);
    }

    private static void lockStep(Kind... kinds) {
        Subject subject = Subject.current();
        long first = subject.isReplay() ? Long.parseLong(subject.replayData()) : 1;
        long last = subject.isReplay() ? first : SEEDS;
        for (long seed = first; seed <= last; seed++) {
            CheckFailed failed = run(seed, List.of(kinds));
            if (failed != null) {
                throw failed.seen(new CheckFailed.Again("seed " + seed, "" + seed));
            }
        }
    }

    private static CheckFailed run(long seed, List<Kind> kinds) {
        EntryWorld mine = world(seed, Subject.current().mine());
        EntryWorld xen = world(seed, Subject.current().reference());
        if (Subject.current().isReplay()) {
            mine.told = Subject.current().steps();
        }
        try {
            for (Op op : Op.random(new Dice(~seed), OPERATIONS, kinds)) {
                op.happen(mine.part, mine);
                op.happen(xen.part, xen);
                CheckFailed failed = Scene.difference(op.toString(), mine, xen);
                if (failed != null) {
                    return failed;
                }
                if (!xen.end.equals("goes on")) {
                    break;
                }
            }
        } catch (CheckFailed failed) {
            return failed;
        }
        return null;
    }

    private static EntryWorld world(long seed, Parts parts) {
        EntryWorld world = Op.world(new Dice(seed));
        world.part = parts.pvEntry().make(world);
        return world;
    }
}
