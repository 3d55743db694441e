/*
 * ask-misc.c: hypercalls that belong to no other theme: versions, consoles, assists, callbacks,
 * physical devices, multicalls, and those that do not exist.
 */
#include "ask.h"

static const void *const NOWHERE = (void *)8;

static void numbers(void)
{
    static const u8 asked[] = {6, 7, 11, 16, 19, 27, 28, 31, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
        44, 47, 48, 49, 55, 56, 63};
    for (u32 i = 0; i < sizeof asked; i++)
        say("hypercall %u of zeros = %d\n", (u64)asked[i], CALL0(asked[i]));
    result("hypercall 64", CALL0(64));
    result("hypercall 4096", CALL0(4096));
    result("hypercall -1", CALL0(-1));
    result("hypercall 17 with bit 32", CALL0(17 | 1UL << 32));
}

static void versions(void)
{
    static u8 buffer[4096];
    result("xen_version version", CALL2(XEN_VERSION, 0, 0));
    for (u64 i = 1; i < 13; i++) {
        if (i == 5 || i == 6)
            continue;
        clear(buffer);
        s64 answer = CALL2(XEN_VERSION, i, buffer);
        say("xen_version %u = %d\n", i, i == 7 ? answer == 4096 : i == 10 ? answer > 0 : answer);
        say("xen_version %u into nothing = %d\n", i,
            CALL2(XEN_VERSION, i, NOWHERE) == 4096 ? 1 : CALL2(XEN_VERSION, i, NOWHERE));
    }
    result("xen_version 100", CALL2(XEN_VERSION, 100, buffer));
    u64 start_of_xen = 0;
    result("xen_version platform_parameters", CALL2(XEN_VERSION, 5, &start_of_xen));
    say("Xen begins at %x\n", start_of_xen);
    for (u32 map = 0; map < 3; map++) {
        u32 features[2] = {map, 0x55};
        s64 answer = CALL2(XEN_VERSION, 6, features);
        say("xen_version get_features %u = %d, %x\n", (u64)map, answer, (u64)features[1]);
    }
}

static void assists(void)
{
    for (u64 type = 0; type < 9; type++)
        say("vm_assist enable %u = %d\n", type, CALL2(VM_ASSIST, 0, type));
    say("vm_assist enable 32 = %d\n", CALL2(VM_ASSIST, 0, 32));
    say("vm_assist enable 33 = %d\n", CALL2(VM_ASSIST, 0, 33));
    say("vm_assist enable 34 = %d\n", CALL2(VM_ASSIST, 0, 34));
    say("vm_assist enable 64 = %d\n", CALL2(VM_ASSIST, 0, 64));
    say("vm_assist disable 2 = %d\n", CALL2(VM_ASSIST, 1, 2));
    say("vm_assist disable 5 = %d\n", CALL2(VM_ASSIST, 1, 5));
    say("vm_assist command 2 = %d\n", CALL2(VM_ASSIST, 2, 0));
    u32 features[2] = {0, 0};
    CALL2(XEN_VERSION, 6, features);
    say("get_features now %x\n", (u64)features[1]);
}

static void callbacks(void)
{
    u64 handler = doors[DOOR_NMI];
    for (u16 type = 0; type < 10; type++)
        say("callback_op register %u = %d\n", (u64)type,
            register_callback(type, 0, type < 3 ? doors[DOOR_EVENT + type] : handler));
    result("register with unknown flags", register_callback(0, 0xff, doors[DOOR_EVENT]));
    result("register at no canonical address", register_callback(0, 0, 1UL << 50));
    result("register at an address of Xen", register_callback(0, 0, XEN_VADDR));
    result("register at 0", register_callback(0, 0, 0));
    result("register again", register_callback(0, 0, doors[DOOR_EVENT]));
    result("register from nowhere", CALL2(CALLBACK_OP, 0, NOWHERE));
    for (u16 type = 0; type < 9; type++) {
        u16 which[2] = {type, 0};
        say("callback_op unregister %u = %d\n", (u64)type, CALL2(CALLBACK_OP, 1, which));
    }
    result("callback_op 2", CALL2(CALLBACK_OP, 2, NOWHERE));
    result("set_callbacks",
           CALL3(SET_CALLBACKS, doors[DOOR_EVENT], doors[DOOR_FAILSAFE], doors[DOOR_SYSCALL]));
    result("set_callbacks at no canonical address", CALL3(SET_CALLBACKS, 1UL << 50, 0, 0));
    result("set_callbacks",
           CALL3(SET_CALLBACKS, doors[DOOR_EVENT], doors[DOOR_FAILSAFE], doors[DOOR_SYSCALL]));
    result("nmi_op register", CALL2(NMI_OP, 0, &handler));
    result("nmi_op unregister", CALL2(NMI_OP, 1, 0));
    result("nmi_op 2", CALL2(NMI_OP, 2, 0));
}

static void devices(void)
{
    u32 level = 1;
    result("physdev_op set_iopl 1", CALL2(PHYSDEV_OP, 6, &level));
    level = 4;
    result("physdev_op set_iopl 4", CALL2(PHYSDEV_OP, 6, &level));
    level = 0;
    result("physdev_op set_iopl 0", CALL2(PHYSDEV_OP, 6, &level));
    result("physdev_op set_iopl from nowhere", CALL2(PHYSDEV_OP, 6, NOWHERE));
    struct { u64 bitmap; u32 ports; u32 pad; } ports = {0, 65536, 0};
    result("physdev_op set_iobitmap of none", CALL2(PHYSDEV_OP, 7, &ports));
    ports.ports = 65537;
    result("physdev_op set_iobitmap of 65537 ports", CALL2(PHYSDEV_OP, 7, &ports));
    u32 buffer[16] = {0};
    for (u32 op = 0; op < 34; op++) {
        if (op == 6 || op == 7)
            continue;
        memset(buffer, 0, sizeof buffer);
        say("physdev_op %u = %d\n", (u64)op, CALL2(PHYSDEV_OP, op, buffer));
    }
    result("xenpmu_op init", CALL2(40, 4, buffer));
    result("xenpmu_op finish", CALL2(40, 5, buffer));
}

static void consoles(void)
{
    result("console_io write of 0 bytes", CALL3(CONSOLE_IO, 0, 0, 0));
    result("console_io read of 0 bytes", CALL3(CONSOLE_IO, 1, 0, 0));
    result("console_io write from nowhere", CALL3(CONSOLE_IO, 0, 4, NOWHERE));
    result("console_io read", CALL3(CONSOLE_IO, 1, 4, NOWHERE));
    result("console_io 2", CALL3(CONSOLE_IO, 2, 4, NOWHERE));
    result("platform_op", CALL1(PLATFORM_OP, pages[0]));
    result("sysctl", CALL1(35, pages[0]));
    result("domctl", CALL1(36, pages[0]));
    result("platform_op from nowhere", CALL1(PLATFORM_OP, NOWHERE));
    result("sysctl from nowhere", CALL1(35, NOWHERE));
    result("domctl from nowhere", CALL1(36, NOWHERE));
    result("xsm_op from nowhere", CALL1(27, NOWHERE));
    result("hvm_op get_param", CALL2(34, 1, pages[0]));
    result("hvm_op set_param", CALL2(34, 0, pages[0]));
    result("hvm_op 100", CALL2(34, 100, pages[0]));
}

struct multicall { u64 op; u64 result; u64 arguments[6]; };

static void multicalls(void)
{
    static struct multicall list[4];
    list[0].op = XEN_VERSION;
    list[1].op = 60;
    list[2].op = MULTICALL;
    list[2].arguments[0] = (u64)list;
    list[2].arguments[1] = 1;
    list[3].op = VM_ASSIST;
    list[3].arguments[1] = 63;
    result("multicall of 4", CALL2(MULTICALL, list, 4));
    for (int i = 0; i < 4; i++)
        say("member %d = %d\n", (s64)i, list[i].result);
    result("multicall of 0", CALL2(MULTICALL, list, 0));
    result("multicall of 0 from nowhere", CALL2(MULTICALL, NOWHERE, 0));
    result("multicall of 1 from nowhere", CALL2(MULTICALL, NOWHERE, 1));
    result("multicall of 1 from Xen", CALL2(MULTICALL, XEN_VADDR, 1));
    list[0].op = 1UL << 32 | XEN_VERSION;
    list[0].result = 1;
    result("multicall of a number with bit 32", CALL2(MULTICALL, list, 1));
    say("member = %d\n", list[0].result);
    map_as(pages[3], P | US);
    list[0].op = XEN_VERSION;
    memcpy(pages[4], list, sizeof list);
    result("multicall of a list that cannot be written", CALL2(MULTICALL, (u64)start->mfn_list, 0));
    map_as(pages[4], P | US);
    result("multicall of 1 in a read-only page", CALL2(MULTICALL, pages[4], 1));
    map_as(pages[4], P | RW | US);
    map_as(pages[3], P | RW | US);
}

/* Makes a list of three calls of which the second is an iret to right after it, with what for rax. */
static void multicall_with_iret(const char *what, struct multicall *list, u64 rax)
{
    u64 answer;
    asm volatile("mov %%rsp, %%rdx; push %3; push %%rdx; pushf; push %4; push $1f; push $0; push $0;"
                 "push $0; push %5; mov %6, %%eax; syscall; 1:"
                 : "=a"(answer)
                 : "D"(list), "S"(3UL), "r"((u64)KERNEL_SS), "r"(KERNEL_CS & ~3UL), "r"(rax),
                   "i"(MULTICALL)
                 : "rcx", "rdx", "r8", "r9", "r10", "r11", "memory");
    say("multicall with an iret %s = %x\n", what, answer);
    for (int i = 0; i < 3; i++)
        say("member %d = %x\n", (s64)i, list[i].result);
}

static void multicalls_with_iret(void)
{
    struct multicall *list = (void *)pages[5];
    for (int i = 0; i < 3; i++) {
        list[i].op = i == 1 ? IRET : XEN_VERSION;
        list[i].result = 7;
    }
    multicall_with_iret("to rax fab", list, 0xffff800000000fabUL);
    list[1].result = 7;
    multicall_with_iret("to rax 9abcdef0", list, 0x123456789abcdef0UL);
    list = (void *)(pages[6] - sizeof *list - 8);
    for (int i = 0; i < 3; i++)
        list[i].op = i == 1 ? IRET : XEN_VERSION;
    map_as(pages[6], P | US);
    multicall_with_iret("and no place for its result", list, 0x123456789abcdef0UL);
    map_as(pages[6], P | RW | US);
}

static void debug(void)
{
    for (u64 reg = 0; reg < 9; reg++) {
        say("get_debugreg %u = %x\n", reg, CALL1(GET_DEBUGREG, reg));
        say("set_debugreg %u to 0 = %d\n", reg, CALL2(SET_DEBUGREG, reg, 0));
        say("get_debugreg %u = %x\n", reg, CALL1(GET_DEBUGREG, reg));
    }
    result("set_debugreg 0 to Xen's", CALL2(SET_DEBUGREG, 0, XEN_VADDR));
    result("set_debugreg 0 to no canonical address", CALL2(SET_DEBUGREG, 0, 1UL << 50));
    result("set_debugreg 3 to ours", CALL2(SET_DEBUGREG, 3, pages));
    say("get_debugreg 3 is %s\n", CALL1(GET_DEBUGREG, 3) == (s64)pages ? "that" : "another");
    result("set_debugreg 6 to ones", CALL2(SET_DEBUGREG, 6, -1UL));
    result("set_debugreg 6 to 32 ones", CALL2(SET_DEBUGREG, 6, 0xffffffff));
    say("get_debugreg 6 = %x\n", CALL1(GET_DEBUGREG, 6));
    result("set_debugreg 7 to ones", CALL2(SET_DEBUGREG, 7, -1UL));
    result("set_debugreg 7 with GD", CALL2(SET_DEBUGREG, 7, 0x2400));
    result("set_debugreg 7 with an I/O breakpoint", CALL2(SET_DEBUGREG, 7, 0x20001));
    result("set_debugreg 7 with a local one", CALL2(SET_DEBUGREG, 7, 0x40));
    say("get_debugreg 7 = %x\n", CALL1(GET_DEBUGREG, 7));
    result("set_debugreg 7 with an 8-byte one", CALL2(SET_DEBUGREG, 7, 0x80000 | 2));
    say("get_debugreg 7 = %x\n", CALL1(GET_DEBUGREG, 7));
    result("set_debugreg 7 to 0", CALL2(SET_DEBUGREG, 7, 0));
    say("get_debugreg 7 = %x\n", CALL1(GET_DEBUGREG, 7));
}

static void traps(void)
{
    static struct trap_info table[3];
    table[0].vector = 3;
    table[0].flags = 3;
    table[0].cs = KERNEL_CS;
    table[0].address = doors[3];
    result("set_trap_table", CALL1(SET_TRAP_TABLE, table));
    table[0].address = 1UL << 50;
    result("set_trap_table at no canonical address", CALL1(SET_TRAP_TABLE, table));
    table[0].address = XEN_VADDR;
    result("set_trap_table at an address of Xen", CALL1(SET_TRAP_TABLE, table));
    table[0].address = doors[3];
    table[0].cs = 0;
    result("set_trap_table with selector 0", CALL1(SET_TRAP_TABLE, table));
    result("set_trap_table from nowhere", CALL1(SET_TRAP_TABLE, NOWHERE));
    result("stack_switch", CALL2(STACK_SWITCH, KERNEL_SS, pages[1]));
    result("stack_switch with selector 0", CALL2(STACK_SWITCH, 0, pages[1]));
    result("stack_switch with selector 0x10", CALL2(STACK_SWITCH, 0x10, pages[1]));
    result("stack_switch to no canonical address", CALL2(STACK_SWITCH, KERNEL_SS, 1UL << 50));
    result("fpu_taskswitch 1", CALL1(FPU_TASKSWITCH, 1));
    result("fpu_taskswitch 5", CALL1(FPU_TASKSWITCH, 5));
    result("fpu_taskswitch 0", CALL1(FPU_TASKSWITCH, 0));
}

void ask(void)
{
    numbers();
    versions();
    assists();
    devices();
    consoles();
    multicalls();
    debug();
    traps();
    callbacks();
    multicalls_with_iret();
}
