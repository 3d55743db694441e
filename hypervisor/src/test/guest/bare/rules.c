/*
 * One question to a bare processor a line, its answer behind it: which vector ended a few instructions, with which error
 * code, where, and what else could be seen; RFLAGS without the arithmetic flags and RF. Runs on our machine and on QEMU; a test compares.
 */
#include <stdint.h>

struct answer {
    uint64_t vector, error, rip, cs, rflags, rsp, ss, frame, rax, rcx, r11, handler_flags, handler_ss, rdx;
};
struct gate { uint16_t low, selector, type, middle; uint32_t high, zero; };

extern struct answer seen;
extern struct gate idt[256];
extern uint64_t entries[256], level1[512], gdt[], steps, keep_stepping, home;
extern uint8_t tss[], scratch[], pages[], probe_top[], user_top[], ist_top[], df_top[], gdt_end[];
extern void enter(const void *rip, uint64_t cs, uint64_t rflags, void *rsp, uint64_t ss);

enum { RING0 = 0x08, RING3 = 0x2b, RING3_32 = 0x1b, TF = 0x100, IF = 0x200, NT = 0x4000, RF = 0x10000, OF = 0x800, IOPL3 = 0x3000 };

static void out(uint16_t port, uint8_t value) { __asm__ volatile("outb %0,%1" : : "a"(value), "d"(port)); }
static void print(const char *text) { while (*text) out(0x3f8, *text++); }
static void print_hex(uint64_t value) {
    int shift = 60;
    while (shift && !(value >> shift)) shift -= 4;
    for (; shift >= 0; shift -= 4) out(0x3f8, "0123456789abcdef"[value >> shift & 15]);
}
static void say(const char *what, uint64_t value) { print(" "); print(what); print("="); print_hex(value); }

static void write_msr(uint32_t number, uint64_t value) {
    __asm__ volatile("wrmsr" : : "c"(number), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)));
}
static uint64_t read_dr6(void) { uint64_t v; __asm__ volatile("mov %%dr6,%0" : "=r"(v)); return v; }
static uint64_t read_dr7(void) { uint64_t v; __asm__ volatile("mov %%dr7,%0" : "=r"(v)); return v; }
static void write_dr7(uint64_t v) { __asm__ volatile("mov %0,%%dr7" : : "r"(v)); }
static void write_dr6(uint64_t v) { __asm__ volatile("mov %0,%%dr6" : : "r"(v)); }
static void write_dr0(const void *v) { __asm__ volatile("mov %0,%%dr0" : : "r"(v)); }
static void write_dr1(const void *v) { __asm__ volatile("mov %0,%%dr1" : : "r"(v)); }
static uint64_t read_cr2(void) { uint64_t v; __asm__ volatile("mov %%cr2,%0" : "=r"(v)); return v; }
static void write_cr2(uint64_t v) { __asm__ volatile("mov %0,%%cr2" : : "r"(v)); }
static uint64_t read_cr0(void) { uint64_t v; __asm__ volatile("mov %%cr0,%0" : "=r"(v)); return v; }
static void write_cr0(uint64_t v) { __asm__ volatile("mov %0,%%cr0" : : "r"(v)); }
static uint64_t read_cr4(void) { uint64_t v; __asm__ volatile("mov %%cr4,%0" : "=r"(v)); return v; }
static void write_cr4(uint64_t v) { __asm__ volatile("mov %0,%%cr4" : : "r"(v)); }
static void flush(void) { __asm__ volatile("mov %%cr3,%%rax; mov %%rax,%%cr3" : : : "rax", "memory"); }

static void set_gate(int vector, int privilege, int type, int ist, int selector) {
    uint64_t at = entries[vector];
    idt[vector] = (struct gate){at, selector, 0x8000 | privilege << 13 | type << 8 | ist, at >> 16, at >> 32, 0};
}
static void usual_gates(void) {
    for (int v = 0; v < 256; v++) set_gate(v, v == 3 || v == 4 || v == 0x80 ? 3 : 0, 14, v == 8 ? 2 : 0, 0x08);
}

static void ask(const char *name, const void *code, uint64_t cs, uint64_t flags) {
    void *stack = cs & 3 ? user_top - 64 : probe_top - 64;
    seen = (struct answer){0};
    steps = 0;
    write_cr2(0);
    write_dr6(0xffff0ff0);
    enter(code, cs, flags | 2, stack, cs & 3 ? 0x23 : 0x10);
    print(name);
    say("vector", seen.vector);
    say("error", seen.error);
    say("rip", seen.rip - (uint64_t)code);
    say("cs", seen.cs);
    say("flags", seen.rflags & ~0x108d5ull);
    say("rsp", seen.rsp - (uint64_t)stack);
    say("ss", seen.ss);
    if (seen.vector == 14) say("cr2", read_cr2());
    if (seen.vector == 1) say("dr6", read_dr6());
    if (seen.frame > (uint64_t)ist_top - 4096 && seen.frame < (uint64_t)ist_top) print(" on=ist1");
    if (seen.frame > (uint64_t)df_top - 4096 && seen.frame < (uint64_t)df_top) print(" on=ist2");
    say("then", seen.handler_flags & 0x14300);
    say("hss", seen.handler_ss);
    print("\n");
}

/* Every snippet ends in int 0x80, which says that it came to its end. */
#define CODE(name, text) \
    extern const char name[]; \
    __asm__(".text\n" #name ":\n" text "\nint $0x80\n")
#define ASK(name, cs, flags) ask(#name, name, cs, flags)

/* Exceptions and software interrupts. */
CODE(nothing, "nop");
CODE(divide, "xorl %ecx,%ecx; divl %ecx");
CODE(breakpoint, "nop; int3");
CODE(icebp, "nop; .byte 0xf1");
CODE(int_closed, "int $0x20");
CODE(int_open, "int $0x80");
CODE(into_64, ".byte 0xce");
CODE(undefined, "ud2");
CODE(lock_register, ".byte 0xf0,0x01,0xc0");
CODE(too_long, ".byte 0x66,0x66,0x66,0x66,0x66,0x66,0x66,0x66,0x66,0x66,0x66,0x66,0x66,0x66,0x66,0x90");

/* Privileged instructions. */
CODE(p_hlt, "hlt");
CODE(p_cli, "cli");
CODE(p_sti, "sti");
CODE(p_in, "inb $0x60,%al");
CODE(p_cr0, "movq %cr0,%rax");
CODE(p_cr3, "movq %rax,%cr3");
CODE(p_cr8, "movq %cr8,%rax");
CODE(p_dr, "movq %dr7,%rax");
CODE(p_rdmsr, "movl $0xc0000080,%ecx; rdmsr");
CODE(p_wrmsr, "movl $0xc0000080,%ecx; wrmsr");
CODE(p_lgdt, "lgdt (%rsi)");
CODE(p_lidt, "lidt (%rsi)");
CODE(p_lldt, "lldt %ax");
CODE(p_ltr, "ltr %ax");
CODE(p_invlpg, "invlpg (%rsi)");
CODE(p_wbinvd, "wbinvd");
CODE(p_clts, "clts");
CODE(p_lmsw, "lmsw %ax");
CODE(p_swapgs, "swapgs");
CODE(p_sysret, "sysretq");
CODE(p_sysenter, "sysenter");
CODE(p_xsetbv, "xsetbv");
CODE(cr1, ".byte 0x0f,0x20,0xc8");
CODE(dr8, ".byte 0x44,0x0f,0x21,0xc0");

/* Ports, the TSS's bitmap allows 0x80 alone. */
CODE(out_allowed, "outb %al,$0x80");
CODE(out_denied, "outb %al,$0x81");
CODE(out_both, "outw %ax,$0x80");
CODE(outs_denied, "movl $0x81,%edx; outsb");

/* Pages with rights: 0 user, 1 supervisor, 2 read-only, 3 absent, 4 no-execute, 5 reserved bit. */
CODE(read_user, "movb (%rbx),%al");
CODE(read_supervisor, "movb 0x1000(%rbx),%al");
CODE(write_supervisor, "movb %al,0x1000(%rbx)");
CODE(write_read_only, "movb %al,0x2000(%rbx)");
CODE(read_absent, "movb 0x3123(%rbx),%al");
CODE(write_absent, "movb %al,0x3123(%rbx)");
CODE(run_absent, "leaq 0x3000(%rbx),%rax; jmp *%rax");
CODE(run_no_execute, "leaq 0x4000(%rbx),%rax; jmp *%rax");
CODE(run_supervisor, "leaq 0x1000(%rbx),%rax; jmp *%rax");
CODE(read_reserved, "movb 0x5000(%rbx),%al");
CODE(read_across, "movq 0x2ffc(%rbx),%rax");
CODE(write_across, "movq %rax,0x1ffc(%rbx)");
CODE(non_canonical, "movabsq $0x800000000000,%rax; movb (%rax),%al");
CODE(non_canonical_stack, "movabsq $0x800000000100,%rsp; popq %rax");
CODE(non_canonical_jump, "movabsq $0x800000000000,%rax; jmp *%rax");
CODE(probe_write, "leaq 0x3000(%rbx),%rsp; pushq %rax");

/* Segments. */
CODE(ds_absent, "movl $0x43,%eax; movl %eax,%ds");
CODE(ss_absent, "movl $0x43,%eax; movl %eax,%ss");
CODE(ds_unreadable, "movl $0x4b,%eax; movl %eax,%ds");
CODE(ds_beyond, "movl $0x203,%eax; movl %eax,%ds");
CODE(ds_inner, "movl $0x10,%eax; movl %eax,%ds");
CODE(ds_system, "movl $0x33,%eax; movl %eax,%ds");
CODE(ss_null, "xorl %eax,%eax; movl %eax,%ss");
CODE(ss_null_3, "movl $3,%eax; movl %eax,%ss");
CODE(ss_read_only, "movl $0x8b,%eax; movl %eax,%ss");
CODE(ss_code, "movl $0x2b,%eax; movl %eax,%ss");
CODE(cs_load, ".byte 0x8e,0xc8");
CODE(ldt_beyond, "movl $0x07,%eax; movl %eax,%ds");
CODE(lldt_null, "xorl %eax,%eax; lldt %ax; sldt %eax");
CODE(lldt_data, "movl $0x10,%eax; lldt %ax");
CODE(lldt_good, "movl $0x68,%eax; lldt %ax; sldt %eax");
CODE(ltr_busy, "movl $0x30,%eax; ltr %ax");
CODE(ltr_code, "movl $0x08,%eax; ltr %ax");
CODE(str_it, "str %eax");
CODE(lar_data, "movl $0x20,%eax; lar %eax,%eax");
CODE(lar_gate, "movl $0x58,%eax; lar %eax,%eax");
CODE(lsl_tss, "movl $0x30,%eax; lsl %eax,%eax");

/* Far transfers. */
CODE(far_null, "pushq $0; pushq %rsi; lretq");
CODE(far_data, "pushq $0x23; pushq %rsi; lretq");
CODE(far_both_sizes, "pushq $0x78; pushq %rsi; lretq");
CODE(far_absent, "pushq $0x98; pushq %rsi; lretq");
CODE(far_non_canonical, "movabsq $0x800000000000,%rax; pushq $8; pushq %rax; lretq");
CODE(far_out, "pushq $0x23; pushq $0x1234; pushq $0x2b; leaq 1f(%rip),%rax; pushq %rax; lretq; 1: nop");
CODE(far_inward, "pushq $0x10; pushq %rsp; pushq $0x08; pushq %rsi; lretq");
CODE(gate_call, "movq $0,(%rsi); movl $0x5b,8(%rsi); .byte 0x48,0xff,0x1e");
CODE(gate_jump, "movq $0,(%rsi); movl $0x5b,8(%rsi); .byte 0x48,0xff,0x2e");
CODE(iret_same, "movq %rsp,%rax; pushq $0x10; pushq %rax; pushq $0x202; pushq $8; leaq 1f(%rip),%rax; pushq %rax; iretq; 1: cli");
CODE(iret_null_stack, "pushq $0; pushq $0x1234; pushq $2; pushq $8; leaq 1f(%rip),%rax; pushq %rax; iretq; 1: nop");
CODE(iret_null_stack_3, "pushq $3; pushq $0x1234; pushq $2; pushq $0x2b; leaq 1f(%rip),%rax; pushq %rax; iretq; 1: nop");
CODE(iret_bad_stack, "pushq $0x10; pushq $0x1234; pushq $2; pushq $0x2b; leaq 1f(%rip),%rax; pushq %rax; iretq; 1: nop");
CODE(iret_non_canonical, "movabsq $0x800000000000,%rax; pushq $0x23; pushq $0x1234; pushq $2; pushq $0x2b; pushq %rax; iretq");
CODE(iret_flags, "movq %rsp,%rax; pushq $0x23; pushq %rax; pushq $0x3202; pushq $0x2b; leaq 1f(%rip),%rax; pushq %rax; iretq; 1: nop");
CODE(iretd_64, "subq $8,%rsp; movl $0x202,(%rsp); subq $8,%rsp; leaq 1f(%rip),%rax; movl %eax,(%rsp); movl $8,4(%rsp); subq $12,%rsp; movl %eax,(%rsp); movl $8,4(%rsp); movl $0x202,8(%rsp); leaq 20(%rsp),%rax; movl $0x10,16(%rsp); movl %eax,12(%rsp); iretl; 1: nop");
CODE(popf_3, "pushq $0x3202; popfq; pushfq; popq %rax");

/* System calls. */
CODE(syscall_3, "syscall");
CODE(syscall_0, "syscall");
__asm__(".text\n.globl landing\nlanding: int $0x81\n");
__asm__(".text\n.globl landing_32\nlanding_32: int $0x82\n");
extern const char landing[], landing_32[];
CODE(sysret_64, "leaq 1f(%rip),%rcx; movl $0x13202,%r11d; sysretq; 1: nop");
CODE(sysret_32, "leaq 1f(%rip),%rcx; movl $0x202,%r11d; sysretl; 1: nop");

/* Control and model-specific registers. */
CODE(cr8_good, "movl $5,%eax; movq %rax,%cr8; xorl %eax,%eax; movq %cr8,%rax; movq %rax,%rdx; xorl %ecx,%ecx; movq %rcx,%cr8");
CODE(msr_unknown, "movl $0x12345,%ecx; rdmsr");
CODE(msr_star, "movl $0xc0000081,%ecx; movl $0x1234,%eax; movl $0x1b0008,%edx; wrmsr; xorl %eax,%eax; rdmsr");
CODE(msr_lstar_bad, "movl $0xc0000082,%ecx; xorl %eax,%eax; movl $0x8000,%edx; wrmsr");
CODE(msr_gs_bad, "movl $0xc0000101,%ecx; xorl %eax,%eax; movl $0x8000,%edx; wrmsr");
CODE(msr_pat_bad, "movl $0x277,%ecx; movl $2,%eax; xorl %edx,%edx; wrmsr");
CODE(msr_gs, "movl $0xc0000101,%ecx; movl %esi,%eax; xorl %edx,%edx; wrmsr; movq $0x77,8(%rsi); movq %gs:8,%rax");
CODE(swap_gs, "movl $0xc0000102,%ecx; movl %esi,%eax; xorl %edx,%edx; wrmsr; movq $0x66,16(%rsi); swapgs; movq %gs:16,%rax");
CODE(ts_sse, "movq %cr0,%rax; orl $8,%eax; movq %rax,%cr0; pxor %xmm0,%xmm0");
CODE(ts_x87, "fninit");
CODE(clts_sse, "clts; pxor %xmm0,%xmm0");
CODE(smsw_it, "smsw %eax");

/* Traps and breakpoints. */
CODE(step, "nop; nop");
CODE(step_many, "nop; nop; nop; popfq");
CODE(step_popf, "pushq $2; popfq; nop");
CODE(step_ss, "movl $0x10,%eax; movl %eax,%ss; nop; nop");
CODE(step_int, "int $0x80");
CODE(step_rep, "movl $3,%ecx; rep stosb");
CODE(step_syscall, "syscall");
CODE(step_set, "pushq $0x102; popfq; nop; nop");
CODE(step_iret, "movq %rsp,%rax; pushq $0x10; pushq %rax; pushq $0x102; pushq $8; leaq 1f(%rip),%rax; pushq %rax; iretq; 1: nop; nop");
CODE(watched_run, "nop; .globl stop_here\nstop_here: nop; nop");
CODE(watched_store, "movl %eax,(%rsi); nop");
CODE(watched_load, "movl (%rsi),%eax; nop");
CODE(watched_near, "movl %eax,-4(%rsi); movl %eax,4(%rsi); nop");
CODE(watched_overlap, "movl %eax,-3(%rsi); nop");
CODE(watched_rep, "movq %rsi,%rdi; subq $2,%rdi; movl $5,%ecx; rep stosb");
CODE(guarded, "movl $0x2400,%eax; movq %rax,%dr7; movq %dr7,%rax");
CODE(dr4_alias, "movq %dr4,%rax");
CODE(dr7_high, "movabsq $0x100000000,%rax; movq %rax,%dr7");
CODE(dr6_bits, "xorl %eax,%eax; movq %rax,%dr6; movq %dr6,%rax; movl $-1,%ecx; movq %rcx,%dr6; movq %dr6,%rcx");
CODE(dr7_bits, "movl $0xff00dc00,%ecx; movq %rcx,%dr7; movq %dr7,%rax; xorl %ecx,%ecx; movq %rcx,%dr7");
extern const char stop_here[];

/* 32-bit code. */
#define CODE32(name, text) \
    extern const char name[]; \
    __asm__(".text\n.code32\n" #name ":\n" text "\nint $0x80\n.code64\n")
CODE32(c_nothing, "nop");
CODE32(c_inc, ".byte 0x40");
CODE32(c_into, "movl $0x7fffffff,%eax; addl $1,%eax; into");
CODE32(c_bound, "movl $5,%eax; movl $6,(%esi); movl $9,4(%esi); bound %eax,(%esi)");
CODE32(c_limit, "movl $0x53,%eax; movl %eax,%es; movb %es:0xffe,%al; movb %es:0x1000,%al");
CODE32(c_stack_limit, "movl $0x53,%eax; movl %eax,%ss; movl $0x2000,%esp; popl %eax");
CODE32(c_code_write, "movb %al,%cs:(%esi)");
CODE32(c_null, "xorl %eax,%eax; movl %eax,%es; movb %es:(%esi),%al");
CODE32(c_to_64, "ljmp $0x2b,$1f; 1: .byte 0x48,0xff,0xc0");
CODE32(c_syscall, "syscall");
CODE32(c_arpl, "movl $0x10,%eax; movl $3,%ecx; arpl %cx,%ax");
CODE32(c_hlt, "hlt");

static void say_rax(const char *name) { print(name); say("rax", seen.rax); say("rcx", seen.rcx); say("r11", seen.r11); say("rdx", seen.rdx); print("\n"); }
#define TELL(name, cs, flags) ASK(name, cs, flags), say_rax(#name)

static void exceptions(void) {
    ASK(nothing, RING0, 0); ASK(nothing, RING3, 0); ASK(nothing, RING3, IF | IOPL3);
    ASK(divide, RING0, 0); ASK(divide, RING3, IF);
    ASK(breakpoint, RING0, 0); ASK(breakpoint, RING3, 0); ASK(icebp, RING0, 0); ASK(icebp, RING3, 0);
    ASK(int_closed, RING0, 0); ASK(int_closed, RING3, 0); ASK(int_open, RING3, IF | NT);
    ASK(into_64, RING0, 0); ASK(undefined, RING3, 0); ASK(lock_register, RING0, 0); ASK(too_long, RING0, 0);
    set_gate(0, 0, 15, 0, 0x08);
    print("trap gate: "); ASK(divide, RING3, IF);
    set_gate(0, 0, 14, 1, 0x08);
    print("ist: "); ASK(divide, RING3, IF);
    print("ist: "); ASK(divide, RING0, IF);
    idt[0].type &= 0x7fff;
    print("absent gate: "); ASK(divide, RING0, 0);
    print("absent gate: "); ASK(divide, RING3, 0);
    set_gate(0, 0, 12, 0, 0x08);
    print("call gate: "); ASK(divide, RING0, 0);
    set_gate(0, 0, 14, 0, 0x10);
    print("data segment: "); ASK(divide, RING0, 0);
    set_gate(0, 0, 14, 0, 0);
    print("null segment: "); ASK(divide, RING0, 0);
    set_gate(0, 0, 14, 0, 0x98);
    print("absent segment: "); ASK(divide, RING0, 0);
    set_gate(0, 0, 14, 0, 0x90);
    print("32-bit segment: "); ASK(divide, RING0, 0);
    set_gate(0, 0, 14, 0, 0x28);
    print("outer segment: "); ASK(divide, RING0, 0);
    set_gate(0, 0, 14, 0, 0x80);
    print("conforming segment: "); ASK(divide, RING0, 0);
    set_gate(0x80, 3, 14, 0, 0x10);
    print("data segment: "); ASK(int_open, RING3, 0);
    usual_gates();
    set_gate(13, 0, 12, 0, 0x08);
    print("double: "); ASK(p_cr0, RING3, 0);
    set_gate(13, 0, 14, 0, 0x08);
    set_gate(14, 0, 14, 0, 0x10);
    print("double: "); ASK(read_absent, RING0, 0);
    usual_gates();
    set_gate(6, 0, 12, 0, 0x08);
    print("not double: "); ASK(undefined, RING0, 0);
    usual_gates();
    print("double: "); ASK(probe_write, RING0, 0);
    print("stack: "); ASK(non_canonical_stack, RING0, 0);
}

static void privileges(void) {
    ASK(p_hlt, RING3, 0); ASK(p_cli, RING3, 0); ASK(p_sti, RING3, 0); ASK(p_cli, RING3, IOPL3 | IF); ASK(p_in, RING3, 0);
    ASK(p_cr0, RING3, 0); ASK(p_cr3, RING3, 0); ASK(p_cr8, RING3, 0); ASK(p_dr, RING3, 0); ASK(p_rdmsr, RING3, 0); ASK(p_wrmsr, RING3, 0);
    ASK(p_lgdt, RING3, 0); ASK(p_lidt, RING3, 0); ASK(p_lldt, RING3, 0); ASK(p_ltr, RING3, 0); ASK(p_invlpg, RING3, 0);
    ASK(p_wbinvd, RING3, 0); ASK(p_clts, RING3, 0); ASK(p_lmsw, RING3, 0); ASK(p_swapgs, RING3, 0); ASK(p_sysret, RING3, 0);
    ASK(p_sysenter, RING3, 0); ASK(p_sysenter, RING0, 0); ASK(p_xsetbv, RING0, 0); ASK(cr1, RING0, 0); ASK(dr8, RING0, 0);
    ASK(p_invlpg, RING0, 0); ASK(p_wbinvd, RING0, 0); ASK(p_clts, RING0, 0); ASK(p_in, RING0, 0);
    ASK(out_allowed, RING3, 0); ASK(out_denied, RING3, 0); ASK(out_both, RING3, 0); ASK(outs_denied, RING3, 0);
    ASK(out_denied, RING3, IOPL3); ASK(popf_3, RING3, 0); ASK(popf_3, RING3, IOPL3);
}

static void paging(void) {
    ASK(read_user, RING3, 0); ASK(read_supervisor, RING0, 0); ASK(read_supervisor, RING3, 0); ASK(write_supervisor, RING3, 0);
    ASK(write_read_only, RING0, 0); ASK(write_read_only, RING3, 0); ASK(read_absent, RING0, 0); ASK(read_absent, RING3, 0);
    ASK(write_absent, RING0, 0); ASK(write_absent, RING3, 0); ASK(run_absent, RING0, 0); ASK(run_absent, RING3, 0);
    ASK(run_no_execute, RING0, 0); ASK(run_no_execute, RING3, 0); ASK(run_supervisor, RING3, 0);
    ASK(read_reserved, RING0, 0); ASK(read_reserved, RING3, 0); ASK(read_across, RING0, 0); ASK(write_across, RING3, 0);
    ASK(non_canonical, RING0, 0); ASK(non_canonical, RING3, 0); ASK(non_canonical_stack, RING3, 0); ASK(non_canonical_jump, RING0, 0);
    write_cr0(read_cr0() & ~0x10000ull);
    print("without write protection: "); ASK(write_read_only, RING0, 0);
    print("without write protection: "); ASK(write_read_only, RING3, 0);
    write_cr0(read_cr0() | 0x10000);
    print("entries:");
    for (int i = 0; i < 6; i++) say("bits", level1[i] & 0x60);
    print("\n");
}

static void segments(void) {
    ASK(ds_absent, RING3, 0); ASK(ss_absent, RING3, 0); ASK(ds_unreadable, RING3, 0); ASK(ds_beyond, RING3, 0); ASK(ds_inner, RING3, 0);
    ASK(ds_system, RING3, 0); ASK(ss_null, RING3, 0); ASK(ss_null_3, RING3, 0); ASK(ss_null, RING0, 0); ASK(ss_read_only, RING3, 0);
    ASK(ss_code, RING3, 0); ASK(cs_load, RING3, 0);
    TELL(lldt_null, RING0, 0); ASK(lldt_data, RING0, 0); TELL(lldt_good, RING0, 0); ASK(ldt_beyond, RING3, 0); TELL(lldt_null, RING0, 0);
    ASK(ltr_busy, RING0, 0); ASK(ltr_code, RING0, 0); TELL(str_it, RING0, 0); TELL(str_it, RING3, 0);
    TELL(lar_data, RING3, 0); TELL(lar_gate, RING3, 0); TELL(lsl_tss, RING0, 0); TELL(lsl_tss, RING3, 0);
}

static void transfers(void) {
    ASK(far_null, RING0, 0); ASK(far_data, RING0, 0); ASK(far_both_sizes, RING0, 0); ASK(far_absent, RING0, 0); ASK(far_non_canonical, RING0, 0);
    ASK(far_out, RING0, 0); ASK(far_inward, RING3, 0);
    uint64_t at = (uint64_t)landing;
    gdt[11] = (at & 0xffff) | 0x08ull << 16 | 0xecull << 40 | (at >> 16 & 0xffff) << 48;
    gdt[12] = at >> 32;
    ASK(gate_call, RING3, IF); ASK(gate_jump, RING3, 0); ASK(gate_call, RING0, 0); ASK(gate_jump, RING0, 0);
    gdt[11] &= ~(0x60ull << 40);
    print("inner gate: "); ASK(gate_call, RING3, 0);
    gdt[11] = (gdt[11] | 0x60ull << 40) & ~(0x80ull << 40);
    print("absent gate: "); ASK(gate_call, RING3, 0);
    gdt[11] = (gdt[11] | 0x80ull << 40) & ~0xffff0000ull;
    print("null in gate: "); ASK(gate_call, RING3, 0);
    gdt[11] |= 0x10ull << 16;
    print("data in gate: "); ASK(gate_call, RING3, 0);
    ASK(iret_same, RING0, 0); ASK(iret_same, RING0, NT); ASK(iret_null_stack, RING0, 0); ASK(iret_null_stack_3, RING0, 0);
    ASK(iret_bad_stack, RING0, 0); ASK(iret_non_canonical, RING0, 0); ASK(iret_flags, RING3, 0); ASK(iret_flags, RING0, 0); ASK(iretd_64, RING0, 0);
}

static void calls(void) {
    TELL(syscall_3, RING3, IF | 0x400); TELL(syscall_0, RING0, 0);
    ASK(sysret_64, RING0, 0); ASK(sysret_32, RING0, 0); ASK(c_syscall, RING3_32, IF);
    write_msr(0xc0000080, 0xd00);
    print("off: "); ASK(syscall_3, RING3, 0);
    print("off: "); ASK(sysret_64, RING0, 0);
    write_msr(0xc0000080, 0xd01);
}

static void registers(void) {
    TELL(cr8_good, RING0, 0);
    ASK(msr_unknown, RING0, 0); TELL(msr_star, RING0, 0); ASK(msr_lstar_bad, RING0, 0); ASK(msr_gs_bad, RING0, 0); ASK(msr_pat_bad, RING0, 0);
    write_msr(0xc0000081, 0x1bull << 48 | 0x08ull << 32);
    write_msr(0xc0000082, (uint64_t)landing);
    write_msr(0x277, 0x0007040600070406);
    TELL(msr_gs, RING0, 0); TELL(swap_gs, RING0, 0);
    write_msr(0xc0000101, 0), write_msr(0xc0000102, 0);
    ASK(ts_sse, RING0, 0); ASK(ts_x87, RING3, 0); ASK(clts_sse, RING0, 0); TELL(smsw_it, RING3, 0);
}

static void debugging(void) {
    ASK(step, RING0, TF); ASK(step, RING3, TF); ASK(step_popf, RING0, TF); ASK(step_ss, RING0, TF); ASK(step_int, RING3, TF);
    ASK(step_set, RING0, 0); ASK(step_iret, RING0, 0); ASK(divide, RING0, TF);
    keep_stepping = 1;
    ASK(step, RING0, TF); say("steps", steps); print("\n");
    ASK(step_ss, RING0, TF); say("steps", steps); print("\n");
    ASK(step_rep, RING0, TF); say("steps", steps); print("\n");
    ASK(step_syscall, RING3, TF); say("steps", steps); print("\n");
    keep_stepping = 0;
    write_dr0(stop_here); write_dr7(0x402);
    ASK(watched_run, RING0, 0); ASK(watched_run, RING3, 0);
    write_dr0(watched_run);
    ASK(watched_run, RING0, RF); ASK(watched_run, RING0, 0);
    write_dr0(0); write_dr1(scratch);
    write_dr7(0x400 | 0x8 | 0xd00000);      /* DR1, stores, 4 bytes */
    ASK(watched_store, RING0, 0); ASK(watched_load, RING0, 0); ASK(watched_near, RING0, 0); ASK(watched_overlap, RING3, 0); ASK(watched_rep, RING0, 0);
    write_dr7(0x400 | 0x8 | 0xf00000);
    ASK(watched_load, RING3, 0);
    write_dr7(0x400 | 0xd00000);
    print("disabled: "); ASK(watched_store, RING0, 0);
    write_dr7(0x400);
    ASK(guarded, RING0, 0);
    print("dr7"); say("is", read_dr7()); print("\n");
    TELL(dr4_alias, RING0, 0);
    write_cr4(read_cr4() | 8);
    ASK(dr4_alias, RING0, 0);
    write_cr4(read_cr4() & ~8ull);
    ASK(dr7_high, RING0, 0); TELL(dr6_bits, RING0, 0); TELL(dr7_bits, RING0, 0);
}

static void compatibility(void) {
    ASK(c_nothing, RING3_32, IF); TELL(c_inc, RING3_32, 0); ASK(c_into, RING3_32, 0); ASK(c_bound, RING3_32, 0); ASK(c_limit, RING3_32, 0);
    ASK(c_stack_limit, RING3_32, 0); ASK(c_code_write, RING3_32, 0); ASK(c_null, RING3_32, 0); ASK(c_to_64, RING3_32, 0);
    TELL(c_arpl, RING3_32, 0); ASK(c_hlt, RING3_32, 0);
}

void main64(void) {
    out(0x21, 0xff), out(0xa1, 0xff);       /* no interrupts from outside */
    uint64_t at = (uint64_t)tss;
    gdt[6] = 0x8a | (at & 0xffffff) << 16 | 0x89ull << 40 | (at >> 24 & 0xff) << 56;
    gdt[7] = at >> 32;
    *(uint64_t *)(tss + 0x24) = (uint64_t)ist_top;
    *(uint64_t *)(tss + 0x2c) = (uint64_t)df_top;
    *(uint16_t *)(tss + 0x66) = 0x68;       /* port permissions: up to 0x10f, all but 0x80 closed */
    for (int i = 0; i < 0x23; i++) tss[0x68 + i] = 0xff;
    tss[0x68 + 0x10] = 0xfe;
    __asm__ volatile("ltr %w0" : : "r"(0x30));
    usual_gates();
    __asm__ volatile("lidt idt_pointer");
    at = (uint64_t)pages;
    level1[0] = at | 7, level1[1] = (at + 0x1000) | 3, level1[2] = (at + 0x2000) | 5, level1[3] = 0;
    level1[4] = (at + 0x4000) | 7 | 1ull << 63, level1[5] = (at + 0x5000) | 7 | 1ull << 51;
    flush();
    write_msr(0xc0000081, 0x1bull << 48 | 0x08ull << 32);
    write_msr(0xc0000082, (uint64_t)landing);
    write_msr(0xc0000083, (uint64_t)landing_32);
    write_msr(0xc0000084, 0x700);
    exceptions(); privileges(); paging(); segments(); transfers(); calls(); registers(); debugging(); compatibility();
    print("done\n");
    out(0xf4, 0);
}
