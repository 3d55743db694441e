/*
 * ask-traps.c: exceptions and privileged instructions. Which door each leads through, and the frame
 * that Xen leaves there.
 */
#include "ask.h"

#define CODE(name, text) \
    extern void name(u64); \
    asm(".pushsection .text\n" #name ":\n" text "\nret\n.popsection")

/* The whole frame. Everything below is compared as it is: the image is the same everywhere. */
static void framed(const char *what, void (*code)(u64), u64 argument)
{
    long door = attempt(code, argument);
    if (door == 0) {
        say("%s: done\n", what);
        return;
    }
    say("%s: door %d, error %x, rip +%x, cs %x, rflags %x, ss %x, frame at rsp-%x, mask %u\n", what,
        door - 1, last.error, last.rip - (u64)code, last.cs, last.rflags & ~0x8d5UL, last.ss,
        (last.rsp & ~15UL) - last_stack, (u64)shared->vcpu[0].upcall_mask);
    shared->vcpu[0].upcall_mask = 0;
}

CODE(divide, "xor %edx, %edx; xor %ecx, %ecx; div %ecx");
CODE(breakpoint, "int3");
CODE(icebp, ".byte 0xf1");
CODE(invalid, "ud2");
CODE(privileged_hlt, "cli");
CODE(general, "mov $0x1234, %eax; mov %eax, %fs");
CODE(stack_fault, "mov $0x800000000000, %rbp; mov (%rbp), %rax");
CODE(no_canonical, "mov $0x800000000000, %rcx; mov (%rcx), %rax");
CODE(single_step, "pushf; orl $0x100, (%rsp); popf; nop; nop");
CODE(alignment, "pushf; orl $0x40000, (%rsp); popf; mov %rsp, %rcx; mov 1(%rcx), %eax;"
                "pushf; andl $~0x40000, (%rsp); popf");
CODE(int_0, "int $0");
CODE(int_1, "int $1");
CODE(int_3, ".byte 0xcd, 3");
CODE(int_4, "int $4");
CODE(int_5, "int $5");
CODE(int_6, "int $6");
CODE(int_7, "int $7");
CODE(int_8, "int $8");
CODE(int_13, "int $13");
CODE(int_14, "int $14");
CODE(int_32, "int $32");
CODE(int_80, "int $0x80");
CODE(int_255, "int $255");
CODE(system_call_32, ".byte 0x0f, 0x34");
CODE(set_cli, "cli");
CODE(set_sti, "sti");
CODE(read_cr0, "mov %cr0, %rax; mov %rax, answer(%rip)");
CODE(read_cr2, "mov %cr2, %rax; mov %rax, answer(%rip)");
CODE(read_cr3, "mov %cr3, %rax; mov %rax, answer(%rip)");
CODE(read_cr4, "mov %cr4, %rax; mov %rax, answer(%rip)");
CODE(read_cr8, "mov %cr8, %rax; mov %rax, answer(%rip)");
CODE(write_cr0, "mov %cr0, %rax; mov %rax, %cr0");
CODE(write_cr0_ts, "mov %cr0, %rax; or $8, %rax; mov %rax, %cr0");
CODE(write_cr0_mp, "mov %cr0, %rax; xor $2, %rax; mov %rax, %cr0");
CODE(write_cr2, "mov $0x1234, %eax; mov %rax, %cr2");
CODE(write_cr3, "mov %cr3, %rax; mov %rax, %cr3");
CODE(write_cr3_bad, "xor %eax, %eax; mov %rax, %cr3");
CODE(write_cr4, "mov %cr4, %rax; mov %rax, %cr4");
CODE(write_cr4_bad, "mov $-1, %rax; mov %rax, %cr4");
CODE(write_cr8, "xor %eax, %eax; mov %rax, %cr8");
CODE(clear_ts, "clts");
CODE(status_word, "smsw %rax; mov %rax, answer(%rip)");
CODE(load_status, "lmsw %ax");
CODE(invalidate, "invlpg (%rdi)");
CODE(write_back, "wbinvd");
CODE(invalidate_caches, "invd");
CODE(halt, "hlt");
CODE(read_dr0, "mov %dr0, %rax; mov %rax, answer(%rip)");
CODE(read_dr4, "mov %dr4, %rax; mov %rax, answer(%rip)");
CODE(read_dr6, "mov %dr6, %rax; mov %rax, answer(%rip)");
CODE(read_dr7, "mov %dr7, %rax; mov %rax, answer(%rip)");
CODE(write_dr0, "mov %rdi, %dr0");
CODE(write_dr7, "mov %rdi, %dr7");
CODE(load_gdt, "lgdt (%rdi)");
CODE(load_idt, "lidt (%rdi)");
CODE(load_ldt, "xor %eax, %eax; lldt %ax");
CODE(load_task, "xor %eax, %eax; ltr %ax");
CODE(swap_gs, "swapgs");
CODE(system_return, "sysretq");
CODE(system_exit, "sysexitq");
CODE(set_xcr0, "mov $7, %eax; xor %edx, %edx; xor %ecx, %ecx; xsetbv");
CODE(read_counter, "xor %ecx, %ecx; rdpmc");
CODE(read_port, "mov $0x80, %edx; in %dx, %al; mov %rax, answer(%rip)");
CODE(write_port, "mov $0x80, %edx; out %al, %dx");
CODE(read_port_32, "mov $0xcf8, %edx; in %dx, %eax; mov %rax, answer(%rip)");
CODE(read_port_string, "mov $0x80, %edx; mov $1, %ecx; rep insb");
CODE(read_pit, "mov $0x61, %edx; xor %eax, %eax; in %dx, %al; mov %rax, answer(%rip)");
CODE(far_return, "pushq $0xe033; pushq $1f; lretq; 1:");
CODE(far_return_0, "pushq $0x10; pushq $1f; lretq; 1:");
CODE(monitor, "xor %ecx, %ecx; xor %edx, %edx; mov %rsp, %rax; monitor");
CODE(wait_monitor, "xor %ecx, %ecx; xor %eax, %eax; mwait");
CODE(vm_call, "vmcall");
CODE(vmm_call, "vmmcall");
CODE(task_register, "str %rax");
CODE(local_descriptors, "sldt %rax; mov %rax, answer(%rip)");
CODE(wide_interrupts, "pushf; pop %rax; mov %rax, answer(%rip)");
CODE(pop_interrupts, "pushf; pop %rax; and $~0x200, %rax; push %rax; popf; pushf; pop %rax;"
                     "mov %rax, answer(%rip)");
CODE(pop_iopl, "pushf; pop %rax; or $0x3000, %rax; push %rax; popf; pushf; pop %rax;"
               "mov %rax, answer(%rip)");
CODE(lock_nop, ".byte 0xf0, 0x90");
CODE(too_long, ".byte 0x66,0x66,0x66,0x66,0x66,0x66,0x66,0x66,0x66,0x66,0x66,0x66,0x66,0x66,0x66,0x90");
CODE(fpu, "fninit");
CODE(sse, "pxor %xmm0, %xmm0");
CODE(fpu_wait, "fwait");

volatile u64 answer;

static void exceptions(void)
{
    framed("div by 0", divide, 0);
    framed("int3", breakpoint, 0);
    framed("icebp", icebp, 0);
    framed("ud2", invalid, 0);
    framed("a bad selector", general, 0);
    framed("no canonical address", no_canonical, 0);
    framed("no canonical stack", stack_fault, 0);
    framed("a single step", single_step, 0);
    framed("no alignment", alignment, 0);
    framed("lock nop", lock_nop, 0);
    framed("sixteen bytes", too_long, 0);
}

static void software(void)
{
    static const struct { const char *name; void (*code)(u64); } asked[] = {
        {"int 0", int_0}, {"int 1", int_1}, {"int 3", int_3}, {"int 4", int_4},
        {"int 5", int_5}, {"int 6", int_6}, {"int 7", int_7}, {"int 8", int_8}, {"int 13", int_13},
        {"int 14", int_14}, {"int 32", int_32}, {"int 0x80", int_80},
        {"int 255", int_255}};
    for (u32 i = 0; i < sizeof asked / sizeof *asked; i++) {
        long door = attempt(asked[i].code, 0);
        /* QEMU 7.2 doubles the number in the error code from which Xen learns it, so the error code
           is left out, and so are numbers whose double has a gate for all. */
        if (door == 14)
            say("%s: door 13, rip +%x\n", asked[i].name, last.rip - (u64)asked[i].code);
        else
            framed(asked[i].name, asked[i].code, 0);
    }
    framed("sysenter", system_call_32, 0);
}

static void shown(const char *what, void (*code)(u64), u64 mask)
{
    answer = 0x5555;
    long door = attempt(code, 0);
    if (door != 0)
        say("%s: door %d, error %x\n", what, door - 1, last.error);
    else
        say("%s: %x\n", what, answer & mask);
}

static void registers(void)
{
    shown("cr0", read_cr0, -1UL);
    shown("cr2", read_cr2, 0);
    shown("cr3", read_cr3, 0xfff);
    say("cr3 is the L4: %d\n", (s64)(answer >> 12 == mfn_of((void *)start->pt_base)));
    shown("cr4", read_cr4, 0x27f);
    shown("cr8", read_cr8, -1UL);
    framed("writing cr0", write_cr0, 0);
    framed("setting cr0.ts", write_cr0_ts, 0);
    shown("cr0", read_cr0, -1UL);
    framed("an instruction of the x87 under ts", fpu, 0);
    shown("cr0", read_cr0, -1UL);
    framed("the same again", fpu, 0);
    CALL1(FPU_TASKSWITCH, 1);
    framed("one of SSE under ts", sse, 0);
    framed("the same again", sse, 0);
    CALL1(FPU_TASKSWITCH, 1);
    framed("fwait under ts", fpu_wait, 0);
    CALL1(FPU_TASKSWITCH, 1);
    framed("clts", clear_ts, 0);
    framed("an instruction of the x87 now", fpu, 0);
    framed("changing cr0.mp", write_cr0_mp, 0);
    framed("writing cr2", write_cr2, 0);
    shown("cr2", read_cr2, -1UL);
    framed("writing cr3", write_cr3, 0);
    framed("writing 0 to cr3", write_cr3_bad, 0);
    framed("writing cr4", write_cr4, 0);
    framed("writing ones to cr4", write_cr4_bad, 0);
    framed("writing cr8", write_cr8, 0);
    shown("smsw", status_word, 0xffff);
    framed("lmsw", load_status, 0);
    shown("dr0", read_dr0, -1UL);
    shown("dr4", read_dr4, -1UL);
    shown("dr6", read_dr6, -1UL);
    shown("dr7", read_dr7, -1UL);
    framed("writing dr0", write_dr0, (u64)pages);
    framed("writing an address of Xen to dr0", write_dr0, XEN_VADDR);
    framed("writing 0 to dr0", write_dr0, 0);
    framed("writing 0 to dr7", write_dr7, 0);
    framed("writing GD to dr7", write_dr7, 0x2400);
    framed("sldt", local_descriptors, 0);
    framed("str", task_register, 0);
}

static void privileged(void)
{
    framed("cli", set_cli, 0);
    framed("sti", set_sti, 0);
    framed("hlt with events masked or not", halt, 0);
    framed("invlpg", invalidate, (u64)pages);
    framed("wbinvd", write_back, 0);
    framed("invd", invalidate_caches, 0);
    framed("lgdt", load_gdt, (u64)pages[0]);
    framed("lidt", load_idt, (u64)pages[0]);
    framed("lldt", load_ldt, 0);
    framed("ltr", load_task, 0);
    framed("swapgs", swap_gs, 0);
    framed("sysret", system_return, 0);
    framed("sysexit", system_exit, 0);
    framed("xsetbv", set_xcr0, 0);
    framed("rdpmc", read_counter, 0);
    framed("vmcall", vm_call, 0);
    framed("vmmcall", vmm_call, 0);
    framed("monitor", monitor, 0);
    framed("mwait", wait_monitor, 0);
    framed("lret", far_return, 0);
    framed("lret to selector 0x10", far_return_0, 0);
    shown("pushf", wide_interrupts, 0x3200);
    shown("popf without IF", pop_interrupts, 0x3200);
    shown("popf with IOPL", pop_iopl, 0x3200);
    shown("in of port 0x80", read_port, 0xff);
    framed("out to port 0x80", write_port, 0);
    shown("in of port 0xcf8", read_port_32, 0xffffffff);
    framed("ins of port 0x80", read_port_string, (u64)pages[0]);
    shown("in of port 0x61", read_pit, 0xff);
}

static void with_iopl(u32 level)
{
    CALL2(PHYSDEV_OP, 6, &level);
    say("virtual IOPL %u\n", (u64)level);
    framed("cli", set_cli, 0);
    framed("sti", set_sti, 0);
    say("mask %u\n", (u64)shared->vcpu[0].upcall_mask);
    shown("pushf", wide_interrupts, 0x3200);
    shown("popf with IOPL", pop_iopl, 0x3200);
    shown("in of port 0x80", read_port, 0xff);
    framed("out to port 0x80", write_port, 0);
    shown("in of port 0xcf8", read_port_32, 0xffffffff);
    framed("ins of port 0x80", read_port_string, (u64)pages[0]);
    framed("div by 0", divide, 0);
    level = 0;
    CALL2(PHYSDEV_OP, 6, &level);
}

static u64 msr_value;

static void msr_read(u64 number)
{
    u32 low, high;
    asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"((u32)number));
    msr_value = low | (u64)high << 32;
}

static void msr_write(u64 number)
{
    asm volatile("wrmsr" : : "a"((u32)msr_value), "d"((u32)(msr_value >> 32)), "c"((u32)number));
}

static void msr(const char *name, u32 number, u64 mask)
{
    msr_value = 0;
    long door = attempt(msr_read, number);
    if (door != 0)
        say("rdmsr %s: door %d, error %x\n", name, door - 1, last.error);
    else
        say("rdmsr %s: %x\n", name, msr_value & mask);
    door = attempt(msr_write, number);
    if (door != 0)
        say("wrmsr %s: door %d, error %x\n", name, door - 1, last.error);
    else
        say("wrmsr %s: done\n", name);
}

static void msrs(void)
{
    msr("EFER", 0xc0000080, -1UL);
    msr("STAR", 0xc0000081, -1UL);
    msr("LSTAR", 0xc0000082, -1UL);
    msr("FMASK", 0xc0000084, -1UL);
    msr("FS_BASE", 0xc0000100, -1UL);
    msr("GS_BASE", 0xc0000101, -1UL);
    msr("KERNEL_GS_BASE", 0xc0000102, -1UL);
    msr("TSC_AUX", 0xc0000103, 0);
    msr("TSC", 0x10, 0);
    msr("APIC_BASE", 0x1b, 0);
    msr("PAT", 0x277, -1UL);
    msr("MTRRcap", 0xfe, -1UL);
    msr("SYSENTER_CS", 0x174, -1UL);
    msr("MISC_ENABLE", 0x1a0, 0);
    msr("0x8b", 0x8b, 0);
    msr("0x12345", 0x12345, -1UL);
    msr("0x40000000", 0x40000000, -1UL);
    msr("0x40000001", 0x40000001, -1UL);
    msr_value = 1UL << 50;
    say("wrmsr GS_BASE, no canonical value: door %d\n", attempt(msr_write, 0xc0000101) - 1);
    msr_value = XEN_VADDR;
    say("wrmsr GS_BASE, an address of Xen: door %d\n", attempt(msr_write, 0xc0000101) - 1);
    msr_value = 0;
    say("wrmsr GS_BASE, 0: door %d\n", attempt(msr_write, 0xc0000101) - 1);
}

static void identity(u32 leaf, u32 subleaf)
{
    u32 a = leaf, b, c = subleaf, d;
    asm volatile("ud2; .ascii \"xen\"; cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
    say("cpuid %x.%u: %x %x %x %x\n", (u64)leaf, (u64)subleaf, (u64)a, (u64)b, (u64)c, (u64)d);
}

static void identities(void)
{
    identity(0x40000000, 0);
    identity(0x40000001, 0);
    identity(0x40000002, 0);
    identity(0x40000006, 0);
    identity(0x400000ff, 0);
    identity(0x40000100, 0);
    identity(0x50000000, 0);
    u32 a = 1, b, c, d;
    asm volatile("ud2; .ascii \"xen\"; cpuid" : "+a"(a), "=b"(b), "=c"(c), "=d"(d));
    say("leaf 1: hypervisor %u, APIC %u, MTRR %u, MCE %u, PGE %u, PSE %u, VME %u, x2APIC %u\n",
        (u64)c >> 31, (u64)d >> 9 & 1, (u64)d >> 12 & 1, (u64)d >> 7 & 1, (u64)d >> 13 & 1,
        (u64)d >> 3 & 1, (u64)d >> 1 & 1, (u64)c >> 21 & 1);
    a = 7, c = 0;
    asm volatile("ud2; .ascii \"xen\"; cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
    say("leaf 7: SMEP %u, SMAP %u, PKU %u\n", (u64)b >> 7 & 1, (u64)b >> 20 & 1, (u64)c >> 3 & 1);
}

void ask(void)
{
    for (u32 i = 2; i < 7; i++)
        say("at the entry, register %u: %x\n", (u64)i, first_registers[i]);
    exceptions();
    software();
    registers();
    privileged();
    with_iopl(1);
    with_iopl(3);
    msrs();
    identities();
    u32 level = 1;
    CALL2(PHYSDEV_OP, 6, &level);
    framed("invlpg under IOPL 1", invalidate, (u64)pages);
    framed("invd under IOPL 1", invalidate_caches, 0);
    framed("wbinvd under IOPL 1", write_back, 0);
    framed("lmsw under IOPL 1", load_status, 0);
    framed("writing cr3 under IOPL 1", write_cr3, 0);
    level = 0;
    CALL2(PHYSDEV_OP, 6, &level);
}
