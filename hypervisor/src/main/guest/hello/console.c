/*
 * console.c: three ways to speak. At first CONSOLEIO_write, which needs nothing but a hypercall.
 * Then the console ring: a page that we share with the console daemon in dom0, and an event
 * channel to say that something is in it. A kernel that Xen itself started as dom0 has no ring and
 * stays with the hypercalls.
 */
#include "guest.h"

static volatile struct console_ring *ring;
static u32 port;
static int dying;

void early_say(const char *text)
{
    hypercall(CONSOLE_IO, CONSOLEIO_WRITE, text_length(text), (u64)text);
}

/* There is nothing to note: the ring's indices say what came. The upcall has ended the sleep, and
   main() looks. */
static void console_event(void)
{
}

void console_start(const struct start_info *start)
{
    if (start->flags & SIF_INITDOMAIN) {
        port = event_bind_virq(VIRQ_CONSOLE);
    } else {
        ring = page_of_frame(start->console_mfn);
        port = start->console_evtchn;
    }
    events_on(port, console_event);
}

/* One byte into the ring. Where the ring is full we tell the daemon and sleep until it has made
   room. The byte must be in the ring before the index says so. */
static void ring_put(u8 byte)
{
    while (ring->out_prod - ring->out_cons == sizeof ring->out) {
        if (dying)
            return;
        event_send(port);
        interrupts_off();
        if (ring->out_prod - ring->out_cons == sizeof ring->out)
            block();
        interrupts_on();
    }
    ring->out[ring->out_prod % sizeof ring->out] = byte;
    barrier();
    ring->out_prod++;
}

static void put(char byte)
{
    if (ring != 0) {
        if (byte == '\n')
            ring_put('\r');
        ring_put(byte);
    } else {
        hypercall(CONSOLE_IO, CONSOLEIO_WRITE, 1, (u64)&byte);
    }
}

static void put_text(const char *text)
{
    while (*text != 0)
        put(*text++);
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

/* A small printf: %s, %c, %lu, %ld and %lx. Whoever listens is told once, at the end. */
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
        if (*format == 's') {
            put_text(__builtin_va_arg(arguments, const char *));
        } else if (*format == 'c') {
            put(__builtin_va_arg(arguments, int));
        } else {
            format++;
            s64 number = __builtin_va_arg(arguments, s64);
            if (*format == 'd' && number < 0) {
                put('-');
                number = -number;
            }
            put_number(number, *format == 'x' ? 16 : 10);
        }
    }
    __builtin_va_end(arguments);
    if (ring != 0)
        event_send(port);
}

/* dom0's way to hear: what CONSOLEIO_read gave, until it is used up. */
static char heard[64];
static int heard_count, heard_next;

int console_has_input(void)
{
    if (ring != 0)
        return ring->in_prod != ring->in_cons;
    if (heard_next == heard_count) {
        s64 count = hypercall(CONSOLE_IO, CONSOLEIO_READ, sizeof heard, (u64)heard);
        heard_count = count > 0 ? count : 0;
        heard_next = 0;
    }
    return heard_next < heard_count;
}

/* The next byte that was typed. We take it out before the index says that its place is free. */
int console_read(void)
{
    if (ring == 0)
        return heard[heard_next++];
    int byte = ring->in[ring->in_cons % sizeof ring->in];
    barrier();
    ring->in_cons++;
    event_send(port);
    return byte;
}

void console_show(void)
{
    if (ring == 0)
        say("console: no ring, port %lu\n", (u64)port);
    else
        say("console: port %lu, in %lu..%lu of %lu, out %lu..%lu of %lu\n", (u64)port,
            (u64)ring->in_cons, (u64)ring->in_prod, sizeof ring->in, (u64)ring->out_cons,
            (u64)ring->out_prod, sizeof ring->out);
}

/* From now on nothing waits: what finds no room in the ring is lost. */
void console_last_words(void)
{
    dying = 1;
}
