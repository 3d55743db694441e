package io.xenarium.trace;

import io.xenarium.terms.DomId;

/// A domain was born, changed its state, or died.
public sealed interface DomainEvent extends XenEvent {
    @Override
    default Topic topic() {
        return Topic.DOMAIN;
    }

    /// The toolstack made a domain.
    record Created(Stamp stamp, DomId subject, String name, long pages, int vcpus)
            implements DomainEvent {}

    /// The domain went from one state of its life to another.
    record StateChanged(Stamp stamp, DomId subject, Life from, Life to) implements DomainEvent {}

    /// The domain asked to be shut down; `reason` by public/sched.h (0 power-off, 1 reboot, 2
    /// suspend, 3 crash).
    record ShutDown(Stamp stamp, DomId subject, int reason) implements DomainEvent {}

    /// The domain did something it cannot be carried on from.
    record Crashed(Stamp stamp, DomId subject, String why) implements DomainEvent {}

    /// Something of the domain was broken on purpose; `what` says it of the domain: `is made to
    /// crash`.
    record Broken(Stamp stamp, DomId subject, String what) implements DomainEvent {}

    /// The domain and all that it owned is gone.
    record Destroyed(Stamp stamp, DomId subject) implements DomainEvent {}

    /// The states of a domain's life.
    enum Life {
        BUILDING,
        PAUSED,
        RUNNING,
        SHUTDOWN,
        CRASHED,
        DYING
    }
}
