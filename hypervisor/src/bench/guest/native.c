/* The same workloads as an ordinary program: what the real processor needs for them. usage: native NAME ROUNDS TIMES; says
 * each time how many seconds of processor time have gone by since the first began, and the checksum. */
#define _GNU_SOURCE
#include "workloads.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

int main(int argc, char **argv) {
    if (argc < 4) return 2;
    scratch = mmap(0, SCRATCH_BYTES, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    for (const struct workload *w = plain_workloads; w->name; w++) {
        if (strcmp(w->name, argv[1])) continue;
        struct timespec from, to;
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
        for (uint64_t times = strtoull(argv[3], 0, 0); times > 0; times--) {
            uint64_t sum = w->run(strtoull(argv[2], 0, 0));
            clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
            printf("%.6f %016lx\n", to.tv_sec - from.tv_sec + (to.tv_nsec - from.tv_nsec) / 1e9, sum);
            fflush(stdout);
        }
        return 0;
    }
    return 1;
}
