package io.xenarium.lab12.check;

import io.xenarium.lab.Rule;

/// The rules of block back-ends, by the codes under which the workbook speaks of them.
final class Rules {
    static final Rule VERDICT =
            new Rule(
                    "XN-BLK-01",
                    "wrong verdict",
                    "a request will do if each of its segments lies in its page and all of them on"
                            + " the disk; every number in it may be anything",
                    "12#trust");
    static final Rule PAGES =
            new Rule(
                    "XN-BLK-02",
                    "wrong pages mapped",
                    "all pages of a request are mapped or none; what is not to stay is given back"
                            + " once",
                    "12#pages");
    static final Rule ANSWER =
            new Rule(
                    "XN-BLK-03",
                    "wrong response",
                    "each request is answered once, with its own id, when it is known what became"
                            + " of it",
                    "12#ring");
    static final Rule SIGNAL =
            new Rule(
                    "XN-BLK-04",
                    "signalled without need",
                    "whoever sleeps is signalled once, at the index that it named",
                    "12#notify");
    static final Rule LOST =
            new Rule(
                    "XN-BLK-05",
                    "lost wake-up",
                    "say when to wake, then look again; show first, then look who sleeps",
                    "12#notify");
    static final Rule ORDER =
            new Rule(
                    "XN-BLK-06",
                    "the disk was asked for something else",
                    "what will do goes to the disk, as what it is; what will not never comes there",
                    "12#promise");
    static final Rule EARLY =
            new Rule(
                    "XN-BLK-07",
                    "answered while the page was mapped",
                    "with its answer a request's pages are the guest's again",
                    "12#done");
    static final Rule POWER =
            new Rule(
                    "XN-BLK-08",
                    "lost what was flushed",
                    "a flush is answered when all that was answered before it is safe",
                    "12#promise");
    static final Rule RING =
            new Rule(
                    "XN-BLK-09",
                    "believed an index that cannot be",
                    "no more requests can wait than slots are free; the guest writes that index",
                    "12#trust");
    static final Rule FORBIDDEN =
            new Rule(
                    "XN-BLK-10",
                    "asked the platform for what does not exist",
                    "only what was mapped is filled and given back, only what was taken is"
                            + " answered",
                    "12#lab");
    static final Rule DATA =
            new Rule(
                    "XN-BLK-11",
                    "wrong data in the guest's page",
                    "what was read fills the pages of its request, and nothing else does",
                    "12#done");
    static final Rule GUEST =
            new Rule(
                    "XN-BLK-12",
                    "the guest's disk does not answer",
                    "in the ring, on the disk and in the pages everything is as with Xen",
                    "12#machine");

    private Rules() {}
}
