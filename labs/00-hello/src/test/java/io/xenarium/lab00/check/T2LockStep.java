package io.xenarium.lab00.check;

import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.Subject;
import io.xenarium.lab.Tier;
import io.xenarium.machine.Dice;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Errno;
import io.xenarium.terms.Vaddr;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.util.Arrays;

/// The second tier: the same writes for the learner's part and for the reference.
@Tier(2)
public final class T2LockStep {
    private static final int WRITES = 500;

    @Test
    @Tag("00.1")
    void writesComeOutTheSame() {
        Subject subject = Subject.current();
        if (subject.isReplay()) {
            compare(subject, Long.parseLong(subject.replayData()));
            return;
        }
        for (long seed = 1; seed <= WRITES; seed++) {
            compare(subject, seed);
        }
    }

    private static void compare(Subject subject, long seed) {
        Dice dice = new Dice(seed);
        int bytes = 1 + dice.below(600);
        DomId caller = new DomId(dice.below(3));
        Vaddr from = new Vaddr(ConsoleWorld.BASE + dice.below(200));
        int count = dice.below(700) - 20;
        ConsoleWorld mine = ConsoleWorld.ofText(bytes);
        ConsoleWorld xen = ConsoleWorld.ofText(bytes);
        String asked =
                "write(%s, byte %d on of %d, %d bytes)"
                        .formatted(caller, from.value() - ConsoleWorld.BASE, bytes, count);
        Subject.current().steps().add(asked + ":");
        CheckFailed.Again again = new CheckFailed.Again("write " + seed, "" + seed);
        long answer = subject.mine().consoleIo().make(mine).write(caller, from, count);
        long wanted = subject.reference().consoleIo().make(xen).write(caller, from, count);
        if (answer != wanted) {
            throw new CheckFailed(
                    Rules.ANSWER,
                    asked + " answered " + Errno.describe(answer),
                    "answers " + Errno.describe(wanted),
                    again);
        }
        if (!Arrays.equals(mine.shown(), xen.shown())) {
            throw new CheckFailed(
                    Rules.TEXT,
                    asked + " showed " + mine.shown().length + " bytes",
                    "shows %d bytes; the first difference is at byte %d"
                            .formatted(
                                    xen.shown().length, Arrays.mismatch(mine.shown(), xen.shown())),
                    again);
        }
    }
}
