package io.xenarium.trace;

import io.xenarium.terms.Maddr;
import io.xenarium.terms.Mfn;

/// A frame or a page table changed.
public sealed interface MemoryEvent extends XenEvent {
    @Override
    default Topic topic() {
        return Topic.MEMORY;
    }

    /// A frame changed its type or its type count. `from` and `to` are type names as Xen prints
    /// them.
    record TypeChanged(Stamp stamp, Mfn mfn, FrameType from, FrameType to, long typeCount)
            implements MemoryEvent {}

    /// A page-table entry was changed by way of Xen.
    record EntryWritten(Stamp stamp, Maddr entry, long before, long after) implements MemoryEvent {}

    /// A table was pinned to a type, or released.
    record Pinned(Stamp stamp, Mfn mfn, FrameType type, boolean isPinned) implements MemoryEvent {}

    /// The vCPU changed its page-table root.
    record BaseSwitched(Stamp stamp, Mfn from, Mfn to) implements MemoryEvent {}

    /// The exclusive types of a frame (xen/include/asm-x86/mm.h, PGT_*).
    enum FrameType {
        NONE,
        L1,
        L2,
        L3,
        L4,
        SEGMENT_DESCRIPTORS,
        WRITABLE,
        SHARED;

        /// The level of a page table: 4 for the top; 0 where the frame is none.
        public int level() {
            return switch (this) {
                case L1 -> 1;
                case L2 -> 2;
                case L3 -> 3;
                case L4 -> 4;
                default -> 0;
            };
        }
    }
}
