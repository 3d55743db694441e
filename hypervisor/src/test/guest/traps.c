/*
 * traps.c: a handler for every vector and every callback, which notes what Xen left on the stack
 * and goes back to whoever tried.
 */
#include "ask.h"

struct frame last;
u64 last_stack, events_seen, nmis_seen;

static struct trap_info table[257];

s64 register_callback(u16 type, u16 flags, u64 address)
{
    struct callback_register callback = {type, flags, 0, address};
    return CALL2(CALLBACK_OP, 0, &callback);
}

void doors_open(void)
{
    for (int vector = 0; vector < 256; vector++) {
        table[vector].vector = vector;
        table[vector].flags = vector == 3 || vector == 4 || vector == 0x80 ? 3 : 0;
        table[vector].cs = KERNEL_CS;
        table[vector].address = doors[vector];
    }
    table[2].flags = 4;
    CALL1(SET_TRAP_TABLE, table);
    register_callback(0, 0, doors[DOOR_EVENT]);
    register_callback(1, 0, doors[DOOR_FAILSAFE]);
    register_callback(2, 1, doors[DOOR_SYSCALL]);
}

/* Called for every door. Events and NMIs are counted and the interrupted code goes on; anything
   else ends what is being tried. */
void entered(struct frame *frame)
{
    last_stack = door_stack + 8;
    if (frame->door == DOOR_EVENT) {
        events_seen++;
        shared->vcpu[0].upcall_pending = 0;
        return;
    }
    if (frame->door == 2) {
        nmis_seen++;
        return;
    }
    last = *frame;
    if (attempt_stack == 0) {
        say("unexpected: door %u, error %x, rip %x, cs %x, rsp %x, cr2 %x\n", last.door, last.error,
            last.rip, last.cs, last.rsp, shared->vcpu[0].cr2);
        leave(1);
    }
    attempt_abandon(frame->door + 1);
}

/* Tries it and says which door it led through. */
void tried(const char *what, void (*code)(u64), u64 argument)
{
    long door = attempt(code, argument);
    if (door == 0)
        say("%s: done\n", what);
    else
        say("%s: vector %d, error %x, cs %x, rip %x\n", what, door - 1, last.error, last.cs,
            last.rip);
}
