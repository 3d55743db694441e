/*
 * main.c: a kernel that does what every paravirtual kernel does first, and no more. It runs under
 * Xen as a domU, and as dom0 as well.
 */
#include "guest.h"

/* How many ticks are told unasked; then the console belongs to whoever types. */
#define TICKS_TOLD 3

static void tell_who_we_are(const struct start_info *start)
{
    static char answer[64];
    say("\nHello from a paravirtual guest.\n");
    say("%s, %lu pages of memory, shared info at machine address %lx\n", start->magic,
        start->nr_pages, start->shared_info);
    if (store_ask(XS_READ, "name", 0, answer, sizeof answer) >= 0)
        say("XenStore says that I am %s", answer);
    else
        say("XenStore does not tell my name");
    if (store_ask(XS_READ, "memory/target", 0, answer, sizeof answer) >= 0)
        say(" and should use %s KiB", answer);
    say(".\nType help.\n");
}

/* Does what control/shutdown asks for, after having answered by emptying it. */
static void obey_orders(void)
{
    static char order[16], answer[16];
    int length = store_ask(XS_READ, "control/shutdown", 0, order, sizeof order);
    if (length <= 0)
        return;
    store_ask(XS_WRITE, "control/shutdown", "", answer, sizeof answer);
    say("\ncontrol/shutdown says %s\n", order);
    if (text_same(order, "poweroff") || text_same(order, "halt"))
        shutdown(SHUTDOWN_POWEROFF);
}

static void tell_ticks(void)
{
    static u64 told;
    while (told < ticks && told < TICKS_TOLD) {
        told++;
        say("\r\033[Ktick %lu\n", told);
        if (told == TICKS_TOLD)
            say("Further ticks are only counted: type ticks.\n");
        shell_prompt();
    }
}

static void tell_fired(void)
{
    u64 times;
    u32 port;
    while ((port = event_next_fired(&times)) != 0) {
        say("\r\033[Kport %lu fired", (u64)port);
        if (times > 1)
            say(" %lu times", times);
        say("\n");
        shell_prompt();
    }
}

/* All that events have left to do. */
static void work(void)
{
    tell_ticks();
    tell_fired();
    while (console_has_input())
        shell_type(console_read());
    store_poll();
    if (store_watch_fired())
        obey_orders();
}

void main(const struct start_info *start)
{
    /* tag::show-first-words[] */
    early_say("Xenarium's own guest: a small paravirtual kernel.\n"
              "It speaks by CONSOLEIO_write now, a mere hypercall, because it has no other way yet:\n"
              "no console ring, no event channels, and so no interrupts.\n");
    /* end::show-first-words[] */
    traps_start();
    shared_info_map(start->shared_info);
    events_start();
    console_start(start);
    time_start();
    interrupts_on();
    store_start(start);
    tell_who_we_are(start);

    struct evtchn_bind_ipi ipi = {0, 0};
    if (event_op(EVTCHNOP_BIND_IPI, &ipi) == 0) {
        event_unmask(ipi.port);
        say("Port %lu leads back to me: try send %lu.\n", (u64)ipi.port, (u64)ipi.port);
    }
    shell_prompt();

    for (;;) {
        u64 seen = upcalls;
        work();
        /* With upcalls off nothing can come between this look and the sleep. What comes now stays
           pending, and with something pending Xen does not let us sleep. */
        interrupts_off();
        if (upcalls == seen)
            block();
        else
            interrupts_on();
    }
}
