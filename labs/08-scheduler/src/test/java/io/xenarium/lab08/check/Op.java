package io.xenarium.lab08.check;

import io.xenarium.machine.Dice;
import io.xenarium.parts.Scheduler;
import io.xenarium.terms.Who;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Something that happens in a world: time passes, a vCPU does something, or the part is asked.
///
/// @param vcpu which, by index; for SCHEDULE a processor
/// @param number what the kind makes of it
record Op(Kind kind, int vcpu, long number) {
    /// What can happen.
    enum Kind {
        /// The vCPU has such a weight, and the processors that it may and likes to run on.
        NATURE,
        PASS,
        BURN,
        ACCOUNT,
        /// What it is worth for a processor.
        WORTH,
        /// Who should run on a processor, without anybody running there now.
        PICK,
        SLICE,
        SCHEDULE,
        WAKE,
        SLEEP,
        YIELD
    }

    static final int VCPUS = 4;
    static final int PCPUS = 2;
    private static final int[] WEIGHTS = {256, 512, 128, 300, 1000, 77, 256, 65_535};

    /// Does it.
    void happen(Scheduler part, SchedWorld world) {
        world.tell("%s:", this);
        world.answer = "none";
        Who who = SchedWorld.who(vcpu);
        switch (kind) {
            case NATURE -> {
                world.weights[vcpu] = WEIGHTS[(int) number & 7];
                world.hard[vcpu] =
                        (number >>> 3 & 3) == 0 ? SchedWorld.ANYWHERE : (int) (number >>> 3 & 3);
                world.soft[vcpu] =
                        (number >>> 5 & 3) == 0 ? SchedWorld.ANYWHERE : (int) (number >>> 5 & 3);
            }
            case PASS -> world.pass(number);
            case BURN -> part.burnCredits(who);
            case ACCOUNT -> part.account(who);
            case WORTH -> world.answer = "%,d ns".formatted(part.worth(who, (int) number));
            case PICK ->
                    world.answer =
                            part.pickNext((int) number, Optional.empty())
                                    .map(Who::toString)
                                    .orElse("nobody");
            case SLICE -> world.answer = "%,d ns".formatted(part.slice(who, (int) number));
            case SCHEDULE -> {
                if (world.isDue(vcpu)) {
                    world.schedule(part, vcpu);
                }
            }
            case WAKE -> {
                if (!world.runnable[vcpu] && world.isWaitingOrAsleep(vcpu)) {
                    world.runnable[vcpu] = true;
                    part.wake(who);
                }
            }
            case SLEEP -> world.runnable[vcpu] = false;
            case YIELD -> world.yielding[vcpu] = true;
        }
    }

    /// `count` operations of the given kinds, decided by `seed`.
    static List<Op> random(long seed, int count, List<Kind> kinds) {
        Dice dice = new Dice(seed);
        List<Op> ops = new ArrayList<>();
        for (int i = 0; i < VCPUS; i++) {
            ops.add(new Op(Kind.NATURE, i, dice.below(128)));
        }
        for (int i = 0; i < count; i++) {
            Kind kind = kinds.get(dice.below(kinds.size()));
            int vcpu = dice.below(VCPUS);
            int pcpu = dice.below(PCPUS);
            long nanos = 1L << dice.below(24) | dice.below(1000);
            ops.add(
                    switch (kind) {
                        case NATURE -> new Op(kind, vcpu, dice.below(128));
                        case PASS -> new Op(kind, 0, nanos);
                        case WORTH, PICK, SLICE -> new Op(kind, vcpu, pcpu);
                        case SCHEDULE -> new Op(kind, pcpu, 0);
                        case BURN, ACCOUNT, WAKE, SLEEP, YIELD -> new Op(kind, vcpu, 0);
                    });
        }
        return ops;
    }

    @Override
    public String toString() {
        String who = SchedWorld.who(vcpu).toString();
        return switch (kind) {
            case NATURE -> who + " is of kind " + number;
            case PASS -> "%,d ns".formatted(number);
            case BURN -> "burnCredits(%s)".formatted(who);
            case ACCOUNT -> "account(%s)".formatted(who);
            case WORTH -> "worth(%s, p%d)".formatted(who, number);
            case PICK -> "pickNext(p%d, nobody)".formatted(number);
            case SLICE -> "slice(%s, p%d)".formatted(who, number);
            case SCHEDULE -> "scheduling p%d".formatted(vcpu);
            case WAKE -> "wake(%s)".formatted(who);
            case SLEEP -> who + " going to sleep";
            case YIELD -> who + " yielding";
        };
    }
}
