package io.xenarium.lab06.check;

import io.xenarium.lab.Rule;

/// The rules of time, by the codes under which the workbook speaks of them.
final class Rules {
    static final Rule ANSWER =
            new Rule(
                    "XN-TIM-01",
                    "wrong answer",
                    "0 where the timer is set; -ETIME where the deadline has passed and must not",
                    "06#timers");
    static final Rule SCALE =
            new Rule(
                    "XN-TIM-02",
                    "wrong scale",
                    "the multiplier has 32 bits, and its highest is set; shift is what was left"
                            + " out",
                    "06#scale");
    static final Rule NANOS =
            new Rule(
                    "XN-TIM-03",
                    "wrong number of nanoseconds",
                    "shift, multiply in 96 bits without a sign, drop the lowest 32",
                    "06#scale");
    static final Rule RECORD =
            new Rule(
                    "XN-TIM-04",
                    "wrong time record",
                    "a record holds the stamp, the scale and an even version, and its copy the"
                            + " same",
                    "06#record");
    static final Rule TORN =
            new Rule(
                    "XN-TIM-05",
                    "a reader believed half a record",
                    "the version is odd from before the first change until after the last",
                    "06#version");
    static final Rule DEADLINE =
            new Rule(
                    "XN-TIM-06",
                    "wrong deadline",
                    "no deadline lies behind; what is missed is not made up for",
                    "06#timers");
    static final Rule LOST =
            new Rule(
                    "XN-TIM-07",
                    "a deadline was lost",
                    "exchange the deadline that you saw, not whatever has come in its place",
                    "06#expire");
    static final Rule EVENTS =
            new Rule(
                    "XN-TIM-08",
                    "wrong number of timer events",
                    "one deadline that has come, one event; a poll ends in waking up",
                    "06#expire");
    static final Rule CHARGED =
            new Rule(
                    "XN-TIM-09",
                    "time charged wrongly",
                    "each nanosecond belongs to one state: the one that ends now",
                    "06#runstate");
    static final Rule SHOWN =
            new Rule(
                    "XN-TIM-10",
                    "wrong run-state record in the guest",
                    "marked while it changes, where the guest knows the mark; then all of it",
                    "06#runstate");
    static final Rule GUEST =
            new Rule(
                    "XN-TIM-11",
                    "the guest does not sleep as long as it wants",
                    "a guest that calculates with its record and waits for its timer agrees with"
                            + " Xen",
                    "06#sleep");

    private Rules() {}
}
