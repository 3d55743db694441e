package io.xenarium.lab02.check;

import io.xenarium.lab.Rule;

/// The rules of entering and leaving Xen, by the codes under which the workbook speaks of them.
final class Rules {
    static final Rule ANSWER =
            new Rule(
                    "XN-TRP-01",
                    "wrong answer",
                    "what a hypercall answers is 0 or a result when it went well, -errno when not",
                    "02#hypercalls");
    static final Rule FRAME =
            new Rule(
                    "XN-TRP-02",
                    "wrong frame",
                    "upwards from rsp: rcx, r11, error code, rip, cs and mask, rflags, rsp, ss",
                    "02#frame");
    static final Rule REGISTER =
            new Rule(
                    "XN-TRP-03",
                    "wrong register",
                    "a handler finds rsp, rip, rflags set for it; after iret all is as it was",
                    "02#iret");
    static final Rule MASK =
            new Rule(
                    "XN-TRP-04",
                    "wrong event mask",
                    "the frame's IF is the mask turned round; iret takes the mask from there",
                    "02#frame");
    static final Rule MODE =
            new Rule(
                    "XN-TRP-05",
                    "wrong mode",
                    "a handler runs in kernel mode, on the kernel's stack; level 3 returns to user",
                    "02#stack");
    static final Rule TABLE =
            new Rule(
                    "XN-TRP-06",
                    "wrong trap table",
                    "the whole list is read and checked before the first handler is set",
                    "02#table");
    static final Rule CALLED =
            new Rule(
                    "XN-TRP-07",
                    "wrong hypercall made",
                    "number and arguments are the guest's, all 64 bits of each; a number that has"
                            + " no place in the table is ENOSYS",
                    "02#hypercalls");
    static final Rule TWICE =
            new Rule(
                    "XN-TRP-08",
                    "read twice",
                    "what was checked is what is used: a guest's memory is read once",
                    "02#twice");
    static final Rule CRASH =
            new Rule(
                    "XN-TRP-09",
                    "guest ended or not",
                    "a guest without a handler, a stack or a frame cannot go on, and no other ends",
                    "02#stack");
    static final Rule FORBIDDEN =
            new Rule(
                    "XN-TRP-10",
                    "asked the platform for what does not exist",
                    "the table of hypercalls goes from 0 to hypercalls() - 1",
                    "02#hypercalls");

    static final Rule ENTRY =
            new Rule(
                    "XN-TRP-11",
                    "wrong entry of a list",
                    "an entry's second word takes its answer, an iret's too; what is left of a"
                            + " member takes the place of its arguments",
                    "02#twice");
    static final Rule REST =
            new Rule(
                    "XN-TRP-12",
                    "too long in Xen",
                    "after ENTRIES_AT_ONCE entries, and where a member has work left, the guest"
                            + " makes the hypercall again from there",
                    "02#hypercalls");
    static final Rule RECORD =
            new Rule(
                    "XN-TRP-13",
                    "a hypercall that is in no record",
                    "what a guest asks for is written down before it is done",
                    "02#hypercalls");
    static final Rule CALLER =
            new Rule(
                    "XN-TRP-14",
                    "wrong register after a hypercall",
                    "first the flags come back out of r11; what an iret sets then stays; rax gets"
                            + " the answer, or rip goes back onto the SYSCALL",
                    "02#hypercalls");
    static final Rule EARLY =
            new Rule(
                    "XN-TRP-15",
                    "looked at too early",
                    "loadSegments judges the mode and the rip that it finds, so it comes last",
                    "02#iret");

    private Rules() {}
}
