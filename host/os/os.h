/*
 * What the host itself needs of its operating system: files that survive a power cut, locks, time, processes. One
 * implementation for POSIX, one for Windows (W calls; paths are UTF-8 here). Nothing about registries or TLS.
 * Errors name the path and the system's reason: TLSMEND_E_IO, TLSMEND_E_ABSENT, TLSMEND_E_DENIED, TLSMEND_E_BUSY.
 */
#ifndef TLSMEND_OS_OS_H
#define TLSMEND_OS_OS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tlsmend/tlsmend.h>

/* Reads a whole file of at most `most` bytes; *out is malloc'd and has a NUL behind its *size bytes. */
int os_file_read(const char *path, size_t most, char **out, size_t *size, tlsmend_error *error);

/* Reads a file piece by piece, whatever its size. A return of fn other than TLSMEND_OK stops it and is handed back. */
int os_file_stream(const char *path, int (*fn)(void *data, const void *bytes, size_t size), void *data,
                   tlsmend_error *error);

/*
 * A file or folder, reached without following a link behind the first `followed` bytes of its path: a symbolic link, and a junction or
 * mounted volume of Windows, is TLSMEND_E_REFUSED there, naming the link. What those bytes name may be one, or lie behind some.
 * Held until it is closed: its name leads to what was reached, also if somebody puts a link into its path meanwhile (on a POSIX
 * system without /proc this holds for os_nofollow_stream alone).
 */
#define OS_NOFOLLOW_LINK                                                                                     \
  "%s is a link, which is not followed: name the link itself, or put there what it leads to"
typedef struct os_nofollow os_nofollow;
int os_nofollow_open(const char *path, size_t followed, os_nofollow **out, tlsmend_error *error);
const char *os_nofollow_name(const os_nofollow *reached);
int os_nofollow_stream(const os_nofollow *reached, int (*fn)(void *data, const void *bytes, size_t size),
                       void *data, tlsmend_error *error);
void os_nofollow_close(os_nofollow *reached);

/* As os_file_read, of a file that is no link itself; its folder may be behind some. */
int os_file_read_nofollow(const char *path, size_t most, char **out, size_t *size, tlsmend_error *error);

/* The last bytes of such a file, at most `room`, and how many it has in all. False where that cannot be told, a link included:
 * os_file_read_nofollow says why. */
bool os_file_end(const char *path, void *out, size_t room, size_t *size, uint64_t *whole);

/* Replaces a file whole: temporary file beside it, flushed, renamed over, folder flushed. Readers see old or new. It keeps
 * its group, mode, access list and attributes, and its owner where the caller may give files away; on Windows not its other streams, which
 * say where the old bytes came from. Refuses what os_file_may_replace does. */
int os_file_replace(const char *path, const void *bytes, size_t size, tlsmend_error *error);

/* Whether a file may be replaced, or made if it is not there. A rename asks the folder only; here a file that is write-protected, or
 * that the caller may not write, is E_DENIED. For everybody, root too: somebody has protected it. E_IO: it is not a file. */
int os_file_may_replace(const char *path, tlsmend_error *error);

/* Whether the name stands in its folder, whatever it is: a link that leads nowhere too. What cannot be told counts as there. */
bool os_name_taken(const char *path);
int os_file_size(const char *path, uint64_t *out, tlsmend_error *error);

bool os_file_exists(const char *path);
bool os_dir_exists(const char *path);
/* Whether two paths name one file, however they are spelled: links of any kind count. False where one of them names nothing. */
bool os_file_same(const char *path, const char *other);
int os_file_remove(const char *path, tlsmend_error *error);

/* Makes a folder and its missing parents; on Windows, folders it makes admit only administrators and SYSTEM. */
int os_dir_make(const char *path, tlsmend_error *error);

/* Makes one folder with the rights that the user's own folders have. Fine if it is there. */
int os_dir_make_plain(const char *path, tlsmend_error *error);

/* Makes a new, empty folder for temporary files; *out is malloc'd. The caller removes it. */
int os_dir_temporary(char **out, tlsmend_error *error);

/* Removes a folder that is empty. */
int os_dir_remove(const char *path, tlsmend_error *error);

/* Calls fn with each name in a folder (not "." and ".."), sorted by byte. Absent folder: TLSMEND_E_ABSENT. */
int os_dir_each(const char *path, int (*fn)(void *data, const char *name), void *data, tlsmend_error *error);

/*
 * A file that is only appended to. Each append is one write followed by a flush to the disk. `create`: it is made, and E_BUSY if there is something of that
 * name. One that is there already must be a file of one name, no link, that only the caller (and root, or administrators) can write.
 */
typedef struct os_log os_log;
int os_log_open(const char *path, bool create, os_log **out, tlsmend_error *error);
int os_log_append(os_log *log, const void *bytes, size_t size, tlsmend_error *error);
/* For many pieces that count only together: they are on the disk once os_log_flush has said so. */
int os_log_write(os_log *log, const void *bytes, size_t size, tlsmend_error *error);
int os_log_flush(os_log *log, tlsmend_error *error);
/* Cuts the file to `size` bytes, flushed: takes off a torn tail. */
int os_log_truncate(os_log *log, uint64_t size, tlsmend_error *error);
void os_log_close(os_log *log);

/* A lock that ends with the process. What is there must be as for os_log_open, and is not touched otherwise. TLSMEND_E_BUSY if another process holds it; `holder` (64 bytes or more, may be NULL)
 * then receives what that process wrote ("1234 apply"). */
typedef struct os_lock os_lock;
int os_lock_take(const char *path, const char *holder, os_lock **out, char *other, size_t other_size,
                 tlsmend_error *error);
void os_lock_release(os_lock *lock);

/*
 * A folder in which the state of a machine stands: held open, so that whatever happens to its path, the functions below work in the folder that was
 * judged. It is made if it is not there, and then admits nobody else. E_REFUSED, with the way out, if it is a link, belongs to
 * somebody else than the caller, root or administrators, or if somebody else can write it; a group that the caller is alone in does not count. `strict`: nobody else can
 * put another folder into its place either, as os_path_guarded says.
 */
typedef struct os_folder os_folder;
int os_folder_open(const char *path, bool strict, os_folder **out, tlsmend_error *error);
const char *os_folder_path(const os_folder *folder);
void os_folder_close(os_folder *folder);

/* os_log_open and os_lock_take for a name in it. */
int os_folder_log(const os_folder *folder, const char *name, bool create, os_log **out, tlsmend_error *error);
int os_folder_lock(const os_folder *folder, const char *name, const char *holder, os_lock **out, char *other,
                   size_t other_size, tlsmend_error *error);

/* Makes or replaces a file in it, whole and durable: written new under a name that nobody knows beforehand, then renamed. */
int os_folder_put(const os_folder *folder, const char *name, const void *bytes, size_t size,
                  tlsmend_error *error);

/* The same with what a file elsewhere holds. */
int os_folder_copy(const os_folder *folder, const char *name, const char *from, tlsmend_error *error);

/* Removes a file of it; a link is removed itself. */
int os_folder_remove(const os_folder *folder, const char *name, tlsmend_error *error);

/* UTC now, in seconds since 1970. */
int64_t os_time(void);

/* Milliseconds of a clock that only goes forward. */
uint64_t os_clock(void);
void os_sleep(unsigned milliseconds);

/*
 * Waits until a file of a folder is written, made, renamed or removed, or the time has passed: false. NULL where the system does not tell of
 * changes: then the wait is a second at most, and its answer true. What is on another computer may change untold, and Windows may tell
 * late: who waits looks again after a while.
 */
typedef struct os_watch os_watch;
os_watch *os_watch_open(const char *folder);
bool os_watch_wait(os_watch *watch, unsigned milliseconds);
void os_watch_close(os_watch *watch);

/* A clock that nobody sets: seconds since this computer was started, time asleep included, and the name of that start, another one
 * each time. False where the system has no such clock. */
bool os_boot_clock(int64_t *seconds, char boot[64]);

unsigned os_process_id(void);
void os_random(void *bytes, size_t size);

/* Starts this program again with other arguments (NULL-ended), on its own: it outlives the caller's session and terminal. */
int os_start_detached(const char *const *arguments, tlsmend_error *error);

/* Windows: the path of a file below the folder of Windows ("System32\\wusa.exe") as this process reaches it: a 32-bit one on a 64-bit
 * Windows is not led into SysWOW64. And of one below ProgramData. Neither asks the environment. malloc'd, NULL elsewhere. */
char *os_system_path(const char *name);
char *os_common_path(const char *name);

/* The folder of journals of the live machine: ProgramData\tlsmend; elsewhere /var/lib/tlsmend. malloc'd. */
char *os_state_default(void);

/* The folder of the keys that may sign runbooks: ProgramData\tlsmend\trust; elsewhere /etc/tlsmend/trust. malloc'd. */
char *os_trust_default(void);

/* E_REFUSED, naming what is wrong and the way out, unless only administrators (and the caller) can change this file or folder,
 * or put another into its place: it and every folder above it. Links are refused. E_ABSENT if it does not exist. */
int os_path_guarded(const char *path, tlsmend_error *error);

/* A path below a folder, with this system's separator; malloc'd. */
char *os_path_join(const char *folder, const char *name);

/* The absolute spelling of a path, whether or not it exists; malloc'd, NULL when out of memory. */
char *os_path_absolute(const char *path);

/* The one spelling by which a file is known, however it was named: absolute, without links, "." and ".."; on Windows in the case that
 * the disk has. What does not exist yet keeps its last name, in the folder's one spelling. malloc'd, NULL when out of memory. */
char *os_path_real(const char *path);

/* Whether two paths name one file or folder, which need not exist. Windows: in any case. */
bool os_path_same(const char *a, const char *b);

/* The absolute path of the running program; malloc'd, NULL if it cannot be told. */
char *os_program_path(void);

/* A path by which the running program can be started once more. Linux: also if its file has been replaced or removed meanwhile.
 * malloc'd, NULL if there is none. */
char *os_program_again(void);

/* The absolute path of the file that this code was loaded from: a shared library, or the program if it is part of that. As the
 * loader found it, whatever the current folder is by now; malloc'd, NULL if it cannot be told. */
char *os_library_path(void);

/* Whether a stream (1 or 2) is a terminal that understands colours. Turns that on where it must be turned on. */
bool os_terminal(int stream);

/* For main only, before anything else: what is closed of the three standard streams leads nowhere from here on (/dev/null, NUL), so that
 * nothing that is opened later is taken for one of them. */
void os_main_streams(void);

/* For main only: the program's arguments as UTF-8. On Windows *argc and *argv are replaced by what the wide command line
 * says, the console is set to UTF-8 until the program ends, and libraries are looked for in the system folder only; elsewhere
 * nothing changes. The texts live to the end. */
int os_main_arguments(int *argc, char ***argv, tlsmend_error *error);

/* What the environment says, in UTF-8; malloc'd, NULL where it says nothing. Only for what a person may say of his own session: a
 * folder of the system is not asked for here. */
char *os_environment(const char *name);

/* The names of the user and of this computer; "" where they cannot be told. */
void os_person(char user[128], char host[128]);

/* Asks on stderr for a password, which is not shown while it is typed. E_UNSUPPORTED where nobody can be asked. */
int os_password(const char *prompt, char *out, size_t room, tlsmend_error *error);

/* Whether a person can be asked: stdin and stderr are both terminals. */
bool os_interactive(void);

/* The language that the person reads, two small letters ("de"): of LC_ALL, LC_MESSAGES or LANG; on Windows that of the user
 * interface. "en" where it is not said. Whether the program has texts in it, who asks has to see. */
void os_language(char out[4]);

/* Columns of the terminal behind stderr; 0 if it is none or does not say. */
unsigned os_terminal_width(void);

/* The network: streams over TCP, each step with a limit of its own. */

/* How a step ended. */
typedef enum os_net_end {
  OS_NET_DONE,
  OS_NET_CLOSED,      /* the other side has ended the stream */
  OS_NET_RESET,       /* it has torn it down */
  OS_NET_SILENT,      /* the limit has passed */
  OS_NET_REFUSED,     /* nothing listens there */
  OS_NET_UNREACHABLE, /* no way to it, or not allowed to */
  OS_NET_FAILED       /* anything else; of the host's making */
} os_net_end;

/* An address with its port; `text` shows the address alone. */
typedef struct os_net_address {
  char text[64];
  int family;
  unsigned size;
  unsigned char bytes[128];
} os_net_address;

/* The addresses of a name, as the system orders them: up to `room` of them, IPv4 and IPv6. E_UNKNOWN if it has none. */
int os_net_resolve(const char *host, unsigned port, os_net_address *out, size_t room, size_t *count,
                   tlsmend_error *error);

typedef struct os_net os_net;
/* *out is NULL unless the answer is OS_NET_DONE. */
os_net_end os_net_connect(const os_net_address *address, unsigned milliseconds, os_net **out);
os_net_end os_net_send(os_net *net, const void *bytes, size_t size, unsigned milliseconds);
/* What is there, at least a byte. */
os_net_end os_net_receive(os_net *net, void *bytes, size_t room, unsigned milliseconds, size_t *size);
void os_net_close(os_net *net);

#endif
