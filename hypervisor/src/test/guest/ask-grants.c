/*
 * ask-grants.c: grant tables. We grant to ourselves, which Xen allows, and map what we granted.
 */
#include "ask.h"

enum { MAP, UNMAP, SETUP, DUMP, TRANSFER, COPY, QUERY_SIZE, UNMAP_AND_REPLACE, SET_VERSION,
    GET_STATUS_FRAMES, GET_VERSION, SWAP, CACHE_FLUSH };
enum { DEVICE_MAP = 1, HOST_MAP = 2, READ_ONLY = 4, APPLICATION_MAP = 8, CONTAINS_PTE = 16 };
enum { PERMIT = 1, TRANSFERABLE = 2, TRANSITIVE = 3, GTF_READONLY = 4, READING = 8, WRITING = 16,
    SUB_PAGE = 256 };

typedef short s16;
struct map { u64 address; u32 flags; u32 ref; u16 domain; s16 status; u32 handle; u64 bus; };
struct unmap { u64 address; u64 bus; u32 handle; s16 status; };
struct setup { u16 domain; u32 frames; s16 status; u64 list; };
struct query { u16 domain; u32 frames; u32 most; s16 status; };
struct half { u64 where; u16 domain; u16 offset; };
struct copy { struct half from, to; u16 bytes; u16 flags; s16 status; };
struct transfer { u64 frame; u16 domain; u32 ref; s16 status; };
struct entry { volatile u16 flags; u16 domain; u32 frame; };
struct entry2 { volatile u16 flags; u16 domain; u32 pad; u64 frame; };

static const void *const NOWHERE = (void *)8;
static u8 table_view[PAGE_SIZE] __attribute__((aligned(4096)));
static u8 status_view[PAGE_SIZE] __attribute__((aligned(4096)));
static u8 window[3][PAGE_SIZE] __attribute__((aligned(4096)));
static struct entry *table = (struct entry *)table_view;
static struct entry2 *table2 = (struct entry2 *)table_view;
static u16 self;

static s64 grant(u64 op, const void *argument, u64 count)
{
    return CALL3(GRANT_TABLE_OP, op, argument, count);
}

static void set_up(void)
{
    static u64 list[64];
    struct setup setup = {DOMID_SELF, 1, 99, (u64)list};
    s64 answer = grant(SETUP, &setup, 1);
    say("setup_table of 1 frame = %d, status %d\n", answer, (s64)setup.status);
    result("mapping it", map(table_view, list[0] * PAGE_SIZE | P | RW | US));
    setup.frames = 65;
    answer = grant(SETUP, &setup, 1);
    say("setup_table of 65 frames = %d, status %d\n", answer, (s64)setup.status);
    setup.frames = 1;
    setup.domain = 77;
    answer = grant(SETUP, &setup, 1);
    say("setup_table of domain 77 = %d, status %d\n", answer, (s64)setup.status);
    setup.domain = 0;
    answer = grant(SETUP, &setup, 1);
    say("setup_table of domain 0 = %d, status %d\n", answer, (s64)setup.status);
    setup.domain = DOMID_SELF;
    setup.list = 8;
    answer = grant(SETUP, &setup, 1);
    say("setup_table with a list nowhere = %d, status %d\n", answer, (s64)setup.status);
    result("setup_table of two at once", grant(SETUP, &setup, 2));
    struct query query = {DOMID_SELF, 0, 0, 99};
    answer = grant(QUERY_SIZE, &query, 1);
    say("query_size = %d, status %d, frames %u of %u\n", answer, (s64)query.status,
        (u64)query.frames, (u64)query.most);
    query.domain = 77;
    answer = grant(QUERY_SIZE, &query, 1);
    say("query_size of domain 77 = %d, status %d\n", answer, (s64)query.status);
    query.domain = 0;
    answer = grant(QUERY_SIZE, &query, 1);
    say("query_size of domain 0 = %d, status %d\n", answer, (s64)query.status);
    u32 version[2] = {DOMID_SELF, 0};
    answer = grant(GET_VERSION, version, 1);
    say("get_version = %d, %u\n", answer, (u64)version[1]);
    version[0] = 77;
    result("get_version of domain 77", grant(GET_VERSION, version, 1));
    version[0] = 0;
    result("get_version of domain 0", grant(GET_VERSION, version, 1));
    for (u64 op = 0; op < 14; op++) {
        say("grant_table_op %u of none from nowhere = %d\n", op, grant(op, NOWHERE, 0));
        say("grant_table_op %u of one from nowhere = %d\n", op, grant(op, NOWHERE, 1));
        say("grant_table_op %u of -1 from nowhere = %d\n", op, grant(op, NOWHERE, -1UL));
    }
    say("reserved: flags %x and %x\n", (u64)table[0].flags, (u64)table[1].flags);
    /* Whoever asks which domain it is: the flags of a wire to ourselves. */
    struct { u16 domain; u16 remote; u32 port; } unbound = {DOMID_SELF, DOMID_SELF, 0};
    CALL2(EVENT_CHANNEL_OP, 6, &unbound);
    struct { u16 domain; u16 pad; u32 port; u32 status; u32 vcpu; u16 peer; u16 pad2; u32 more; }
        status = {DOMID_SELF, 0, unbound.port, 0, 0, 0, 0, 0};
    CALL2(EVENT_CHANNEL_OP, 5, &status);
    self = status.peer;
}

static void set(u32 ref, u16 flags, u16 domain, u64 frame)
{
    table[ref].flags = 0;
    table[ref].domain = domain;
    table[ref].frame = frame;
    barrier();
    table[ref].flags = flags;
}

static struct map last_map;

static s64 mapped(const char *what, u32 ref, u16 domain, u32 flags, void *at)
{
    struct map request = {(u64)at, flags, ref, domain, 99, 0xffff, 0};
    s64 answer = grant(MAP, &request, 1);
    say("map %s = %d, status %d\n", what, answer, (s64)request.status);
    last_map = request;
    return request.status;
}

static void unmapped(const char *what, u64 address, u32 handle)
{
    struct unmap request = {address, 0, handle, 99};
    s64 answer = grant(UNMAP, &request, 1);
    say("unmap %s = %d, status %d\n", what, answer, (s64)request.status);
}

static void store(u64 address)
{
    *(volatile u8 *)address = 7;
}

static void maps(void)
{
    u64 frame = mfn_of(pages[30]);
    map_as(window[0], 0);
    map_as(window[1], 0);
    mapped("of an unused entry", 9, self, HOST_MAP, window[0]);
    set(9, PERMIT, self, frame);
    mapped("of a grant to us, writable", 9, self, HOST_MAP, window[0]);
    say("flags %x\n", (u64)table[9].flags);
    u32 first = last_map.handle;
    window[0][0] = 5;
    barrier();
    say("what it holds %u\n", (u64)pages[30][0]);
    u64 entry = *table_entry(window[0], 1);
    say("entry %x\n", entry & 0xfff0000000000fff);
    mapped("again, read-only", 9, self, HOST_MAP | READ_ONLY, window[1]);
    say("flags %x\n", (u64)table[9].flags);
    u32 second = last_map.handle;
    say("the handles differ: %d\n", (s64)(first != second));
    tried("a store to the second", store, (u64)window[1]);
    unmapped("the second with the address of the first", (u64)window[0], second);
    unmapped("the second", (u64)window[1], second);
    say("flags %x\n", (u64)table[9].flags);
    unmapped("the second again", (u64)window[1], second);
    unmapped("a handle that never was", (u64)window[1], 5000);
    unmapped("a handle of -1", (u64)window[1], -1);
    unmapped("the first", (u64)window[0], first);
    say("flags %x\n", (u64)table[9].flags);
    tried("a store to where it was", store, (u64)window[0]);

    set(9, PERMIT | GTF_READONLY, self, frame);
    mapped("of a read-only grant, writable", 9, self, HOST_MAP, window[0]);
    mapped("of a read-only grant, read-only", 9, self, HOST_MAP | READ_ONLY, window[0]);
    say("flags %x\n", (u64)table[9].flags);
    unmapped("it", (u64)window[0], last_map.handle);
    set(9, PERMIT, 0, frame);
    mapped("of a grant to domain 0", 9, self, HOST_MAP, window[0]);
    set(9, PERMIT, self, 1UL << 31);
    mapped("of a frame beyond the machine", 9, self, HOST_MAP, window[0]);
    set(9, PERMIT, self, start->shared_info >> 12);
    mapped("of the shared-info frame", 9, self, HOST_MAP | READ_ONLY, window[0]);
    if (last_map.status == 0)
        unmapped("it", (u64)window[0], last_map.handle);
    set(9, PERMIT, self, mfn_of((void *)start->pt_base));
    mapped("of a page table, writable", 9, self, HOST_MAP, window[0]);
    mapped("of a page table, read-only", 9, self, HOST_MAP | READ_ONLY, window[0]);
    if (last_map.status == 0)
        unmapped("it", (u64)window[0], last_map.handle);
    set(9, TRANSFERABLE, self, frame);
    mapped("of a transferable entry", 9, self, HOST_MAP, window[0]);
    set(9, PERMIT, self, frame);
    mapped("without flags", 9, self, 0, window[0]);
    mapped("read-only alone", 9, self, READ_ONLY, window[0]);
    mapped("at an address without L1", 9, self, HOST_MAP, (void *)0x7000000000);
    mapped("at an address of Xen", 9, self, HOST_MAP, (void *)XEN_VADDR);
    mapped("at an odd address", 9, self, HOST_MAP, window[0] + 8);
    if (last_map.status == 0)
        unmapped("it", last_map.address, last_map.handle);
    mapped("from domain 77", 9, 77, HOST_MAP, window[0]);
    mapped("from DOMID_SELF", 9, DOMID_SELF, HOST_MAP, window[0]);
    if (last_map.status == 0)
        unmapped("it", (u64)window[0], last_map.handle);
    mapped("of entry 512", 512, self, HOST_MAP, window[0]);
    mapped("of entry 100000", 100000, self, HOST_MAP, window[0]);
    mapped("from domain 0, entry 8", 8, 0, HOST_MAP, window[0]);
    mapped("into a PTE", 9, self, HOST_MAP | CONTAINS_PTE,
           (void *)machine_of(table_entry(window[0], 1)));
    if (last_map.status == 0)
        unmapped("it", last_map.address, last_map.handle);
    mapped("into a PTE of an ordinary frame", 9, self, HOST_MAP | CONTAINS_PTE,
           (void *)machine_of(pages[31]));
    mapped("into an odd PTE", 9, self, HOST_MAP | CONTAINS_PTE,
           (void *)(machine_of(table_entry(window[0], 1)) + 4));
    mapped("for a program", 9, self, HOST_MAP | APPLICATION_MAP, window[0]);
    say("entry %x\n", *table_entry(window[0], 1) & 0xfff0000000000fff);
    if (last_map.status == 0)
        unmapped("it", (u64)window[0], last_map.handle);
    set(9, 0, 0, 0);
}

static s64 copied(const char *what, struct copy *request)
{
    request->status = 99;
    s64 answer = grant(COPY, request, 1);
    say("copy %s = %d, status %d\n", what, answer, (s64)request->status);
    return request->status;
}

static void copies(void)
{
    struct copy request;
    enum { SOURCE_REF = 1, DEST_REF = 2 };
    memset(&request, 0, sizeof request);
    for (u32 i = 0; i < 64; i++)
        pages[34][i] = i;
    clear(pages[35]);
    set(10, PERMIT, self, mfn_of(pages[34]));
    set(11, PERMIT | GTF_READONLY, self, mfn_of(pages[35]));
    request.from.domain = self;
    request.from.where = 10;
    request.to.domain = DOMID_SELF;
    request.to.where = mfn_of(pages[35]);
    request.bytes = 16;
    request.flags = SOURCE_REF;
    request.from.offset = 4;
    request.to.offset = 8;
    copied("from a grant to a frame", &request);
    say("bytes %u %u %u\n", (u64)pages[35][7], (u64)pages[35][8], (u64)pages[35][23]);
    say("flags %x\n", (u64)table[10].flags);
    request.bytes = 0;
    copied("of no bytes", &request);
    request.bytes = 4096;
    copied("over the end", &request);
    request.from.offset = 4096;
    request.to.offset = 0;
    request.bytes = 1;
    copied("from behind the end", &request);
    request.from.offset = 0;
    request.from.where = 300;
    copied("from an unused entry", &request);
    request.from.where = 5000;
    copied("from an entry that does not exist", &request);
    request.from.where = 10;
    request.flags = 0;
    copied("from a frame without DOMID_SELF", &request);
    request.from.domain = DOMID_SELF;
    request.from.where = mfn_of(pages[34]);
    copied("between two frames of ours", &request);
    request.from.where = 1UL << 39;
    copied("from a frame beyond the machine", &request);
    request.from.domain = 77;
    request.from.where = 10;
    request.flags = SOURCE_REF;
    copied("from domain 77", &request);
    request.from.domain = DOMID_SELF;
    request.from.where = mfn_of(pages[34]);
    request.flags = DEST_REF;
    request.to.domain = self;
    request.to.where = 11;
    copied("to a read-only grant", &request);
    set(11, PERMIT, self, mfn_of(pages[35]));
    copied("to a grant", &request);
    set(11, PERMIT, 0, mfn_of(pages[35]));
    copied("to a grant to somebody else", &request);
    set(11, PERMIT, self, mfn_of((void *)start->pt_base));
    copied("to a page table", &request);
    set(10, 0, 0, 0);
    set(11, 0, 0, 0);
}

static void transfers(void)
{
    struct transfer request = {mfn_of(pages[36]), 77, 12, 99};
    s64 answer = grant(TRANSFER, &request, 1);
    say("transfer to domain 77 = %d, status %d\n", answer, (s64)request.status);
    request.frame = 1UL << 39;
    request.domain = 0;
    answer = grant(TRANSFER, &request, 1);
    say("transfer of a frame beyond the machine = %d, status %d\n", answer, (s64)request.status);
    request.frame = mfn_of((void *)start->pt_base);
    answer = grant(TRANSFER, &request, 1);
    say("transfer of a page table = %d, status %d\n", answer, (s64)request.status);
}

static void version_2(void)
{
    u32 version = 3;
    s64 answer = grant(SET_VERSION, &version, 1);
    say("set_version 3 = %d, %u\n", answer, (u64)version);
    version = 0;
    answer = grant(SET_VERSION, &version, 1);
    say("set_version 0 = %d, %u\n", answer, (u64)version);
    set(9, PERMIT, self, mfn_of(pages[30]));
    map(window[0], 0);
    mapped("of version 1", 9, self, HOST_MAP, window[0]);
    version = 2;
    answer = grant(SET_VERSION, &version, 1);
    say("set_version 2 while it is mapped = %d, %u\n", answer, (u64)version);
    unmapped("it", (u64)window[0], last_map.handle);
    version = 2;
    answer = grant(SET_VERSION, &version, 1);
    say("set_version 2 = %d, %u\n", answer, (u64)version);
    if (answer != 0)
        return;
    say("reserved: flags %x and %x\n", (u64)table2[0].flags, (u64)table2[1].flags);
    u64 frames[4];
    struct { u32 count; u16 domain; s16 status; u64 list; } get = {1, DOMID_SELF, 99, (u64)frames};
    answer = grant(GET_STATUS_FRAMES, &get, 1);
    say("get_status_frames = %d, status %d\n", answer, (s64)get.status);
    if (answer == 0 && get.status == 0)
        result("mapping it", map(status_view, frames[0] * PAGE_SIZE | P | RW | US));
    get.count = 100;
    answer = grant(GET_STATUS_FRAMES, &get, 1);
    say("get_status_frames of 100 = %d, status %d\n", answer, (s64)get.status);
    volatile u16 *status = (volatile u16 *)status_view;
    table2[9].domain = self;
    table2[9].frame = mfn_of(pages[30]);
    table2[9].flags = PERMIT;
    mapped("of version 2", 9, self, HOST_MAP, window[0]);
    say("flags %x, status %x\n", (u64)table2[9].flags, (u64)status[9]);
    unmapped("it", (u64)window[0], last_map.handle);
    say("flags %x, status %x\n", (u64)table2[9].flags, (u64)status[9]);
    table2[9].flags = PERMIT | SUB_PAGE;
    mapped("of a part of a page", 9, self, HOST_MAP, window[0]);
    table2[9].flags = TRANSITIVE;
    mapped("of a transitive entry", 9, self, HOST_MAP, window[0]);
    table2[9].flags = 0;
    version = 1;
    answer = grant(SET_VERSION, &version, 1);
    say("set_version 1 = %d, %u\n", answer, (u64)version);
    u32 swap[3] = {9, 10, 0};
    answer = grant(SWAP, swap, 1);
    say("swap_grant_ref = %d, status %d\n", answer, (s64)(s16)swap[2]);
    swap[0] = 100000;
    answer = grant(SWAP, swap, 1);
    say("swap_grant_ref of entry 100000 = %d, status %d\n", answer, (s64)(s16)swap[2]);
}

/* Mappings that are not given back as they were made. */
static void leftovers(void)
{
    table2[9].domain = self;
    table2[9].frame = mfn_of(pages[30]);
    table2[9].flags = PERMIT;
    mapped("for a device", 9, self, DEVICE_MAP, window[0]);
    if (last_map.status == 0)
        unmapped("it", 0, last_map.handle);
    mapped("over a mapping of ours", 9, self, HOST_MAP, window[2]);
    if (last_map.status == 0) {
        result("taking the mapping away by hand", map(window[2], 0));
        unmapped("it", (u64)window[2], last_map.handle);
        say("flags %x\n", (u64)table2[9].flags);
        unmapped("it without an address", 0, last_map.handle);
        say("flags %x\n", (u64)table2[9].flags);
    }
    map_as(window[2], P | RW | US);
    struct map both[2] = {{(u64)window[0], HOST_MAP, 9, self, 99, 0, 0},
                          {(u64)window[1], HOST_MAP, 400, self, 99, 0, 0}};
    s64 answer = grant(MAP, both, 2);
    say("map of two = %d, status %d and %d\n", answer, (s64)both[0].status, (s64)both[1].status);
    result("update of its entry by hand", map(window[0], entry_of(pages[33], P | RW | US)));
    unmapped("it", (u64)window[0], both[0].handle);
    map(window[0], 0);
    unmapped("it again", 0, both[0].handle);
}

void ask(void)
{
    set_up();
    maps();
    copies();
    transfers();
    version_2();
    leftovers();
}
