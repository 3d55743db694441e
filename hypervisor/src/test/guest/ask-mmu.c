/*
 * ask-mmu.c: page tables. What may be pinned, what an entry may say, what may be written where.
 */
#include "ask.h"

enum { PIN_L1, PIN_L2, PIN_L3, PIN_L4, UNPIN, NEW_BASEPTR, FLUSH_LOCAL, INVLPG_LOCAL, FLUSH_MULTI };

/* Makes a page of ours ready to become a table: contents through `view`, then no writable mapping
   of it any more. */
static void table_of(int page, u64 index, u64 entry)
{
    map_as(pages[page], P | RW | US);
    clear(pages[page]);
    ((u64 *)pages[page])[index] = entry;
    map_as(pages[page], P | US);
}

static void plain(int page)
{
    map_as(pages[page], P | RW | US);
    clear(pages[page]);
}

static u64 mfn(int page)
{
    return mfn_of(pages[page]);
}

static void pins(void)
{
    static const char *const names[] = {"PIN_L1", "PIN_L2", "PIN_L3", "PIN_L4"};
    for (int level = PIN_L1; level <= PIN_L4; level++) {
        plain(level);
        say("%s of a writable-mapped frame = %d\n", names[level], extended(level, mfn(level), 0));
        map_as(pages[level], P | US);
        say("%s of an empty frame = %d\n", names[level], extended(level, mfn(level), 0));
        say("%s again = %d\n", names[level], extended(level, mfn(level), 0));
        for (int other = PIN_L1; other <= PIN_L4; other++)
            if (other != level)
                say("%s of what is pinned as L%d = %d\n", names[other], level + 1,
                    extended(other, mfn(level), 0));
        say("mapping it writable = %d\n", map_as(pages[level], P | RW | US));
        say("UNPIN = %d\n", extended(UNPIN, mfn(level), 0));
        say("UNPIN again = %d\n", extended(UNPIN, mfn(level), 0));
        say("mapping it writable now = %d\n", map_as(pages[level], P | RW | US));
    }
    result("PIN_L1 of a frame beyond the machine", extended(PIN_L1, 1UL << 39, 0));
    result("PIN_L1 of frame -1", extended(PIN_L1, -1UL, 0));
    result("PIN_L1 of the shared-info frame", extended(PIN_L1, start->shared_info >> 12, 0));
    result("UNPIN of a frame beyond the machine", extended(UNPIN, 1UL << 39, 0));
    result("UNPIN of an ordinary frame", extended(UNPIN, mfn(40), 0));
    result("PIN_L4 of the table in use", extended(PIN_L4, mfn_of((void *)start->pt_base), 0));
}

static void contents(const char *what, int command, u64 entry)
{
    table_of(8, 3, entry);
    s64 answer = extended(command, mfn(8), 0);
    say("%s = %d", what, answer);
    if (answer == 0) {
        u64 stored = ((volatile u64 *)pages[8])[3];
        say(", reads back %x", stored & ~0xffffffffff000);
        extended(UNPIN, mfn(8), 0);
    }
    say("\n");
    plain(8);
}

/* Every flag in an entry of a table that is to be pinned. */
static void flags(void)
{
    static const char *const levels[] = {"L1", "L2", "L3", "L4"};
    plain(9);
    table_of(10, 0, 0);
    table_of(11, 0, 0);
    table_of(12, 0, 0);
    extended(PIN_L1, mfn(10), 0);
    extended(PIN_L2, mfn(11), 0);
    extended(PIN_L3, mfn(12), 0);
    for (int level = 0; level < 4; level++) {
        u64 base = mfn(9 + level) * PAGE_SIZE;
        static const u64 bits[] = {P, P | RW, P | US, P | RW | US, P | RW | US | A | D, P | PWT,
            P | PCD, P | PWT | PCD, P | PSE, P | GLOBAL, P | GLOBAL | US, P | AVAIL | US, 0, RW | US,
            P | RW | US | PSE | GLOBAL};
        for (u32 i = 0; i < sizeof bits / sizeof *bits; i++) {
            char what[] = "pinning Lx with an entry of flags ";
            what[9] = levels[level][1];
            say("%s%x: ", what, bits[i]);
            contents("", level, base | bits[i]);
        }
        for (int bit = 48; bit < 64; bit++) {
            say("pinning %s with bit %d: ", levels[level], bit);
            contents("", level, base | P | US | 1UL << bit);
        }
        say("pinning %s with a frame beyond the machine: ", levels[level]);
        contents("", level, 1UL << 47 | P | US);
    }
    for (int level = 0; level < 4; level++)
        for (int target = 0; target < 4; target++) {
            say("pinning %s with an entry to %s: ", levels[level],
                target == 0 ? "an ordinary frame" : levels[target - 1]);
            contents("", level, mfn(9 + target) * PAGE_SIZE | P | US);
        }
    contents("pinning L1 with a writable entry to an L1", PIN_L1, mfn(10) * PAGE_SIZE | P | RW | US);
    contents("pinning L1 with a writable entry to itself", PIN_L1, mfn(8) * PAGE_SIZE | P | RW | US);
    contents("pinning L1 with a read-only entry to itself", PIN_L1, mfn(8) * PAGE_SIZE | P | US);
    contents("pinning L2 with a read-only entry to itself", PIN_L2, mfn(8) * PAGE_SIZE | P | US);
    contents("pinning L2 with a writable entry to itself", PIN_L2, mfn(8) * PAGE_SIZE | P | RW | US);
    contents("pinning L3 with a read-only entry to itself", PIN_L3, mfn(8) * PAGE_SIZE | P | US);
    contents("pinning L4 with a read-only entry to itself", PIN_L4, mfn(8) * PAGE_SIZE | P | US);
    contents("pinning L4 with a writable entry to itself", PIN_L4, mfn(8) * PAGE_SIZE | P | RW | US);
    extended(UNPIN, mfn(10), 0);
    extended(UNPIN, mfn(11), 0);
    extended(UNPIN, mfn(12), 0);
}

/* Slots of an L4 table that are Xen's. */
static void slots(void)
{
    static const int indices[] = {0, 255, 256, 257, 258, 260, 270, 271, 272, 511};
    table_of(12, 0, 0);
    for (u32 i = 0; i < sizeof indices / sizeof *indices; i++) {
        table_of(8, indices[i], mfn(12) * PAGE_SIZE | P | US | RW);
        say("PIN_L4 with slot %d used = %d", indices[i], extended(PIN_L4, mfn(8), 0));
        u64 is = ((volatile u64 *)pages[8])[indices[i]];
        say(", it is %s\n", is >> 12 == mfn(12) ? "kept" : is == 0 ? "empty" : "another");
        extended(UNPIN, mfn(8), 0);
        plain(8);
    }
    table_of(8, 0, 0);
    extended(PIN_L4, mfn(8), 0);
    for (u32 i = 0; i < sizeof indices / sizeof *indices; i++) {
        u64 at = mfn(8) * PAGE_SIZE + indices[i] * 8;
        say("mmu_update of slot %d = %d\n", indices[i], update(at, mfn(12) * PAGE_SIZE | P | RW | US));
        say("mmu_update of slot %d to 0 = %d\n", indices[i], update(at, 0));
    }
    extended(UNPIN, mfn(8), 0);
    plain(8);
}

static void updates(void)
{
    u64 at = mfn(8) * PAGE_SIZE;
    plain(8);
    plain(9);
    result("mmu_update of a writable frame", update(at + 16, 0x1234));
    result("what it holds now", ((volatile u64 *)pages[8])[2]);
    result("mmu_update NO_TRANSLATE of a writable frame", update(at + 16 + 3, 0x4321));
    result("mmu_update kind 4", update(at + 16 + 4, 0));
    result("mmu_update kind 5", update(at + 16 + 5, 0));
    result("mmu_update kind 6", update(at + 16 + 6, 0));
    result("mmu_update kind 7", update(at + 16 + 7, 0));
    table_of(8, 0, 0);
    result("mmu_update of an unused read-only frame", update(at + 16, 0x1234));
    result("what it holds now", ((volatile u64 *)pages[8])[2]);
    update(at + 16, 0);
    extended(PIN_L1, mfn(8), 0);
    result("mmu_update of an L1", update(at + 16, entry_of(pages[9], P | US)));
    say("reads back %x\n", ((volatile u64 *)pages[8])[2] & 0xfff0000000000fff);
    result("to a writable entry", update(at + 16, entry_of(pages[9], P | RW | US | A | D)));
    result("PRESERVE_AD to a read-only entry", update(at + 16 + 2, entry_of(pages[9], P | US)));
    say("reads back %x\n", ((volatile u64 *)pages[8])[2] & 0xfff0000000000fff);
    result("NORMAL to the same", update(at + 16, entry_of(pages[9], P | US)));
    say("reads back %x\n", ((volatile u64 *)pages[8])[2] & 0xfff0000000000fff);
    result("a kernel entry", update(at + 16, entry_of(pages[9], P)));
    say("reads back %x\n", ((volatile u64 *)pages[8])[2] & 0xfff0000000000fff);
    result("not present", update(at + 16, 0xdead000));
    say("reads back %x\n", ((volatile u64 *)pages[8])[2]);
    result("a frame that is the table, writable", update(at + 16, entry_of(pages[8], P | RW | US)));
    result("a frame beyond the machine", update(at + 16, 1UL << 47 | P));
    result("frame 0", update(at + 16, P));
    result("bit 62", update(at + 16, entry_of(pages[9], P | 1UL << 62)));
    result("PSE, which is PAT in an L1", update(at + 16, entry_of(pages[9], P | US | PSE)));
    say("reads back %x\n", ((volatile u64 *)pages[8])[2] & 0xfff0000000000fff);
    result("a frame beyond the machine as place", update(1UL << 47, 0));
    result("the shared-info frame as place", update(start->shared_info, 0));
    update(at + 16, 0);

    u64 many[6] = {at, 0, at + 4, 0, at + 8, 0};
    u32 done = 77;
    s64 answer = CALL4(MMU_UPDATE, many, 3, &done, DOMID_SELF);
    say("three of which the second is bad = %d, done %d\n", answer, (u64)done);
    done = 77;
    answer = CALL4(MMU_UPDATE, many, 0, &done, DOMID_SELF);
    say("none = %d, done %d\n", answer, (u64)done);
    result("an unreadable array", CALL4(MMU_UPDATE, 8, 1, 0, DOMID_SELF));
    result("an array in Xen", CALL4(MMU_UPDATE, XEN_VADDR, 1, 0, DOMID_SELF));
    result("an array at no address", CALL4(MMU_UPDATE, 1UL << 48, 1, 0, DOMID_SELF));
    result("a done that cannot be written", CALL4(MMU_UPDATE, many, 1, 8, DOMID_SELF));
    result("for a domain that does not exist", CALL4(MMU_UPDATE, many, 1, 0, 77));
    result("for DOMID_XEN", CALL4(MMU_UPDATE, many, 1, 0, 0x7ff2));
    result("for DOMID_INVALID", CALL4(MMU_UPDATE, many, 1, 0, 0x7ff4));
    result("with a bit above the domain", CALL4(MMU_UPDATE, many, 1, 0, 0x8000UL << 16 | 0x7ff0));

    result("MACHPHYS of a frame of ours", update(mfn(9) * PAGE_SIZE + 1, 0x777));
    result("what it says now", MACHINE_TO_PHYS[mfn(9)]);
    update(mfn(9) * PAGE_SIZE + 1, ((u64)pages[9] - VIRT_BASE) / PAGE_SIZE);
    result("MACHPHYS of a frame beyond the machine", update((1UL << 47) + 1, 0));
    result("MACHPHYS of the shared-info frame", update(start->shared_info + 1, 0));
    extended(UNPIN, mfn(8), 0);
    plain(8);
}

static void va_mapping(void)
{
    u64 entry = entry_of(pages[20], P | RW | US);
    result("update_va_mapping", CALL3(UPDATE_VA_MAPPING, pages[20], entry, 0));
    static const u64 flush[] = {1, 2, 3, 4, 5, 6, 7, 8};
    for (u32 i = 0; i < sizeof flush / sizeof *flush; i++)
        say("update_va_mapping, flush %u = %d\n", flush[i],
            CALL3(UPDATE_VA_MAPPING, pages[20], entry, flush[i]));
    static u64 vcpus = 1;
    result("flush of a bitmap of vCPUs", CALL3(UPDATE_VA_MAPPING, pages[20], entry, (u64)&vcpus | 1));
    result("flush of a bitmap nowhere", CALL3(UPDATE_VA_MAPPING, pages[20], entry, 0x1000 | 1));
    result("of an address without L1", CALL3(UPDATE_VA_MAPPING, 0x7000000000, entry, 0));
    result("of an address in Xen", CALL3(UPDATE_VA_MAPPING, XEN_VADDR, entry, 0));
    result("of no canonical address", CALL3(UPDATE_VA_MAPPING, 1UL << 50, entry, 0));
    result("of an odd address", CALL3(UPDATE_VA_MAPPING, (u64)pages[20] + 123, entry, 0));
    result("to nothing", CALL3(UPDATE_VA_MAPPING, pages[20], 0, 2));
    result("and back", CALL3(UPDATE_VA_MAPPING, pages[20], entry, 2));
    result("to a frame beyond the machine", CALL3(UPDATE_VA_MAPPING, pages[20], 1UL << 47 | P, 2));
    result("to a table, writable",
           CALL3(UPDATE_VA_MAPPING, pages[20], entry_of((void *)start->pt_base, P | RW | US), 2));
    result("to a table, read-only",
           CALL3(UPDATE_VA_MAPPING, pages[20], entry_of((void *)start->pt_base, P | US), 2));
    result("and back", CALL3(UPDATE_VA_MAPPING, pages[20], entry, 2));
    result("for a domain that does not exist",
           call(UPDATE_VA_MAPPING_OTHERDOMAIN, (u64)pages[20], entry, 0, 77, 0));
    result("for ourselves as another",
           call(UPDATE_VA_MAPPING_OTHERDOMAIN, (u64)pages[20], entry, 0, DOMID_SELF, 0));
}

static void store(u64 address)
{
    *(volatile u64 *)address = 0;
}

static void load(u64 address)
{
    (void)*(volatile u64 *)address;
}

static void fetch(u64 address)
{
    ((void (*)(void))address)();
}

static void faults(void)
{
    plain(30);
    tried("a load from an unmapped page", load, 0x1000);
    say("cr2 %x\n", shared->vcpu[0].cr2);
    tried("a store to an unmapped page", store, 0x1008);
    tried("a call into an unmapped page", fetch, 0x1010);
    tried("a load from no canonical address", load, 1UL << 50);
    tried("a load from Xen's M2P", load, XEN_VADDR);
    tried("a store to Xen's M2P", store, XEN_VADDR);
    tried("a load from Xen behind it", load, 0xffff830000000000);
    map_as(pages[30], P | US);
    tried("a store to a read-only page", store, (u64)pages[30]);
    map_as(pages[30], P | US | NX);
    tried("a call into a page without execution", fetch, (u64)pages[30]);
    map_as(pages[30], P | RW);
    tried("a store to a kernel page", store, (u64)pages[30]);
    u64 *l4 = (u64 *)start->pt_base;
    tried("a store to an L4", store, (u64)&l4[5]);
    tried("a store to an L3", store, (u64)table_entry(pages[30], 3));
    tried("a store to an L2", store, (u64)table_entry(pages[30], 2));
}

/* Each kind of instruction that Xen carries out on an L1 which we can only read. */
static void emulated(u64 kind)
{
    volatile u64 *entry = (volatile u64 *)&pages[8][0] + 4;
    u64 value = entry_of(pages[9], P | US), old = 0;
    switch (kind) {
    case 0: *entry = value; break;
    case 1: asm volatile("lock cmpxchg %2, %1" : "+a"(old), "+m"(*entry) : "r"(value)); break;
    case 2: asm volatile("xchg %0, %1" : "+r"(value), "+m"(*entry)); break;
    case 3: asm volatile("lock orq $0x20, %0" : "+m"(*entry)); break;
    case 4: asm volatile("lock andq $-0x21, %0" : "+m"(*entry)); break;
    case 5: asm volatile("lock btsq $6, %0" : "+m"(*entry)); break;
    case 6: asm volatile("lock btrq $6, %0" : "+m"(*entry)); break;
    case 7: asm volatile("movl %1, %0" : "+m"(*(volatile u32 *)entry) : "r"((u32)value)); break;
    case 8: asm volatile("movb $0x25, %0" : "+m"(*(volatile u8 *)entry)); break;
    case 9: asm volatile("movw $0, %0" : "+m"(*(volatile u16 *)((u8 *)entry + 6))); break;
    case 10: asm volatile("lock addq $0x200, %0" : "+m"(*entry)); break;
    case 11: asm volatile("lock xaddq %1, %0" : "+m"(*entry), "+r"(old)); break;
    case 12: asm volatile("stosq" : "+D"(entry) : "a"(0) : "memory"); break;
    case 13: *entry = entry_of(pages[8], P | RW | US); break;
    case 14: *entry = 1UL << 47 | P; break;
    case 15: asm volatile("movq $0, %0" : "+m"(*(volatile u64 *)((u8 *)entry + 4))); break;
    case 16: *entry = 0; break;
    case 17: asm volatile("lock cmpxchg8b %0" : "+m"(*entry), "+a"(old) : "b"(0), "c"(0), "d"(0)); break;
    case 18: asm volatile("pushq $0" : : : "memory"); break;
    case 19: asm volatile("lock incq %0" : "+m"(*entry)); break;
    case 20: asm volatile("lock notq %0" : "+m"(*entry)); break;
    case 21: asm volatile("movnti %1, %0" : "+m"(*entry) : "r"(0UL)); break;
    case 22: asm volatile("movntiq %1, %0" : "+m"(*entry) : "r"(0UL)); break;
    case 23: asm volatile("lock subq $0x20, %0" : "+m"(*entry)); break;
    case 24: asm volatile("lock xorq $0x20, %0" : "+m"(*entry)); break;
    case 25: asm volatile("lock btcq $5, %0" : "+m"(*entry)); break;
    }
}

static void writable_tables(const char *assist)
{
    static const char *const names[] = {"mov", "lock cmpxchg", "xchg", "lock or", "lock and",
        "lock bts", "lock btr", "movl of the low half", "movb", "movw", "lock add", "lock xadd",
        "stos", "mov of a writable mapping of itself", "mov of a frame beyond the machine",
        "mov across two entries", "mov of 0", "lock cmpxchg8b", 0, "lock inc", "lock not", "movnti",
        0, "lock sub", "lock xor", "lock btc"};
    plain(9);
    for (u32 kind = 0; kind < sizeof names / sizeof *names; kind++) {
        if (names[kind] == 0)
            continue;
        table_of(8, 4, kind == 1 ? 0 : entry_of(pages[9], P | US));
        extended(PIN_L1, mfn(8), 0);
        long door = attempt(emulated, kind);
        say("%s, %s into an L1: ", assist, names[kind]);
        if (door == 0)
            say("done");
        else
            say("vector %d, error %x, cr2 +%x", door - 1, last.error,
                shared->vcpu[0].cr2 - (u64)pages[8]);
        say(", reads back %x\n", ((volatile u64 *)pages[8])[4] & 0xfff0000000000fff);
        extended(UNPIN, mfn(8), 0);
        plain(8);
    }
}

static void mmuext(void)
{
    static const u32 unknown[] = {14, 18, 21, 22, 100, 0xffffffff};
    for (u32 i = 0; i < sizeof unknown / sizeof *unknown; i++)
        say("mmuext_op %u = %d\n", (u64)unknown[i], extended(unknown[i], 0, 0));
    static u64 vcpus = 1;
    result("TLB_FLUSH_LOCAL", extended(6, 0, 0));
    result("INVLPG_LOCAL", extended(7, (u64)pages[0], 0));
    result("INVLPG_LOCAL of no canonical address", extended(7, 1UL << 50, 0));
    result("TLB_FLUSH_MULTI", extended(8, 0, (u64)&vcpus));
    result("TLB_FLUSH_MULTI of a bitmap nowhere", extended(8, 0, 8));
    result("INVLPG_MULTI", extended(9, (u64)pages[0], (u64)&vcpus));
    result("INVLPG_MULTI of a bitmap nowhere", extended(9, (u64)pages[0], 8));
    result("TLB_FLUSH_ALL", extended(10, 0, 0));
    result("INVLPG_ALL", extended(11, (u64)pages[0], 0));
    result("CLEAR_PAGE of a frame beyond the machine", extended(16, 1UL << 39, 0));
    plain(8);
    pages[8][5] = 1;
    result("CLEAR_PAGE", extended(16, mfn(8), 0));
    result("its byte", pages[8][5]);
    pages[9][5] = 9;
    result("COPY_PAGE", extended(17, mfn(8), mfn(9)));
    result("its byte", pages[8][5]);
    result("COPY_PAGE from a frame beyond the machine", extended(17, mfn(8), 1UL << 39));
    result("COPY_PAGE to a frame beyond the machine", extended(17, 1UL << 39, mfn(9)));
    table_of(8, 0, 0);
    extended(PIN_L1, mfn(8), 0);
    result("CLEAR_PAGE of an L1", extended(16, mfn(8), 0));
    result("COPY_PAGE to an L1", extended(17, mfn(8), mfn(9)));
    result("COPY_PAGE from an L1", extended(17, mfn(9), mfn(8)));
    extended(UNPIN, mfn(8), 0);
    result("MARK_SUPER", extended(19, 0, 0));
    result("UNMARK_SUPER", extended(20, 0, 0));
    result("NEW_BASEPTR of an ordinary frame", extended(5, mfn(9), 0));
    result("NEW_BASEPTR of a frame beyond the machine", extended(5, 1UL << 39, 0));
    result("NEW_BASEPTR of 0", extended(5, 0, 0));
    result("NEW_BASEPTR of the one in use", extended(5, mfn_of((void *)start->pt_base), 0));
    result("NEW_USER_BASEPTR of an ordinary frame", extended(15, mfn(9), 0));
    table_of(8, 0, 0);
    result("NEW_USER_BASEPTR of an empty frame", extended(15, mfn(8), 0));
    result("mapping it writable", map_as(pages[8], P | RW | US));
    result("NEW_USER_BASEPTR of 0", extended(15, 0, 0));
    result("mapping it writable", map_as(pages[8], P | RW | US));
    result("SET_LDT of 0 entries", extended(13, 0, 0));
    result("SET_LDT at an odd address", extended(13, (u64)pages[8] + 8, 1));
    result("SET_LDT of 8193 entries", extended(13, (u64)pages[8], 8193));
    result("SET_LDT in Xen", extended(13, XEN_VADDR, 1));
    result("SET_LDT of an unmapped page", extended(13, 0x1000, 1));
    result("SET_LDT", extended(13, (u64)pages[8], 4));
    result("SET_LDT of 0 entries", extended(13, 0, 0));
    struct mmuext_op ops[3] = {{6, 0, 0, 0}, {99, 0, 0, 0}, {6, 0, 0, 0}};
    u32 done = 77;
    s64 answer = CALL4(MMUEXT_OP, ops, 3, &done, DOMID_SELF);
    say("three of which the second is unknown = %d, done %d\n", answer, (u64)done);
    result("an unreadable array", CALL4(MMUEXT_OP, 8, 1, 0, DOMID_SELF));
    result("none of an unreadable array", CALL4(MMUEXT_OP, 8, 0, 0, DOMID_SELF));
    result("for a domain that does not exist", CALL4(MMUEXT_OP, ops, 1, 0, 77));
}

void ask(void)
{
    pins();
    flags();
    slots();
    updates();
    va_mapping();
    faults();
    mmuext();
    writable_tables("without the assist");
    result("vm_assist writable_pagetables", CALL2(VM_ASSIST, 0, 2));
    writable_tables("with the assist");
}
