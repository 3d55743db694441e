package io.xenarium.lab;

/// What one check found.
///
/// @param tier 1 to 5
/// @param task such as `05.2`
/// @param check name of the check, as in a token
/// @param sentence the same in words
/// @param text the four lines of a failure, the next step where nothing is written yet, the reason
///   where it was not run; where it passed, what it has to remark, mostly nothing
/// @param code of the rule that is broken, empty where none is
/// @param headline the offence in a few words, empty where there is none
/// @param token repeats the case; empty where there is nothing to repeat
public record Verdict(
        int tier,
        String task,
        String check,
        String sentence,
        Status status,
        String text,
        String code,
        String headline,
        String token) {
    /// How a check can end.
    public enum Status {
        PASSED,
        FAILED,
        /// The skeleton's NotYet was met.
        NOT_YET,
        /// Not run, because something before it has to pass first.
        BLOCKED
    }

    /// `T3 interleavings`.
    public String tierName() {
        return "T" + tier + " " + Tier.NAMES[tier];
    }
}
