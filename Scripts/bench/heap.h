// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the baselines in C have in common: events of 32 bytes in a 4-ary heap with a hole sift, and a clock.
//
// A child is chosen by comparing keys of 128 bits, which gcc compiles without a branch: faster while the heap is in the
// cache. With -DBRANCHES it is chosen as one writes it at first, by comparing time, then sequence: faster beyond, as a
// predicted branch fetches the next level early. An honest comparison takes the faster one at each size.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

typedef struct {
    int64_t time;
    uint64_t sequence;
    uint32_t target, kind;
    uint64_t payload;
} event;

static event *heap;
static size_t count;

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

// Gale asks the system for huge pages: so do the baselines.
static void *hugePages(size_t bytes) {
    size_t page = 2 << 20, size = (bytes + page - 1) / page * page;
    void *memory = aligned_alloc(page, size);
    if (!memory) abort();
    madvise(memory, size, MADV_HUGEPAGE);
    return memory;
}

// Placed so that the four children of a node share two adjacent cache lines.
static void makeHeap(size_t most) { heap = (event *)hugePages((most + 8) * sizeof(event)) + 3; }

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

// Processor time of the thread, in seconds.
static double processorSeconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}
