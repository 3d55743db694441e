package io.xenarium.lab03.check;

import io.xenarium.lab.Rule;

/// The rules of finding memory, by the codes under which the workbook speaks of them.
final class Rules {
    static final Rule WALK =
            new Rule(
                    "XN-PAG-01",
                    "wrong walk",
                    "a level's nine bits choose the entry; it ends where an entry maps, or does"
                            + " not",
                    "03#walk");
    static final Rule FRAME =
            new Rule(
                    "XN-PAG-02",
                    "wrong frame",
                    "the frame comes from the last entry, how far into the page from the address",
                    "03#large");
    static final Rule FAULT =
            new Rule(
                    "XN-PAG-03",
                    "wrong access",
                    "every level has to allow it; the error code is the access and what was there",
                    "03#rights");
    static final Rule MARKS =
            new Rule(
                    "XN-PAG-04",
                    "wrong marks",
                    "accessed in every entry that was used, dirty in the last of a store, no more",
                    "03#marks");
    static final Rule TLB =
            new Rule(
                    "XN-PAG-05",
                    "wrong translation in a TLB",
                    "a page stands in the place that the lowest bits of its number name, with what"
                            + " the walk said of all levels, and of this page alone",
                    "03#tlb");
    static final Rule STALE =
            new Rule(
                    "XN-PAG-06",
                    "stale translation",
                    "after INVLPG no TLB knows the page, and all others are still known",
                    "03#stale");
    static final Rule REVIVED =
            new Rule(
                    "XN-PAG-07",
                    "overwrote what another had written",
                    "a mark is set in the entry that was read, or not at all",
                    "03#marks");
    static final Rule TWICE =
            new Rule(
                    "XN-PAG-08",
                    "read twice",
                    "an entry is read once: what was looked at is what is used",
                    "03#walk");
    static final Rule FORBIDDEN =
            new Rule(
                    "XN-PAG-09",
                    "asked the platform for what does not exist",
                    "a table is looked for in the machine before it is read",
                    "03#walk");

    static final Rule NUMBER =
            new Rule(
                    "XN-PAG-10",
                    "bits that are no address",
                    "of an entry, bits 12 to 51 are the address; bit 63 forbids fetches, and it is"
                            + " the sign of the number",
                    "03#walk");

    private Rules() {}
}
