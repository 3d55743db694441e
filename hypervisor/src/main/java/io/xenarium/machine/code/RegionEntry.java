package io.xenarium.machine.code;

/// Where a region can be entered.
///
/// @param region the region
/// @param number which of its entries
/// @param at the entry's address, from the region's base
/// @param need how many instructions must be allowed
record RegionEntry(Region region, int number, long at, int need) {}
