package io.xenarium.lab00.check;

import io.xenarium.lab.Rule;

/// The rules of Xen's console, by the codes under which the workbook speaks of them.
final class Rules {
    static final Rule ANSWER =
            new Rule(
                    "XN-CON-01",
                    "wrong answer",
                    "0 when all was written, else -errno: first who asks, then what is asked",
                    "00#errors");
    static final Rule TEXT =
            new Rule(
                    "XN-CON-02",
                    "the console shows other bytes",
                    "every byte that the guest wrote comes out once, in order",
                    "00#parts");
    static final Rule DISTRUST =
            new Rule(
                    "XN-CON-03",
                    "trusted a guest's pointer",
                    "a guest's pointer is a question; where the answer is no, the write ends",
                    "00#distrust");
    static final Rule CHUNK =
            new Rule(
                    "XN-CON-04",
                    "too much at once",
                    "a guest decides how long a text is, Xen how much memory it spends on it",
                    "00#distrust");
    static final Rule BUG =
            new Rule(
                    "XN-CON-05",
                    "not this bug",
                    "a cause explains every byte that is wrong, and every byte that is right",
                    "00#problem");

    private Rules() {}
}
