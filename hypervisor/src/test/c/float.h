/* What the programs here share: a random stream and a way to favour the numbers at which floating point goes wrong. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static uint64_t state = 0x9e3779b97f4a7c15ull;

static uint64_t any(void) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state * 0x2545f4914f6cdd1dull;
}

static uint64_t below(uint64_t limit) { return any() % limit; }

static int one_in(uint64_t n) { return below(n) == 0; }

static void seed(const char *text) { state ^= strtoull(text, 0, 0) * 0x123456789abcdefull; }
