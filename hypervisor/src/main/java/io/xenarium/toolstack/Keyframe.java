package io.xenarium.toolstack;

import io.xenarium.trace.XenEvent;
import io.xenarium.xen.Snapshot;

import java.util.Optional;

/// A moment between two instructions that can be gone back to.
///
/// @param seq the newest event then
/// @param nanos virtual time
/// @param retired instructions that guests had retired
/// @param event the newest event itself, where it was seen
/// @param counts events by topic up to then
/// @param cost bytes that it does not share with the keyframe before it
record Keyframe(
        Snapshot snapshot,
        long seq,
        long nanos,
        long retired,
        Optional<XenEvent> event,
        long[] counts,
        long cost) {}
