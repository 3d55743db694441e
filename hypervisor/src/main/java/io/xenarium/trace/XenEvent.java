package io.xenarium.trace;

/// Something that happened in the machine or in Xen, in the past tense, with the state before and
/// after where it changed one. Each family is one topic; a reader that does not know a new event
/// fails to compile, by design.
public sealed interface XenEvent
        permits CpuEvent,
                DomainEvent,
                GrantEvent,
                MemoryEvent,
                PortEvent,
                RingEvent,
                SchedEvent,
                StoreEvent {
    /// When, where and why.
    Stamp stamp();

    /// The topic it belongs to, for [Trace#wants].
    Topic topic();
}
