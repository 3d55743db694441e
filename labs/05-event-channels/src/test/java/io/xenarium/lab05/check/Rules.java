package io.xenarium.lab05.check;

import io.xenarium.lab.Rule;

/// The rules of event channels, by the codes under which the workbook speaks of them.
final class Rules {
    static final Rule ANSWER =
            new Rule(
                    "XN-EVT-01",
                    "wrong answer",
                    "what lands in rax is 0 or the port when it went well, -errno when it did not",
                    "05#lab");
    static final Rule BOUND =
            new Rule(
                    "XN-EVT-02",
                    "bound to the wrong thing",
                    "both ends of a wire name each other, and each port keeps the vCPU it notifies",
                    "05#ports");
    static final Rule LOST =
            new Rule(
                    "XN-EVT-03",
                    "lost wake-up",
                    "\"pending && !masked && !upcall\" must never survive a scheduling point",
                    "05#rule");
    static final Rule MASKED =
            new Rule(
                    "XN-EVT-04",
                    "interrupt although masked",
                    "a masked port becomes pending and nothing more; unmask delivers it later",
                    "05#masks");
    static final Rule NEEDLESS =
            new Rule(
                    "XN-EVT-05",
                    "needless upcall",
                    "who turns a selector bit from 0 to 1 raises the upcall once, and nobody else",
                    "05#set");
    static final Rule REFUSED =
            new Rule(
                    "XN-EVT-06",
                    "a refused request changed something",
                    "check everything first, then change: a refusal leaves no trace",
                    "05#lab");
    static final Rule STALE =
            new Rule(
                    "XN-EVT-07",
                    "an old event on a new port",
                    "a port that is given back takes its pending bit with it",
                    "05#ports");
    static final Rule SELECTOR =
            new Rule(
                    "XN-EVT-08",
                    "wrong selector bit",
                    "the selector has one bit for each word of 64 ports, in the vCPU that is told",
                    "05#set");
    static final Rule PENDING =
            new Rule(
                    "XN-EVT-09",
                    "wrong pending or mask bit",
                    "a send sets the pending bit of the far end, unmask clears a mask bit, and the"
                            + " bits of a free port are left alone",
                    "05#set");
    static final Rule FORBIDDEN =
            new Rule(
                    "XN-EVT-10",
                    "asked the platform for what does not exist",
                    "ports go from 1 to ports() - 1, and a vCPU must be there to be told",
                    "05#ports");

    private Rules() {}
}
