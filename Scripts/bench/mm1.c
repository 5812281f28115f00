// SPDX-License-Identifier: GPL-3.0-or-later
//
// The baseline of M/M/1: what Sources/GaleExperiments/Benchmarks/SingleServerModel.swift does, with a heap. Prints million
// customers per second of processor time, the mean sojourn time and how far the simulated clock got.
//
//     gcc -O3 -march=x86-64 mm1.c -lm -o mm1 && ./mm1 CUSTOMERS
#include "draws.h"
#include "heap.h"

enum { arrival, departure };

static distribution between, service;
static int64_t *line, sojourns;
static size_t mask = 1023;
static uint64_t sequence, customers, arrived, served, head, tail;

static inline void scheduleArrival(int64_t now) {
    insert((event){now + sample(&between, uniform(4, 101, arrived, 0)), sequence++, 0, arrival, 0});
}

static inline void scheduleDeparture(int64_t now) {
    insert((event){now + sample(&service, uniform(9, 101, served, 0)), sequence++, 0, departure, 0});
}

static void growLine(void) {
    int64_t *larger = malloc(2 * (mask + 1) * sizeof *larger);
    for (uint64_t i = head; i < tail; i++) larger[i & (2 * mask + 1)] = line[i & mask];
    free(line);
    line = larger;
    mask = 2 * mask + 1;
}

int main(int argc, char **argv) {
    customers = argc > 1 ? strtoull(argv[1], 0, 10) : 10000000;
    seed(1);
    between = tabulate(exponentialLower, exponentialUpper, 1e6);
    service = tabulate(exponentialLower, exponentialUpper, 0.9e6);
    makeHeap(1024);
    line = malloc((mask + 1) * sizeof *line);
    scheduleArrival(0);
    int64_t now = 0;
    double start = processorSeconds();
    while (count > 0) {
        event e = removeFirst();
        now = e.time;
        if (e.kind == arrival) {
            arrived++;
            if (arrived < customers) scheduleArrival(now);
            if (tail - head > mask) growLine();
            line[tail++ & mask] = now;
            if (tail - head == 1) scheduleDeparture(now);
        } else {
            served++;
            sojourns += now - line[head++ & mask];
            if (head != tail) scheduleDeparture(now);
        }
    }
    double seconds = processorSeconds() - start;
    printf("%.4f sojourn=%.9f seconds=%.6f\n", 1e-6 * (double)served / seconds, 1e-9 * (double)sojourns / (double)served,
           1e-9 * (double)now);
}
