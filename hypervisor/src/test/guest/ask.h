/*
 * ask.h: what the guests share that put questions to Xen, one a line. Each ask-*.c is one of them:
 * it has ask(), which makes hypercalls and privileged instructions, and prints what came back.
 *
 * Only what every Xen of this version answers in the same way is printed: no frame numbers, no
 * times, no port numbers that the start of the domain decides.
 */
#ifndef ASK_H
#define ASK_H

#include "xen.h"

/* start.S */
extern const u64 doors[];
extern u64 door_stack, attempt_stack, first_registers[];
long attempt(void (*code)(u64), u64 argument);
void attempt_abandon(u64 result) __attribute__((noreturn));

enum { DOOR_EVENT = 256, DOOR_FAILSAFE, DOOR_SYSCALL, DOOR_SYSCALL32, DOOR_SYSENTER, DOOR_NMI };

/* What a door leaves on the stack, from rsp up. */
struct frame {
    u64 r15, r14, r13, r12, r11, r10, r9, r8, rdi, rsi, rbp, rbx, rdx, rcx, rax;
    u64 door, error;
    u64 rip, cs, rflags, rsp, ss;
};

/* traps.c: the doors, and what the last one through which Xen came looked like. */
extern struct frame last;
extern u64 last_stack, events_seen, nmis_seen;
void doors_open(void);
void entered(struct frame *frame);
s64 register_callback(u16 type, u16 flags, u64 address);
void tried(const char *what, void (*code)(u64), u64 argument);

/* pages.c: frames and page tables. */
extern struct start_info *start;
extern struct shared_info *shared;
enum { PAGES = 96 };
extern u8 pages[PAGES][PAGE_SIZE];
u64 mfn_of(const void *address);
u64 entry_of(const void *address, u64 flags);
s64 map(void *address, u64 entry);
s64 map_as(void *page, u64 flags);
s64 update(u64 pointer, u64 value);
s64 extended(u32 command, u64 first, u64 second);
u64 *table_entry(const void *address, int level);
u64 machine_of(const void *address);
void clear(void *page);
void shared_info_map(void);
u8 *other_view(void *page);

/* say.c */
void say(const char *format, ...);
void result(const char *what, s64 result);
void leave(int reason) __attribute__((noreturn));
void say_flush(void);

/* ask-*.c */
void ask(void);

static inline s64 call(u64 number, u64 first, u64 second, u64 third, u64 fourth, u64 fifth)
{
    s64 answer;
    register u64 r10 asm("r10") = fourth;
    register u64 r8 asm("r8") = fifth;
    asm volatile("syscall"
                 : "=a"(answer), "+D"(first), "+S"(second), "+d"(third), "+r"(r10), "+r"(r8)
                 : "0"(number)
                 : "rcx", "r11", "r9", "memory");
    return answer;
}

#define CALL0(number) call(number, 0, 0, 0, 0, 0)
#define CALL1(number, a) call(number, (u64)(a), 0, 0, 0, 0)
#define CALL2(number, a, b) call(number, (u64)(a), (u64)(b), 0, 0, 0)
#define CALL3(number, a, b, c) call(number, (u64)(a), (u64)(b), (u64)(c), 0, 0)
#define CALL4(number, a, b, c, d) call(number, (u64)(a), (u64)(b), (u64)(c), (u64)(d), 0)

#define barrier() asm volatile("" ::: "memory")

#endif
