/*
 * say.c: speaking. As dom0 by CONSOLEIO_write, as any other domain through the console ring.
 */
#include "ask.h"

static volatile struct console_ring *ring;
static u32 port;
static char line[256];
static u32 length;

void *memcpy(void *to, const void *from, u64 bytes)
{
    void *result = to;
    asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(bytes) : : "memory");
    return result;
}

void *memset(void *to, int value, u64 bytes)
{
    void *result = to;
    asm volatile("rep stosb" : "+D"(to), "+c"(bytes) : "a"(value) : "memory");
    return result;
}

static void tell(void)
{
    CALL2(EVENT_CHANNEL_OP, 4, &port);
}

static void ring_put(char byte)
{
    while (ring->out_prod - ring->out_cons == sizeof ring->out) {
        tell();
        CALL2(SCHED_OP, 0, 0);
    }
    ring->out[ring->out_prod % sizeof ring->out] = byte;
    barrier();
    ring->out_prod++;
}

void say_flush(void)
{
    if (start->flags & SIF_INITDOMAIN) {
        CALL3(CONSOLE_IO, 0, length, line);
    } else {
        ring = (void *)(VIRT_BASE + MACHINE_TO_PHYS[start->console_mfn] * PAGE_SIZE);
        port = start->console_evtchn;
        for (u32 i = 0; i < length; i++)
            ring_put(line[i]);
        tell();
    }
    length = 0;
}

static void put(char byte)
{
    line[length++] = byte;
    if (byte == '\n' || length == sizeof line)
        say_flush();
}

static void put_number(u64 number, u32 base)
{
    char digits[20];
    int count = 0;
    do {
        digits[count++] = "0123456789abcdef"[number % base];
        number /= base;
    } while (number != 0);
    while (count > 0)
        put(digits[--count]);
}

/* %s, %c, and for 64 bits %d, %u, %x. */
void say(const char *format, ...)
{
    __builtin_va_list arguments;
    __builtin_va_start(arguments, format);
    for (; *format != 0; format++) {
        if (*format != '%') {
            put(*format);
            continue;
        }
        format++;
        s64 value = __builtin_va_arg(arguments, s64);
        if (*format == 's') {
            for (const char *text = (const char *)value; *text != 0; text++)
                put(*text);
        } else if (*format == 'c') {
            put(value);
        } else {
            if (*format == 'd' && value < 0) {
                put('-');
                value = -value;
            }
            put_number(value, *format == 'x' ? 16 : 10);
        }
    }
    __builtin_va_end(arguments);
}

void result(const char *what, s64 result)
{
    say("%s = %d\n", what, result);
}

/* Ends the domain. Xen restarts the machine when its dom0 wants to be restarted. */
void leave(int reason)
{
    say_flush();
    for (;;)
        CALL2(SCHED_OP, 2, &reason);
}
