package io.xenarium.bench.view;

import tools.jackson.databind.node.ObjectNode;

import java.util.List;
import java.util.Map;

/// All that the page draws of one moment.
///
/// @param t the number of the newest event: the position on the time bar
/// @param nanos virtual time
/// @param end the newest event that this branch has got to, and its time in `endNanos`
/// @param running whether the machine goes on by itself
/// @param idle whether nothing can happen without an input
/// @param seeking the event that the machine is on its way to, −1 where it is at rest
/// @param branch the branch of time it is on, from 0
/// @param branches all of them, in the order in which they came to be
/// @param breakpoints what a run stops at, in words
/// @param sentence the newest event in words
/// @param event the newest event, null before the first
/// @param views the views that pages look at just now, by the key that they were told
/// @param lanes the same beside a computer with the reference in all slots, null while nobody
///   compares
/// @param cpu the vCPU in focus, null while there is no guest
public record Frame(
        long t,
        long nanos,
        long end,
        long endNanos,
        boolean running,
        boolean idle,
        long seeking,
        int branch,
        List<BranchView> branches,
        List<String> breakpoints,
        String sentence,
        ObjectNode event,
        List<DomainView> domains,
        List<SlotView> slots,
        CpuView cpu,
        ChannelsView events,
        Map<String, Object> views,
        LanesView lanes) {}
