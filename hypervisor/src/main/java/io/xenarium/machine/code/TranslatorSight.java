package io.xenarium.machine.code;

/// A translator in numbers. They belong to this run of the program, not to the guest: a step back
/// does not take them back.
///
/// @param isResting whether all is interpreted for now
/// @param patience how often a block is interpreted before it is translated
/// @param made how many regions there have been
/// @param waiting how many translations are under way
/// @param refused how many regions could not be made
/// @param executed how many instructions regions have executed
/// @param retired how many instructions the processor has executed in either way
public record TranslatorSight(
        boolean isResting,
        int patience,
        int made,
        int waiting,
        int refused,
        long executed,
        long retired) {}
