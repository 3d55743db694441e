package io.xenarium.lab01.check;

import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.Subject;
import io.xenarium.lab.Tier;
import io.xenarium.machine.Dice;
import io.xenarium.machine.cpu.Registers;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The third tier: between any two instructions of one vCPU, the hypervisor may let another one run
/// on the same processor. Whatever a part keeps to itself then lands in the wrong hands.
@Tier(3)
public final class T3Interleavings {
    private static final int PAIRS = 120;
    private static final int INSTRUCTIONS = 20;

    @Test
    @Tag("01.5")
    void twoVcpusTakeTurnsOnOneProcessor() {
        Subject subject = Subject.current();
        Duel duel = new Duel();
        if (subject.isReplay()) {
            pair(duel, Integer.parseInt(subject.replayData()), false);
            return;
        }
        for (int seed = 1; seed <= PAIRS; seed++) {
            search(duel, seed, false);
        }
    }

    @Test
    @Tag("01.6")
    void anExceptionOfOneIsNoneOfTheOther() {
        Subject subject = Subject.current();
        Duel duel = new Duel();
        if (subject.isReplay()) {
            pair(duel, Integer.parseInt(subject.replayData()), true);
            return;
        }
        for (int seed = 1; seed <= PAIRS; seed++) {
            search(duel, seed, true);
        }
    }

    private static void search(Duel duel, int seed, boolean isWild) {
        try {
            pair(duel, seed, isWild);
        } catch (CheckFailed failed) {
            throw failed.seen(new CheckFailed.Again("pair " + seed, String.valueOf(seed)));
        }
    }

    /// Both run the same code, as two vCPUs of one kernel do.
    private static void pair(Duel duel, int seed, boolean isWild) {
        duel.begin(seed);
        Stream stream = new Stream(1000L * seed, isWild);
        byte[] code = stream.code(INSTRUCTIONS);
        for (int vcpu = 0; vcpu < 2; vcpu++) {
            Registers start = new Registers();
            stream.fill(start);
            duel.add(0, code, start);
        }
        boolean[] goesOn = {true, true};
        Dice turns = new Dice(seed);
        for (int i = 0; i < 2 * INSTRUCTIONS && (goesOn[0] || goesOn[1]); i++) {
            int vcpu = goesOn[0] && goesOn[1] ? turns.below(2) : goesOn[0] ? 0 : 1;
            goesOn[vcpu] = step(duel, vcpu, isWild);
        }
    }

    /// A difference between two processors of which each is right alone comes from what one of them
    /// remembers.
    private static boolean step(Duel duel, int vcpu, boolean isWild) {
        try {
            return duel.step(vcpu, isWild);
        } catch (CheckFailed failed) {
            throw new CheckFailed(
                    Rules.MEMORYLESS,
                    "with two vCPUs in turns, " + failed.you(),
                    failed.xen() + ", whoever ran before");
        }
    }
}
