/* The workloads of the benchmark. Each does its work `rounds` times and returns a checksum, so that no run can cheat. */
#ifndef WORKLOADS_H
#define WORKLOADS_H

#include <stddef.h>
#include <stdint.h>

typedef uint64_t workload_fn(uint64_t rounds);

struct workload {
    const char *name;
    workload_fn *run;
};

/* Ends with a null name. These need nothing of the processor but user instructions. */
extern const struct workload plain_workloads[];

/* Scratch memory that whoever runs the workloads lends: 128 MiB, aligned to 2 MiB. */
#define SCRATCH_BYTES (128ull << 20)
extern uint8_t *scratch;

#endif
