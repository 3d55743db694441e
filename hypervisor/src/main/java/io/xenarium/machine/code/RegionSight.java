package io.xenarium.machine.code;

import java.util.List;

/// What a page can show of a translated region.
///
/// @param number which of the processor's regions it is, from 1; no other ever gets it
/// @param frameMfn the machine frame of its first block
/// @param isLarge whether it is a loop with all that lies around it
/// @param instructions how many guest instructions it executes itself
/// @param codeBytes bytes of bytecode
/// @param classBytes bytes of the class file
/// @param entered how often it was entered
/// @param executed how many instructions it has executed: its heat
/// @param pieces its blocks, the root first
public record RegionSight(
        int number,
        int frameMfn,
        boolean isLarge,
        int instructions,
        int codeBytes,
        int classBytes,
        long entered,
        long executed,
        List<Piece> pieces) {
    public RegionSight {
        pieces = List.copyOf(pieces);
    }

    /// A block of guest code.
    ///
    /// @param vaddr where it was when the region was made
    /// @param bytes how long it is
    /// @param isEntry whether the region can be entered here
    public record Piece(long vaddr, int bytes, boolean isEntry) {}
}
