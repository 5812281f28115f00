// SPDX-License-Identifier: GPL-3.0-or-later
#define _GNU_SOURCE
#include "gale_traps.h"
#if defined(__linux__) && (defined(__x86_64__) || defined(__aarch64__))
#include <link.h>
#include <signal.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

enum { frames = 24, deepest = 8 << 20 };
static const char mark[] = "gale: trap at";
// A stack of its own: the worker's may be what it has run out of.
static char stack[64 << 10] __attribute__((aligned(16)));
static uintptr_t base, top;
static volatile sig_atomic_t told;

static int first(struct dl_phdr_info *info, size_t size, void *found) {
    (void)size;
    *(uintptr_t *)found = info->dlpi_addr;
    return 1;
}

uintptr_t gale_program_base(void) {
    uintptr_t found = 0;
    dl_iterate_phdr(first, &found);
    return found;
}

static char *append(char *end, uintptr_t place) {
    int shift = 60;
    *end++ = ' ';
    while (shift > 0 && !(place >> shift)) shift -= 4;
    for (; shift >= 0; shift -= 4) *end++ = "0123456789abcdef"[place >> shift & 15];
    return end;
}

// Only what is safe in a signal handler: no allocation, no lock.
static void trapped(int number, siginfo_t *info, void *context) {
    // Sent from outside, or none of those that trap again: the default action, which is back, ends the process.
    if (info->si_code <= 0 || number == SIGTRAP) raise(number);
    // One that this handler itself runs into says nothing of the first.
    if (told) return;
    told = 1;
    const mcontext_t *machine = &((const ucontext_t *)context)->uc_mcontext;
#if defined(__x86_64__)
    uintptr_t place = (uintptr_t)machine->gregs[REG_RIP], bottom = (uintptr_t)machine->gregs[REG_RSP];
    uintptr_t frame = (uintptr_t)machine->gregs[REG_RBP];
#else
    uintptr_t place = machine->pc, bottom = machine->sp, frame = machine->regs[29];
#endif
    char line[sizeof mark + 17 * frames + 1], *end = line + sizeof mark - 1;
    memcpy(line, mark, sizeof mark - 1);
    end = append(end, place - base);
    // Swift keeps frame pointers. A return address is the place after the call.
    for (int count = 1; count < frames; count++) {
        if (top - bottom > deepest || frame < bottom || frame >= top || frame % sizeof frame) break;
        const uintptr_t *link = (const uintptr_t *)frame;
        end = append(end, link[1] - 1 - base);
        if (link[0] <= frame) break;
        frame = link[0];
    }
    *end++ = '\n';
    ssize_t written = write(STDERR_FILENO, line, (size_t)(end - line));
    (void)written;
}

void gale_report_traps(void) {
    const int signals[] = {SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT};
    base = gale_program_base();
    top = (uintptr_t)__builtin_frame_address(0);
    stack_t own = {.ss_sp = stack, .ss_size = sizeof stack};
    sigaltstack(&own, NULL);
    // Once: after it the same instruction traps again, and ends the process as it would have without this.
    struct sigaction action = {.sa_sigaction = trapped, .sa_flags = (int)(SA_SIGINFO | SA_ONSTACK | SA_RESETHAND)};
    for (size_t place = 0; place < sizeof signals / sizeof *signals; place++) sigaction(signals[place], &action, NULL);
}
#else
void gale_report_traps(void) {}
uintptr_t gale_program_base(void) { return 0; }
#endif
