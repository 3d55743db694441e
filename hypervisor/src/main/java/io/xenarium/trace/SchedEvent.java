package io.xenarium.trace;

import io.xenarium.terms.DomId;
import io.xenarium.terms.Nanos;
import io.xenarium.terms.VcpuId;

/// A vCPU changed what it is doing.
public sealed interface SchedEvent extends XenEvent {
    @Override
    default Topic topic() {
        return Topic.SCHED;
    }

    /// A vCPU went from one run state to another.
    record RunstateChanged(Stamp stamp, DomId subject, VcpuId target, Runstate from, Runstate to)
            implements SchedEvent {}

    /// A timer of a vCPU was set to go off at `deadline`.
    record TimerSet(Stamp stamp, DomId subject, VcpuId target, Nanos deadline)
            implements SchedEvent {}

    /// A timer of a vCPU went off.
    record TimerFired(Stamp stamp, DomId subject, VcpuId target, Nanos deadline)
            implements SchedEvent {}

    /// What a vCPU is doing, in the order of public/vcpu.h (RUNSTATE_*).
    enum Runstate {
        RUNNING,
        RUNNABLE,
        BLOCKED,
        OFFLINE
    }
}
