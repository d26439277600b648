/*
 * A child process that can do nothing but compute and talk to its parent through two pipes, and the wall around it. POSIX and Windows
 * have an implementation each. What passes through the pipes is nobody's business here.
 *
 * The parent starts it: the program, OS_WORKER_ARGUMENT, how much memory it may take (a number), an empty environment, no inherited handle or
 * descriptor but the two pipes, which are its standard input and output. The child raises the wall before it reads a byte; from then on the system refuses
 * it everything else, whatever code runs in it.
 */
#ifndef TLSMEND_OS_WORKER_H
#define TLSMEND_OS_WORKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tlsmend/tlsmend.h>

/* The argument that makes a program a worker. The bytes of memory that a text may hold follow, in decimal. */
#define OS_WORKER_ARGUMENT "--tlsmend-worker"

/* What the wall is made of: a line each, for people ("seccomp: up", "job: none, this process is in one already ..."). */
typedef struct os_wall {
  char lines[16][120];
  size_t count;
} os_wall;

/* In the parent. */

typedef struct os_worker os_worker;

typedef struct os_worker_terms {
  const char *program; /* absolute path */
  /* Bytes that a text may hold; what the program itself takes comes on top. 0: no limit. */
  unsigned long long memory;
} os_worker_terms;

/* Starts a worker. It is alive when this returns, its wall need not be up yet. E_ABSENT: there is no such program; E_FAILED,
 * E_DENIED: it cannot be started, or not be confined. E_UNSUPPORTED: it starts with none of the walls that this system can raise. */
int os_worker_start(const os_worker_terms *terms, os_worker **out, tlsmend_error *error);

/* How long to wait for a worker. */
typedef struct os_worker_wait {
  uint64_t deadline;        /* os_clock() */
  void (*idle)(void *data); /* called about every 20 ms while nothing happens, or NULL */
  void *data;
} os_worker_wait;

/*
 * Sends or receives exactly `size` bytes. E_LIMIT: the deadline has passed, or it holds more memory than it may; E_FAILED: it has ended.
 * The line of the error says which and how ("was ended by the system for what it tried (SIGSYS)", "ended with exit code 3"), without a
 * name before it. After an error a worker can only be ended.
 */
int os_worker_send(os_worker *worker, const void *bytes, size_t size, const os_worker_wait *wait,
                   tlsmend_error *error);
int os_worker_receive(os_worker *worker, void *bytes, size_t size, const os_worker_wait *wait,
                      tlsmend_error *error);

/* Whether it lives and has said nothing that was not received: one that waits to be asked again. */
bool os_worker_waits(const os_worker *worker);

/* Seconds of processor that it may use up from now on. */
void os_worker_allow(os_worker *worker, unsigned long long seconds);

/* Appends to a wall's lines, those of this worker, what only its parent knows: what could not be done for it here, and why. */
void os_worker_notes(const os_worker *worker, os_wall *wall);

/* While many small things are asked one after another: the calling thread runs where the worker does, so that no other core must be woken for
 * each. To be taken back by the same thread. Does nothing where the system offers no such thing. */
void os_worker_together(os_worker *worker, bool on);

/* Ends it, whatever it does, and frees what belongs to it. NULL is fine. */
void os_worker_end(os_worker *worker);

/* In the child. */

/* Whether these arguments are those of a worker; then *memory is what its parent's terms say. Asks nothing else, changes nothing: to
 * be asked first of all, with the arguments of main. What os_main_arguments loads on Windows needs more than a worker has. */
bool os_wall_wanted(int argc, char **argv, unsigned long long *memory);

/* Raises the wall around this process, once and for good, before anything is read. Whatever is needed later of files, libraries or
 * random numbers must be at hand by then. E_UNSUPPORTED: a part without which there is no wall is missing; the line names it. The pipes
 * can be used then all the same, to say so. */
int os_wall_raise(unsigned long long memory, os_wall *out, tlsmend_error *error);

/* The pipes, from within. Both wait. False: the parent has gone. */
bool os_wall_receive(void *bytes, size_t size);
bool os_wall_send(const void *bytes, size_t size);

/* Whether something has come that was not received yet. Cheap enough to be asked every few milliseconds. */
bool os_wall_waiting(void);

/* Ends this process at once: nothing is flushed, no exit handler runs. */
_Noreturn void os_wall_exit(int code);

#endif
