// SPDX-License-Identifier: GPL-3.0-or-later
//
// The baseline of the retry pipeline: what Sources/GaleExperiments/Benchmarks/RetryModel.swift does, with a heap. Prints million
// jobs per second of processor time, quantiles of the latency in seconds, attempts a job and dead letters.
//
//     gcc -O3 -march=x86-64 retry.c -lm -o retry && ./retry JOBS
#include "draws.h"
#include "heap.h"

enum { arrival, completion, retry };

typedef struct {
    uint64_t number;
    int64_t arrived;
    uint64_t attempts;
} job;

static distribution between, service;
static job *jobs;
static uint32_t *line, *freeSlots;
static size_t mask = 1023, slots, freeCount;
static uint64_t sequence, limit, arrived, attempts, delivered, deadLettered, head, tail;
static int idleWorkers = 50;

// A histogram with 256 buckets an octave.
static uint64_t buckets[56 * 256 + 256], recorded;
static __int128 recordedSum;

static inline void record(int64_t value) {
    uint64_t v = (uint64_t)value;
    int shift = 63 - __builtin_clzll(v | 511) - 8;
    buckets[(size_t)shift * 256 + (v >> shift)]++;
    recorded++;
    recordedSum += value;
}

static double quantile(double q) {
    uint64_t rank = (uint64_t)ceil(q * (double)recorded), seen = 0;
    for (size_t i = 0;; i++) {
        seen += buckets[i];
        if (seen >= rank) {
            int shift = i < 512 ? 0 : (int)(i / 256) - 1;
            return 1e-9 * (double)((i - (size_t)shift * 256) << shift);
        }
    }
}

static inline void scheduleArrival(int64_t now) {
    insert((event){now + sample(&between, uniform(4, 102, arrived, 0)), sequence++, 0, arrival, 0});
}

static inline void begin(uint32_t slot, int64_t now) {
    job *j = &jobs[slot];
    j->attempts++;
    attempts++;
    insert((event){now + sample(&service, uniform(9, 102, j->number, j->attempts)), sequence++, 0, completion, slot});
}

static void growLine(void) {
    uint32_t *larger = malloc(2 * (mask + 1) * sizeof *larger);
    for (uint64_t i = head; i < tail; i++) larger[i & (2 * mask + 1)] = line[i & mask];
    free(line);
    line = larger;
    mask = 2 * mask + 1;
}

static inline void offer(uint32_t slot, int64_t now) {
    if (idleWorkers > 0) {
        idleWorkers--;
        begin(slot, now);
    } else {
        if (tail - head > mask) growLine();
        line[tail++ & mask] = slot;
    }
}

static inline void complete(uint32_t slot, int64_t now) {
    job *j = &jobs[slot];
    if (below(uniform(3, 102, j->number, j->attempts), 1000000) >= 50000) {
        delivered++;
        record(now - j->arrived);
        freeSlots[freeCount++] = slot;
    } else if (j->attempts == 5) {
        deadLettered++;
        freeSlots[freeCount++] = slot;
    } else {
        uint64_t ceiling = 1000000000ull << (j->attempts - 1);
        if (ceiling > 60000000000) ceiling = 60000000000;
        int64_t delay = (int64_t)below(uniform(5, 102, j->number, j->attempts), ceiling);
        insert((event){now + delay, sequence++, 0, retry, slot});
    }
    if (head == tail) {
        idleWorkers++;
    } else {
        begin(line[head++ & mask], now);
    }
}

static double lognormalLower(double tail) { return exp(0.5 * normalQuantile(tail)); }
static double lognormalUpper(double tail) { return exp(-0.5 * normalQuantile(tail)); }

int main(int argc, char **argv) {
    limit = argc > 1 ? strtoull(argv[1], 0, 10) : 2000000;
    // At 95 % utilisation no more are ever under way; it is checked.
    size_t most = 1 << 20;
    seed(1);
    between = tabulate(exponentialLower, exponentialUpper, 500000);
    service = tabulate(lognormalLower, lognormalUpper, 20e6);
    makeHeap(most + 64);
    line = malloc((mask + 1) * sizeof *line);
    jobs = hugePages(most * sizeof *jobs);
    freeSlots = hugePages(most * sizeof *freeSlots);
    scheduleArrival(0);
    double start = processorSeconds();
    while (count > 0) {
        event e = removeFirst();
        switch (e.kind) {
        case arrival: {
            uint64_t number = arrived++;
            if (arrived < limit) scheduleArrival(e.time);
            if (freeCount == 0 && slots == most) return 1;
            uint32_t slot = freeCount > 0 ? freeSlots[--freeCount] : (uint32_t)slots++;
            jobs[slot] = (job){number, e.time, 0};
            offer(slot, e.time);
            break;
        }
        case completion: complete((uint32_t)e.payload, e.time); break;
        default: offer((uint32_t)e.payload, e.time);
        }
    }
    double seconds = processorSeconds() - start;
    uint64_t settled = delivered + deadLettered;
    printf("%.4f p50=%.6f p99=%.6f attempts=%.6f deadLettered=%llu\n", 1e-6 * (double)settled / seconds, quantile(0.5),
           quantile(0.99), (double)attempts / (double)settled, (unsigned long long)deadLettered);
}
