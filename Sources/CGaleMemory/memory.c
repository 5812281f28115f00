// SPDX-License-Identifier: GPL-3.0-or-later
#define _GNU_SOURCE
#include "gale_memory.h"
#include <stdint.h>
#include <stdlib.h>
#if defined(__GLIBC__)
#include <malloc.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

void gale_prefer_huge_pages(void) {
    const intptr_t page = 2 << 20;
    // Address space taken at a time, the most that mallopt takes for a threshold; what is not touched costs nothing.
    const int step = 32 << 20;
    enum { steps = 256 };
    void *blocks[steps];
    // Whoever limits the address space wants it for something else.
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur != RLIM_INFINITY) return;
    // Large blocks come from one heap, not from mappings of their own, and that heap does not shrink.
    mallopt(M_MMAP_THRESHOLD, step);
    mallopt(M_TRIM_THRESHOLD, -1);
    intptr_t first = (intptr_t)sbrk(0);
    if (first == -1) return;
    for (int i = 0; i < steps; i++) blocks[i] = malloc(step - 4096);
    for (int i = 0; i < steps; i++) free(blocks[i]);
    intptr_t start = (first + page - 1) & -page, end = (intptr_t)sbrk(0) & -page;
    if (end > start) madvise((void *)start, (size_t)(end - start), MADV_HUGEPAGE);
    mallopt(M_TOP_PAD, 64 << 20);
}
#else
void gale_prefer_huge_pages(void) {}
#endif
