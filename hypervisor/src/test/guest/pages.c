/*
 * pages.c: frames and page tables, and main().
 */
#include "ask.h"

struct start_info *start;
static struct shared_info shared_page __attribute__((aligned(4096)));
struct shared_info *shared = &shared_page;
u8 pages[PAGES][PAGE_SIZE] __attribute__((aligned(4096)));
static u8 views[8][PAGE_SIZE] __attribute__((aligned(4096)));

u64 mfn_of(const void *address)
{
    return ((u64 *)start->mfn_list)[((u64)address - VIRT_BASE) / PAGE_SIZE];
}

u64 machine_of(const void *address)
{
    return mfn_of(address) * PAGE_SIZE + (u64)address % PAGE_SIZE;
}

u64 entry_of(const void *address, u64 flags)
{
    return mfn_of(address) * PAGE_SIZE | flags;
}

s64 map(void *address, u64 entry)
{
    return CALL3(UPDATE_VA_MAPPING, address, entry, 2);
}

/* Maps a page of ours where it always was, with other flags; 0 takes the mapping away. */
s64 map_as(void *page, u64 flags)
{
    return map(page, flags == 0 ? 0 : entry_of(page, flags));
}

s64 update(u64 pointer, u64 value)
{
    u64 request[2] = {pointer, value};
    return CALL4(MMU_UPDATE, request, 1, 0, DOMID_SELF);
}

s64 extended(u32 command, u64 first, u64 second)
{
    struct mmuext_op op = {command, 0, first, second};
    return CALL4(MMUEXT_OP, &op, 1, 0, DOMID_SELF);
}

/* The entry of the table of this level that leads to an address, as we can read it. */
u64 *table_entry(const void *address, int level)
{
    u64 *table = (u64 *)start->pt_base;
    for (int at = 4;; at--) {
        u64 *entry = &table[(u64)address >> (12 + 9 * (at - 1)) & 511];
        if (at == level)
            return entry;
        table = (u64 *)(VIRT_BASE + MACHINE_TO_PHYS[*entry >> 12 & 0xffffffffff] * PAGE_SIZE);
    }
}

void clear(void *page)
{
    memset(page, 0, PAGE_SIZE);
}

/* The same page at another address, writable. */
u8 *other_view(void *page)
{
    static int next;
    u8 *view = views[next++ % 8];
    if (map(view, entry_of(page, 7)) != 0)
        say("no other view\n");
    return view;
}

void begin(struct start_info *info)
{
    start = info;
    if (map(shared, info->shared_info | 7) != 0)
        say("the shared-info page cannot be mapped\n");
    doors_open();
    ask();
    say("end\n");
    leave(1);
}
