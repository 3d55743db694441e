package io.xenarium.machine.code;

import java.util.List;

/// The regions of a processor: which blocks are to be translated, and what has become of it.
final class Translations {
    private final RegionFinder finder;
    private final List<Object> constants;
    private final int patience;

    Translations(Interpreter interpreter, int patience) {
        this.patience = patience;
        finder = new RegionFinder(interpreter, patience);
        constants = List.of(interpreter.core().memory.freePages(), interpreter.fetch().free());
    }

    /// Looks at a block that has been executed often.
    void consider(Block block, long rip, boolean isLong) {
        block.patience = Integer.MAX_VALUE;
        if (!isLong || block.translatable() == 0) {
            return;
        }
        RegionPlan plan = finder.find(rip);
        plan.connect();
        byte[] bytes = RegionClass.bytes(plan);
        Region region = RegionClass.define(bytes, plan, constants);
        for (RegionPart part : plan.parts()) {
            part.frame.add(plan);
            part.block.patience = patience;
        }
        for (RegionPart part : plan.entries()) {
            if (part.block.entry == null || part == plan.entries().getFirst()) {
                part.block.entry = new RegionEntry(region, part.entry, part.at, part.need);
            }
            part.block.patience = 0;
        }
    }

    /// Forgets that a region could be entered at `block`.
    void forget(Block block) {
        block.entry = null;
        block.patience = patience;
    }
}
