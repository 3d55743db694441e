/*
 * ask-time.c: vCPUs, timers, runstates, the scheduler. Nothing is told that takes a time; only what
 * comes before what.
 */
#include "ask.h"

static const void *const NOWHERE = (void *)8;
enum { INITIALISE, UP, DOWN, IS_UP, RUNSTATE, REGISTER_RUNSTATE, SET_PERIODIC, STOP_PERIODIC,
    SET_SINGLESHOT, STOP_SINGLESHOT, REGISTER_INFO, SEND_NMI = 11, PHYSICAL_ID, REGISTER_TIME };

struct runstate { u32 state; u32 pad; u64 entry; u64 time[4]; };
struct singleshot { u64 timeout; u32 flags; };
struct info { u64 frame; u32 offset; u32 reserved; };

static u64 now(void)
{
    struct vcpu_time *time = &shared->vcpu[0].time;
    u32 version, low, high;
    u64 nanos;
    do {
        version = *(volatile u32 *)&time->version & ~1U;
        barrier();
        asm volatile("rdtsc" : "=a"(low), "=d"(high));
        u64 delta = (low | (u64)high << 32) - time->tsc_timestamp;
        delta = time->tsc_shift >= 0 ? delta << time->tsc_shift : delta >> -time->tsc_shift;
        u64 product_low, product_high;
        asm("mul %3" : "=a"(product_low), "=d"(product_high)
            : "0"(delta), "r"((u64)time->tsc_to_nanos));
        nanos = time->system_time + (product_low >> 32 | product_high << 32);
        barrier();
    } while (*(volatile u32 *)&time->version != version);
    return nanos;
}

static s64 vcpu(u64 op, u64 id, const void *argument)
{
    return CALL3(VCPU_OP, op, id, argument);
}

static void states(void)
{
    static const u64 ids[] = {0, 1, 2, 31, 32, 4096, 0xffffffff, 1UL << 32};
    for (u32 i = 0; i < sizeof ids / sizeof *ids; i++)
        say("is_up of %x = %d\n", ids[i], vcpu(IS_UP, ids[i], 0));
    result("up of 0", vcpu(UP, 0, 0));
    result("up of 1 before initialise", vcpu(UP, 1, 0));
    result("down of 1", vcpu(DOWN, 1, 0));
    result("initialise of 1 from nowhere", vcpu(INITIALISE, 1, NOWHERE));
    result("initialise of 2", vcpu(INITIALISE, 2, NOWHERE));
    for (u64 op = 4; op < 15; op++)
        say("vcpu_op %u from nowhere = %d\n", op, vcpu(op, 0, NOWHERE));
    result("vcpu_op 100", vcpu(100, 0, NOWHERE));
    result("send_nmi", vcpu(SEND_NMI, 0, 0));
    say("arrived: %u\n", nmis_seen);
    u64 physical[2];
    result("get_physid", vcpu(PHYSICAL_ID, 0, physical));
    struct runstate state;
    result("get_runstate_info", vcpu(RUNSTATE, 0, &state));
    say("state %u\n", (u64)state.state);
    result("get_runstate_info of 1", vcpu(RUNSTATE, 1, &state));
    say("state %u\n", (u64)state.state);
    static struct runstate area;
    struct runstate *handle = &area;
    result("register_runstate_memory_area", vcpu(REGISTER_RUNSTATE, 0, &handle));
    say("state %u, entry is past: %d, ran: %d\n", (u64)area.state,
        (s64)((area.entry & ~(1UL << 63)) <= now()), (s64)(area.time[0] > 0 || area.time[1] > 0));
    handle = (void *)8;
    result("register_runstate_memory_area of nowhere", vcpu(REGISTER_RUNSTATE, 0, &handle));
    static struct vcpu_time times;
    struct vcpu_time *time = &times;
    result("register_vcpu_time_memory_area", vcpu(REGISTER_TIME, 0, &time));
    say("it was written: %d\n", (s64)(times.system_time != 0));
}

static u64 fired(u64 port)
{
    return shared->pending[0] >> port & 1;
}

static void spin_until(u64 nanos)
{
    while (now() < nanos)
        CALL2(SCHED_OP, 0, 0);
}

static void timers(void)
{
    struct { u32 virq; u32 vcpu; u32 port; } bind = {0, 0, 0};
    shared->vcpu[0].upcall_mask = 1;
    result("bind_virq TIMER", CALL2(EVENT_CHANNEL_OP, 1, &bind));
    u32 port = bind.port;
    result("stop_periodic_timer", vcpu(STOP_PERIODIC, 0, 0));
    result("stop_periodic_timer of vCPU 1", vcpu(STOP_PERIODIC, 1, 0));
    u64 period = 1000;
    result("set_periodic_timer of 1 us", vcpu(SET_PERIODIC, 0, &period));
    period = 1UL << 62;
    result("set_periodic_timer of 2^62 ns", vcpu(SET_PERIODIC, 0, &period));
    period = 20000000;
    shared->pending[0] = 0;
    result("set_periodic_timer of 20 ms", vcpu(SET_PERIODIC, 0, &period));
    u64 begin = now();
    for (int i = 0; i < 3; i++) {
        while (!fired(port))
            CALL2(SCHED_OP, 0, 0);
        shared->pending[0] = 0;
    }
    say("three ticks took at least 40 ms: %d\n", (s64)(now() - begin >= 40000000));
    result("stop_periodic_timer", vcpu(STOP_PERIODIC, 0, 0));
    shared->pending[0] = 0;
    spin_until(now() + 50000000);
    say("ticks after it: %u\n", fired(port));
    struct singleshot shot = {now() + 20000000, 0};
    result("set_singleshot_timer", vcpu(SET_SINGLESHOT, 0, &shot));
    say("at once: %u\n", fired(port));
    spin_until(shot.timeout + 10000000);
    say("later: %u\n", fired(port));
    shared->pending[0] = 0;
    shot.timeout = 1;
    result("set_singleshot_timer in the past", vcpu(SET_SINGLESHOT, 0, &shot));
    spin_until(now() + 10000000);
    say("fired: %u\n", fired(port));
    shared->pending[0] = 0;
    shot.flags = 1;
    result("set_singleshot_timer in the past, only future", vcpu(SET_SINGLESHOT, 0, &shot));
    spin_until(now() + 10000000);
    say("fired: %u\n", fired(port));
    shared->pending[0] = 0;
    shot.flags = 0;
    shot.timeout = now() + 20000000;
    vcpu(SET_SINGLESHOT, 0, &shot);
    result("stop_singleshot_timer", vcpu(STOP_SINGLESHOT, 0, 0));
    spin_until(now() + 40000000);
    say("fired: %u\n", fired(port));
    result("set_singleshot_timer of vCPU 1", vcpu(SET_SINGLESHOT, 1, &shot));
    result("set_timer_op", CALL1(SET_TIMER_OP, now() + 20000000));
    spin_until(now() + 40000000);
    say("fired: %u\n", fired(port));
    shared->pending[0] = 0;
    result("set_timer_op in the past", CALL1(SET_TIMER_OP, 1));
    spin_until(now() + 10000000);
    say("fired: %u\n", fired(port));
    shared->pending[0] = 0;
    CALL1(SET_TIMER_OP, now() + 20000000);
    result("set_timer_op 0", CALL1(SET_TIMER_OP, 0));
    spin_until(now() + 40000000);
    say("fired: %u\n", fired(port));
    shared->pending[0] = 0;

    u32 ports[2] = {port, port};
    struct { u64 ports; u32 count; u32 pad; u64 timeout; } poll = {(u64)ports, 1, 0, 0};
    poll.timeout = now() + 20000000;
    result("poll until a timeout", CALL2(SCHED_OP, 3, &poll));
    say("the timeout is past: %d\n", (s64)(now() >= poll.timeout));
    poll.timeout = 1;
    result("poll with a timeout in the past", CALL2(SCHED_OP, 3, &poll));
    shot.timeout = now() + 20000000;
    vcpu(SET_SINGLESHOT, 0, &shot);
    poll.timeout = 0;
    result("poll until an event", CALL2(SCHED_OP, 3, &poll));
    say("fired: %u\n", fired(port));
    result("poll of what is pending", CALL2(SCHED_OP, 3, &poll));
    shared->pending[0] = 0;
    poll.count = 129;
    result("poll of 129 ports", CALL2(SCHED_OP, 3, &poll));
    poll.count = 2;
    ports[0] = 4096;
    result("poll of port 4096", CALL2(SCHED_OP, 3, &poll));
    poll.ports = 8;
    result("poll of ports nowhere", CALL2(SCHED_OP, 3, &poll));
    result("poll from nowhere", CALL2(SCHED_OP, 3, NOWHERE));
    shot.timeout = now() + 20000000;
    vcpu(SET_SINGLESHOT, 0, &shot);
    shared->vcpu[0].upcall_pending = 0;
    shared->vcpu[0].pending_selector = 0;
    u64 before = events_seen;
    result("block", CALL2(SCHED_OP, 1, 0));
    say("upcalls %u, mask %u\n", events_seen - before, (u64)shared->vcpu[0].upcall_mask);
    shared->vcpu[0].upcall_mask = 1;
    shared->pending[0] = 0;
}

static void scheduler(void)
{
    result("yield", CALL2(SCHED_OP, 0, 0));
    result("shutdown from nowhere", CALL2(SCHED_OP, 2, NOWHERE));
    result("remote_shutdown from nowhere", CALL2(SCHED_OP, 4, NOWHERE));
    struct { u16 domain; u16 pad; u32 reason; } remote = {77, 0, 0};
    result("remote_shutdown of domain 77", CALL2(SCHED_OP, 4, &remote));
    remote.domain = 0;
    result("remote_shutdown of domain 0", CALL2(SCHED_OP, 4, &remote));
    u32 code = 3;
    result("shutdown_code", CALL2(SCHED_OP, 5, &code));
    result("shutdown_code again", CALL2(SCHED_OP, 5, &code));
    struct { u32 id; u32 timeout; } dog = {0, 60};
    s64 id = CALL2(SCHED_OP, 6, &dog);
    result("watchdog", id);
    result("watchdog, a second", CALL2(SCHED_OP, 6, &dog));
    result("watchdog, a third", CALL2(SCHED_OP, 6, &dog));
    dog.id = id;
    result("watchdog set again", CALL2(SCHED_OP, 6, &dog));
    dog.timeout = 0;
    result("watchdog stopped", CALL2(SCHED_OP, 6, &dog));
    result("watchdog stopped again", CALL2(SCHED_OP, 6, &dog));
    dog.id = 2;
    result("watchdog 2 stopped", CALL2(SCHED_OP, 6, &dog));
    dog.id = 3;
    result("watchdog 3", CALL2(SCHED_OP, 6, &dog));
    result("watchdog from nowhere", CALL2(SCHED_OP, 6, NOWHERE));
    s32 cpu = 0;
    result("pin_override", CALL2(SCHED_OP, 7, &cpu));
    result("sched_op 8", CALL2(SCHED_OP, 8, NOWHERE));
    result("sched_op 100", CALL2(SCHED_OP, 100, NOWHERE));
    result("sched_op_compat yield", CALL2(SCHED_OP_COMPAT, 0, 0));
    result("sched_op_compat 7", CALL2(SCHED_OP_COMPAT, 7, 0));
}

/* public/arch-x86/xen.h, vcpu_guest_context of 64 bits: 5168 bytes. */
static u64 context[5168 / 8] __attribute__((aligned(16)));
enum { FLAGS = 512 / 8, USER_REGS = 520 / 8, CR3 = 5008 / 8 };

static volatile u32 second_ran;
static volatile u64 second_state[8];

static void second_main(void)
{
    second_state[0] = shared->vcpu[1].upcall_mask;
    asm volatile("mov %%cs, %0" : "=r"(second_state[1]));
    asm volatile("mov %%ss, %0" : "=r"(second_state[2]));
    asm volatile("pushf; pop %0" : "=r"(second_state[3]));
    second_state[4] = CALL3(VCPU_OP, IS_UP, 1, 0);
    second_ran = 1;
    CALL3(VCPU_OP, DOWN, 1, 0);
    second_ran = 2;
    CALL3(VCPU_OP, DOWN, 1, 0);
}

static void second(void)
{
    static u8 stack[8192] __attribute__((aligned(16)));
    memset(context, 0, sizeof context);
    result("initialise of 1 with zeros", vcpu(INITIALISE, 1, context));
    context[FLAGS] = 4;
    u64 *registers = context + USER_REGS;
    registers[16] = (u64)second_main;
    registers[17] = KERNEL_CS;
    registers[18] = 0x200;
    registers[19] = (u64)stack + sizeof stack - 8;
    registers[20] = KERNEL_SS;
    context[CR3] = mfn_of((void *)start->pt_base) * PAGE_SIZE;
    result("initialise of 1", vcpu(INITIALISE, 1, context));
    result("initialise of 1 again", vcpu(INITIALISE, 1, context));
    result("is_up", vcpu(IS_UP, 1, 0));
    result("up", vcpu(UP, 1, 0));
    for (int i = 0; i < 2000 && second_ran == 0; i++)
        spin_until(now() + 1000000);
    say("it ran: %u, mask %u, cs %x, ss %x, rflags %x, is_up %u\n", (u64)second_ran, second_state[0],
        second_state[1], second_state[2], second_state[3] & ~0x8d5UL, second_state[4]);
    for (int i = 0; i < 2000 && vcpu(IS_UP, 1, 0) == 1; i++)
        spin_until(now() + 1000000);
    result("is_up after down", vcpu(IS_UP, 1, 0));
    result("down again", vcpu(DOWN, 1, 0));
    result("up again", vcpu(UP, 1, 0));
    for (int i = 0; i < 2000 && second_ran != 2; i++)
        spin_until(now() + 1000000);
    say("it went on: %u\n", (u64)second_ran);
}

static void infos(void)
{
    struct info info = {mfn_of(pages[60]), 4096 - 32, 0};
    result("register_vcpu_info over the end", vcpu(REGISTER_INFO, 0, &info));
    info.offset = 4;
    result("register_vcpu_info at an odd offset", vcpu(REGISTER_INFO, 0, &info));
    info.offset = 0;
    info.frame = 1UL << 39;
    result("register_vcpu_info beyond the machine", vcpu(REGISTER_INFO, 0, &info));
    info.frame = mfn_of((void *)start->pt_base);
    result("register_vcpu_info of a page table", vcpu(REGISTER_INFO, 0, &info));
    info.frame = mfn_of(pages[60]);
    info.offset = 64;
    result("register_vcpu_info of 1 to be", vcpu(REGISTER_INFO, 1, &info));
    struct vcpu_info *at = (void *)(pages[60] + 64);
    say("of a vCPU that is down: pending %u, mask %u, selector %x\n", (u64)at->upcall_pending,
        (u64)at->upcall_mask, at->pending_selector);
    info.offset = 128;
    result("register_vcpu_info of 0", vcpu(REGISTER_INFO, 0, &info));
    at = (void *)(pages[60] + 128);
    say("pending %u, mask %u, selector %x, time %d\n", (u64)at->upcall_pending, (u64)at->upcall_mask,
        at->pending_selector, (s64)(at->time.tsc_to_nanos != 0));
    result("register_vcpu_info again", vcpu(REGISTER_INFO, 0, &info));
}

void ask(void)
{
    states();
    scheduler();
    timers();
    second();
    infos();
}
