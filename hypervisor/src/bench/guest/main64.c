/*
 * Runs one workload on the bare machine: the command line names it and says how many rounds, and how often so many (once
 * where that is missing), as in "sieve 20 7". Writes "begin", then "end CHECKSUM" each time, to the first serial port, so
 * that whoever reads it there can take the time between; then powers off through QEMU's debug exit, which our machine has
 * too.
 */
#include "workloads.h"

struct hvm_start_info {
    uint32_t magic, version, flags, modules;
    uint64_t modules_at, command_line_at;
};

struct gate { uint16_t low, selector, type, middle; uint32_t high, zero; };

extern struct gate idt[256];
extern uint8_t tss[], tss_descriptor[], level4_a[], level4_b[];
extern void skip_two(void), syscall_entry(void), from_ring3(void);
extern uint64_t in_ring3(uint64_t rounds);

static void out(uint16_t port, uint8_t value) { __asm__ volatile("outb %0,%1" : : "a"(value), "d"(port)); }

static void write_msr(uint32_t number, uint64_t value) {
    __asm__ volatile("wrmsr" : : "c"(number), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)));
}

static void print(const char *text) {
    while (*text) out(0x3f8, *text++);
}

static void print_hex(uint64_t value) {
    for (int shift = 60; shift >= 0; shift -= 4) out(0x3f8, "0123456789abcdef"[value >> shift & 15]);
}

static void set_gate(int vector, void *handler, int privilege) {
    uint64_t at = (uint64_t)handler;
    idt[vector] = (struct gate){at, 0x08, 0x8e00 | privilege << 13, at >> 16, at >> 32, 0};
}

/* Traps: an undefined instruction of two bytes, whose handler steps over it. */
static uint64_t traps(uint64_t rounds) {
    for (uint64_t r = 0; r < rounds * 1000; r++) __asm__ volatile("ud2" : : : "memory");
    return rounds;
}

/* System calls from ring 3. */
static uint64_t syscalls(uint64_t rounds) { return in_ring3(rounds * 1000); }

/* Switches between two page tables and touches 16 pages after each. */
static uint64_t table_switches(uint64_t rounds) {
    volatile uint8_t *page = scratch;
    uint64_t sum = 0;
    for (uint64_t r = 0; r < rounds * 1000; r++) {
        __asm__ volatile("mov %0,%%cr3" : : "r"(r & 1 ? level4_b : level4_a) : "memory");
        for (int i = 0; i < 16; i++) sum += page[i * 4096];
    }
    return sum + rounds;
}

static const struct workload privileged_workloads[] = {
    {"traps", traps}, {"syscalls", syscalls}, {"cr3", table_switches}, {0, 0},
};

static int same_word(const char *line, const char *name) {
    while (*name && *line == *name) line++, name++;
    return !*name && (*line == ' ' || !*line);
}

/* The number behind the word at *line, 0 where there is none; goes on to it. */
static uint64_t next_number(const char **line) {
    uint64_t number = 0;
    while (**line && **line != ' ') ++*line;
    while (**line == ' ') ++*line;
    for (const char *at = *line; *at >= '0' && *at <= '9'; at++) number = number * 10 + *at - '0';
    return number;
}

static void run(const struct workload *from, const char *line) {
    for (; from->name; from++) {
        if (!same_word(line, from->name)) continue;
        uint64_t rounds = next_number(&line), times = next_number(&line);
        print("begin\n");
        do {
            uint64_t sum = from->run(rounds);
            print("end ");
            print_hex(sum);
            print("\n");
        } while (times-- > 1);
        return;
    }
}

void main64(struct hvm_start_info *info) {
    uint64_t tss_at = (uint64_t)tss;
    *(uint64_t *)tss_descriptor = 127 | (tss_at & 0xffffff) << 16 | 0x89ull << 40 | (tss_at >> 24 & 0xff) << 56;
    *(uint64_t *)(tss_descriptor + 8) = tss_at >> 32;
    __asm__ volatile("ltr %w0" : : "r"(0x30));
    __asm__ volatile("lidt idt_pointer");
    set_gate(6, skip_two, 0);
    set_gate(0x81, from_ring3, 3);
    write_msr(0xc0000081, 0x1bull << 48 | 0x08ull << 32);
    write_msr(0xc0000082, (uint64_t)syscall_entry);
    write_msr(0xc0000084, 0x200);
    scratch = (uint8_t *)(64ull << 20);
    const char *line = (const char *)info->command_line_at;
    run(plain_workloads, line);
    run(privileged_workloads, line);
    out(0xf4, 0);
}
