/*
 * trap.c: exceptions. A paravirtual guest has no IDT; it hands Xen a table of handlers, and Xen,
 * which receives every exception, enters them as the processor would have done.
 */
#include "guest.h"

/* What trap_common in start.S leaves on the stack, from rsp up. */
struct trap_frame {
    u64 r15, r14, r13, r12, r11, r10, r9, r8, rdi, rsi, rbp, rbx, rdx, rcx, rax;
    u64 vector, error;
    u64 rip, cs, rflags, rsp, ss;
};

enum { BREAKPOINT = 3, PAGE_FAULT = 14 };

/* tag::show-traps[] */
void traps_start(void)
{
    static struct trap_info table[16];
    for (int row = 0; trap_entries[2 * row + 1] != 0; row++) {
        table[row].vector = trap_entries[2 * row];
        table[row].flags = table[row].vector == BREAKPOINT ? 3 : 0;
        table[row].cs = KERNEL_CS;
        table[row].address = trap_entries[2 * row + 1];
    }
    hypercall(SET_TRAP_TABLE, (u64)table, 0, 0);
}
/* end::show-traps[] */

void trap_handle(struct trap_frame *frame)
{
    if (frame->vector == BREAKPOINT) {
        say("trap 3: a breakpoint; going on at %lx\n", frame->rip);
        return;
    }
    console_last_words();
    say("\ntrap %lu, error code %lx, at rip %lx, rsp %lx\n", frame->vector, frame->error,
        frame->rip, frame->rsp);
    if (frame->vector == PAGE_FAULT)
        say("the address was %lx\n", shared_info.vcpu[0].cr2);
    say("rax %lx rbx %lx rcx %lx rdx %lx rsi %lx rdi %lx\n", frame->rax, frame->rbx, frame->rcx,
        frame->rdx, frame->rsi, frame->rdi);
    say("This kernel cannot go on: SCHEDOP_shutdown, reason crash.\n");
    shutdown(SHUTDOWN_CRASH);
}
