package io.xenarium.machine.code;

/// MMX, SSE and SSE2: moves and shuffles in [VectorMoves], integers in [VectorIntegers], floating
/// point in [VectorFloats].
final class VectorOps {
    private final Vectors vectors;
    private final VectorMoves moves;
    private final VectorIntegers integers;
    private final VectorFloats floats;

    VectorOps(Core core) {
        vectors = new Vectors(core);
        moves = new VectorMoves(core, vectors);
        integers = new VectorIntegers(core, vectors);
        floats = new VectorFloats(core, vectors);
    }

    /// Executes `s`, or returns false if it is none of ours.
    boolean execute(Step s) {
        vectors.require(s);
        boolean isKnown = moves.execute(s) || integers.execute(s) || floats.execute(s);
        vectors.usedMmx(s);
        return isKnown;
    }
}
