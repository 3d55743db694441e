package io.xenarium.machine.code;

/// Who is asked about a block that has been executed often.
@FunctionalInterface
interface Regions {
    /// Nobody: every block is interpreted.
    Regions NONE =
            (block, _) -> {
                block.patience = Integer.MAX_VALUE;
                return false;
            };

    /// Executes from `block` on, up to so many retired instructions, if there is a region for it.
    ///
    /// @return false where the block is to be interpreted
    boolean execute(Block block, long limit);
}
