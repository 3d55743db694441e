package io.xenarium.lab01.check;

import io.xenarium.lab.Rule;

/// The rules of the processor, by the codes under which the workbook speaks of them.
final class Rules {
    static final Rule RESULT =
            new Rule(
                    "XN-CPU-01",
                    "wrong result",
                    "a result has the bits of its operand's size, and none above",
                    "01#alu");
    static final Rule FLAG =
            new Rule(
                    "XN-CPU-02",
                    "wrong flag",
                    "CF and AF are what went out of a bit, OF says that the sign is wrong,"
                            + " ZF, SF and PF tell of the result",
                    "01#flags");
    static final Rule KEPT =
            new Rule(
                    "XN-CPU-03",
                    "changed a flag that is not its own",
                    "INC and DEC leave CF alone, and arithmetic leaves alone what is not"
                            + " arithmetic",
                    "01#flags");
    static final Rule CONDITION =
            new Rule(
                    "XN-CPU-04",
                    "wrong condition",
                    "unsigned numbers are compared by CF, signed ones by SF and OF",
                    "01#flags");
    static final Rule ADDRESS =
            new Rule(
                    "XN-CPU-05",
                    "wrong address",
                    "base + index · scale + displacement, and RIP means the next instruction",
                    "01#address");
    static final Rule DECODING =
            new Rule(
                    "XN-CPU-06",
                    "wrong instruction",
                    "prefixes, opcode, ModRM, SIB, displacement, constant: in this order, each only"
                            + " where it is asked for",
                    "01#decode");
    static final Rule REGISTER =
            new Rule(
                    "XN-CPU-07",
                    "wrong register or memory",
                    "32 bits clear the upper half of a register, 16 bits leave the rest; POP moves"
                            + " rsp before it writes what was popped",
                    "01#execute");
    static final Rule PRECISE =
            new Rule(
                    "XN-CPU-08",
                    "a fault that changed something",
                    "what can fault comes before the first thing that changes",
                    "01#precise");
    static final Rule RIP =
            new Rule(
                    "XN-CPU-09",
                    "rip in the wrong place",
                    "a fault leaves rip at the instruction, a trap and everything else behind it",
                    "01#precise");
    static final Rule FETCH =
            new Rule(
                    "XN-CPU-10",
                    "fetched what is no part of the instruction",
                    "a byte is taken only when those before it ask for it, and never a sixteenth",
                    "01#decode");
    static final Rule MEMORYLESS =
            new Rule(
                    "XN-CPU-11",
                    "remembered something between two instructions",
                    "between two instructions all state is in the registers: somebody else may be"
                            + " next",
                    "01#precise");
    static final Rule EXCEPTION =
            new Rule(
                    "XN-CPU-12",
                    "wrong exception",
                    "the vector says what happened, and some have an error code",
                    "01#precise");

    private Rules() {}
}
