package io.xenarium.lab09.check;

import io.xenarium.lab.Rule;

/// The rules of grant tables, by the codes under which the workbook speaks of them.
final class Rules {
    static final Rule ANSWER =
            new Rule(
                    "XN-GNT-01",
                    "wrong answer",
                    "0 or a handle when it went well, the right GNTST_* below 0 when it did not",
                    "09#lab");
    static final Rule PERMISSION =
            new Rule(
                    "XN-GNT-02",
                    "used without permission",
                    "an entry is for one domain, for one kind of use, and read-only means"
                            + " read-only",
                    "09#entry");
    static final Rule DANGLING =
            new Rule(
                    "XN-GNT-03",
                    "taken back while in use",
                    "the marks cover the whole use: set before it begins, cleared after it has"
                            + " ended",
                    "09#marks");
    static final Rule MARKS =
            new Rule(
                    "XN-GNT-04",
                    "wrong mark",
                    "reading is marked while anybody uses the entry, writing while anybody may"
                            + " write",
                    "09#marks");
    static final Rule PINS =
            new Rule(
                    "XN-GNT-05",
                    "wrong count of pins",
                    "each part of each mapping holds one pin of its kind, no more and no less",
                    "09#pins");
    static final Rule REFUSED =
            new Rule(
                    "XN-GNT-06",
                    "a refused request changed something",
                    "whatever fails half-way gives back what it took: a refusal leaves no trace",
                    "09#map");
    static final Rule HANDLE =
            new Rule(
                    "XN-GNT-07",
                    "wrong mapping behind a handle",
                    "a handle stands until the last part of its mapping is given back, and no"
                            + " longer",
                    "09#map");
    static final Rule UNSTABLE =
            new Rule(
                    "XN-GNT-08",
                    "believed an entry that had changed",
                    "what an entry said counts only if it still says so in the instant of marking",
                    "09#once");
    static final Rule FORBIDDEN =
            new Rule(
                    "XN-GNT-09",
                    "asked the platform for what does not exist",
                    "references, handles and pins come from guests: look before you touch",
                    "09#lab");
    static final Rule GUEST =
            new Rule(
                    "XN-GNT-10",
                    "the guest's disk does not answer",
                    "back-ends reach a guest's pages through its grants, and through nothing else",
                    "09#one-block");

    private Rules() {}
}
