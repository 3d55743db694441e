/*
 * ask-segments.c: descriptor tables, descriptors, segment registers and their bases, programs, and
 * the ways back from Xen.
 */
#include "ask.h"

static const void *const NOWHERE = (void *)8;
static u64 frames[16];
static u64 *gdt = (u64 *)pages[40];
static u64 *ldt = (u64 *)pages[41];

static s64 set_gdt(u64 entries)
{
    return CALL2(SET_GDT, frames, entries);
}

static void tables(void)
{
    clear(gdt);
    frames[0] = mfn_of(gdt);
    result("set_gdt of a writable-mapped frame", set_gdt(16));
    map_as(gdt, P | US);
    result("set_gdt of 16 entries", set_gdt(16));
    result("mapping it writable", map_as(gdt, P | RW | US));
    result("set_gdt of none", set_gdt(0));
    result("mapping it writable now", map_as(gdt, P | RW | US));
    map_as(gdt, P | US);
    result("set_gdt of 7168 entries in one frame", set_gdt(7168));
    result("set_gdt of 7169 entries", set_gdt(7169));
    result("set_gdt of 8192 entries", set_gdt(8192));
    result("set_gdt of frames nowhere", CALL2(SET_GDT, NOWHERE, 16));
    frames[0] = 1UL << 39;
    result("set_gdt of a frame beyond the machine", set_gdt(16));
    frames[0] = mfn_of((void *)start->pt_base);
    result("set_gdt of a page table", set_gdt(16));
    frames[0] = mfn_of(gdt);
    frames[1] = mfn_of(gdt);
    result("set_gdt of the same frame twice", set_gdt(1024));
    result("set_gdt of 512 entries", set_gdt(512));
}

static void descriptor(const char *what, u64 value)
{
    s64 answer = CALL2(UPDATE_DESCRIPTOR, mfn_of(gdt) * PAGE_SIZE + 8, value);
    say("update_descriptor %s %x = %d, reads back %x\n", what, value, answer, gdt[1]);
}

static void descriptors(void)
{
    for (u32 type = 0; type < 32; type++)
        for (u32 dpl = 0; dpl < 4; dpl += 3)
            descriptor(type < 16 ? "of the system" : "of a segment",
                       0x00cf00000000ffff | (u64)type << 40 | (u64)dpl << 45 | 1UL << 47);
    descriptor("of a segment, DPL 1", 0x00cf92000000ffff | 1UL << 45);
    descriptor("of a segment, DPL 2", 0x00cf92000000ffff | 2UL << 45);
    descriptor("not present", 0x00cf12000000ffff);
    descriptor("not present, of the system", 0x00cf02000000ffff);
    descriptor("of 64-bit code", 0x00affb000000ffff);
    descriptor("of 64-bit code that is 32-bit too", 0x00effb000000ffff);
    descriptor("of data with the L bit", 0x00aff3000000ffff);
    descriptor("of conforming code", 0x00cfff000000ffff);
    descriptor("of nothing", 0);
    descriptor("of -1", -1UL);
    u64 at = mfn_of(gdt) * PAGE_SIZE;
    result("update_descriptor at an odd address", CALL2(UPDATE_DESCRIPTOR, at + 4, 0));
    result("update_descriptor beyond the machine", CALL2(UPDATE_DESCRIPTOR, 1UL << 51, 0));
    result("update_descriptor in an ordinary frame",
           CALL2(UPDATE_DESCRIPTOR, machine_of(pages[42]), 0x00cff2000000ffff));
    say("it holds %x\n", *(volatile u64 *)pages[42]);
    result("update_descriptor in an L4", CALL2(UPDATE_DESCRIPTOR, machine_of((void *)start->pt_base), 0));
    result("update_descriptor in the shared-info frame",
           CALL2(UPDATE_DESCRIPTOR, start->shared_info, 0));
    CALL2(UPDATE_DESCRIPTOR, at + 8, 0x00cff2000000ffff);
    CALL2(UPDATE_DESCRIPTOR, at + 16, 0x00affb000000ffff);
    CALL2(UPDATE_DESCRIPTOR, at + 24, 0x12cff3345678ffff);
}

#define LOADER(name) \
    static void load_##name(u64 selector) \
    { \
        asm volatile("mov %0, %%" #name : : "r"((u32)selector)); \
    }
LOADER(ds)
LOADER(es)
LOADER(fs)
LOADER(gs)
LOADER(ss)

static u64 selector_of_fs(void)
{
    u64 value;
    asm volatile("mov %%fs, %0" : "=r"(value));
    return value;
}

static void loaded(const char *what, void (*load)(u64), u64 selector)
{
    long door = attempt(load, selector);
    if (door == 0)
        say("loading %s with %x: done\n", what, selector);
    else
        say("loading %s with %x: door %d, error %x\n", what, selector, door - 1, last.error);
}

static void selectors(void)
{
    static const u64 asked[] = {0, 3, 8, 0xb, 0x10, 0x13, 0x1b, 0x20, 0x23, 0x1000, 0x1003, 0xdff8,
        0xe008, 0xe010, 0xe019, 0xe02b, 0xe033, 0xe023, 0xe02a, 0xe040, 0xe0fb, 0xfffb, 4, 7, 0xf};
    for (u32 i = 0; i < sizeof asked / sizeof *asked; i++) {
        loaded("ds", load_ds, asked[i]);
        loaded("fs", load_fs, asked[i]);
    }
    loaded("es", load_es, 0xb);
    loaded("gs", load_gs, 0xb);
    loaded("ss", load_ss, 0xb);
    loaded("ss", load_ss, 0x13);
    loaded("ss", load_ss, 0);
    loaded("ss", load_ss, 3);
    loaded("ss", load_ss, 0xe02b);
    load_ds(0);
    load_es(0);
    load_fs(0);
    load_gs(0);
    clear(ldt);
    ldt[1] = 0x00cff2000000ffff;
    map_as(ldt, P | US);
    result("SET_LDT", extended(13, (u64)ldt, 4));
    loaded("fs from the LDT", load_fs, 0xf);
    loaded("fs from behind it", load_fs, 0x2f);
    result("mapping the LDT writable", map_as(ldt, P | RW | US));
    load_fs(0);
    result("SET_LDT of none", extended(13, 0, 0));
    loaded("fs from no LDT", load_fs, 0xf);
    result("mapping the LDT writable", map_as(ldt, P | RW | US));
    ldt[2] = 0x0000890000000067;
    map_as(ldt, P | US);
    result("SET_LDT of a page with a task", extended(13, (u64)ldt, 4));
    loaded("fs from it", load_fs, 0xf);
    extended(13, 0, 0);
    map_as(ldt, P | RW | US);
    ldt[2] = 0;
}

static u64 word_of_fs(void)
{
    u64 value;
    asm volatile("mov %%fs:0, %0" : "=r"(value));
    return value;
}

static void read_fs(u64 unused)
{
    (void)unused;
    word_of_fs();
}

static u64 word_of_gs(void)
{
    u64 value;
    asm volatile("mov %%gs:0, %0" : "=r"(value));
    return value;
}

static void bases(void)
{
    *(volatile u64 *)pages[43] = 0x4343;
    *(volatile u64 *)pages[44] = 0x4444;
    result("set_segment_base of fs", CALL2(SET_SEGMENT_BASE, 0, pages[43]));
    say("fs:0 %x\n", word_of_fs());
    result("set_segment_base of the kernel's gs", CALL2(SET_SEGMENT_BASE, 2, pages[44]));
    say("gs:0 %x\n", word_of_gs());
    result("set_segment_base of the user's gs", CALL2(SET_SEGMENT_BASE, 1, pages[43]));
    say("gs:0 %x\n", word_of_gs());
    for (u64 which = 0; which < 3; which++) {
        say("set_segment_base %u to no canonical address = %d\n", which,
            CALL2(SET_SEGMENT_BASE, which, 1UL << 50));
        say("set_segment_base %u to an address of Xen = %d\n", which,
            CALL2(SET_SEGMENT_BASE, which, XEN_VADDR));
    }
    CALL2(SET_SEGMENT_BASE, 0, pages[43]);
    CALL2(SET_SEGMENT_BASE, 2, pages[44]);
    result("set_segment_base of the user's selector", CALL2(SET_SEGMENT_BASE, 3, 0x1b));
    result("set_segment_base of a bad selector", CALL2(SET_SEGMENT_BASE, 3, 0x123));
    result("set_segment_base of selector 0", CALL2(SET_SEGMENT_BASE, 3, 0));
    say("gs:0 %x\n", word_of_gs());
    result("set_segment_base 4", CALL2(SET_SEGMENT_BASE, 4, 0));
    load_fs(0xb);
    say("fs after loading it %x\n", selector_of_fs());
    tried("fs:0 now", read_fs, 0);
    load_fs(0);
}

/* A program: its own L4, which maps the code and the stack of ours for programs. */
extern void program(void), program_end(void);
asm(".pushsection .text\n.balign 4096\n"
    "program: mov %cs, %rax; mov %ss, %rbx; mov $0x77, %edi; syscall; ud2\n"
    ".balign 64\n"
    "program_2: int $0x80; ud2\n"
    ".balign 64\n"
    "program_3: hlt\n"
    ".balign 64\n"
    "program_4: mov 0xffff800000000000, %rax\n"
    ".balign 64\n"
    "program_6: div %cl; xor %ecx, %ecx; div %cl\n"
    ".balign 64\n"
    "program_7: cli\n"
    ".balign 64\n"
    "program_8: ud2; .ascii \"xen\"; cpuid; int3\n"
    ".balign 64\n"
    "program_9: pushf; pop %rax; rdtsc; mov $0x1b, %ecx; rdmsr\n"
    ".balign 4096\nprogram_end:\n.popsection");
extern void program_2(void), program_3(void), program_4(void), program_6(void),
    program_7(void), program_8(void), program_9(void);

struct iret { u64 rax, r11, rcx, flags, rip, cs, rflags, rsp, ss; };

static void go(u64 frame)
{
    asm volatile("mov %0, %%rsp; mov $23, %%eax; syscall; ud2" : : "r"(frame) : "memory");
}

static u8 program_stack[PAGE_SIZE] __attribute__((aligned(4096)));

/* Builds the program's tables in pages 70 to 73. */
static void program_tables(void)
{
    u64 at[] = {(u64)program, (u64)program_stack};
    for (int page = 70; page < 74; page++)
        clear(pages[page]);
    u64 *l4 = (u64 *)pages[70], *l3 = (u64 *)pages[71], *l2 = (u64 *)pages[72], *l1 = (u64 *)pages[73];
    l4[0] = entry_of(l3, P | RW | US);
    l3[0] = entry_of(l2, P | RW | US);
    l2[0] = entry_of(l1, P | RW | US);
    l1[1] = entry_of((void *)at[0], P | US);
    l1[2] = entry_of((void *)at[1], P | RW | US);
    for (int page = 70; page < 74; page++)
        map_as(pages[page], P | US);
    result("PIN_L4 of the program's table", extended(3, mfn_of(l4), 0));
    result("NEW_USER_BASEPTR", extended(15, mfn_of(l4), 0));
}

static void ran(const char *what, u64 code, u64 flags, u64 rflags, u64 mask)
{
    static struct iret frame;
    frame = (struct iret){1, 2, 3, flags, 0x1000 + code - (u64)program, 0xe033, rflags, 0x2ff8, 0xe02b};
    shared->vcpu[0].upcall_mask = mask;
    long door = attempt(go, (u64)&frame);
    say("%s: door %d, error %x, rip %x, cs %x, rflags %x, rsp %x, ss %x\n", what, door - 1, last.error,
        last.rip, last.cs, last.rflags & ~0x8d5UL, last.rsp, last.ss);
    if (door - 1 == DOOR_SYSCALL)
        say("rax %x, rbx %x, rcx %x, r11 %x, ", last.rax, last.rbx, last.rcx, last.r11 & ~0x8d5UL);
    say("frame at stack-%x, mask %u\n", (u64)(pages[76] - (u8 *)last_stack),
        (u64)shared->vcpu[0].upcall_mask);
    shared->vcpu[0].upcall_mask = 0;
}

static void programs(void)
{
    program_tables();
    result("stack_switch", CALL2(STACK_SWITCH, KERNEL_SS, pages[76]));
    ran("syscall in a program", (u64)program, 0, 0x202, 1);
    ran("syscall in a program, entered like SYSRET", (u64)program, 0x100, 0x202, 1);
    ran("int 0x80 in a program", (u64)program_2, 0, 0x202, 0);
    ran("hlt in a program", (u64)program_3, 0, 0x202, 0);
    ran("a load from Xen in a program", (u64)program_4, 0, 0x202, 0);
    say("cr2 %x\n", shared->vcpu[0].cr2);
    ran("a division by 0 in a program", (u64)program_6, 0, 0x202, 0);
    ran("cli in a program", (u64)program_7, 0, 0x3202, 0);
    ran("cpuid with the prefix in a program", (u64)program_8, 0, 0x202, 0);
    ran("rdmsr in a program", (u64)program_9, 0, 0x202, 0);
    ran("a program without interrupts", (u64)program, 0, 0x2, 0);
    ran("a program with a trap flag", (u64)program_2, 0, 0x302, 0);
    ran("a program with IOPL 3", (u64)program, 0, 0x3202, 0);
    ran("a program with VM", (u64)program, 0, 0x20202, 0);
    u32 level = 1;
    CALL2(PHYSDEV_OP, 6, &level);
    ran("cli in a program under IOPL 1", (u64)program_7, 0, 0x202, 0);
    level = 3;
    CALL2(PHYSDEV_OP, 6, &level);
    ran("cli in a program under IOPL 3", (u64)program_7, 0, 0x202, 0);
    level = 0;
    CALL2(PHYSDEV_OP, 6, &level);
    register_callback(2, 0, doors[DOOR_SYSCALL]);
    ran("syscall without masking", (u64)program, 0, 0x202, 0);
}

/* Back into our own kernel by iret, and natively. */
static void back(u64 kind)
{
    if (kind == 0)
        asm volatile("mov %%rsp, %%rdx; mov %%ss, %%eax; push %%rax; push %%rdx; pushf;"
                     "mov %%cs, %%eax; push %%rax; push $1f; iretq; 1:" : : : "rax", "rdx", "memory");
    else
        asm volatile("mov %%rsp, %%rdx; mov %%ss, %%eax; push %%rax; push %%rdx; pushf;"
                     "push %0; push $1f; push $0; push $0; push $0; push $0; mov $23, %%eax; syscall; 1:"
                     : : "r"(kind) : "rax", "rdx", "rcx", "r11", "memory");
}

static void ways_back(void)
{
    tried("iretq", back, 0);
    tried("the iret hypercall with cs e030", back, 0xe030);
    u64 cs;
    asm volatile("mov %%cs, %0" : "=r"(cs));
    say("cs %x\n", cs);
}

void ask(void)
{
    shared->vcpu[0].upcall_mask = 0;
    tables();
    descriptors();
    selectors();
    bases();
    ways_back();
    programs();
}
