package io.xenarium.machine.code;

/// MMX, and SSE up to SSE4.2: moves and shuffles in [VectorMoves] and [VectorElements], integers in
/// [VectorIntegers], floating point in [VectorFloats], text in [VectorText].
final class VectorOps {
    private final Vectors vectors;
    private final VectorMoves moves;
    private final VectorIntegers integers;
    private final VectorElements elements;
    private final VectorFloats floats;
    private final VectorText text;

    VectorOps(Core core) {
        vectors = new Vectors(core);
        moves = new VectorMoves(core, vectors);
        integers = new VectorIntegers(core, vectors);
        elements = new VectorElements(core, vectors);
        floats = new VectorFloats(core, vectors);
        text = new VectorText(core, vectors);
    }

    /// Executes `s`, or returns false if it is none of ours.
    boolean execute(Step s) {
        vectors.require(s);
        boolean isKnown =
                moves.execute(s)
                        || integers.execute(s)
                        || elements.execute(s)
                        || floats.execute(s)
                        || text.execute(s);
        vectors.usedMmx(s);
        return isKnown;
    }
}
