// SPDX-License-Identifier: GPL-3.0-or-later
//
// The baseline of the hold model: a 4-ary heap with a hole sift, 32-byte events, the generator of
// Sources/GaleExperiments/Benchmarks/HoldModel.swift. Prints million events per second.
//
//     gcc -O3 -march=x86-64 hold.c -lm -o hold && ./hold PENDING EVENTS
//
// A child is chosen by comparing keys of 128 bits, which gcc compiles without a branch: faster while the heap is in the
// cache. With -DBRANCHES it is chosen as one writes it at first, by comparing time, then sequence: faster beyond, as a
// predicted branch fetches the next level early. An honest comparison takes the faster one at each size.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

typedef struct {
    int64_t time;
    uint64_t sequence;
    uint32_t target, kind;
    uint64_t payload;
} event;

static event *heap;
static size_t count;
static uint64_t state = 1;

#ifdef BRANCHES
static inline int less(const event *a, const event *b) {
    return a->time < b->time || (a->time == b->time && a->sequence < b->sequence);
}
#else
static inline int less(const event *a, const event *b) {
    unsigned __int128 x = (unsigned __int128)(uint64_t)a->time << 64 | a->sequence;
    unsigned __int128 y = (unsigned __int128)(uint64_t)b->time << 64 | b->sequence;
    return x < y;
}
#endif

static inline void insert(event e) {
    size_t hole = count++;
    while (hole > 0) {
        size_t parent = (hole - 1) / 4;
        if (!less(&e, &heap[parent])) break;
        heap[hole] = heap[parent];
        hole = parent;
    }
    heap[hole] = e;
}

static inline event removeFirst(void) {
    event first = heap[0], last = heap[--count];
    size_t hole = 0;
    for (;;) {
        size_t child = 4 * hole + 1, least = child;
        if (child >= count) break;
        if (child + 4 <= count) {
            size_t a = less(&heap[child + 1], &heap[child]) ? child + 1 : child;
            size_t b = less(&heap[child + 3], &heap[child + 2]) ? child + 3 : child + 2;
            least = less(&heap[b], &heap[a]) ? b : a;
        } else {
            for (size_t other = child + 1; other < count; other++)
                if (less(&heap[other], &heap[least])) least = other;
        }
        if (!less(&heap[least], &last)) break;
        heap[hole] = heap[least];
        hole = least;
    }
    heap[hole] = last;
    return first;
}

// SplitMix64, and an exponential delay of mean 1 s by inversion.
static inline int64_t delay(void) {
    uint64_t z = (state += 0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    z ^= z >> 31;
    return (int64_t)(-1e9 * log(((double)(z >> 11) + 0.5) * 0x1p-53));
}

int main(int argc, char **argv) {
    size_t pending = argc > 1 ? strtoull(argv[1], 0, 10) : 1000;
    uint64_t events = argc > 2 ? strtoull(argv[2], 0, 10) : 10000000, sequence = 0, sum = 0;
    // Placed so that the four children of a node share two adjacent cache lines.
    heap = (event *)aligned_alloc(128, (pending + 8) / 4 * 128 + 128) + 3;
    for (size_t i = 0; i < pending; i++) insert((event){delay(), sequence++, 0, 0, i});
    // The first turn brings the queue into its stationary state; it isn't timed.
    for (uint64_t i = 0, turn = pending; i < turn + events; i++) {
        static struct timespec start;
        if (i == turn) clock_gettime(CLOCK_MONOTONIC, &start);
        event e = removeFirst();
        sum += e.payload;
        insert((event){e.time + delay(), sequence++, 0, 0, e.payload});
        if (i + 1 == turn + events) {
            struct timespec end;
            clock_gettime(CLOCK_MONOTONIC, &end);
            double seconds = (double)(end.tv_sec - start.tv_sec) + 1e-9 * (double)(end.tv_nsec - start.tv_nsec);
            printf("%.3f\n", 1e-6 * (double)events / seconds);
        }
    }
    return sum == 42;
}
