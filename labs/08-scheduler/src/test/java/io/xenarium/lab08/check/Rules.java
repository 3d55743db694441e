package io.xenarium.lab08.check;

import io.xenarium.lab.Rule;

/// The rules of scheduling, by the codes under which the workbook speaks of them.
final class Rules {
    static final Rule CREDIT =
            new Rule(
                    "XN-SCH-01",
                    "wrong credit",
                    "running costs 256 over the weight; what a division leaves over is kept",
                    "08#credit");
    static final Rule REFILL =
            new Rule(
                    "XN-SCH-02",
                    "wrong refill",
                    "everybody gets the same, once the best has none; savings have a limit",
                    "08#refill");
    static final Rule WORTH =
            new Rule(
                    "XN-SCH-03",
                    "wrong worth",
                    "credit, less a margin for each reason not to run here and now",
                    "08#worth");
    static final Rule PICKED =
            new Rule(
                    "XN-SCH-04",
                    "wrong vCPU picked",
                    "whoever is worth most here runs; of equals who runs, then who came first",
                    "08#pick");
    static final Rule SLICE =
            new Rule(
                    "XN-SCH-05",
                    "wrong slice",
                    "until the next best would be ahead, between 1 and 10 ms, within the budget",
                    "08#slice");
    static final Rule QUEUED =
            new Rule(
                    "XN-SCH-06",
                    "queued at the wrong processor",
                    "where fewest are, where it likes to be, where it was: in this order",
                    "08#wake");
    static final Rule TICKLED =
            new Rule(
                    "XN-SCH-07",
                    "a processor looks again too early or too late",
                    "less credit gives way to more, after a millisecond, and never later than"
                            + " planned",
                    "08#wake");
    static final Rule LOST =
            new Rule(
                    "XN-SCH-08",
                    "a vCPU waits while a processor idles",
                    "a processor does not idle while somebody who may run on it waits",
                    "08#steal");
    static final Rule UNFAIR =
            new Rule(
                    "XN-SCH-09",
                    "somebody does not get its share",
                    "whoever always wants to run gets its share by weight, whatever others do",
                    "08#fair");
    static final Rule FORBIDDEN =
            new Rule(
                    "XN-SCH-10",
                    "picked a vCPU that cannot run there",
                    "it can go on, runs nowhere else, and may run on this processor",
                    "08#pick");
    static final Rule GUEST =
            new Rule(
                    "XN-SCH-11",
                    "the guests run in another order",
                    "the same decisions, at the same moments",
                    "08#lab");

    private Rules() {}
}
