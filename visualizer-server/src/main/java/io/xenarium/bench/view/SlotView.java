package io.xenarium.bench.view;

/// Who fills a slot.
///
/// @param slot the slot's name in Java
/// @param lab the lab it belongs to
/// @param holder reference, yours or mutant
/// @param calls how often its part was called since the computer was made, re-runs included
public record SlotView(String slot, String lab, String holder, long calls) {}
