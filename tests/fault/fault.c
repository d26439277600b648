/* The calls of the host's POSIX files with faults. */
#define _GNU_SOURCE

#include "fault/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* What they are compiled to call. */
ssize_t fault_write(int fd, const void *bytes, size_t size);
ssize_t fault_pwrite(int fd, const void *bytes, size_t size, off_t offset);
int fault_fsync(int fd);
int fault_rename(const char *from, const char *to);
int fault_renameat(int from_folder, const char *from, int to_folder, const char *to);
int fault_unlink(const char *path);
int fault_unlinkat(int folder, const char *name, int flags);
int fault_mkdir(const char *path, mode_t mode);
int fault_ftruncate(int fd, off_t size);
int fault_openat(int folder, const char *path, int flags, ...);
time_t fault_time(time_t *out);
pid_t fault_getpid(void);
ssize_t fault_getrandom(void *bytes, size_t size, unsigned flags);

void (*fault_on_rename)(const char *path);

enum { WRITE = 1, FLUSH = 2, CREATE = 4, NAME = 8, CUT = 16, CHANGE = 32, HIVE = 64, ALL = 127 };

typedef struct fault_row {
  const char *name;
  int calls;  /* which it can strike */
  int number; /* errno */
  bool on;    /* from then on */
} fault_row;

static const fault_row rows[] = {
#define ROW(name, text) [FAULT_##name] = {text, 0, 0, false},
    FAULT_KINDS(ROW)
#undef ROW
};

static fault_row row_of(fault_kind kind) {
  fault_row row = rows[kind];
  switch (kind) {
  case FAULT_KILL:
  case FAULT_POWER:
  case FAULT_POWER_BYTES:
  case FAULT_VANISH:
    row.calls = ALL;
    break;
  case FAULT_TEAR:
  case FAULT_SHORT:
    row.calls = WRITE;
    break;
  case FAULT_FULL_SHORT:
  case FAULT_FULL:
  case FAULT_FULL_ONCE:
    row.calls = kind == FAULT_FULL_SHORT ? WRITE : WRITE | CREATE;
    row.number = ENOSPC;
    row.on = kind != FAULT_FULL_ONCE;
    break;
  case FAULT_EIO_ON:
  case FAULT_EIO_ONCE:
    row.calls = WRITE | FLUSH | CUT;
    row.number = EIO;
    row.on = kind == FAULT_EIO_ON;
    break;
  case FAULT_READ_ONLY:
    row.calls = CREATE | NAME | CUT;
    row.number = EROFS;
    row.on = true;
    break;
  case FAULT_CHANGE:
  case FAULT_CHANGE_LATE:
    row.calls = CHANGE;
    break;
  case FAULT_FLUSH:
  case FAULT_FLUSH_ONCE:
  case FAULT_UNFLUSHED:
    row.calls = HIVE;
    row.on = kind == FAULT_FLUSH;
    break;
  case FAULT_COUNT:
    break;
  }
  return row;
}

const char *fault_name(fault_kind kind) { return rows[kind].name; }

static struct {
  bool armed, struck;
  fault_kind kind;
  fault_row row;
  size_t n, count;
  char folder[256], state[256];
} plan;

void fault_arm(fault_kind kind, size_t n, const char *folder, const char *state) {
  memset(&plan, 0, sizeof plan);
  plan.kind = kind;
  plan.row = row_of(kind);
  plan.n = n;
  snprintf(plan.folder, sizeof plan.folder, "%s", folder);
  snprintf(plan.state, sizeof plan.state, "%s", state);
  if (kind == FAULT_POWER || kind == FAULT_POWER_BYTES)
    power_begin(folder);
  plan.armed = true;
}

void fault_disarm(void) { plan.armed = false; }
bool fault_struck(void) { return plan.struck; }

void fault_die(void) {
  kill(getpid(), SIGKILL);
  for (;;)
    pause();
}

static void vanish(void) {
  char gone[300];
  snprintf(gone, sizeof gone, "%s.gone", plan.state);
  rename(plan.state, gone);
}

/* Whether this call is struck; kills and power cuts do not come back. */
static bool struck(int call) {
  if (!plan.armed || !(plan.row.calls & call))
    return false;
  plan.count++;
  if (plan.count < plan.n || (plan.count > plan.n && !plan.row.on))
    return false;
  plan.struck = true;
  if (plan.kind == FAULT_KILL || plan.kind == FAULT_UNFLUSHED)
    fault_die();
  if (plan.kind == FAULT_POWER || plan.kind == FAULT_POWER_BYTES) {
    power_cut(plan.folder, plan.kind == FAULT_POWER_BYTES);
    fault_die();
  }
  if (plan.kind == FAULT_VANISH) {
    vanish();
    return false;
  }
  errno = plan.row.number;
  return true;
}

ssize_t fault_write(int fd, const void *bytes, size_t size) {
  bool before = plan.struck;
  for (size_t quarter = 1; plan.kind == FAULT_TEAR && quarter < 4; quarter++)
    if (struck(WRITE)) { /* each quarter of a write is a place of its own */
      if (write(fd, bytes, size * quarter / 4) >= 0)
        fault_die();
    }
  if (plan.kind == FAULT_TEAR || !struck(WRITE))
    return write(fd, bytes, size);
  bool first = !before;
  if (first && (plan.kind == FAULT_FULL_SHORT || plan.kind == FAULT_SHORT))
    return write(fd, bytes, size / 2);
  errno = plan.row.number;
  return -1;
}

/* The text of a lock, which is for people only; its failure is no failure. */
ssize_t fault_pwrite(int fd, const void *bytes, size_t size, off_t offset) {
  return struck(CUT) ? -1 : pwrite(fd, bytes, size, offset);
}

int fault_fsync(int fd) {
  if (struck(FLUSH))
    return -1;
  power_flushed(fd); /* no real flush: the tests stand on what would be lost, not on a slow disk */
  return 0;
}

int fault_rename(const char *from, const char *to) {
  if (struck(NAME))
    return -1;
  int result = rename(from, to);
  if (fault_on_rename)
    fault_on_rename(to);
  return result;
}

int fault_renameat(int from_folder, const char *from, int to_folder, const char *to) {
  return struck(NAME) ? -1 : renameat(from_folder, from, to_folder, to);
}

int fault_unlink(const char *path) { return struck(NAME) ? -1 : unlink(path); }
int fault_unlinkat(int folder, const char *name, int flags) {
  return struck(NAME) ? -1 : unlinkat(folder, name, flags);
}
int fault_mkdir(const char *path, mode_t mode) { return struck(CREATE) ? -1 : mkdir(path, mode); }
int fault_ftruncate(int fd, off_t size) { return struck(CUT) ? -1 : ftruncate(fd, size); }

int fault_openat(int folder, const char *path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  mode_t mode = flags & O_CREAT ? va_arg(list, mode_t) : 0;
  va_end(list);
  bool made = (flags & O_CREAT) && faccessat(folder, path, F_OK, 0) != 0;
  if ((made || (flags & O_ACCMODE) != O_RDONLY) && struck(made ? CREATE : NAME))
    return -1;
  int fd = openat(folder, path, flags, mode);
  if (fd >= 0 && made)
    power_created(fd);
  return fd;
}

bool fault_change(bool *late) {
  *late = plan.kind == FAULT_CHANGE_LATE;
  return struck(CHANGE) || (*late = false);
}

bool fault_flush(void) { return struck(HIVE); }

/* The same run leaves the same bytes each time, so that worlds can be compared: one moment, one process, one number of a plan. */
time_t fault_time(time_t *out) {
  enum { MOMENT = 1790000000 };
  if (out)
    *out = MOMENT;
  return MOMENT;
}

pid_t fault_getpid(void) { return 4711; }

ssize_t fault_getrandom(void *bytes, size_t size, unsigned flags) {
  if (size == sizeof(uint64_t)) /* the name of a new file, which no other may have */
    return getrandom(bytes, size, flags);
  memset(bytes, 0x5a, size);
  return (ssize_t)size;
}
