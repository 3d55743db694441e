/*
 * Executes instructions on the real processor and tells what they did.
 *
 * Reads cases from standard input, writes one result for each to standard output, both as raw
 * little-endian structures. A case's memory is
 * made from a seed, the same way as in SiliconMemory.java, and is the same for all cases with that
 * seed. The code sits at CODE and is followed by a jump to STUB, from where the way leads back; its
 * data are two pages at DATA. Nothing else is mapped in the lower 4 GiB.
 */
#define _GNU_SOURCE
#include <asm/prctl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <ucontext.h>
#include <unistd.h>

#define CODE 0x70000000UL
#define STUB 0x78000000UL
#define DATA 0x20000000UL
#define FS_BASE (DATA + 0x40)
#define GS_BASE (DATA + 0x800)
#define WORDS 1024
#define CODE_BYTES 64
#define FLAT_DATA 0x2b

struct test {
    uint8_t units[512]; /* the x87 and SSE units as FXRSTOR wants them */
    uint64_t gpr[16];   /* rax rcx rdx rbx rsp rbp rsi rdi r8 ... r15 */
    uint64_t flags;
    uint64_t memory_seed;
    uint32_t bits; /* 64, or 32 for compatibility mode */
    uint32_t code_bytes;
    uint8_t code[CODE_BYTES];
    uint64_t is_last; /* of a batch: then the results must come */
};

struct result {
    uint8_t units[512];
    uint64_t gpr[16];
    uint64_t flags;
    int64_t vector; /* -1: the code ran to its end */
    uint64_t error;
    uint64_t address;
    uint64_t rip;
    uint64_t data_hash; /* 0 where nothing changed */
};

struct test in __attribute__((aligned(64)));
struct result out __attribute__((aligned(64)));
uint64_t host_rsp, host_fs, host_gs;
uint32_t usual_mxcsr = 0x1f80;
uint64_t fs_base = FS_BASE, gs_base = GS_BASE;
static volatile uint64_t cases, cases_seen;
static volatile int is_inside;

/* Where the code goes: 64-bit code by the first, 32-bit code by a far jump to the second. */
uint64_t code_64 = CODE;
struct { uint32_t offset; uint16_t selector; } code_32 = {CODE, 0x23};

void enter(void);
void enter_32(void);
void back(void);
void back_after_fault(void);

#define LOAD                                                                                       \
    "fxrstor64 in(%rip)\n"                                                                         \
    "push in+640(%rip)\n"                                                                          \
    "popfq\n"                                                                                      \
    "mov in+512(%rip), %rax; mov in+520(%rip), %rcx; mov in+528(%rip), %rdx\n"                     \
    "mov in+536(%rip), %rbx; mov in+552(%rip), %rbp; mov in+560(%rip), %rsi\n"                     \
    "mov in+568(%rip), %rdi; mov in+576(%rip), %r8; mov in+584(%rip), %r9\n"                       \
    "mov in+592(%rip), %r10; mov in+600(%rip), %r11; mov in+608(%rip), %r12\n"                     \
    "mov in+616(%rip), %r13; mov in+624(%rip), %r14; mov in+632(%rip), %r15\n"                     \
    "mov in+544(%rip), %rsp\n"

#define ENTER                                                                                      \
    "push %rbx; push %rbp; push %r12; push %r13; push %r14; push %r15\n"                           \
    "mov %rsp, host_rsp(%rip)\n"                                                                   \
    "rdfsbase %rax; mov %rax, host_fs(%rip); rdgsbase %rax; mov %rax, host_gs(%rip)\n"

__asm__(".globl enter\n"
        "enter:\n" ENTER
        "mov fs_base(%rip), %rax; wrfsbase %rax; mov gs_base(%rip), %rax; wrgsbase %rax\n" LOAD
        "jmp *code_64(%rip)\n"
        ".globl enter_32\n"
        "enter_32:\n" ENTER
        "mov $0x2b, %eax; mov %eax, %ds; mov %eax, %es; mov %eax, %fs; mov %eax, %gs\n" LOAD
        "ljmp *code_32(%rip)\n"
        ".globl back\n"
        "back:\n"
        "mov %rax, out+512(%rip); mov %rcx, out+520(%rip); mov %rdx, out+528(%rip)\n"
        "mov %rbx, out+536(%rip); mov %rsp, out+544(%rip); mov %rbp, out+552(%rip)\n"
        "mov %rsi, out+560(%rip); mov %rdi, out+568(%rip); mov %r8, out+576(%rip)\n"
        "mov %r9, out+584(%rip); mov %r10, out+592(%rip); mov %r11, out+600(%rip)\n"
        "mov %r12, out+608(%rip); mov %r13, out+616(%rip); mov %r14, out+624(%rip)\n"
        "mov %r15, out+632(%rip)\n"
        "mov host_rsp(%rip), %rsp\n"
        "pushfq\n"
        "pop out+640(%rip)\n"
        "fxsave64 out(%rip)\n"
        ".globl back_after_fault\n"
        "back_after_fault:\n"
        "push $2; popfq; fninit; ldmxcsr usual_mxcsr(%rip)\n"
        "xor %eax, %eax; mov %eax, %ds; mov %eax, %es; mov %eax, %fs; mov %eax, %gs\n"
        "mov host_fs(%rip), %rax; wrfsbase %rax; mov host_gs(%rip), %rax; wrgsbase %rax\n"
        "pop %r15; pop %r14; pop %r13; pop %r12; pop %rbp; pop %rbx\n"
        "ret\n");

static void faulted(int number, siginfo_t *info, void *context) {
    static const int order[16] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP,
                                  REG_RSI, REG_RDI, REG_R8,  REG_R9,  REG_R10, REG_R11,
                                  REG_R12, REG_R13, REG_R14, REG_R15};
    mcontext_t *m = &((ucontext_t *)context)->uc_mcontext;
    greg_t *g = m->gregs;
    (void)info;
    /* The code may have asked for alignment checks; this handler is not made for them. */
    __asm__ volatile("pushfq; andl $~0x40000, (%%rsp); popfq" ::: "cc", "memory");
    if (number == SIGALRM && (!is_inside || cases_seen != cases)) {
        cases_seen = cases;
        return;
    }
    for (int i = 0; i < 16; i++)
        out.gpr[i] = g[order[i]];
    out.flags = g[REG_EFL];
    out.vector = number == SIGALRM ? 100 : g[REG_TRAPNO];
    out.error = out.vector >= 10 && out.vector <= 14 ? g[REG_ERR] : 0;
    out.address = out.vector == 14 ? g[REG_CR2] : 0;
    out.rip = g[REG_RIP];
    memcpy(out.units, m->fpregs, 512);
    g[REG_RIP] = (greg_t)back_after_fault;
    g[REG_RSP] = host_rsp;
    g[REG_EFL] = 0x202;
    g[REG_CSGSFS] = (g[REG_CSGSFS] & ~0xffffL) | 0x33;
}

static const uint64_t edges[32] = {
    0, 0x8000000000000000, 0x7ff0000000000000, 0xfff0000000000000,
    0x7ff8000000000001, 0xfff7ffffffffffff, 1, 0x800fffffffffffff,
    0x0010000000000000, 0x7fefffffffffffff, 0x3ff0000000000000, 0xbfefffffffffffff,
    0x80000000, 0x7f800000ff800000, 0x7fc00001ffbfffff, 0x00000001807fffff,
    0x008000007f7fffff, 0x3f800000bf7fffff, 0x00000000ffffffff, 0x7fffffffffffffff,
    0xffffffffffffffff, 0x8000800080008000, 0x7fff7fff7fff7fff, 0x8080808080808080,
    0x7f7f7f7f7f7f7f7f, 0x4330000000000000, 0x41dfffffffc00000, 0xc1e0000000000000,
    0x43e0000000000000, 0x4f0000005f000000, 0x3fe0000000000000, 0x0000000100000001};

static uint64_t mixed(uint64_t seed, uint64_t index) {
    uint64_t z = seed + (index + 1) * 0x9e3779b97f4a7c15UL;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9UL;
    z = (z ^ z >> 27) * 0x94d049bb133111ebUL;
    return z ^ z >> 31;
}

static uint64_t word(uint64_t z) {
    union { uint64_t bits; double wide; float narrow[2]; } u;
    switch (z >> 61) {
    case 0:
        u.wide = (int32_t)z;
        return u.bits;
    case 1:
        u.narrow[0] = (int16_t)z;
        u.narrow[1] = (int16_t)(z >> 16);
        return u.bits;
    case 2:
        return edges[z & 31];
    case 3:
        return z & 0x0303030303030303;
    default:
        return z;
    }
}

static void *map(uint64_t at, size_t bytes, int how) {
    return mmap((void *)at, bytes, how, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

/* Starts again with everything at fixed addresses, so that a stray access hits the same. */
static void stand_still(char **arguments) {
    int how = personality(0xffffffff);
    if (how >= 0 && !(how & ADDR_NO_RANDOMIZE) && personality(how | ADDR_NO_RANDOMIZE) >= 0)
        execv("/proc/self/exe", arguments);
}

static uint64_t *data;
static uint8_t *code;
static uint64_t pristine[WORDS];

static void prepare(void) {
    static uint64_t seed, is_made;
    if (!is_made || in.memory_seed != seed) {
        is_made = 1;
        seed = in.memory_seed;
        for (int i = 0; i < WORDS; i++)
            pristine[i] = word(mixed(seed, i));
    }
    memcpy(data, pristine, sizeof pristine);
    memset(code, 0xcc, CODE_BYTES + 32);
    memcpy(code, in.code, in.code_bytes);
    uint8_t *tail = code + in.code_bytes;
    int32_t distance = STUB + (in.bits == 64 ? 0 : 16) - (CODE + in.code_bytes + 5);
    tail[0] = 0xe9;
    memcpy(tail + 1, &distance, 4);
}

static void run(void) {
    prepare();
    memset(&out, 0, sizeof out);
    out.vector = -1;
    cases++;
    is_inside = 1;
    if (in.bits == 64)
        enter();
    else
        enter_32();
    is_inside = 0;
    if (out.vector == -1)
        out.rip = CODE + in.code_bytes;
    out.data_hash = 0;
    if (memcmp(data, pristine, sizeof pristine) != 0)
        for (int i = 0; i < WORDS; i++)
            out.data_hash = (out.data_hash ^ data[i]) * 0x100000001b3UL;
}

int main(int count, char **arguments) {
    static uint8_t stack[65536] __attribute__((aligned(64)));
    stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
    struct sigaction action = {.sa_sigaction = faulted,
                               .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER | SA_RESTART};
    struct itimerval second = {{1, 0}, {1, 0}};
    int signals[] = {SIGSEGV, SIGFPE, SIGILL, SIGTRAP, SIGBUS, SIGALRM};
    (void)count;
    stand_still(arguments);
    code = map(CODE, 4096, PROT_READ | PROT_WRITE | PROT_EXEC);
    data = map(DATA, 8 * WORDS, PROT_READ | PROT_WRITE);
    /* From the stub a 64-bit jump by way of an aligned pointer, and at its offset 16 a far jump to the same place. */
    uint8_t *stub = map(STUB, 4096, PROT_READ | PROT_WRITE | PROT_EXEC);
    void *target = (void *)back;
    memcpy(stub, "\xff\x25\2\0\0\0", 6);
    memcpy(stub + 8, &target, 8);
    memcpy(stub + 16, "\xea\0\0\0\x78\x33\0", 7);
    sigaltstack(&alternate, 0);
    for (unsigned i = 0; i < sizeof signals / sizeof *signals; i++)
        sigaction(signals[i], &action, 0);
    setitimer(ITIMER_REAL, &second, 0);
    while (fread(&in, sizeof in, 1, stdin) == 1) {
        run();
        fwrite(&out, sizeof out, 1, stdout);
        if (in.is_last != 0)
            fflush(stdout);
    }
    return 0;
}
