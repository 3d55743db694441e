/* shell.c: the commands that may be typed on this guest's console. */
#include "guest.h"

static char line[80];
static u32 length;

static void tell(s64 result)
{
    if (result < 0)
        say("Xen says no: error %ld\n", result);
    else
        say("done\n");
}

static void help(void)
{
    say("help            this text\n"
        "ticks           how often the timer fired, and the time\n"
        "ports           the event channels of this domain\n"
        "mask N          mask port N: its events stay pending\n"
        "unmask N        unmask it: what is pending is delivered\n"
        "send N          signal what is at the other end of port N\n"
        "alloc D         take a port that domain D may bind to\n"
        "bind D N        take a port and join it with port N of domain D\n"
        "close N         give port N back\n"
        "ring            the indices of the console and XenStore rings\n"
        "ls [PATH]       the names under PATH in XenStore; without one, mine\n"
        "read PATH       a value in XenStore\n"
        "write PATH TEXT\n"
        "trap            run into a breakpoint and go on\n"
        "crash           run into an invalid instruction\n"
        "poweroff\n");
}

static void show_ticks(void)
{
    u64 nanos = now_nanos();
    say("%lu ticks; %lu.%lu s since Xen booted\n", ticks, nanos / 1000000000,
        nanos / 100000000 % 10);
}

static int is_set(const u64 *bits, u64 port)
{
    return bits[port / 64] >> (port % 64) & 1;
}

static void show_port(struct evtchn_status *port)
{
    static const char *kinds[] = {"closed", "unbound", "interdomain", "pirq", "virq", "ipi"};
    say("port %lu: %s", (u64)port->port, port->status < 6 ? kinds[port->status] : "?");
    if (port->status == 1)
        say(" for domain %lu", (u64)port->u.unbound_dom);
    if (port->status == 2)
        say(" with port %lu of domain %lu", (u64)port->u.interdomain.port,
            (u64)port->u.interdomain.dom);
    if (port->status == 4)
        say(" %lu", (u64)port->u.virq);
    say("%s%s\n", is_set(shared_info.pending, port->port) ? ", pending" : "",
        is_set(shared_info.mask, port->port) ? ", masked" : "");
}

static void show_ports(void)
{
    for (u32 port = 1; port < 64; port++) {
        struct evtchn_status status = {.dom = DOMID_SELF, .port = port};
        s64 result = event_op(EVTCHNOP_STATUS, &status);
        if (result == 0 && status.status != 0)
            show_port(&status);
        if (result < 0 && port == 1)
            tell(result);
    }
}

static void allocate(u32 domain)
{
    struct evtchn_alloc_unbound argument = {DOMID_SELF, domain, 0};
    s64 result = event_op(EVTCHNOP_ALLOC_UNBOUND, &argument);
    if (result == 0) {
        event_unmask(argument.port);
        say("port %lu waits for domain %lu\n", (u64)argument.port, (u64)domain);
    } else {
        tell(result);
    }
}

static void bind(u32 domain, u32 remote)
{
    struct evtchn_bind_interdomain argument = {domain, 0, remote, 0};
    s64 result = event_op(EVTCHNOP_BIND_INTERDOMAIN, &argument);
    if (result == 0) {
        say("port %lu is joined with port %lu of domain %lu\n", (u64)argument.local_port,
            (u64)remote, (u64)domain);
        event_unmask(argument.local_port);
    } else {
        tell(result);
    }
}

static void close(u32 port)
{
    struct evtchn_port argument = {port};
    tell(event_op(EVTCHNOP_CLOSE, &argument));
}

static void ask_store(u32 type, const char *path, const char *value)
{
    static char answer[512];
    int result = store_ask(type, path, value, answer, sizeof answer);
    if (result < 0)
        say("XenStore says no: %s\n", answer);
    else
        say("%s\n", answer);
}

/* The names under a path, or under our own domain's where none is given. */
static void list_store(const char *path)
{
    static char own[32] = "/local/domain/";
    if (*path == 0) {
        u32 root = text_length("/local/domain/");
        if (store_ask(XS_READ, "domid", 0, own + root, sizeof own - root) < 0) {
            say("XenStore does not tell which domain I am\n");
            return;
        }
        path = own;
    }
    ask_store(XS_DIRECTORY, path, 0);
}

/* Commands about one port: `word` says what, `port` which. Returns whether it was one. */
static int port_command(const char *word, s64 port)
{
    if (text_same(word, "mask")) {
        event_mask(port);
        tell(0);
    } else if (text_same(word, "unmask")) {
        tell(event_unmask(port));
    } else if (text_same(word, "send")) {
        tell(event_send(port));
    } else if (text_same(word, "close")) {
        close(port);
    } else {
        return 0;
    }
    return 1;
}

static int plain_command(const char *word)
{
    if (text_same(word, "help"))
        help();
    else if (text_same(word, "ticks"))
        show_ticks();
    else if (text_same(word, "ports"))
        show_ports();
    else if (text_same(word, "ring")) {
        console_show();
        store_show();
    } else if (text_same(word, "trap"))
        asm volatile("int3");
    else if (text_same(word, "crash"))
        asm volatile("ud2");
    else if (text_same(word, "poweroff"))
        shutdown(SHUTDOWN_POWEROFF);
    else
        return 0;
    return 1;
}

/* Cuts the line at its next space and returns the rest: an empty text where there is none. */
static char *next_word(char *text)
{
    while (*text != 0 && *text != ' ')
        text++;
    if (*text == ' ')
        *text++ = 0;
    return text;
}

static void run(char *word)
{
    char *first = next_word(word);
    if (*word == 0 || plain_command(word))
        return;
    if (text_same(word, "write")) {
        char *value = next_word(first);
        ask_store(XS_WRITE, first, value);
        return;
    }
    char *second = next_word(first);
    s64 number = text_number(first);
    if (text_same(word, "read"))
        ask_store(XS_READ, first, 0);
    else if (text_same(word, "ls"))
        list_store(first);
    else if (text_same(word, "alloc") && number >= 0)
        allocate(number);
    else if (text_same(word, "bind") && number >= 0 && text_number(second) >= 0)
        bind(number, text_number(second));
    else if (number < 0 || number >= PORTS || !port_command(word, number))
        say("%s? Type help.\n", word);
}

void shell_prompt(void)
{
    line[length] = 0;
    say("hello> %s", line);
}

/* One typed byte: we echo it ourselves, as a terminal in raw mode wants it. */
void shell_type(int byte)
{
    if (byte == '\r' || byte == '\n') {
        say("\n");
        line[length] = 0;
        length = 0;
        run(line);
        line[0] = 0;
        shell_prompt();
    } else if ((byte == '\b' || byte == 0x7f) && length > 0) {
        length--;
        say("\b \b");
    } else if (byte >= ' ' && byte < 0x7f && length < sizeof line - 1) {
        line[length++] = byte;
        say("%c", byte);
    }
}

void shutdown(int reason)
{
    u32 argument = reason;
    for (;;)
        hypercall(SCHED_OP, SCHEDOP_SHUTDOWN, (u64)&argument, 0);
}
