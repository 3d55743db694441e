/*
 * Asks the real processor what scalar SSE arithmetic gives. Prints one case a line, all but the operation in
 * hexadecimal: operation (16 and above: single precision), MXCSR before, a, b, MXCSR after, result, and the flags or
 * integer that the instruction left in a general register; last the control byte of ROUNDSD.
 *
 * usage: sse CASES [SEED]
 */
#include "float.h"

typedef double vector __attribute__((vector_size(16)));

/* A number of `width` bits near 1, or, two times in five, one of the odd kinds. */
static uint64_t any_number(int width) {
    int fraction_bits = width == 64 ? 52 : 23;
    uint64_t top = width == 64 ? 0x7ff : 0xff, bias = top >> 1, ones = (1ull << fraction_bits) - 1;
    uint64_t fraction = any() & ones, exponent;
    switch (below(6)) {
    case 0: fraction = 0; break;
    case 1: fraction = ones; break;
    case 2: fraction = 1ull << below(fraction_bits); break;
    case 3: fraction &= ~0ull << below(fraction_bits); break;
    }
    switch (below(24)) {
    case 0: case 1: exponent = 0; break;
    case 2: exponent = top; break;
    case 3: exponent = 1 + below(4); break;
    case 4: exponent = top - 1 - below(3); break;
    case 5: exponent = any(); break;
    case 6: exponent = bias / 2 + below(4); break;
    case 7: exponent = bias + fraction_bits - 3 + below(8); break;
    case 8: exponent = bias + 28 + below(8); break;
    case 9: exponent = bias - 130 - below(30); break;
    default: exponent = bias - 8 + below(16);
    }
    return (any() & 1) << (width - 1) | (exponent & top) << fraction_bits | fraction;
}

#define XX(name) __asm__ volatile(name " %1,%0" : "+x"(x) : "x"(y))
#define ROUND(name, n) case n: __asm__ volatile(name " $" #n ",%1,%0" : "+x"(x) : "x"(y)); break
#define ROUNDS(name) \
    switch (control) { \
        ROUND(name, 0); ROUND(name, 1); ROUND(name, 2); ROUND(name, 3); ROUND(name, 4); ROUND(name, 5); \
        ROUND(name, 6); ROUND(name, 7); ROUND(name, 8); ROUND(name, 9); ROUND(name, 10); ROUND(name, 11); \
        ROUND(name, 12); ROUND(name, 13); ROUND(name, 14); ROUND(name, 15); \
    }
#define COMPARE(name) __asm__ volatile(name " %2,%1\n\tpushfq\n\tpop %0" : "=r"(general) : "x"(x), "x"(y) : "cc")
#define FROM_GENERAL(name, value) __asm__ volatile(name " %1,%0" : "+x"(x) : "r"(value))
#define TO_GENERAL(name, to) __asm__ volatile(name " %1,%0" : "=r"(to) : "x"(x))

static void one_case(void) {
    int op = below(32), single = op >= 16, kind = op & 15, control = below(16);
    uint64_t a = any_number(single ? 32 : 64), b = any_number(single ? 32 : 64), general = 0;
    uint32_t half, after;
    uint32_t mxcsr = 0x1f80 | (one_in(2) ? 0 : below(4) << 13) | (one_in(4) ? 0x8000 : 0) | (one_in(4) ? 0x40 : 0) | (one_in(2) ? 0x20 : 0);
    if (kind == 10) a = one_in(2) ? any() >> below(64) : -(any() >> below(64));
    if (kind == 11) a = (int32_t)(one_in(2) ? any() >> below(64) : -(any() >> below(64)));
    union { uint64_t half[2]; vector v; } in_x = {{a, 0}}, in_y = {{b, 0}}, out;
    vector x = in_x.v, y = in_y.v;
    __asm__ volatile("ldmxcsr %0" : : "m"(mxcsr));
    switch (op) {
    case 0: XX("addsd"); break;
    case 1: XX("subsd"); break;
    case 2: XX("mulsd"); break;
    case 3: XX("divsd"); break;
    case 4: XX("sqrtsd"); break;
    case 5: XX("minsd"); break;
    case 6: XX("maxsd"); break;
    case 7: COMPARE("comisd"); break;
    case 8: COMPARE("ucomisd"); break;
    case 9: XX("cvtsd2ss"); break;
    case 10: FROM_GENERAL("cvtsi2sdq", a); break;
    case 11: FROM_GENERAL("cvtsi2sdl", (uint32_t)a); break;
    case 12: TO_GENERAL("cvtsd2siq", general); break;
    case 13: TO_GENERAL("cvttsd2siq", general); break;
    case 14: TO_GENERAL("cvtsd2sil", half); general = (int32_t)half; break;
    case 15: ROUNDS("roundsd"); break;
    case 16: XX("addss"); break;
    case 17: XX("subss"); break;
    case 18: XX("mulss"); break;
    case 19: XX("divss"); break;
    case 20: XX("sqrtss"); break;
    case 21: XX("minss"); break;
    case 22: XX("maxss"); break;
    case 23: COMPARE("comiss"); break;
    case 24: COMPARE("ucomiss"); break;
    case 25: XX("cvtss2sd"); break;
    case 26: FROM_GENERAL("cvtsi2ssq", a); break;
    case 27: FROM_GENERAL("cvtsi2ssl", (uint32_t)a); break;
    case 28: TO_GENERAL("cvtss2siq", general); break;
    case 29: TO_GENERAL("cvttss2siq", general); break;
    case 30: TO_GENERAL("cvtss2sil", half); general = (int32_t)half; break;
    case 31: ROUNDS("roundss"); break;
    }
    __asm__ volatile("stmxcsr %0" : "=m"(after));
    out.v = x;
    if (kind == 7 || kind == 8) general &= 0x45;
    uint64_t result = single != (kind == 9) ? out.half[0] & 0xffffffff : out.half[0];
    printf("%d %x %lx %lx %x %lx %lx %x\n", op, mxcsr, a, b, after, result, general, control);
}

int main(int argc, char **argv) {
    if (argc > 2) seed(argv[2]);
    for (long n = atol(argv[1]); n > 0; n--) one_case();
    return 0;
}
