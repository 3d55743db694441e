/* text.c: what a C library would bring. */
#include "guest.h"

/* The compiler calls these two by itself, for copies and for clearing. */
void *memcpy(void *to, const void *from, u64 bytes)
{
    void *result = to;
    asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(bytes) : : "memory");
    return result;
}

void *memset(void *to, int value, u64 bytes)
{
    void *result = to;
    asm volatile("rep stosb" : "+D"(to), "+c"(bytes) : "a"(value) : "memory");
    return result;
}

u32 text_length(const char *text)
{
    u32 length = 0;
    while (text[length] != 0)
        length++;
    return length;
}

int text_same(const char *left, const char *right)
{
    while (*left != 0 && *left == *right) {
        left++;
        right++;
    }
    return *left == *right;
}

/* The decimal number that `text` is, or -1. */
s64 text_number(const char *text)
{
    s64 number = 0;
    if (*text == 0)
        return -1;
    for (; *text != 0; text++) {
        if (*text < '0' || *text > '9' || number > 1000000)
            return -1;
        number = 10 * number + (*text - '0');
    }
    return number;
}
