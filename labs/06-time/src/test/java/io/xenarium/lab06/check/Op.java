package io.xenarium.lab06.check;

import io.xenarium.machine.Dice;
import io.xenarium.parts.GuestTime;
import io.xenarium.parts.GuestTime.Field;
import io.xenarium.parts.GuestTime.Timer;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Errno;
import io.xenarium.terms.VcpuId;
import io.xenarium.terms.Who;
import io.xenarium.trace.SchedEvent.Runstate;

import java.util.ArrayList;
import java.util.List;

/// Something that happens in a world: time passes, a guest does something, or the part is asked.
///
/// @param number what the kind makes of it
/// @param other likewise
record Op(Kind kind, int vcpu, long number, long other) {
    /// What can happen.
    enum Kind {
        /// The machine's counter counts at so many hertz, and Xen has run for a second.
        MACHINE,
        /// A scale for so many hertz.
        SCALE,
        /// So many ticks of a counter of so many hertz.
        NANOS,
        PUBLISH,
        FORCE,
        SET,
        /// The same, and the deadline must not have passed.
        SET_AHEAD,
        FIRE,
        /// The vCPU goes to another state.
        CHANGE,
        /// The counter counts.
        PASS,
        /// Xen compares its clocks.
        COMPARE,
        /// The guest writes into its version.
        SCRIBBLE,
        /// The guest sets its periodic timer.
        PERIODIC,
        /// The guest polls.
        POLL
    }

    private static final long[] HERTZ = {
        1_000_000_000L, 2_000_000_000L, 2_399_997_000L, 3_700_000_003L, 999_999_937L, 25_000_000L
    };

    static Who who(int vcpu) {
        return new Who(new DomId(1), new VcpuId(vcpu));
    }

    /// The first vCPU goes to another state.
    static Op change(Runstate to) {
        return new Op(Kind.CHANGE, 0, to.ordinal(), 0);
    }

    /// Does it.
    void happen(GuestTime part, TimeWorld world) {
        world.tell("%s:", this);
        world.answer = "none";
        Who who = who(vcpu);
        switch (kind) {
            case MACHINE -> begin(world);
            case SCALE -> world.answer = words(part.scale(number));
            case NANOS -> {
                GuestTime.Scale scale = part.scale(other);
                world.answer = "%,d ns".formatted(part.scaleTsc(number, scale));
            }
            case PUBLISH -> part.publishTime(who, false);
            case FORCE -> part.publishTime(who, true);
            case SET -> world.answer = rc(part.setSingleshotTimer(who, number, false));
            case SET_AHEAD -> world.answer = rc(part.setSingleshotTimer(who, number, true));
            case FIRE -> part.fireExpired(who);
            case CHANGE -> {
                Runstate to = Runstate.values()[(int) number];
                part.accountRunstate(who, world.states[vcpu], to);
                world.states[vcpu] = to;
            }
            case PASS -> world.tsc += number;
            case COMPARE -> world.compareClocks();
            case SCRIBBLE -> world.record[vcpu][Field.VERSION.ordinal()] = number;
            case PERIODIC -> {
                world.periods[vcpu] = number;
                world.deadlines[vcpu][Timer.PERIODIC.ordinal()] =
                        number == 0 ? GuestTime.NEVER : world.exactNanos() + number;
            }
            case POLL -> world.deadlines[vcpu][Timer.POLL.ordinal()] = world.exactNanos() + number;
        }
    }

    private void begin(TimeWorld world) {
        world.hertz = number;
        world.tsc = number;
        world.compareClocks();
        world.hasArea = (other & 1) == 0;
        world.knowsMark = (other & 2) == 0;
    }

    static String words(GuestTime.Scale scale) {
        return "multiplier 0x%x, shift %d".formatted(scale.multiplier(), scale.shift());
    }

    private static String rc(long answer) {
        return Errno.describe(answer);
    }

    /// A machine, and `count` operations of the given kinds, decided by `seed`.
    static List<Op> random(long seed, int count, List<Kind> kinds) {
        Dice dice = new Dice(seed);
        List<Op> ops = new ArrayList<>();
        long around = GuestTime.SECOND;
        ops.add(new Op(Kind.MACHINE, 0, HERTZ[dice.below(HERTZ.length)], dice.below(4)));
        for (int i = 0; i < count; i++) {
            Kind kind = kinds.get(dice.below(kinds.size()));
            int vcpu = dice.below(TimeWorld.VCPUS);
            long wild = 1L << dice.below(40) | dice.below(1 << 20);
            ops.add(
                    switch (kind) {
                        case SCALE -> new Op(kind, 0, Math.clamp(wild, 1000, 100L << 30), 0);
                        case NANOS -> {
                            long ticks = (1L << dice.below(50)) + dice.below(1 << 30);
                            yield new Op(kind, 0, ticks, HERTZ[dice.below(HERTZ.length)]);
                        }
                        case MACHINE, PUBLISH, FORCE, FIRE, COMPARE -> new Op(kind, vcpu, 0, 0);
                        case SET, SET_AHEAD -> {
                            long[] deadlines = {0, 1, around, around + wild, -wild, -1, 1L << 62};
                            yield new Op(kind, vcpu, deadlines[dice.below(7)], 0);
                        }
                        case CHANGE -> new Op(kind, vcpu, dice.below(4), 0);
                        case PASS -> new Op(kind, vcpu, wild & 0xffff_ffffL, 0);
                        case SCRIBBLE -> new Op(kind, vcpu, 0xffff_fff8L + dice.below(8), 0);
                        case PERIODIC -> new Op(kind, vcpu, dice.below(4) * 1_000_000L, 0);
                        case POLL -> new Op(kind, vcpu, wild & 0xff_ffffL, 0);
                    });
        }
        return ops;
    }

    /// The world that most checks begin with: a counter of two gigahertz, so that two ticks are a
    /// nanosecond, half a second after Xen started and a microsecond after its clocks were
    /// compared.
    static TimeWorld halfASecond() {
        TimeWorld world = new TimeWorld();
        world.tsc = GuestTime.SECOND - 2000;
        world.compareClocks();
        world.tsc += 2000;
        return world;
    }

    @Override
    public String toString() {
        return switch (kind) {
            case MACHINE -> "a second at %,d hertz".formatted(number);
            case SCALE -> "scale(%,d hertz)".formatted(number);
            case NANOS -> "scaleTsc(%,d ticks at %,d hertz)".formatted(number, other);
            case PUBLISH -> "publishTime(d1 v%d)".formatted(vcpu);
            case FORCE -> "publishTime(d1 v%d, forced)".formatted(vcpu);
            case SET -> "setSingleshotTimer(d1 v%d, %,d ns)".formatted(vcpu, number);
            case SET_AHEAD ->
                    "setSingleshotTimer(d1 v%d, %,d ns, must be ahead)".formatted(vcpu, number);
            case FIRE -> "fireExpired(d1 v%d)".formatted(vcpu);
            case CHANGE ->
                    "accountRunstate(d1 v%d, to %s)"
                            .formatted(vcpu, TimeWorld.name(Runstate.values()[(int) number]));
            case PASS -> "%,d ticks".formatted(number);
            case COMPARE -> "a comparison of the clocks";
            case SCRIBBLE -> "d1 v%d writing version %,d".formatted(vcpu, number);
            case PERIODIC -> "d1 v%d setting a period of %,d ns".formatted(vcpu, number);
            case POLL -> "d1 v%d polling for %,d ns".formatted(vcpu, number);
        };
    }
}
