/*
 * guest.h: what the files of this guest offer to each other, in the order in which main() brings
 * it to life.
 */
#ifndef GUEST_H
#define GUEST_H

#include "xen.h"

/*
 * A hypercall: a SYSCALL from kernel mode. The number goes in rax, the arguments in rdi, rsi and
 * rdx; rax brings the result, negative for an error. SYSCALL itself overwrites rcx and r11. Xen
 * may read and write whatever the arguments point to, so the compiler must not keep memory in
 * registers across it.
 */
/* tag::show-hypercall[] */
static inline s64 hypercall(enum hypercall number, u64 first, u64 second, u64 third)
{
    s64 result;
    asm volatile("syscall"
                 : "=a"(result)
                 : "a"(number), "D"(first), "S"(second), "d"(third)
                 : "rcx", "r11", "memory");
    return result;
}
/* end::show-hypercall[] */

/* Keeps the compiler from moving memory accesses over this line. The x86 itself keeps stores in
   order, and loads; only a load may overtake an older store. */
#define barrier() asm volatile("" ::: "memory")

/* start.S */
extern void event_entry(void);
extern void failsafe_entry(void);
extern const u64 trap_entries[];

/* trap.c: the trap table. */
void traps_start(void);

/* page.c: seeing frames. */
extern struct shared_info shared_info;
void shared_info_map(u64 machine_address);
void *page_of_frame(u64 mfn);

/* events.c: event channels. */
extern volatile u64 upcalls;
void events_start(void);
void events_on(u32 port, void (*handler)(void));
void event_mask(u32 port);
s64 event_unmask(u32 port);
s64 event_send(u32 port);
s64 event_op(int op, void *argument);
u32 event_bind_virq(u32 virq);
u32 event_next_fired(u64 *times);
void interrupts_off(void);
void interrupts_on(void);
void block(void);

/* time.c: the clock and the timer. */
void time_start(void);
u64 now_nanos(void);
extern volatile u64 ticks;

/* console.c: speaking and listening. */
void early_say(const char *text);
void console_start(const struct start_info *start);
int console_has_input(void);
int console_read(void);
void console_show(void);
void console_last_words(void);
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* store.c: XenStore. */
void store_start(const struct start_info *start);
int store_ask(u32 type, const char *path, const char *value, char *answer, u32 room);
int store_watch_fired(void);
void store_poll(void);
void store_show(void);

/* shell.c: the commands. */
void shell_type(int byte);
void shell_prompt(void);
void shutdown(int reason) __attribute__((noreturn));

/* text.c: what a C library would bring. */
u32 text_length(const char *text);
int text_same(const char *left, const char *right);
s64 text_number(const char *text);

#endif
