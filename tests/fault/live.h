/*
 * A machine like a live Windows: a change of the registry is seen at once and survives the program, but is on the disk only by `flush`.
 * Below it is a snapshot; what was not flushed stands beside that, in FILE.waiting. Each change and each flush is a place for a fault.
 */
#ifndef TLSMEND_FAULT_LIVE_H
#define TLSMEND_FAULT_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tlsmend/machine.h>

/* For the options of a session: "mem:FILE". */
extern const tlsmend_backend *const live_backends[];

/* Opens it without a session. NULL: it cannot be opened. */
tlsmend_machine *live_open(const char *path);

/* How many changes are not on the disk. */
size_t live_waiting(const char *path);

/* A power cut of which the n-th waiting change is saved if bit n of `kept` is set. False if there is no such cut: a change needs
 * one that is lost. */
bool live_cut(const char *path, uint64_t kept);

/* SHA-256 of what the registry holds, whatever the form of its file and however much of it waits. */
bool live_contents(const char *path, unsigned char out[32]);

/* Called after each change, until it is set to NULL. */
extern void (*live_on_change)(void);

#endif
