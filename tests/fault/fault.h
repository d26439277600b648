/*
 * Faults: every call of os/posix/file.c that changes something goes through fault.c, which counts it and, at the chosen one, kills the
 * process, cuts the power, or lets the call fail. In one process at a time; meant to be armed in a forked child.
 */
#ifndef FAULT_FAULT_H
#define FAULT_FAULT_H

#include <stdbool.h>
#include <stddef.h>

#define FAULT_KINDS(X)                                                                                       \
  X(KILL, "killed before the call")                                                                          \
  X(TEAR, "killed in the middle of a write")                                                                 \
  X(POWER, "power cut: what was not flushed is lost, names and bytes")                                       \
  X(POWER_BYTES, "power cut: names are there, bytes that were not flushed are lost")                         \
  X(FULL, "the disk is full from here on")                                                                   \
  X(FULL_ONCE, "the disk is full for one call")                                                              \
  X(FULL_SHORT, "a short write, then the disk is full")                                                      \
  X(SHORT, "one short write")                                                                                \
  X(EIO_ON, "input/output errors from here on")                                                              \
  X(EIO_ONCE, "one input/output error")                                                                      \
  X(READ_ONLY, "the file system is read-only from here on")                                                  \
  X(VANISH, "the state folder vanishes")                                                                     \
  X(CHANGE, "a change of the registry fails")                                                                \
  X(CHANGE_LATE, "a change of the registry fails when it is made")                                           \
  X(FLUSH, "the registry cannot be flushed from here on")                                                    \
  X(FLUSH_ONCE, "the registry cannot be flushed once")                                                       \
  X(UNFLUSHED, "killed before the registry is flushed")

#define FAULT_KIND_(name, text) FAULT_##name,
typedef enum fault_kind { FAULT_KINDS(FAULT_KIND_) FAULT_COUNT } fault_kind;
#undef FAULT_KIND_

const char *fault_name(fault_kind kind);

/* From now on the n-th (from 1) call that the kind can strike is struck. `folder` is the work folder, for power cuts; `state`
 * the folder that vanishes. */
void fault_arm(fault_kind kind, size_t n, const char *folder, const char *state);
void fault_disarm(void);

/* For live.c: whether this change of the registry, this flush of it is to fail; *late: when it is made. */
bool fault_change(bool *late);
bool fault_flush(void);

/* Whether the armed fault has struck. */
bool fault_struck(void);

/* Kills this process as SIGKILL does. */
void fault_die(void);

/* Called after each rename, with the new name, until it is set to NULL: to see every state that a file goes through. */
extern void (*fault_on_rename)(const char *path);

/* power.c: what of the work folder is on the disk. */
void power_begin(const char *folder);
void power_created(int fd);
void power_flushed(int fd);
void power_cut(const char *folder, bool names);

#endif
