/*
 * time.c: what time it is, and the timer. Xen publishes a point in time and the TSC's speed; the
 * guest reads its TSC and calculates, without asking Xen.
 */
#include "guest.h"

#define TICK_NANOS 1000000000UL

volatile u64 ticks;

static u64 read_tsc(void)
{
    u32 low, high;
    asm volatile("rdtsc" : "=a"(low), "=d"(high));
    return (u64)high << 32 | low;
}

/* tag::show-now[] */
/* Nanoseconds since Xen booted. Xen may update while we read; then the version has changed, or is
   odd, and we read again. */
u64 now_nanos(void)
{
    volatile struct vcpu_time *time = &shared_info.vcpu[0].time;
    u32 version;
    u64 nanos;
    do {
        version = time->version;
        barrier();
        u64 elapsed = read_tsc() - time->tsc_timestamp;
        elapsed = time->tsc_shift >= 0 ? elapsed << time->tsc_shift : elapsed >> -time->tsc_shift;
        nanos = time->system_time
                + (u64)(((unsigned __int128)elapsed * time->tsc_to_nanos) >> 32);
        barrier();
    } while (version & 1 || version != time->version);
    return nanos;
}
/* end::show-now[] */

/* tag::show-timer[] */
/* Asks for one VIRQ_TIMER, one tick from now. */
static void timer_set(void)
{
    struct singleshot_timer timer = {now_nanos() + TICK_NANOS, 0, 0};
    hypercall(VCPU_OP, VCPUOP_SET_SINGLESHOT_TIMER, 0, (u64)&timer);
}

static void timer_fired(void)
{
    ticks++;
    timer_set();
}
/* end::show-timer[] */

void time_start(void)
{
    hypercall(VCPU_OP, VCPUOP_STOP_PERIODIC_TIMER, 0, 0);
    events_on(event_bind_virq(VIRQ_TIMER), timer_fired);
    timer_set();
}
