package io.xenarium.lab06.check;

import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.Facts;
import io.xenarium.lab.Rule;
import io.xenarium.lab.Subject;
import io.xenarium.lab06.check.Op.Kind;
import io.xenarium.parts.GuestTime;

import java.util.Optional;

/// The learner's part on a world, and what is expected of the two.
final class Scene {
    private static final Facts FACTS = new Facts(Scene::rule);

    final TimeWorld world;
    final GuestTime part;
    private String last = "nothing";

    Scene(TimeWorld world) {
        this.world = world;
        part = Subject.current().mine().guestTime().make(world);
        if (Subject.current().isReplay()) {
            world.told = Subject.current().steps();
        }
    }

    /// See [Op#halfASecond].
    static Scene halfASecond() {
        return new Scene(Op.halfASecond());
    }

    Scene does(Kind kind, long number) {
        return does(new Op(kind, 0, number, 0));
    }

    Scene does(Kind kind) {
        return does(kind, 0);
    }

    Scene does(Op op) {
        last = op.toString();
        op.happen(part, world);
        return this;
    }

    /// Expects that something is so by now.
    Scene is(String fact, String wanted) {
        String is = world.facts().get(fact);
        if (!is.equals(wanted)) {
            throw FACTS.differs(last, fact, is, wanted);
        }
        return this;
    }

    /// Expects that what was spent in all states is all the time that there was.
    void isSum(long sum, long wanted) {
        if (sum != wanted) {
            throw new CheckFailed(
                    Rules.CHARGED,
                    "after %s, the four states add up to %,d ns".formatted(last, sum),
                    "they add up to %,d ns".formatted(wanted));
        }
    }

    /// The first thing in which `mine` differs from `xen`; empty where nothing does.
    static Optional<CheckFailed> difference(String last, TimeWorld mine, TimeWorld xen) {
        return FACTS.difference(last, mine.facts(), xen.facts());
    }

    private static Rule rule(String last, String fact) {
        if (fact.equals("the answer")) {
            return last.startsWith("scaleTsc")
                    ? Rules.NANOS
                    : last.startsWith("scale") ? Rules.SCALE : Rules.ANSWER;
        }
        if (fact.startsWith("shown")) {
            return Rules.SHOWN;
        }
        if (fact.startsWith("time ")) {
            return Rules.CHARGED;
        }
        if (fact.startsWith("timer interrupts") || fact.startsWith("polls")) {
            return Rules.EVENTS;
        }
        return fact.contains(" timer ") ? Rules.DEADLINE : Rules.RECORD;
    }
}
