package io.xenarium.machine.code;

/// Where a region can be entered.
///
/// @param region the region
/// @param number which of its entries
/// @param at the entry's address, from the region's base
/// @param mfn the frame that holds it
/// @param need how many instructions must be allowed
record RegionEntry(Region region, int number, long at, int mfn, int need) {
    /// How the region of `part` is entered there.
    static RegionEntry of(Region region, RegionPart part) {
        return new RegionEntry(region, part.entry, part.at, part.frame.mfn, part.need);
    }
}
