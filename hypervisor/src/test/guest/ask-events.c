/*
 * ask-events.c: event channels, of two levels and then as queues. Ports are told relative to the
 * first that is free.
 */
#include "ask.h"

enum { BIND_INTERDOMAIN, BIND_VIRQ, BIND_PIRQ, CLOSE, SEND, STATUS, ALLOC_UNBOUND, BIND_IPI,
    BIND_VCPU, UNMASK, RESET, INIT_CONTROL, EXPAND_ARRAY, SET_PRIORITY };

static const void *const NOWHERE = (void *)8;
static u32 first;

struct interdomain { u16 domain; u16 pad; u32 remote; u32 local; };
struct virq { u32 virq; u32 vcpu; u32 port; };
struct ipi { u32 vcpu; u32 port; };
struct unbound { u16 domain; u16 remote; u32 port; };
struct status { u16 domain; u16 pad; u32 port; u32 status; u32 vcpu; u32 more[2]; };
struct bind_vcpu { u32 port; u32 vcpu; };
struct control { u64 frame; u32 offset; u32 vcpu; u8 bits; };
struct priority { u32 port; u32 priority; };

static s64 event(u64 op, void *argument)
{
    return CALL2(EVENT_CHANNEL_OP, op, argument);
}

static s64 on_port(u64 op, u32 port)
{
    return event(op, &port);
}

/* A port as it is told. */
static s64 told(u32 port)
{
    return (s64)port - first;
}

static s64 alloc(u16 domain, u16 remote, u32 *port)
{
    struct unbound request = {domain, remote, 0};
    s64 answer = event(ALLOC_UNBOUND, &request);
    *port = request.port;
    return answer;
}

static void status(const char *what, u32 port)
{
    struct status request = {DOMID_SELF, 0, port, 99, 99, {99, 99}};
    s64 answer = event(STATUS, &request);
    say("status of %s = %d", what, answer);
    if (answer == 0)
        say(": status %u, vcpu %u", (u64)request.status, (u64)request.vcpu);
    if (answer == 0 && request.status == 4)
        say(", virq %u", (u64)request.more[0]);
    say("\n");
}

static int is_set(volatile u64 *words, u32 port)
{
    return words[port / 64] >> port % 64 & 1;
}

static void unbound(void)
{
    u32 port;
    s64 answer = alloc(DOMID_SELF, DOMID_SELF, &first);
    say("alloc_unbound for ourselves = %d\n", answer);
    status("it", first);
    answer = alloc(DOMID_SELF, 0, &port);
    say("alloc_unbound for domain 0 = %d, port +%d\n", answer, told(port));
    status("it", port);
    result("send to it", on_port(SEND, port));
    result("close", on_port(CLOSE, port));
    status("it", port);
    result("close again", on_port(CLOSE, port));
    answer = alloc(DOMID_SELF, 77, &port);
    say("alloc_unbound for domain 77 = %d\n", answer);
    if (answer == 0)
        on_port(CLOSE, port);
    result("alloc_unbound in domain 0", alloc(0, DOMID_SELF, &port));
    result("alloc_unbound in domain 77", alloc(77, DOMID_SELF, &port));
    result("alloc_unbound in DOMID_INVALID", alloc(0x7ff4, DOMID_SELF, &port));
    result("alloc_unbound from nowhere", event(ALLOC_UNBOUND, (void *)NOWHERE));
}

static void interdomain(void)
{
    struct interdomain request = {DOMID_SELF, 0, first, 0};
    s64 answer = event(BIND_INTERDOMAIN, &request);
    say("bind_interdomain with it = %d, port +%d\n", answer, told(request.local));
    status("the one end", first);
    status("the other end", request.local);
    say("pending: %d and %d\n", (s64)is_set(shared->pending, first),
        (s64)is_set(shared->pending, request.local));
    u32 local = request.local;
    answer = event(BIND_INTERDOMAIN, &request);
    say("and again = %d\n", answer);
    shared->pending[0] = 0;
    result("send to the one end", on_port(SEND, first));
    say("pending: %d and %d\n", (s64)is_set(shared->pending, first),
        (s64)is_set(shared->pending, local));
    result("close of the one end", on_port(CLOSE, first));
    status("the other end", local);
    result("send to the other end", on_port(SEND, local));
    result("close of the other end", on_port(CLOSE, local));
    request.remote = 0;
    result("bind_interdomain with port 0", event(BIND_INTERDOMAIN, &request));
    request.remote = 4095;
    result("bind_interdomain with port 4095", event(BIND_INTERDOMAIN, &request));
    request.remote = 1UL << 31;
    result("bind_interdomain with port 2^31", event(BIND_INTERDOMAIN, &request));
    request.domain = 77;
    result("bind_interdomain with domain 77", event(BIND_INTERDOMAIN, &request));
    request.domain = 0;
    request.remote = 1;
    result("bind_interdomain with port 1 of domain 0", event(BIND_INTERDOMAIN, &request));
    shared->pending[0] = 0;
    shared->vcpu[0].pending_selector = 0;
    shared->vcpu[0].upcall_pending = 0;
}

static void virqs(void)
{
    for (u32 virq = 0; virq < 26; virq++) {
        struct virq request = {virq, 0, 0};
        s64 answer = event(BIND_VIRQ, &request);
        say("bind_virq %u = %d", (u64)virq, answer);
        if (answer == 0) {
            say(", port +%d", told(request.port));
            on_port(CLOSE, request.port);
        }
        say("\n");
    }
    struct virq request = {1, 0, 0};
    result("bind_virq 1", event(BIND_VIRQ, &request));
    status("it", request.port);
    result("send to it", on_port(SEND, request.port));
    u32 port = request.port;
    result("bind_virq 1 again", event(BIND_VIRQ, &request));
    struct bind_vcpu move = {port, 1};
    result("bind_vcpu of it", event(BIND_VCPU, &move));
    on_port(CLOSE, port);
    request.vcpu = 1;
    result("bind_virq 1 of vCPU 1", event(BIND_VIRQ, &request));
    status("it", request.port);
    on_port(CLOSE, request.port);
    request.vcpu = 2;
    result("bind_virq 1 of vCPU 2", event(BIND_VIRQ, &request));
    request.vcpu = 4000000000;
    result("bind_virq 1 of vCPU 4000000000", event(BIND_VIRQ, &request));
    request.vcpu = 0;
    request.virq = 4000000000;
    result("bind_virq 4000000000", event(BIND_VIRQ, &request));
    request.virq = 3;
    request.vcpu = 1;
    result("bind_virq 3 of vCPU 1", event(BIND_VIRQ, &request));
    struct { u32 pirq; u32 flags; u32 port; } pirq = {1, 0, 0};
    result("bind_pirq 1", event(BIND_PIRQ, &pirq));
    pirq.pirq = 4000;
    result("bind_pirq 4000", event(BIND_PIRQ, &pirq));
}

static void ipis(void)
{
    struct ipi request = {0, 0};
    result("bind_ipi", event(BIND_IPI, &request));
    u32 port = request.port;
    say("port +%d\n", told(port));
    status("it", port);
    struct bind_vcpu move = {port, 1};
    result("bind_vcpu of it", event(BIND_VCPU, &move));
    request.vcpu = 2;
    result("bind_ipi of vCPU 2", event(BIND_IPI, &request));
    request.vcpu = 1;
    result("bind_ipi of vCPU 1", event(BIND_IPI, &request));
    status("it", request.port);
    on_port(CLOSE, request.port);

    shared->vcpu[0].upcall_mask = 1;
    shared->mask[port / 64] |= 1UL << port % 64;
    result("send to it, masked", on_port(SEND, port));
    say("pending %d, selected %x, upcall %u\n", (s64)is_set(shared->pending, port),
        shared->vcpu[0].pending_selector, (u64)shared->vcpu[0].upcall_pending);
    result("unmask", on_port(UNMASK, port));
    say("masked %d, selected %x, upcall %u\n", (s64)is_set(shared->mask, port),
        shared->vcpu[0].pending_selector, (u64)shared->vcpu[0].upcall_pending);
    result("send again", on_port(SEND, port));
    shared->pending[0] = 0;
    shared->vcpu[0].pending_selector = 0;
    shared->vcpu[0].upcall_pending = 0;
    result("unmask of what is not pending", on_port(UNMASK, port));
    say("selected %x, upcall %u\n", shared->vcpu[0].pending_selector,
        (u64)shared->vcpu[0].upcall_pending);
    u64 before = events_seen;
    shared->vcpu[0].upcall_mask = 0;
    result("send, unmasked", on_port(SEND, port));
    say("upcalls %u, mask %u\n", events_seen - before, (u64)shared->vcpu[0].upcall_mask);
    shared->pending[0] = 0;
    shared->vcpu[0].pending_selector = 0;

    result("unmask of port 0", on_port(UNMASK, 0));
    result("unmask of a closed port", on_port(UNMASK, first + 100));
    result("unmask of port 4096", on_port(UNMASK, 4096));
    result("send to port 0", on_port(SEND, 0));
    result("send to a closed port", on_port(SEND, first + 100));
    result("send to port 4095", on_port(SEND, 4095));
    result("send to port 4096", on_port(SEND, 4096));
    result("send to port -1", on_port(SEND, -1));
    result("close of port 0", on_port(CLOSE, 0));
    result("close of port 4096", on_port(CLOSE, 4096));
    status("port 0", 0);
    status("port 100", 100);
    status("port 4095", 4095);
    status("port 4096", 4096);
    struct status other = {77, 0, 1, 0, 0, {0, 0}};
    result("status in domain 77", event(STATUS, &other));
    other.domain = 0;
    result("status in domain 0", event(STATUS, &other));
    move.port = first + 100;
    result("bind_vcpu of a closed port", event(BIND_VCPU, &move));
    u32 free_port;
    alloc(DOMID_SELF, 0, &free_port);
    move.port = free_port;
    result("bind_vcpu of an unbound port", event(BIND_VCPU, &move));
    status("it", free_port);
    move.vcpu = 2;
    result("bind_vcpu to vCPU 2", event(BIND_VCPU, &move));
    on_port(CLOSE, free_port);
    on_port(CLOSE, port);
    result("event_channel_op 14", event(14, pages[0]));
    result("event_channel_op 15", event(15, pages[0]));
    result("event_channel_op 100", event(100, pages[0]));
    u16 domain = 77;
    result("reset of domain 77", event(RESET, &domain));
    domain = 0;
    result("reset of domain 0", event(RESET, &domain));
    for (u64 op = 0; op < 14; op++)
        say("event_channel_op %u from nowhere = %d\n", op, event(op, (void *)NOWHERE));
    struct { u32 op; u32 pad; u32 port; u32 more[8]; } old = {UNMASK, 0, 4096, {0}};
    result("event_channel_op_compat unmask of port 4096", CALL1(EVENT_CHANNEL_OP_COMPAT, &old));
}

static void many(void)
{
    u32 count = 0, port = 0, top = 0;
    while (alloc(DOMID_SELF, 0, &port) == 0) {
        count++;
        if (port > top)
            top = port;
        if (count > 5000)
            break;
    }
    say("ports until none is left: highest %u\n", (u64)top);
    result("one more", alloc(DOMID_SELF, 0, &port));
    for (u32 each = first; each <= top; each++)
        if (each > 2)
            on_port(CLOSE, each);
}

static volatile u32 *words(u32 port)
{
    return (volatile u32 *)pages[50] + port;
}

static void queues(void)
{
    static u32 port;
    struct priority priority = {1, 3};
    result("set_priority before init_control", event(SET_PRIORITY, &priority));
    u64 array = mfn_of(pages[50]);
    result("expand_array before init_control", event(EXPAND_ARRAY, &array));
    struct control control = {mfn_of(pages[49]), 0, 0, 0};
    control.offset = 4;
    result("init_control at an odd offset", event(INIT_CONTROL, &control));
    control.offset = 4096 - 64;
    result("init_control over the end", event(INIT_CONTROL, &control));
    control.offset = 0;
    control.vcpu = 9;
    result("init_control of vCPU 9", event(INIT_CONTROL, &control));
    control.vcpu = 0;
    control.frame = 1UL << 39;
    result("init_control of a frame beyond the machine", event(INIT_CONTROL, &control));
    control.frame = mfn_of((void *)start->pt_base);
    result("init_control of a page table", event(INIT_CONTROL, &control));
    control.frame = mfn_of(pages[49]);
    struct ipi ipi = {0, 0};
    event(BIND_IPI, &ipi);
    port = ipi.port;
    shared->vcpu[0].upcall_mask = 1;
    on_port(SEND, port);
    s64 answer = event(INIT_CONTROL, &control);
    say("init_control = %d, bits %u\n", answer, (u64)control.bits);
    result("and again", event(INIT_CONTROL, &control));
    result("send before there is an array", on_port(SEND, port));
    result("alloc_unbound before there is an array", alloc(DOMID_SELF, 0, &ipi.port));
    result("expand_array", event(EXPAND_ARRAY, &array));
    say("its word: %x\n", (u64)*words(port));
    result("expand_array with a frame beyond the machine", event(EXPAND_ARRAY, &(u64){1UL << 39}));
    result("send", on_port(SEND, port));
    volatile u32 *ready = (volatile u32 *)pages[49];
    say("word %x, ready %x, head of 7 is it: %d\n", (u64)*words(port), (u64)ready[0],
        (s64)(ready[2 + 7] == port));
    result("send again", on_port(SEND, port));
    say("word %x\n", (u64)*words(port));
    priority.port = port;
    result("set_priority 3", event(SET_PRIORITY, &priority));
    priority.priority = 16;
    result("set_priority 16", event(SET_PRIORITY, &priority));
    priority.port = 0;
    priority.priority = 3;
    result("set_priority of port 0", event(SET_PRIORITY, &priority));
    priority.port = 5000;
    result("set_priority of port 5000", event(SET_PRIORITY, &priority));
    *words(port) = 1U << 30;
    ready[0] = 0;
    result("send, masked", on_port(SEND, port));
    say("word %x, ready %x\n", (u64)*words(port), (u64)ready[0]);
    result("unmask", on_port(UNMASK, port));
    say("word %x, ready %x, head of 3 is it: %d\n", (u64)*words(port), (u64)ready[0],
        (s64)(ready[2 + 3] == port));
    struct ipi second = {0, 0};
    event(BIND_IPI, &second);
    say("word of a new port: %x\n", (u64)*words(second.port));
    priority.port = second.port;
    event(SET_PRIORITY, &priority);
    result("send to it", on_port(SEND, second.port));
    say("the first is linked to it: %d, word %x\n",
        (s64)((*words(port) & 0x1ffff) == second.port), (u64)*words(second.port));
    result("close while it is queued", on_port(CLOSE, second.port));
    say("word %x\n", (u64)*words(second.port));
    status("it", second.port);
    struct unbound request = {DOMID_SELF, 0, 0};
    u32 count = 0;
    while (event(ALLOC_UNBOUND, &request) == 0 && count < 2000)
        count++;
    say("highest port with one page: %u\n", (u64)request.port);
    result("and then", event(ALLOC_UNBOUND, &request));
    array = mfn_of(pages[51]);
    result("expand_array by a second page", event(EXPAND_ARRAY, &array));
    result("and then", event(ALLOC_UNBOUND, &request));
    say("port %u\n", (u64)request.port);
    u16 self = DOMID_SELF;
    say("pages cannot be given away: unmapping %d\n", map(pages[51], 0));
    (void)self;
}

void ask(void)
{
    shared->vcpu[0].upcall_mask = 1;
    unbound();
    interdomain();
    virqs();
    ipis();
    many();
    queues();
}
