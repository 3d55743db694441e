/*
 * ask-store.c: XenStore. Requests over the ring, as an ordinary domain makes them, and whatever
 * comes back, watch events included, in the order in which it comes.
 */
#include "ask.h"

/* public/io/xs_wire.h */
enum type {
    CONTROL, DIRECTORY, READ, GET_PERMS, WATCH, UNWATCH, START, END, INTRODUCE, RELEASE,
    GET_DOMAIN_PATH, WRITE, MKDIR, RM, SET_PERMS, WATCH_EVENT, ERROR, IS_INTRODUCED, RESUME,
    SET_TARGET, RESET_WATCHES = 21, DIRECTORY_PART
};

struct store_ring {
    u8 requests[1024], answers[1024];
    u32 request_consumer, request_producer, answer_consumer, answer_producer;
    u32 features, connection, error;
};

struct header { u32 type, request, transaction, bytes; };

enum { PATIENCE = 200000 };

static volatile struct store_ring *ring;
static struct header answer;
static char payload[4200];
static char text[4200];
static u32 serial;
static int hears_events = 1;

static void notify(void)
{
    u32 port = start->store_evtchn;
    CALL2(EVENT_CHANNEL_OP, 4, &port);
}

static int waits(u32 *turns)
{
    CALL2(SCHED_OP, 0, 0);
    return ++*turns < PATIENCE;
}

static void send_bytes(const void *from, u32 bytes)
{
    const u8 *next = from;
    u32 turns = 0;
    for (; bytes > 0; bytes--) {
        while (ring->request_producer - ring->request_consumer == 1024 && waits(&turns))
            notify();
        ring->requests[ring->request_producer % 1024] = *next++;
        barrier();
        ring->request_producer++;
    }
    notify();
}

static int receive_bytes(void *to, u32 bytes)
{
    u8 *next = to;
    u32 turns = 0;
    for (; bytes > 0; bytes--) {
        if (ring->answer_producer == ring->answer_consumer)
            notify();
        while (ring->answer_producer == ring->answer_consumer)
            if (!waits(&turns))
                return 0;
        *next++ = ring->answers[ring->answer_consumer % 1024];
        barrier();
        ring->answer_consumer++;
    }
    notify();
    return 1;
}

static u32 skipped;

/* Prints a payload, but for the first `skipped` bytes: zero bytes as bars, and of a long one only how long it is. */
static void show(void)
{
    if (answer.bytes > 100) {
        say("%u bytes", answer.bytes - skipped);
        return;
    }
    for (u32 i = skipped; i < answer.bytes; i++)
        say("%c", payload[i] == 0 ? '|' : payload[i]);
}

static int receive(void)
{
    if (!receive_bytes(&answer, sizeof answer) || answer.bytes > sizeof payload) {
        say("nothing\n");
        return 0;
    }
    return receive_bytes(payload, answer.bytes);
}

/* Makes a request and waits for the answer to it; prints events that come before it. */
static int ask_raw(u32 type, u32 transaction, const char *bytes, u32 count)
{
    struct header header = {type, ++serial, transaction, count};
    send_bytes(&header, sizeof header);
    send_bytes(bytes, count);
    while (receive()) {
        if (answer.type != WATCH_EVENT)
            return 1;
        if (hears_events) {
            say("  event ");
            show();
            say("\n");
        }
    }
    return 0;
}

static u32 length_of(const char *of)
{
    u32 length = 0;
    while (of[length] != 0)
        length++;
    return length;
}

/* The bars of `words` become zero bytes. */
static u32 packed(const char *words)
{
    u32 count = length_of(words);
    for (u32 i = 0; i < count; i++)
        text[i] = words[i] == '|' ? 0 : words[i];
    return count;
}

static void request_in(u32 transaction, u32 type, const char *words)
{
    static const char *const names[] = {
        "control", "directory", "read", "get_perms", "watch", "unwatch", "start", "end",
        "introduce", "release", "get_domain_path", "write", "mkdir", "rm", "set_perms",
        "watch_event", "error", "is_introduced", "resume", "set_target", "20", "reset_watches",
        "directory_part"};
    say("%s %s: ", type < sizeof names / sizeof *names ? names[type] : "unknown", words);
    if (ask_raw(type, transaction, text, packed(words))) {
        if (answer.type == DIRECTORY_PART)
            while (payload[skipped] >= '0' && payload[skipped] <= '9')
                skipped++;
        say(answer.type == type ? "" : answer.type == ERROR ? "error " : "another type ");
        show();
        say("\n");
        skipped = 0;
    }
}

static void request(u32 type, const char *words)
{
    request_in(0, type, words);
}

/* Only whether it went well, and with which error. */
static void quietly(const char *what, u32 type, u32 transaction, u32 count)
{
    say("%s: ", what);
    if (ask_raw(type, transaction, text, count)) {
        if (answer.type == ERROR)
            show();
        else
            say(answer.type == type ? "done" : "another type");
        say("\n");
    }
}

static u32 begin(void)
{
    u32 id = 0;
    ask_raw(START, 0, "", 1);
    if (answer.type == ERROR) {
        say("start: ");
        show();
        say("\n");
        return 0;
    }
    for (u32 i = 0; i < answer.bytes && payload[i] != 0; i++)
        id = id * 10 + payload[i] - '0';
    return id;
}

static void reading(void)
{
    request(READ, "name|");
    request(READ, "none|");
    request(READ, "none/deeper|");
    request(READ, "|");
    request(READ, "name");
    request(READ, "");
    request(READ, "name|more|");
    request(READ, "/|");
    request(READ, "/nowhere|");
    request(READ, "/local/domain/0/name|");
    request(READ, "/local/domain/0/nowhere|");
    request(READ, "/tool/xenstored|");
    request(READ, "data//x|");
    request(READ, "data/|");
    request(READ, "da ta|");
    request(READ, "@releaseDomain|");
    request(READ, "device|");
    request(DIRECTORY, "none|");
    request(DIRECTORY, "data|");
    request(DIRECTORY, "control/shutdown|");
    request(DIRECTORY, "/|");
    request(DIRECTORY, "/local/domain|");
    request(GET_PERMS, "none|");
    request(GET_DOMAIN_PATH, "0|");
    request(GET_DOMAIN_PATH, "77|");
    request(GET_DOMAIN_PATH, "x|");
    request(GET_DOMAIN_PATH, "|");
    request(IS_INTRODUCED, "0|");
    request(IS_INTRODUCED, "77|");
    request(IS_INTRODUCED, "x|");
    memset(text, 'a', sizeof text);
    text[2047] = 0;
    quietly("read of a relative path of 2047 bytes", READ, 0, 2048);
    text[2047] = 'a';
    text[2048] = 0;
    quietly("read of a relative path of 2048 bytes", READ, 0, 2049);
    text[2048] = 'a';
    text[0] = '/';
    text[3071] = 0;
    quietly("read of a path of 3071 bytes", READ, 0, 3072);
    text[3071] = 'a';
    text[3072] = 0;
    quietly("read of a path of 3072 bytes", READ, 0, 3073);
}

static void writing(void)
{
    request(WRITE, "data/x|one");
    request(READ, "data/x|");
    request(WRITE, "data/x|");
    request(READ, "data/x|");
    request(WRITE, "data/x");
    request(WRITE, "data/x|a|b");
    request(READ, "data/x|");
    request(WRITE, "data/a/b/c|deep");
    request(READ, "data/a/b|");
    request(DIRECTORY, "data|");
    request(DIRECTORY_PART, "data|0|");
    request(DIRECTORY_PART, "data|99|");
    request(DIRECTORY_PART, "data|x|");
    request(DIRECTORY_PART, "data|");
    request(MKDIR, "data/d|");
    request(MKDIR, "data/d|");
    request(MKDIR, "data/d|more");
    request(RM, "data/none|");
    request(RM, "data/none/deeper|");
    request(RM, "data/a|");
    request(READ, "data/a/b/c|");
    request(RM, "/|");
    request(RM, "name|");
    request(WRITE, "name|mine");
    request(WRITE, "new|node");
    request(MKDIR, "new|");
    request(MKDIR, "name|");
    request(WRITE, "/local/domain/0/mine|1");
    request(WRITE, "/mine|1");
    request(MKDIR, "/local/domain/0/mine|");
    request(RM, "/local/domain/0/name|");
    request(RM, "/local/domain/0/none|");
    request(RM, "/none/none|");
    request(WRITE, "@releaseDomain|1");
}

static void permissions(void)
{
    request(SET_PERMS, "data/x|n77|");
    request(SET_PERMS, "data/x|");
    request(SET_PERMS, "data/x|x0|");
    request(SET_PERMS, "data/x|n|");
    request(SET_PERMS, "data/x|nx|");
    request(SET_PERMS, "data/x|n0");
    request(SET_PERMS, "none|n0|");
    request(SET_PERMS, "name|n0|");
    request(SET_PERMS, "/tool|n0|");
    ask_raw(READ, 0, "domid", 6);
    u32 digits = answer.bytes;
    say("domid is a number: %d\n", answer.type == READ && digits > 0 && digits < 6);
    char own[8] = {0};
    memcpy(own, payload, digits);
    static char list[200];
    for (u32 entries = 1; entries < 8; entries++) {
        u32 at = packed("data/x|n");
        memcpy(text + at, own, digits);
        at += digits;
        text[at++] = 0;
        for (u32 i = 1; i < entries; i++) {
            memcpy(text + at, "r3\0", 3);
            text[at + 1] = '0' + i;
            at += 3;
        }
        memcpy(list, "set_perms with  entries", 24);
        list[15] = '0' + entries;
        quietly(list, SET_PERMS, 0, at);
    }
    ask_raw(GET_PERMS, 0, "data/x", 7);
    say("get_perms: %u bytes, the first %c\n", answer.bytes - digits, payload[0]);
    ask_raw(GET_PERMS, 0, "data/d", 7);
    say("get_perms of a made one: %u bytes, the first %c\n", answer.bytes - digits, payload[0]);
}

static void watching(void)
{
    request(WATCH, "data|token|");
    request(READ, "data/x|");
    request(WATCH, "data|token|");
    request(WATCH, "data|second|");
    request(READ, "data/x|");
    request(WATCH, "data|");
    request(WATCH, "|token|");
    request(WATCH, "da ta|token|");
    request(WATCH, "@nothing|token|");
    request(WATCH, "@releaseDomain|token|");
    request(READ, "data/x|");
    request(WRITE, "data/x|two");
    request(READ, "data/x|");
    request(WRITE, "data/e/f|deep");
    request(READ, "data/x|");
    request(MKDIR, "data/e/f|");
    request(READ, "data/x|");
    request(UNWATCH, "data|second|");
    request(UNWATCH, "data|second|");
    request(UNWATCH, "none|token|");
    request(WATCH, "data/e/f|deep|");
    request(READ, "data/x|");
    request(RM, "data/e|");
    request(READ, "data/x|");
    request(WRITE, "device/none|1");
    request(WATCH, "/local/domain/0/name|others|");
    request(READ, "data/x|");
    request(RESET_WATCHES, "|");
    request(UNWATCH, "data|token|");
    s64 last = 0;
    hears_events = 0;
    for (u32 i = 0; i < 140 && last == i; i++) {
        u32 at = packed("data/x|token000|");
        text[at - 2] += i % 10;
        text[at - 3] += i / 10 % 10;
        text[at - 4] += i / 100;
        ask_raw(WATCH, 0, text, at);
        if (answer.type == WATCH)
            last++;
    }
    say("watches: %d, then ", last);
    show();
    say("\n");
    request(RESET_WATCHES, "|");
    hears_events = 1;
}

static void transactions(void)
{
    u32 id = begin();
    say("transaction: %d\n", id > 0);
    request_in(id, WRITE, "data/t|inside");
    request_in(id, READ, "data/t|");
    request(READ, "data/t|");
    request_in(id, START, "|");
    request_in(id, WATCH, "data|in|");
    request_in(id, WRITE, "name|mine");
    request_in(id, END, "X|");
    request_in(id, END, "T|");
    request(READ, "data/t|");
    request_in(id, END, "T|");
    id = begin();
    request_in(id, WRITE, "data/t|lost");
    request_in(id, END, "F|");
    request(READ, "data/t|");
    id = begin();
    request_in(id, READ, "data/t|");
    request(WRITE, "data/t|outside");
    request_in(id, WRITE, "data/u|1");
    request_in(id, END, "T|");
    request(READ, "data/u|");
    id = begin();
    request_in(id, READ, "data/t|");
    request(WRITE, "data/other|1");
    request_in(id, WRITE, "data/u|1");
    request_in(id, END, "T|");
    request(READ, "data/u|");
    id = begin();
    request_in(id, DIRECTORY, "data|");
    request(MKDIR, "data/more|");
    request_in(id, END, "T|");
    id = begin();
    request_in(id, READ, "data/none|");
    request(WRITE, "data/none|1");
    request_in(id, END, "T|");
    request_in(0, END, "T|");
    request_in(999999, READ, "data/t|");
    request(RESET_WATCHES, "|");
    hears_events = 1;
    request(WATCH, "data/t|seen|");
    request(READ, "data/t|");
    id = begin();
    request_in(id, WRITE, "data/t|later");
    request(READ, "data/t|");
    request_in(id, END, "T|");
    request(READ, "data/t|");
    request(RESET_WATCHES, "|");
    u32 open = 0;
    while (open < 20 && begin() > 0)
        open++;
    say("transactions: %u\n", open);
    request(RESET_WATCHES, "|");
    say("after a reset: %d\n", begin() > 0);
}

static void limits(void)
{
    u32 start_of_value = packed("data/long|");
    memset(text + start_of_value, 'v', 4096 - start_of_value);
    for (u32 bytes = 1900; bytes <= 2060; bytes++) {
        ask_raw(WRITE, 0, text, start_of_value + bytes);
        if (answer.type == ERROR) {
            say("longest value: %u, then ", bytes - 1);
            show();
            say("\n");
            break;
        }
    }
    quietly("write of 4096 bytes", WRITE, 0, 4096);
    u32 made = 0;
    for (; made < 1200; made++) {
        u32 at = packed("data/n0000|");
        text[at - 2] += made % 10;
        text[at - 3] += made / 10 % 10;
        text[at - 4] += made / 100 % 10;
        text[at - 5] += made / 1000;
        ask_raw(MKDIR, 0, text, at);
        if (answer.type == ERROR)
            break;
    }
    say("nodes about a thousand: %d, then ", made > 900 && made < 1000);
    show();
    say("\n");
    request(DIRECTORY, "data|");
    request(DIRECTORY_PART, "data|0|");
}

static void others(void)
{
    request(CONTROL, "help|");
    request(CONTROL, "|");
    request(INTRODUCE, "77|1|1|");
    request(RELEASE, "77|");
    request(RESUME, "77|");
    request(SET_TARGET, "1|2|");
    request(WATCH_EVENT, "data|");
    request(ERROR, "data|");
    request(20, "data|");
    request(23, "data|");
    request(1000, "data|");
}

/* How many nodes a transaction may look at, and what those who watch hear of its end. */
static void long_transactions(void)
{
    u32 id = begin();
    u32 seen = 0;
    for (; seen < 1200; seen++) {
        u32 at = packed("data/x0000|");
        text[at - 2] += seen % 10;
        text[at - 3] += seen / 10 % 10;
        text[at - 4] += seen / 100 % 10;
        text[at - 5] += seen / 1000;
        ask_raw(READ, id, text, at);
        if (payload[3] != 'E')
            break;
    }
    say("nodes that a transaction looked at: %u, then ", seen);
    show();
    say("\n");
    request_in(id, READ, "data/x0000|");
    request_in(id, WRITE, "data/t|more");
    request_in(id, END, "T|");
    request(WRITE, "data/t|before");
    request(WATCH, "data/t|long|");
    request(READ, "data/t|");
    id = begin();
    request_in(id, WRITE, "data/t|one");
    request_in(id, WRITE, "data/t|two");
    request_in(id, END, "T|");
    request(READ, "data/t|");
    id = begin();
    request_in(id, WRITE, "data/t|three");
    request_in(id, RM, "data/t|");
    request_in(id, END, "T|");
    request(READ, "data/t|");
    id = begin();
    request_in(id, MKDIR, "data/t|");
    request_in(id, WRITE, "data/t|four");
    request_in(id, END, "T|");
    request(READ, "data/t|");
    id = begin();
    request_in(id, RM, "data/t|");
    request_in(id, WRITE, "data/t|five");
    request_in(id, END, "T|");
    request(READ, "data/t|");
    request(RESET_WATCHES, "|");
}

void ask(void)
{
    ring = (void *)(VIRT_BASE + MACHINE_TO_PHYS[start->store_mfn] * PAGE_SIZE);
    reading();
    writing();
    permissions();
    watching();
    transactions();
    limits();
    others();
    long_transactions();
    struct header header = {READ, ++serial, 0, 4097};
    send_bytes(&header, sizeof header);
    notify();
    u32 turns = 0;
    while (ring->error == 0 && turns < 2000)
        waits(&turns);
    say("a payload of 4097 bytes: error %u\n", (u64)ring->error);
}
