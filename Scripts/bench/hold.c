// SPDX-License-Identifier: GPL-3.0-or-later
//
// The baseline of the hold model: the generator of Sources/GaleExperiments/Benchmarks/HoldModel.swift, a heap. Prints million
// events per second of processor time, and how far the simulated clock got.
//
//     gcc -O3 -march=x86-64 hold.c -lm -o hold && ./hold EVENTS PENDING
#include "heap.h"
#include <math.h>

static uint64_t state = 1;

// SplitMix64, and an exponential delay of mean 1 s by inversion.
static inline int64_t delay(void) {
    uint64_t z = (state += 0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    z ^= z >> 31;
    return (int64_t)(-1e9 * log(((double)(z >> 11) + 0.5) * 0x1p-53));
}

static uint64_t sequence, sum;
static int64_t last;

static void hold(uint64_t events) {
    for (uint64_t i = 0; i < events; i++) {
        event e = removeFirst();
        sum += e.payload;
        last = e.time;
        insert((event){e.time + delay(), sequence++, 0, 0, e.payload});
    }
}

int main(int argc, char **argv) {
    uint64_t events = argc > 1 ? strtoull(argv[1], 0, 10) : 10000000;
    size_t pending = argc > 2 ? strtoull(argv[2], 0, 10) : 1000;
    makeHeap(pending);
    for (size_t i = 0; i < pending; i++) insert((event){delay(), sequence++, 0, 0, i});
    // The first turn brings the queue into its stationary state; it isn't timed.
    hold(pending);
    double start = processorSeconds();
    hold(events);
    double seconds = processorSeconds() - start;
    printf("%.4f seconds=%.6f\n", 1e-6 * (double)events / seconds, 1e-9 * (double)last);
    return sum == 42;
}
