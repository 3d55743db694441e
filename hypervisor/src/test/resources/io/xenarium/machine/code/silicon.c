/*
 * Executes instructions on the real processor and tells what they did.
 *
 * Reads cases from standard input, writes one result for each to standard output, both as raw
 * little-endian structures. A case's memory is made from its seed, the same way as in
 * SiliconCase.java. The code sits at CODE and is followed by a jump back; its data are two pages
 * at DATA with nothing mapped beside them.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <ucontext.h>
#include <unistd.h>

#define CODE 0x70000000UL
#define DATA 0x20000000UL
#define DATA_BYTES 8192
#define CODE_BYTES 64

struct test {
    uint64_t seed;
    uint64_t gpr[16]; /* rax rcx rdx rbx rsp rbp rsi rdi r8 ... r15 */
    uint64_t flags;
    uint64_t code_bytes;
    uint8_t code[CODE_BYTES];
};

struct result {
    uint64_t gpr[16];
    uint64_t flags;
    int64_t vector; /* -1: the code ran to its end */
    uint64_t error;
    uint64_t address;
    uint64_t rip;
    uint64_t data_hash;
};

struct test in;
struct result out;
uint64_t host_rsp;
uint64_t code_at = CODE;
uint32_t initial_mxcsr = 0x1f80;

void enter(void);
void back(void);
void back_after_fault(void);

__asm__(".globl enter\n"
        "enter:\n"
        "push %rbx; push %rbp; push %r12; push %r13; push %r14; push %r15\n"
        "mov %rsp, host_rsp\n"
        "fninit; fldz; fldz; fldz; fldz; fldz; fldz; fldz; fldz; fninit\n"
        "ldmxcsr initial_mxcsr\n"
        "pxor %xmm0, %xmm0; pxor %xmm1, %xmm1; pxor %xmm2, %xmm2; pxor %xmm3, %xmm3\n"
        "pxor %xmm4, %xmm4; pxor %xmm5, %xmm5; pxor %xmm6, %xmm6; pxor %xmm7, %xmm7\n"
        "pxor %xmm8, %xmm8; pxor %xmm9, %xmm9; pxor %xmm10, %xmm10; pxor %xmm11, %xmm11\n"
        "pxor %xmm12, %xmm12; pxor %xmm13, %xmm13; pxor %xmm14, %xmm14; pxor %xmm15, %xmm15\n"
        "push in+136\n"
        "popfq\n"
        "mov in+8, %rax; mov in+16, %rcx; mov in+24, %rdx; mov in+32, %rbx\n"
        "mov in+48, %rbp; mov in+56, %rsi; mov in+64, %rdi; mov in+72, %r8\n"
        "mov in+80, %r9; mov in+88, %r10; mov in+96, %r11; mov in+104, %r12\n"
        "mov in+112, %r13; mov in+120, %r14; mov in+128, %r15; mov in+40, %rsp\n"
        "jmp *code_at\n"
        ".globl back\n"
        "back:\n"
        "mov %rax, out; mov %rcx, out+8; mov %rdx, out+16; mov %rbx, out+24\n"
        "mov %rsp, out+32; mov %rbp, out+40; mov %rsi, out+48; mov %rdi, out+56\n"
        "mov %r8, out+64; mov %r9, out+72; mov %r10, out+80; mov %r11, out+88\n"
        "mov %r12, out+96; mov %r13, out+104; mov %r14, out+112; mov %r15, out+120\n"
        "mov host_rsp, %rsp\n"
        "pushfq\n"
        "pop out+128\n"
        ".globl back_after_fault\n"
        "back_after_fault:\n"
        "cld; fninit\n"
        "pop %r15; pop %r14; pop %r13; pop %r12; pop %rbp; pop %rbx\n"
        "ret\n");

static void faulted(int number, siginfo_t *info, void *context) {
    static const int order[16] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP,
                                  REG_RSI, REG_RDI, REG_R8,  REG_R9,  REG_R10, REG_R11,
                                  REG_R12, REG_R13, REG_R14, REG_R15};
    greg_t *g = ((ucontext_t *)context)->uc_mcontext.gregs;
    (void)number;
    (void)info;
    for (int i = 0; i < 16; i++)
        out.gpr[i] = g[order[i]];
    out.flags = g[REG_EFL];
    out.vector = g[REG_TRAPNO];
    out.error = out.vector >= 10 && out.vector <= 14 ? g[REG_ERR] : 0;
    out.address = out.vector == 14 ? g[REG_CR2] : 0;
    out.rip = g[REG_RIP];
    g[REG_RIP] = (greg_t)back_after_fault;
    g[REG_RSP] = host_rsp;
    g[REG_EFL] = 0x202;
}

static uint64_t next(uint64_t *state) {
    uint64_t z = (*state += 0x9e3779b97f4a7c15UL);
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9UL;
    z = (z ^ z >> 27) * 0x94d049bb133111ebUL;
    return z ^ z >> 31;
}

static void *map(uint64_t at, size_t bytes) {
    return mmap((void *)at, bytes, PROT_READ | PROT_WRITE | PROT_EXEC,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

/* Starts again with everything at fixed addresses, so that a stray access hits the same. */
static void stand_still(char **arguments) {
    int how = personality(0xffffffff);
    if (how >= 0 && !(how & ADDR_NO_RANDOMIZE) && personality(how | ADDR_NO_RANDOMIZE) >= 0)
        execv("/proc/self/exe", arguments);
}

int main(int count, char **arguments) {
    static uint8_t stack[65536];
    stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
    struct sigaction action = {.sa_sigaction = faulted, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
    int signals[] = {SIGSEGV, SIGFPE, SIGILL, SIGTRAP, SIGBUS};
    (void)count;
    stand_still(arguments);
    uint8_t *code = map(CODE, 4096);
    uint64_t *data = map(DATA, DATA_BYTES);
    sigaltstack(&alternate, 0);
    for (unsigned i = 0; i < sizeof signals / sizeof *signals; i++)
        sigaction(signals[i], &action, 0);
    while (fread(&in, sizeof in, 1, stdin) == 1) {
        uint64_t state = in.seed, target = (uint64_t)back;
        for (int i = 0; i < DATA_BYTES / 8; i++)
            data[i] = next(&state);
        memset(code, 0xcc, 256);
        memcpy(code, in.code, in.code_bytes);
        memcpy(code + in.code_bytes, "\xff\x25\0\0\0\0", 6);
        memcpy(code + in.code_bytes + 6, &target, 8);
        memset(&out, 0, sizeof out);
        out.vector = -1;
        enter();
        if (out.vector == -1)
            out.rip = CODE + in.code_bytes;
        out.data_hash = 0;
        for (int i = 0; i < DATA_BYTES / 8; i++)
            out.data_hash = (out.data_hash ^ data[i]) * 0x100000001b3UL;
        fwrite(&out, sizeof out, 1, stdout);
    }
    return 0;
}
