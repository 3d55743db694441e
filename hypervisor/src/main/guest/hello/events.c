/*
 * events.c: event channels in the two-level ABI, seen from the guest.
 *
 * Three levels tell us that port p was signalled: our vCPU's upcall_pending, bit p/64 of its
 * pending_selector, and bit p of shared_info.pending. Xen sets them from the bottom up; we clear
 * them from the top down. Clearing before looking is what makes it safe: an event that arrives
 * after the clearing sets the bit again and is seen on the next round, so none is lost.
 */
#include "guest.h"

#define VCPU (shared_info.vcpu[0])

static void (*handlers[PORTS])(void);

/* Ports without a handler: how often each fired, for main() to tell. */
static u64 fired[PORTS];
static u64 told[PORTS];
static volatile u64 fired_in_all;

static u64 bit_of(u32 port)
{
    return 1UL << (port % 64);
}

static void mask_bit_set(u32 port)
{
    __atomic_fetch_or(&shared_info.mask[port / 64], bit_of(port), __ATOMIC_SEQ_CST);
}

static void pending_bit_clear(u32 port)
{
    __atomic_fetch_and(&shared_info.pending[port / 64], ~bit_of(port), __ATOMIC_SEQ_CST);
}

/* tag::show-upcall[] */
/* One port: clear first, then handle, so that a signal during the handler is a new event. */
static void deliver(u32 port)
{
    pending_bit_clear(port);
    if (handlers[port] != 0) {
        handlers[port]();
    } else {
        fired[port]++;
        fired_in_all++;
    }
}

/* How often Xen has entered us: main() sees by it whether something happened. */
volatile u64 upcalls;

/* Called by event_entry in start.S, with upcalls masked. Handlers only take notes; what takes long
   is done by main(). */
void event_upcall(void)
{
    upcalls++;
    do {
        VCPU.upcall_pending = 0;
        u64 selector = __atomic_exchange_n(&VCPU.pending_selector, 0, __ATOMIC_SEQ_CST);
        while (selector != 0) {
            u32 word = __builtin_ctzl(selector);
            selector &= selector - 1;
            u64 ready;
            while ((ready = __atomic_load_n(&shared_info.pending[word], __ATOMIC_SEQ_CST)
                            & ~shared_info.mask[word]) != 0)
                deliver(64 * word + __builtin_ctzl(ready));
        }
        barrier();
    } while (__atomic_load_n(&VCPU.upcall_pending, __ATOMIC_SEQ_CST));
}
/* end::show-upcall[] */

/* Masks every port, so that nothing fires before someone waits for it, and tells Xen where to
   enter. Upcalls stay masked until interrupts_on(). */
void events_start(void)
{
    for (u32 word = 0; word < PORTS / 64; word++)
        shared_info.mask[word] = ~0UL;
    struct callback_register event = {CALLBACKTYPE_EVENT, 0, 0, (u64)event_entry};
    struct callback_register failsafe = {CALLBACKTYPE_FAILSAFE, 0, 0, (u64)failsafe_entry};
    hypercall(CALLBACK_OP, CALLBACKOP_REGISTER, (u64)&event, 0);
    hypercall(CALLBACK_OP, CALLBACKOP_REGISTER, (u64)&failsafe, 0);
}

s64 event_op(int op, void *argument)
{
    return hypercall(EVENT_CHANNEL_OP, op, (u64)argument, 0);
}

/* From now on `handler` runs, inside the upcall, whenever the port fires. */
void events_on(u32 port, void (*handler)(void))
{
    handlers[port] = handler;
    event_unmask(port);
}

void event_mask(u32 port)
{
    mask_bit_set(port);
}

/* Unmasking must look whether the port became pending meanwhile, and raise the upcall again if so.
   Xen does both in one step. (A guest may clear the bit itself and ask Xen only if the port is
   pending; we always ask, so that there is something to watch.) */
s64 event_unmask(u32 port)
{
    struct evtchn_port argument = {port};
    return event_op(EVTCHNOP_UNMASK, &argument);
}

s64 event_send(u32 port)
{
    struct evtchn_port argument = {port};
    return event_op(EVTCHNOP_SEND, &argument);
}

/* A port that fires when Xen raises `virq` for our vCPU. */
u32 event_bind_virq(u32 virq)
{
    struct evtchn_bind_virq argument = {virq, 0, 0};
    return event_op(EVTCHNOP_BIND_VIRQ, &argument) == 0 ? argument.port : 0;
}

/* The next port without a handler that has fired since it was last asked for, or 0. */
u32 event_next_fired(u64 *times)
{
    static u64 seen;
    u64 total = fired_in_all;
    if (total == seen)
        return 0;
    for (u32 port = 1; port < PORTS; port++) {
        u64 count = fired[port];
        if (count != told[port]) {
            *times = count - told[port];
            told[port] = count;
            return port;
        }
    }
    seen = total;
    return 0;
}

/* What CLI and STI are on bare hardware. Xen looks at upcall_pending when it returns to us, not
   when we clear the mask; so if an event came meanwhile, we make some harmless hypercall. */
/* tag::show-interrupts[] */
void interrupts_off(void)
{
    VCPU.upcall_mask = 1;
    barrier();
}

void interrupts_on(void)
{
    barrier();
    VCPU.upcall_mask = 0;
    barrier();
    if (VCPU.upcall_pending)
        hypercall(XEN_VERSION, 0, 0, 0);
}
/* end::show-interrupts[] */

/* tag::show-block[] */
/* Sleeps until an event. Call it with upcalls masked, after having looked that there is nothing
   to do: Xen unmasks and puts us to sleep in one step, and does not sleep where something is
   pending. Unmasking ourselves first would leave a gap in which the event comes and we sleep on. */
void block(void)
{
    hypercall(SCHED_OP, SCHEDOP_BLOCK, 0, 0);
}
/* end::show-block[] */
