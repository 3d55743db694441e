#include "workloads.h"

uint8_t *scratch;

/* Primes below one million, Eratosthenes' way: loads, stores, branches that are easy to predict. */
static uint64_t sieve(uint64_t rounds) {
    enum { LIMIT = 1000000 };
    uint64_t count = 0;
    while (rounds--) {
        for (int i = 0; i < LIMIT; i++) scratch[i] = 1;
        for (int i = 2; i * i < LIMIT; i++) {
            if (!scratch[i]) continue;
            for (int j = i * i; j < LIMIT; j += i) scratch[j] = 0;
        }
        for (int i = 2; i < LIMIT; i++) count += scratch[i];
    }
    return count;
}

/* Copies 16 MiB over a distance of 32 MiB, eight bytes at a time: both sides share their place in a direct-mapped TLB. */
static uint64_t copy_loop(uint64_t rounds) {
    volatile uint64_t *from = (uint64_t *)scratch, *to = (uint64_t *)(scratch + (32u << 20));
    from[1] = 42;
    while (rounds--) {
        for (size_t i = 0; i < (16u << 20) / 8; i++) to[i] = from[i];
    }
    return to[1];
}

/* The same distance with the processor's own string instruction. */
static uint64_t copy_rep(uint64_t rounds) {
    scratch[8] = 42;
    while (rounds--) {
        void *from = scratch, *to = scratch + (32u << 20);
        size_t count = (16u << 20) / 8;
        __asm__ volatile("rep movsq" : "+S"(from), "+D"(to), "+c"(count) : : "memory");
    }
    return scratch[(32u << 20) + 8];
}

// tag::show-stride[]
/* One load in each page of 64 MiB: the TLB misses every time. */
static uint64_t stride(uint64_t rounds) {
    volatile uint8_t *page = scratch;
    uint64_t sum = 0;
    while (rounds--) {
        for (size_t i = 0; i < (64u << 20); i += 4096) sum += page[i];
    }
    return sum + 1;
}
// end::show-stride[]

/* Loads and stores of all widths within 16 KiB. */
static uint64_t small_memory(uint64_t rounds) {
    volatile uint64_t *wide = (uint64_t *)scratch;
    volatile uint32_t *half = (uint32_t *)scratch;
    volatile uint16_t *quarter = (uint16_t *)scratch;
    volatile uint8_t *byte = scratch;
    for (int i = 0; i < 2048; i++) wide[i] = i;
    for (uint64_t r = 0; r < rounds * 1000; r++) {
        for (int i = 0; i < 64; i++) {
            wide[i + 64] += wide[i];
            half[i + 1024] ^= half[i] + r;
            quarter[i + 4096] = quarter[i + 1] + 3;
            byte[i + 12288] -= byte[i + 7];
        }
    }
    return wide[100] + half[1030] + quarter[4100] + byte[12290];
}

static __attribute__((noinline)) uint64_t fibonacci(uint64_t n) {
    return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

/* Calls and returns. */
static uint64_t calls(uint64_t rounds) {
    uint64_t sum = 0;
    while (rounds--) sum += fibonacci(24);
    return sum;
}

/* List walking, a small matrix, a state machine and a checksum: a little of everything, as CoreMark does it. */
static uint16_t checksum(uint16_t sum, uint16_t value) {
    for (int i = 0; i < 16; i++) {
        int carry = (sum ^ value) & 1;
        sum = sum >> 1 ^ (carry ? 0xa001 : 0);
        value >>= 1;
    }
    return sum;
}

static uint64_t mix(uint64_t rounds) {
    struct node { struct node *next; int16_t key, value; } *nodes = (struct node *)scratch;
    int32_t (*a)[12] = (void *)(scratch + 8192), (*b)[12] = (void *)(scratch + 12288);
    static const char text[] = "0x1f,-7,3.25e4,+12,T0.3,99,-.5E-2,0xbad,";
    uint16_t sum = 0;
    for (uint64_t r = 0; r < rounds * 100; r++) {
        for (int i = 0; i < 128; i++) {
            int to = (i * 37 + 11) & 127;
            nodes[i] = (struct node){&nodes[to], i ^ r, to};
        }
        struct node *at = nodes;
        for (int i = 0; i < 256; i++, at = at->next) if (at->key & 4) sum += at->value;
        for (int i = 0; i < 12; i++) for (int j = 0; j < 12; j++) a[i][j] = i * j + r;
        for (int i = 0; i < 12; i++) {
            for (int j = 0; j < 12; j++) {
                int32_t cell = 0;
                for (int k = 0; k < 12; k++) cell += a[i][k] * a[k][j];
                b[i][j] = cell;
            }
        }
        int kind = 0;
        for (const char *c = text; *c; c++) {
            switch (kind) {
            case 0: kind = *c == '0' ? 1 : *c == '-' || *c == '+' ? 2 : *c >= '0' && *c <= '9' ? 3 : 4; break;
            case 1: kind = *c == 'x' ? 5 : *c == ',' ? 0 : 3; break;
            case 2: case 3: kind = *c == ',' ? 0 : *c == '.' ? 6 : 3; break;
            case 6: kind = *c == 'e' || *c == 'E' ? 7 : *c == ',' ? 0 : 6; break;
            default: kind = *c == ',' ? 0 : kind;
            }
            sum = checksum(sum, kind);
        }
        sum = checksum(sum, b[r % 12][3]);
    }
    return sum;
}

/* A bytecode interpreter: an indirect branch for every few instructions. */
static uint64_t bytecode(uint64_t rounds) {
    enum { PUSH, ADD, DUP, SUB, JNZ, SWAP, MUL, END };
    static const uint8_t program[] = {PUSH, 0, PUSH, 200, SWAP, PUSH, 3, ADD, PUSH, 5, MUL, SWAP, PUSH, 1, SUB, DUP, JNZ, 4, END};
    uint64_t sum = 0;
    for (uint64_t r = 0; r < rounds * 100; r++) {
        uint64_t stack[8], *top = stack;
        const uint8_t *at = program;
        for (;;) {
            switch (*at++) {
            case PUSH: *top++ = *at++; continue;
            case ADD: top--; top[-1] += *top; continue;
            case SUB: top--; top[-1] -= *top; continue;
            case MUL: top--; top[-1] *= *top; continue;
            case DUP: *top = top[-1]; top++; continue;
            case SWAP: { uint64_t t = top[-1]; top[-1] = top[-2]; top[-2] = t; continue; }
            case JNZ: if (*--top) { at = program + *at; } else { at++; } if (top[-1] | 1) continue;
            }
            break;
        }
        sum += top[-1] + (top - stack);
    }
    return sum;
}

/* Patches the constant in a function and calls it. */
static uint64_t self_modifying(uint64_t rounds) {
    volatile uint8_t *code = scratch + (100u << 20);
    const uint8_t load_and_return[] = {0xb8, 0, 0, 0, 0, 0xc3};
    uint64_t sum = 0;
    for (int i = 0; i < 6; i++) code[i] = load_and_return[i];
    for (uint64_t r = 0; r < rounds * 1000; r++) {
        code[1] = r;
        sum += ((uint32_t (*)(void))code)();
    }
    return sum;
}

/* Writes sixteen small functions into a page and calls each 4,000 times, then on to the next page: more code than any
 * translator keeps. */
static uint64_t many_functions(uint64_t rounds) {
    enum { PAGES = 2048, FUNCTIONS = 16, CALLS = 4000, BYTES = 4096 / FUNCTIONS };
    static const uint8_t add_and_return[] = {0x8d, 0x87, 0, 0, 0, 0, 0xc3};
    uint64_t sum = 0;
    for (uint64_t r = 0; r < rounds; r++) {
        volatile uint8_t *page = scratch + (64u << 20) + (r % PAGES) * 4096;
        for (int f = 0; f < FUNCTIONS; f++) {
            for (int i = 0; i < 7; i++) page[f * BYTES + i] = add_and_return[i];
            page[f * BYTES + 2] = r + f;
        }
        for (int f = 0; f < FUNCTIONS; f++) {
            for (uint32_t i = 0; i < CALLS; i++) sum += ((uint32_t (*)(uint32_t))(page + f * BYTES))(i);
        }
    }
    return sum;
}

const struct workload plain_workloads[] = {
    {"sieve", sieve}, {"memcpy", copy_loop}, {"memcpy-rep", copy_rep}, {"stride", stride},
    {"small-memory", small_memory}, {"calls", calls}, {"mix", mix}, {"bytecode", bytecode},
    {"self-modifying", self_modifying}, {"many-functions", many_functions}, {0, 0},
};
