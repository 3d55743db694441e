package io.xenarium.lab;

/// A rule that a part can break, in one sentence, with the code under which it is known.
///
/// @param code stable, such as `XN-EVT-03`
/// @param headline the offence in a few words
/// @param sentence the rule
/// @param anchor where the chapter explains it: `05#anchor`
public record Rule(String code, String headline, String sentence, String anchor) {
    /// No rule is broken.
    static final Rule NONE = new Rule("", "", "", "");

    /// A call that does not end.
    public static final Rule RETURNS =
            new Rule(
                    "XN-LAB-01",
                    "never returned",
                    "a hypercall is over before its guest goes on: every loop needs an end",
                    "00#parts");

    /// A call that throws.
    public static final Rule THROWS_NOTHING =
            new Rule(
                    "XN-LAB-02",
                    "threw an exception",
                    "whatever a guest asks for, the answer is a number: 0, a result, or -errno",
                    "00#parts");

    /// A call that returns null.
    public static final Rule RETURNS_SOMETHING =
            new Rule(
                    "XN-LAB-05",
                    "returned nothing",
                    "whoever asks a part goes on with what it answers",
                    "00#parts");

    /// A part that answers the same question in two ways.
    public static final Rule DETERMINISTIC =
            new Rule(
                    "XN-LAB-03",
                    "not the same twice",
                    "a part keeps nothing of its own: no statics, no clock, no randomness, no"
                            + " threads",
                    "00#parts");

    /// A part that makes the machine stop.
    public static final Rule MACHINE_RUNS =
            new Rule(
                    "XN-LAB-04",
                    "stopped the machine",
                    "a wrong request of a guest ends in an error number, never in a stopped"
                            + " machine",
                    "00#errors");
}
