// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef GALE_MEMORY_H
#define GALE_MEMORY_H

/// Asks the system for memory in pages of 2 MiB, before the first large allocation, on the thread that will run.
///
/// A run touches records all over hundreds of megabytes, and a good part of what it waits for are translations of addresses:
/// those of 4 KiB pages do not fit the processor's table. Only a hint: where the system has none to give (transparent huge
/// pages off, a limit on address space, another C library), memory is as it was.
void gale_prefer_huge_pages(void);

#endif
