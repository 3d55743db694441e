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

    /// The version of a vCPU's time record became `to`: odd while Xen changes the record, even when
    /// it is whole again.
    record TimeVersionChanged(Stamp stamp, DomId subject, VcpuId target, long from, long to)
            implements SchedEvent {}

    /// A physical processor began to run a vCPU, until `sliceEnd` at the most.
    record Dispatched(Stamp stamp, DomId subject, VcpuId target, int pcpu, Nanos sliceEnd)
            implements SchedEvent {}

    /// A vCPU went from one physical processor to another, or into its queue.
    record Migrated(Stamp stamp, DomId subject, VcpuId target, int from, int to)
            implements SchedEvent {}

    /// The best vCPU had no credit left, so that everybody was given new credit.
    record CreditsRefilled(Stamp stamp, DomId subject, VcpuId target) implements SchedEvent {}

    /// A domain was given another weight and cap, in percent; 0 for no cap.
    record ShareSet(Stamp stamp, DomId subject, int weight, int cap) implements SchedEvent {}

    /// It was said where a vCPU may run, and where it should: one bit for each processor.
    record AffinitySet(Stamp stamp, DomId subject, VcpuId target, long hard, long soft)
            implements SchedEvent {}

    /// What a vCPU is doing, in the order of public/vcpu.h (RUNSTATE_*).
    enum Runstate {
        RUNNING,
        RUNNABLE,
        BLOCKED,
        OFFLINE
    }
}
