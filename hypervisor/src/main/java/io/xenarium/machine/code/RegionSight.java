package io.xenarium.machine.code;

import java.util.List;

/// What a page can show of a translated region.
///
/// @param frameMfn the machine frame of its first block
/// @param offset where in the frame it begins
/// @param instructions how many guest instructions it executes itself
/// @param entered how often it was entered: its heat
/// @param blocks one line for each block: where it is, whether a run may enter or is checked there,
///   and the operations of its instructions
public record RegionSight(
        int frameMfn, int offset, int instructions, long entered, List<String> blocks) {
    public RegionSight {
        blocks = List.copyOf(blocks);
    }
}
