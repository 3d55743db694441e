/*
 * store.c: XenStore, the little tree of names and values through which a domain learns what it is
 * and what it has. Messages travel over a ring like the console's: a header, then the payload.
 */
#include "guest.h"

#define ANSWER_NANOS 5000000000UL
#define PATH_OF_ORDERS "control/shutdown"

static volatile struct store_ring *ring;
static u32 port;
static u32 requests;
static int watch_fired;

static void store_event(void)
{
}

/* Waits until the ring shows what we wait for: room for a request, or bytes of an answer. Gives up
   after some seconds, because a domain should start even where nobody answers. */
static int wait_until(int (*is_there)(void))
{
    u64 limit = now_nanos() + ANSWER_NANOS;
    while (!is_there()) {
        if (now_nanos() > limit)
            return 0;
        interrupts_off();
        if (!is_there())
            block();
        interrupts_on();
    }
    return 1;
}

static int has_room(void)
{
    return ring->req_prod - ring->req_cons < sizeof ring->req;
}

static int has_answer(void)
{
    return ring->rsp_prod != ring->rsp_cons;
}

static int ring_write(const void *from, u32 bytes)
{
    const u8 *next = from;
    for (; bytes > 0; bytes--) {
        if (!has_room()) {
            event_send(port);
            if (!wait_until(has_room))
                return 0;
        }
        ring->req[ring->req_prod % sizeof ring->req] = *next++;
        barrier();
        ring->req_prod++;
    }
    return 1;
}

/* Reads `bytes` bytes; keeps the first `room` of them. */
static int ring_read(void *to, u32 bytes, u32 room)
{
    u8 *next = to;
    for (u32 count = 0; count < bytes; count++) {
        if (!has_answer()) {
            event_send(port);
            if (!wait_until(has_answer))
                return 0;
        }
        u8 byte = ring->rsp[ring->rsp_cons % sizeof ring->rsp];
        barrier();
        ring->rsp_cons++;
        if (count < room)
            *next++ = byte;
    }
    event_send(port);
    return 1;
}

/* Takes one message from the ring; a watch that has fired is noted. Returns false where nobody
   answers. */
static int receive(struct store_header *header, char *payload, u32 room)
{
    if (!ring_read(header, sizeof *header, sizeof *header)
        || !ring_read(payload, header->bytes, room - 1))
        return 0;
    payload[header->bytes < room - 1 ? header->bytes : room - 1] = 0;
    if (header->type == XS_WATCH_EVENT)
        watch_fired = 1;
    return 1;
}

/* The names in a directory come with a zero byte behind each: makes one text of them. */
static void join_names(char *names, u32 bytes)
{
    for (u32 index = 0; index + 1 < bytes; index++) {
        if (names[index] == 0)
            names[index] = ' ';
    }
}

/*
 * Sends a request and waits for the answer, which is put into `answer` as text. `value` is the
 * second part of a request that has two, else null. Returns how long the answer is, or -1 where it
 * is an error, whose name is then in `answer`, or none.
 */
int store_ask(u32 type, const char *path, const char *value, char *answer, u32 room)
{
    answer[0] = 0;
    if (ring == 0)
        return -1;
    /* A path ends with a zero byte; so does a watch's token, but a value to write does not. */
    u32 value_bytes = value == 0 ? 0 : text_length(value) + (type == XS_WATCH);
    struct store_header header = {type, ++requests, 0, text_length(path) + 1 + value_bytes};
    if (!ring_write(&header, sizeof header) || !ring_write(path, text_length(path) + 1)
        || !ring_write(value, value_bytes))
        return -1;
    event_send(port);
    /* Before our answer may come watch events, and an answer that we once gave up waiting for. */
    do {
        if (!receive(&header, answer, room))
            return -1;
    } while (header.type == XS_WATCH_EVENT || header.request != requests);
    if (header.type != type)
        return -1;
    if (type == XS_DIRECTORY)
        join_names(answer, header.bytes < room ? header.bytes : room - 1);
    return text_length(answer);
}

void store_start(const struct start_info *start)
{
    char answer[16];
    if (start->store_mfn == 0)
        return;
    ring = page_of_frame(start->store_mfn);
    port = start->store_evtchn;
    events_on(port, store_event);
    store_ask(XS_WATCH, PATH_OF_ORDERS, "orders", answer, sizeof answer);
}

/* Whether the watch on control/shutdown has fired since the last call: `xl shutdown` writes there
   what it wants of us. */
int store_watch_fired(void)
{
    int result = watch_fired;
    watch_fired = 0;
    return result;
}

/* Takes watch events that came without our asking. */
void store_poll(void)
{
    struct store_header header;
    char payload[64];
    while (ring != 0 && has_answer())
        receive(&header, payload, sizeof payload);
}

void store_show(void)
{
    if (ring == 0)
        say("store: none\n");
    else
        say("store: port %lu, requests %lu..%lu, answers %lu..%lu of %lu\n", (u64)port,
            (u64)ring->req_cons, (u64)ring->req_prod, (u64)ring->rsp_cons, (u64)ring->rsp_prod,
            sizeof ring->rsp);
}
