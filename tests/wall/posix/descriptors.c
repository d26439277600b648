/* What is open already: the two pipes, used otherwise than they are meant, and whatever else the parent might have left open. */
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "wall/posix/posix.h"

/* Whether one is open, asked with nothing to read or write. All others are the same to a filter; what it forgot would not be open. */
WALL_CALL(read_other, SYS_read, 2L, NULL, 0L)
WALL_CALL(read_high, SYS_read, 1023L, NULL, 0L)
WALL_CALL(write_other, SYS_write, 2L, NULL, 0L)
WALL_CALL(write_high, SYS_write, 1023L, NULL, 0L)

/* poll() is allowed for one descriptor: it says of each whether it is open. */
static long any_open(void) {
  for (int descriptor = 2; descriptor < 1024; descriptor++) {
    struct pollfd one = {.fd = descriptor, .events = POLLIN};
#ifdef SYS_poll
    long found = syscall(SYS_poll, &one, 1L, 0L);
#else
    long found = syscall(SYS_ppoll, &one, 1L, (long[2]){0, 0}, NULL, 8L);
#endif
    if (found != 1 || one.revents != POLLNVAL)
      return WALL_THROUGH;
  }
  return EBADF;
}

static long read_vector(void) {
  char byte = 0;
  struct iovec vector = {&byte, 1};
  return syscall(SYS_readv, 2L, &vector, 1) == -1 ? errno : WALL_THROUGH;
}

static long write_vector(void) {
  struct iovec vector = {"x", 1};
  return syscall(SYS_writev, 2L, &vector, 1) == -1 ? errno : WALL_THROUGH;
}

static long gift(void) {
  struct iovec vector = {"x", 1};
  return syscall(SYS_vmsplice, 1L, &vector, 1L, 0) == -1 ? errno : WALL_THROUGH;
}

WALL_CALL(write_to_input, SYS_write, 0L, "x", 1L)
WALL_CALL(read_from_output, SYS_read, 1L, (char[1]){0}, 1L)
WALL_CALL(seek, SYS_lseek, 0L, 0L, 0)
WALL_CALL(duplicate, SYS_dup, 1L)
WALL_CALL(duplicate_to, SYS_dup3, 1L, 7L, 0)
WALL_CALL(duplicate_by_fcntl, SYS_fcntl, 1L, F_DUPFD, 20L)
WALL_CALL(set_owner, SYS_fcntl, 0L, F_SETOWN, (long)wall_parent)
WALL_CALL(set_signal, SYS_fcntl, 0L, F_SETFL, O_ASYNC)
WALL_CALL(widen_pipe, SYS_fcntl, 1L, 1031 /* F_SETPIPE_SZ */, 1048576L)
WALL_CALL(type_for_others, SYS_ioctl, 0L, TIOCSTI, "x")
WALL_CALL(how_much, SYS_ioctl, 0L, FIONREAD, (int[1]){0})
WALL_CALL(take_terminal, SYS_ioctl, 0L, TIOCSCTTY, 0L)
WALL_CALL(set_owner_by_ioctl, SYS_ioctl, 0L, FIOASYNC, (int[1]){1})
WALL_CALL(send_file, SYS_sendfile, 1L, 0L, NULL, 1L)
WALL_CALL(splice_pipes, SYS_splice, 0L, NULL, 1L, NULL, 1L, 0)
WALL_CALL(tee_pipes, SYS_tee, 0L, 1L, 1L, 0)
WALL_CALL(copy_range, SYS_copy_file_range, 0L, NULL, 1L, NULL, 1L, 0)
WALL_CALL(receive_descriptors, SYS_recvmsg, 0L, (char[64]){0}, 0)
WALL_CALL(new_pipe, SYS_pipe2, (int[2]){0}, 0)
WALL_CALL(event_counter, SYS_eventfd2, 0, 0)
WALL_CALL(wait_list, SYS_epoll_create1, 0)
WALL_CALL(signals_as_file, SYS_signalfd4, -1L, (long[1]){0}, 8L, 0)
WALL_CALL(timer_as_file, SYS_timerfd_create, 0, 0)
WALL_CALL(change_mode, SYS_fchmod, 0L, 0777)
WALL_CALL(flush_all, SYS_sync)

const wall_attempt wall_descriptors[] = {
    {"read another descriptor", read_other, WALL_KILLED, 0, false},
    {"read descriptor 1023", read_high, WALL_KILLED, 0, false},
    {"write another descriptor", write_other, WALL_KILLED, 0, false},
    {"write descriptor 1023", write_high, WALL_KILLED, 0, false},
    {"an open one of 2..1023", any_open, WALL_REFUSED, EBADF, false},
    {"readv from another", read_vector, WALL_KILLED, 0, false},
    {"writev to another", write_vector, WALL_KILLED, 0, false},
    {"vmsplice", gift, WALL_KILLED, 0, false},
    {"write to its input", write_to_input, WALL_KILLED, 0, false},
    {"read from its output", read_from_output, WALL_KILLED, 0, false},
    {"lseek", seek, WALL_KILLED, 0, false},
    {"dup", duplicate, WALL_KILLED, 0, false},
    {"dup3", duplicate_to, WALL_KILLED, 0, false},
    {"fcntl F_DUPFD", duplicate_by_fcntl, WALL_KILLED, 0, false},
    {"fcntl F_SETOWN parent", set_owner, WALL_KILLED, 0, false},
    {"fcntl O_ASYNC", set_signal, WALL_KILLED, 0, false},
    {"fcntl F_SETPIPE_SZ", widen_pipe, WALL_KILLED, 0, false},
    {"ioctl TIOCSTI", type_for_others, WALL_KILLED, 0, false},
    {"ioctl FIONREAD", how_much, WALL_KILLED, 0, false},
    {"ioctl TIOCSCTTY", take_terminal, WALL_KILLED, 0, false},
    {"ioctl FIOASYNC", set_owner_by_ioctl, WALL_KILLED, 0, false},
    {"sendfile", send_file, WALL_KILLED, 0, false},
    {"splice", splice_pipes, WALL_KILLED, 0, false},
    {"tee", tee_pipes, WALL_KILLED, 0, false},
    {"copy_file_range", copy_range, WALL_KILLED, 0, false},
    {"recvmsg descriptors", receive_descriptors, WALL_KILLED, 0, false},
    {"pipe2", new_pipe, WALL_KILLED, 0, false},
    {"eventfd2", event_counter, WALL_KILLED, 0, false},
    {"epoll_create1", wait_list, WALL_KILLED, 0, false},
    {"signalfd4", signals_as_file, WALL_KILLED, 0, false},
    {"timerfd_create", timer_as_file, WALL_KILLED, 0, false},
    {"fchmod its input", change_mode, WALL_KILLED, 0, false},
    {"sync", flush_all, WALL_KILLED, 0, false},
    {0},
};
