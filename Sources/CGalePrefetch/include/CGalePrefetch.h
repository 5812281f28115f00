// SPDX-License-Identifier: Apache-2.0
// Swift has no way to ask for a cache line ahead of its use; C compilers have.
#ifndef GALE_PREFETCH_H
#define GALE_PREFETCH_H
/// Asks for the cache line at `address`, to be written soon. Reads nothing and never faults.
static inline void gale_prefetch(const void *address) { __builtin_prefetch(address, 1, 3); }
#endif
