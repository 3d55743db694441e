package io.xenarium.lab07.check;

import io.xenarium.lab.Rule;

/// The rules of building a domain, by the codes under which the workbook speaks of them.
final class Rules {
    static final Rule NOTES =
            new Rule(
                    "XN-BLD-01",
                    "notes read wrongly",
                    "the notes of the owner Xen, each of its own length, and none beyond the end",
                    "07#notes");
    static final Rule NUMBER =
            new Rule(
                    "XN-BLD-02",
                    "wrong number in a note",
                    "a number has 4 or 8 bytes, the lowest first, and no sign",
                    "07#notes");
    static final Rule SEGMENT =
            new Rule(
                    "XN-BLD-03",
                    "a segment does not lie where it belongs",
                    "each byte goes to its physical address, less the offset, and to no other",
                    "07#segments");
    static final Rule OUTSIDE =
            new Rule(
                    "XN-BLD-04",
                    "not the domain's memory",
                    "frame for frame: what is next to the guest is elsewhere in the machine",
                    "07#frames");
    static final Rule P2M =
            new Rule(
                    "XN-BLD-05",
                    "wrong list of frames",
                    "entry n of the list is the machine frame behind pfn n",
                    "07#p2m");
    static final Rule TABLE =
            new Rule(
                    "XN-BLD-06",
                    "wrong entry in a page table",
                    "an entry has a machine frame and its flags; a table that begins is empty",
                    "07#tables");
    static final Rule WRITABLE =
            new Rule(
                    "XN-BLD-07",
                    "a page table can be written to",
                    "a guest sees its page tables, and never with the right to write",
                    "07#tables");
    static final Rule START_INFO =
            new Rule(
                    "XN-BLD-08",
                    "wrong start-info page",
                    "mfns for what Xen is to find, addresses for what the guest is to find",
                    "07#start-info");
    static final Rule VCPU =
            new Rule(
                    "XN-BLD-09",
                    "the first vCPU begins wrongly",
                    "rip at the entry, rsp at the end of the stack, rsi at start_info, as it sees"
                            + " them",
                    "07#vcpu");
    static final Rule ORDER =
            new Rule(
                    "XN-BLD-10",
                    "what is laid depends on what was laid before",
                    "each piece is laid from the plan alone",
                    "07#plan");
    static final Rule GUEST =
            new Rule(
                    "XN-BLD-11",
                    "the guest does not come up as on Xen",
                    "a guest that finds what it was promised boots",
                    "07#boot");

    private Rules() {}
}
