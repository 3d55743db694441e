/*
 * ask-memory.c: memory_op. How much there is, giving back and getting again.
 */
#include "ask.h"

struct reservation { u64 extents; u64 count; u32 order; u32 flags; u16 domain; };
struct exchange { struct reservation in, out; u64 done; };

static const void *const NOWHERE = (void *)8;
static u64 list[16];

static s64 memory(u64 op, const void *argument)
{
    return CALL2(MEMORY_OP, op, argument);
}

static s64 reserve(u64 op, u64 count, u32 order, u16 domain)
{
    struct reservation request = {(u64)list, count, order, 0, domain};
    return memory(op, &request);
}

static void sizes(void)
{
    u16 self = DOMID_SELF, other = 77, zero = 0;
    u64 pages_now = memory(3, &self);
    say("current_reservation is %s\n", pages_now == start->nr_pages ? "nr_pages" : "another");
    say("maximum_reservation >= it: %d\n", memory(4, &self) >= (s64)pages_now);
    say("maximum_ram_page > 0: %d\n", memory(2, 0) > 0);
    result("current_reservation of domain 77", memory(3, &other));
    result("current_reservation of domain 0", memory(3, &zero));
    result("maximum_reservation of domain 0", memory(4, &zero));
    result("current_reservation from nowhere", memory(3, NOWHERE));
    u64 table[3] = {0};
    result("machphys_mapping", memory(12, table));
    say("from %x to %x, frames of the machine: %s\n", table[0], table[1], table[2] ? "some" : "none");
    result("machphys_mapping into nowhere", memory(12, NOWHERE));
    struct { u32 count; u32 pad; u64 buffer; } map = {4, 0, (u64)pages[0]};
    result("memory_map", memory(9, &map));
    say("entries %u", (u64)map.count);
    u64 *entry = (u64 *)pages[0];
    say(", from %x, type %u\n", entry[0], (u64)((u32 *)pages[0])[4]);
    say("memory_map ends at nr_pages: %d\n", entry[1] == start->nr_pages * PAGE_SIZE);
    map.count = 0;
    result("memory_map into no entries", memory(9, &map));
    map.count = 4;
    map.buffer = 8;
    result("memory_map into nowhere", memory(9, &map));
    result("machine_memory_map", memory(10, &map));
    struct { u32 count; u32 pad; u64 buffer; } frames = {4, 0, (u64)pages[0]};
    result("machphys_mfn_list", memory(5, &frames));
    for (u64 op = 13; op < 30; op++)
        if (op != 28)
            say("memory_op %u from nowhere = %d\n", op, memory(op, NOWHERE));
    result("memory_op 63", memory(63, NOWHERE));
}

static void give_and_take(void)
{
    u8 *page = pages[10];
    u64 frame = mfn_of(page), pfn = ((u64)page - VIRT_BASE) / PAGE_SIZE;
    list[0] = frame;
    result("decrease_reservation of a mapped frame", reserve(1, 1, 0, DOMID_SELF));
    result("mapping it again", map(page, frame * PAGE_SIZE | P | RW | US));
    result("unmapping it", map(page, 0));
    list[0] = frame;
    result("decrease_reservation of it again", reserve(1, 1, 0, DOMID_SELF));
    list[0] = pfn;
    result("populate_physmap", reserve(6, 1, 0, DOMID_SELF));
    say("its M2P is %s\n", MACHINE_TO_PHYS[list[0]] == pfn ? "the pfn" : "another");
    result("mapping it", map(page, list[0] * PAGE_SIZE | P | RW | US));
    u64 sum = 0;
    for (u32 i = 0; i < PAGE_SIZE; i++)
        sum += page[i];
    say("it is %s\n", sum == 0 ? "empty" : "not empty");
    u64 fresh = list[0];
    result("unmapping it", map(page, 0));
    list[0] = fresh;
    result("decrease_reservation of an unmapped frame", reserve(1, 1, 0, DOMID_SELF));
    list[0] = fresh;
    result("and once more", reserve(1, 1, 0, DOMID_SELF));
    result("increase_reservation", reserve(0, 1, 0, DOMID_SELF));
    say("its M2P is %s\n", MACHINE_TO_PHYS[list[0]] == pfn ? "the pfn" : "another");
    result("mapping it", map(page, list[0] * PAGE_SIZE | P | RW | US));
    list[0] = pfn;
    result("populate_physmap beyond the maximum", reserve(6, 16, 9, DOMID_SELF));
    result("increase_reservation of order 30", reserve(0, 1, 30, DOMID_SELF));
    result("populate_physmap of order 10", reserve(6, 1, 10, DOMID_SELF));
    result("of none", reserve(6, 0, 0, DOMID_SELF));
    result("decrease of none", reserve(1, 0, 0, DOMID_SELF));
    list[0] = 1UL << 39;
    result("decrease of a frame beyond the machine", reserve(1, 1, 0, DOMID_SELF));
    list[0] = start->shared_info >> 12;
    result("decrease of the shared-info frame", reserve(1, 1, 0, DOMID_SELF));
    list[0] = mfn_of((void *)start->pt_base);
    result("decrease of the L4 in use", reserve(1, 1, 0, DOMID_SELF));
    result("decrease for domain 77", reserve(1, 1, 0, 77));
    result("decrease for domain 0", reserve(1, 1, 0, 0));
    struct reservation request = {8, 1, 0, 0, DOMID_SELF};
    result("decrease of a list nowhere", memory(1, &request));
    result("populate of a list nowhere", memory(6, &request));
    request.count = -1UL;
    request.extents = (u64)list;
    result("decrease of -1 extents", memory(1, &request));
    result("populate of -1 extents", memory(6, &request));
    result("decrease from nowhere", memory(1, NOWHERE));
}

static void exchanges(void)
{
    u8 *page = pages[11];
    u64 pfn = ((u64)page - VIRT_BASE) / PAGE_SIZE;
    static u64 in[4], out[4];
    map(page, 0);
    in[0] = mfn_of(page);
    out[0] = pfn;
    struct exchange request = {
        {(u64)in, 1, 0, 0, DOMID_SELF}, {(u64)out, 1, 0, 0, DOMID_SELF}, 0};
    result("exchange", memory(11, &request));
    say("done %u, its M2P is %s\n", request.done,
        MACHINE_TO_PHYS[out[0]] == pfn ? "the pfn" : "another");
    result("mapping it", map(page, out[0] * PAGE_SIZE | P | RW | US));
    in[0] = out[0];
    out[0] = pfn;
    request.done = 0;
    result("exchange of a mapped frame", memory(11, &request));
    say("done %u\n", request.done);
    request.done = 1;
    result("exchange that is done", memory(11, &request));
    request.done = 0;
    request.out.count = 2;
    result("exchange of unequal sizes", memory(11, &request));
    request.out.count = 1;
    request.out.domain = 0;
    result("exchange between domains", memory(11, &request));
    request.in.domain = 77;
    request.out.domain = 77;
    result("exchange of domain 77", memory(11, &request));
    request.in.domain = DOMID_SELF;
    request.out.domain = DOMID_SELF;
    request.in.order = 12;
    request.out.order = 12;
    result("exchange of order 12", memory(11, &request));
    request.in.order = 0;
    request.out.order = 0;
    in[0] = 1UL << 39;
    result("exchange of a frame beyond the machine", memory(11, &request));
    request.in.extents = 8;
    result("exchange of a list nowhere", memory(11, &request));
    result("exchange from nowhere", memory(11, NOWHERE));
}

static void physmap(void)
{
    struct { u16 domain; u16 size; u32 space; u64 index; u64 pfn; } add = {DOMID_SELF, 0, 0, 0, 20};
    for (u32 space = 0; space < 6; space++) {
        add.space = space;
        say("add_to_physmap of space %u = %d\n", (u64)space, memory(7, &add));
    }
    result("add_to_physmap from nowhere", memory(7, NOWHERE));
    struct { u16 domain; u64 pfn; } remove = {DOMID_SELF, 20};
    result("remove_from_physmap", memory(15, &remove));
}

void ask(void)
{
    sizes();
    give_and_take();
    exchanges();
    physmap();
}
