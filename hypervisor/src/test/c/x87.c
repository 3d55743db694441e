/*
 * Asks the real processor what x87 arithmetic gives. Prints one case a line, all but the operation in hexadecimal:
 * operation, control word, a, b (head and significand each), status word, result (head, significand), integer result.
 *
 * usage: x87 CASES [SEED]
 */
#include "float.h"

struct __attribute__((packed)) extended {
    uint64_t significand;
    uint16_t head;
};

static uint64_t any_significand(void) {
    const uint64_t top = 1ull << 63;
    uint64_t r = any();
    switch (below(8)) {
    case 0: return top;
    case 1: return ~0ull;
    case 2: return top | 1ull << r % 64;
    case 3: return top | (r & ~0x7ffull) | (one_in(3) ? 0x400 : 0);
    case 4: return top | ~0ull << r % 64;
    case 5: return top | (r & ~0ull << below(64));
    default: return top | r;
    }
}

/* A number with an exponent within `spread` of 1, or, one time in three, one of the odd kinds. */
static struct extended any_extended(int spread) {
    struct extended x = {any_significand(), 0};
    unsigned exponent;
    switch (below(36)) {
    case 0: exponent = 0; x.significand = 0; break;
    case 1: exponent = 0; x.significand = any() >> below(64); break;
    case 2: exponent = 0x7fff; x.significand = 1ull << 63; break;
    case 3: exponent = 0x7fff; break;
    case 4: exponent = any() & 0x7fff; x.significand &= ~(1ull << 63); break;
    case 5: exponent = 1 + below(70); break;
    case 6: exponent = 0x7ffe - below(70); break;
    case 7: exponent = any() & 0x7fff; break;
    case 8: exponent = 16383 - 1022 - below(60); break;
    case 9: exponent = 16383 + 1023 + below(3); break;
    case 10: exponent = 16383 - 126 - below(30); break;
    case 11: exponent = 16383 + 127 + below(2); break;
    default: exponent = 16383 - spread / 2 + below(spread);
    }
    x.head = exponent | (any() & 1) << 15;
    return x;
}

#define POP_RESULT "fnstsw %1\n\tfstpt %0"
#define BINARY(instruction) \
    __asm__ volatile("fldt %3\n\tfldt %2\n\tfnclex\n\t" instruction "\n\t" POP_RESULT "\n\tfstp %%st(0)" \
                     : "=m"(r), "=m"(sw) : "m"(a), "m"(b))
#define UNARY(instruction) \
    __asm__ volatile("fldt %2\n\tfnclex\n\t" instruction "\n\t" POP_RESULT : "=m"(r), "=m"(sw) : "m"(a))
#define COMPARE(instruction) \
    __asm__ volatile("fldt %2\n\tfldt %1\n\tfnclex\n\t" instruction "\n\tfnstsw %0" : "=m"(sw) : "m"(a), "m"(b))
#define LOAD(instruction, from) \
    __asm__ volatile("fnclex\n\t" instruction " %2\n\t" POP_RESULT : "=m"(r), "=m"(sw) : "m"(from))
#define STORE(instruction, to) \
    __asm__ volatile("fldt %2\n\tfnclex\n\t" instruction " %0\n\tfnstsw %1" : "=m"(to), "=m"(sw) : "m"(a))

static void one_case(void) {
    int op = below(17);
    const uint16_t precisions[] = {0x000, 0x200, 0x300};
    uint16_t cw = one_in(2) ? 0x37f : 0x3f | below(4) << 10 | precisions[below(3)];
    struct extended a = any_extended(op >= 12 ? 80 : 140);
    struct extended b = any_extended(op == 6 ? 20 : 140);
    struct extended r = {0, 0};
    uint16_t sw = 0;
    int64_t whole = 0;
    if (op == 10) a = (struct extended){any() & (one_in(4) ? 0x807fffff : 0xffffffff) | (one_in(4) ? 0x7f800000 : 0), 0};
    if (op == 11) a = (struct extended){any() & (one_in(4) ? 0x800fffffffffffff : ~0ull) | (one_in(4) ? 0x7ffull << 52 : 0), 0};
    __asm__ volatile("fninit\n\tfldcw %0" : : "m"(cw));
    switch (op) {
    case 0: BINARY("fadd %%st(1),%%st"); break;
    case 1: BINARY("fsub %%st(1),%%st"); break;
    case 2: BINARY("fmul %%st(1),%%st"); break;
    case 3: BINARY("fdiv %%st(1),%%st"); break;
    case 4: UNARY("fsqrt"); break;
    case 5: UNARY("frndint"); break;
    case 6: BINARY("fscale"); break;
    case 7: COMPARE("fcompp"); break;
    case 8: COMPARE("fucompp"); break;
    case 9: LOAD("fildll", a.significand); break;
    case 10: LOAD("flds", a.significand); break;
    case 11: LOAD("fldl", a.significand); break;
    case 12: { int16_t to; STORE("fistps", to); whole = to; break; }
    case 13: { int32_t to; STORE("fistpl", to); whole = to; break; }
    case 14: { int64_t to; STORE("fistpll", to); whole = to; break; }
    case 15: { uint32_t to; STORE("fstps", to); whole = to; break; }
    case 16: { uint64_t to; STORE("fstpl", to); whole = to; break; }
    }
    printf("%d %x %x %lx %x %lx %x %x %lx %lx\n", op, cw, a.head, a.significand, b.head, b.significand, sw, r.head,
           r.significand, whole);
}

int main(int argc, char **argv) {
    if (argc > 2) seed(argv[2]);
    for (long n = atol(argv[1]); n > 0; n--) one_case();
    return 0;
}
