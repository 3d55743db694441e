package io.xenarium.lab08.check;

import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.Facts;
import io.xenarium.lab.Rule;
import io.xenarium.lab.Subject;
import io.xenarium.lab08.check.Op.Kind;
import io.xenarium.parts.Scheduler;

import java.util.Optional;
import java.util.function.Consumer;

/// The learner's part on a world, and what is expected of the two.
final class Scene {
    private static final Facts FACTS = new Facts(Scene::rule);

    final SchedWorld world;
    final Scheduler part;
    private String last = "nothing";

    Scene(SchedWorld world) {
        this.world = world;
        part = Subject.current().mine().scheduler().make(world);
        if (Subject.current().isReplay()) {
            world.told = Subject.current().steps();
        }
    }

    /// So many vCPUs of full credit that wait at processor 0, and processors that idle.
    static Scene of(int vcpus, int pcpus) {
        return new Scene(new SchedWorld(vcpus, pcpus));
    }

    /// Lets the world be as the check wants it.
    Scene where(Consumer<SchedWorld> change) {
        change.accept(world);
        return this;
    }

    Scene does(Kind kind, int vcpu, long number) {
        Op op = new Op(kind, vcpu, number);
        last = op.toString();
        op.happen(part, world);
        return this;
    }

    Scene does(Kind kind, int vcpu) {
        return does(kind, vcpu, 0);
    }

    /// Expects that something is so by now.
    Scene is(String fact, String wanted) {
        String is = world.facts().get(fact);
        if (!is.equals(wanted)) {
            throw FACTS.differs(last, fact, is, wanted);
        }
        return this;
    }

    /// The first thing in which `mine` differs from `xen`; empty where nothing does.
    static Optional<CheckFailed> difference(String last, SchedWorld mine, SchedWorld xen) {
        return FACTS.difference(last, mine.facts(), xen.facts());
    }

    private static Rule rule(String last, String fact) {
        if (fact.equals("the answer")) {
            return last.startsWith("worth")
                    ? Rules.WORTH
                    : last.startsWith("slice") ? Rules.SLICE : Rules.PICKED;
        }
        if (fact.equals("refills") || last.startsWith("account")) {
            return Rules.REFILL;
        }
        if (fact.startsWith("on p")) {
            return Rules.PICKED;
        }
        if (fact.startsWith("the slice")) {
            return last.startsWith("wake") ? Rules.TICKLED : Rules.SLICE;
        }
        return fact.startsWith("queue") ? Rules.QUEUED : Rules.CREDIT;
    }
}
