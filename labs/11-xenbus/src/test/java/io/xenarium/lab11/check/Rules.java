package io.xenarium.lab11.check;

import io.xenarium.lab.Rule;

/// The rules of handshakes and byte rings, by the codes under which the workbook speaks of them.
final class Rules {
    static final Rule STATE =
            new Rule(
                    "XN-BUS-01",
                    "wrong state",
                    "each end follows the other, one state at a time, and stays where it is not"
                            + " its turn",
                    "11#states");
    static final Rule HELD =
            new Rule(
                    "XN-BUS-02",
                    "holds what it should not, or not what it should",
                    "a connected device holds its whole ring and one port, every other one nothing",
                    "11#connect");
    static final Rule EARLY =
            new Rule(
                    "XN-BUS-03",
                    "said before it was so",
                    "what a state promises is true before the state is written",
                    "11#say");
    static final Rule BYTES =
            new Rule(
                    "XN-BUS-04",
                    "wrong bytes",
                    "what one side puts in the other takes out: all of it, once, in order",
                    "11#ring");
    static final Rule INDEX =
            new Rule(
                    "XN-BUS-05",
                    "believed an index that cannot be",
                    "no more bytes can be in a ring than it has places; else nothing is touched",
                    "11#ring");
    static final Rule BARRIER =
            new Rule(
                    "XN-BUS-06",
                    "moved the index too soon",
                    "first the bytes, then the index: the other side acts on it at once",
                    "11#say");
    static final Rule SIGNAL =
            new Rule(
                    "XN-BUS-07",
                    "signalled wrongly",
                    "a guest is signalled once when bytes or room are new to it, and else not",
                    "11#notify");
    static final Rule FORBIDDEN =
            new Rule(
                    "XN-BUS-08",
                    "asked the platform for what does not exist",
                    "only what was mapped or bound is given back, and once; places are within the"
                            + " ring",
                    "11#lab");
    static final Rule GUEST =
            new Rule(
                    "XN-BUS-09",
                    "the guest is not served",
                    "in store, rings and console everything is as with Xen",
                    "11#machine");

    private Rules() {}
}
