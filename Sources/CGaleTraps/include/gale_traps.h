// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef GALE_TRAPS_H
#define GALE_TRAPS_H
#include <stddef.h>
#include <stdint.h>

/// Has this process write where it trapped to its standard error before it dies of it: `gale: trap at`, and the places in this very
/// program in hexadecimal digits, the innermost first. To be called by the thread that works. Linux on x86-64 and Arm; elsewhere
/// nothing is written.
void gale_report_traps(void);

/// Where this program lies in memory: what is written are distances from here.
uintptr_t gale_program_base(void);

/// Of the Swift runtime: a name as people read it, to be freed; NULL: it is none of Swift's.
char *swift_demangle(const char *name, size_t length, char *out, size_t *outLength, uint32_t flags);

#endif
