package io.xenarium.lab04.check;

import io.xenarium.lab.Rule;

/// The rules of direct paging, by the codes under which the workbook speaks of them.
final class Rules {
    static final Rule ANSWER =
            new Rule(
                    "XN-MMU-01",
                    "wrong answer",
                    "0 when it went well, the right errno below 0 when it did not",
                    "04#lab");
    static final Rule TYPE =
            new Rule(
                    "XN-MMU-02",
                    "wrong type, or a wrong count of its uses",
                    "one type at a time, and one use for each writable leaf, each table entry, each"
                            + " pin",
                    "04#types");
    static final Rule REFERENCES =
            new Rule(
                    "XN-MMU-03",
                    "wrong count of references",
                    "each use and each leaf holds one reference, and gives back that one",
                    "04#types");
    static final Rule ENTRY =
            new Rule(
                    "XN-MMU-04",
                    "a wrong entry in memory",
                    "an entry is written as Xen stores it, into its place and nowhere else",
                    "04#update");
    static final Rule REFUSED =
            new Rule(
                    "XN-MMU-05",
                    "a refused request changed something",
                    "whatever fails half-way gives back what it took: a refusal leaves no trace",
                    "04#promote");
    static final Rule ESCAPE =
            new Rule(
                    "XN-MMU-06",
                    "a guest can write into a page table",
                    "no frame is a table and mapped writable at once, for nobody and at no time",
                    "04#rule");
    static final Rule STALE =
            new Rule(
                    "XN-MMU-07",
                    "a TLB still allows stores into a table",
                    "first the type, then the TLBs, then the first look: so nobody gets in between",
                    "04#stale");
    static final Rule RACE =
            new Rule(
                    "XN-MMU-08",
                    "believed what had changed",
                    "what was read counts only if it still is so when it is replaced; what was"
                            + " taken stays",
                    "04#race");
    static final Rule FORBIDDEN =
            new Rule(
                    "XN-MMU-09",
                    "asked the platform for what does not exist",
                    "take before you give back, one at a time, and change a type at its first use"
                            + " only",
                    "04#lab");
    static final Rule GUEST =
            new Rule(
                    "XN-MMU-10",
                    "the guest's page tables go another way",
                    "the same frames become tables, in the same order, and the same entries are"
                            + " written",
                    "04#boot");
    static final Rule COSTLY =
            new Rule(
                    "XN-MMU-11",
                    "interrupted every processor for nothing",
                    "only what must not be written any more is worth a flush; memory is not",
                    "04#stale");

    private Rules() {}
}
