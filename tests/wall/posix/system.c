/* The kernel itself: rights, clocks, modules, and the calls in which holes were found most. */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>

#include "wall/posix/posix.h"

WALL_CALL(ring, SYS_io_uring_setup, 4, (char[128]){0})
WALL_CALL(ring_enter, SYS_io_uring_enter, 0L, 0, 0, 0, NULL, 0L)
WALL_CALL(old_ring, SYS_io_setup, 4, (long[1]){0})
WALL_CALL(kernel_program, SYS_bpf, 0, (char[128]){0}, 128)
WALL_CALL(counters, SYS_perf_event_open, (char[128]){0}, 0L, -1L, -1L, 0L)
WALL_CALL(key_ring, SYS_keyctl, 0, -3L, 1, 0, 0)
WALL_CALL(new_key, SYS_add_key, "user", "a", "b", 1L, -3L)
WALL_CALL(ask_key, SYS_request_key, "user", "a", NULL, -3L)
WALL_CALL(become_root, SYS_setuid, 0L)
WALL_CALL(become_all, SYS_setresuid, 0L, 0L, 0L)
WALL_CALL(group_root, SYS_setresgid, 0L, 0L, 0L)
WALL_CALL(all_groups, SYS_setgroups, 1L, (int[1]){0})
WALL_CALL(files_as_root, SYS_setfsuid, 0L)
WALL_CALL(take_rights, SYS_capset, (int[2]){0x20080522, 0}, (int[6]){-1, -1, 0, -1, -1, 0})
WALL_CALL(which_user, SYS_getuid)
WALL_CALL(raise_limit, SYS_setrlimit, RLIMIT_NOFILE, (long[2]){1024, 1024})
WALL_CALL(raise_own_limit, SYS_prlimit64, 0L, RLIMIT_AS, (long[2]){-1, -1}, NULL)
WALL_CALL(more_filters, SYS_seccomp, SECCOMP_SET_MODE_STRICT, 0, NULL)
WALL_CALL(ports, SYS_bpf, 5, (char[128]){0}, 128)
WALL_CALL(reboot, SYS_reboot, 0xfee1dead, 0x28121969, 0, NULL)
WALL_CALL(next_kernel, SYS_kexec_load, 0L, 0L, NULL, 0L)
WALL_CALL(set_clock, SYS_settimeofday, NULL, (int[2]){0})
WALL_CALL(set_clock_exactly, SYS_clock_settime, CLOCK_REALTIME, (long[2]){0})
WALL_CALL(turn_clock, SYS_adjtimex, (char[256]){0})
WALL_CALL(load_module, SYS_init_module, NULL, 0L, "")
WALL_CALL(load_module_file, SYS_finit_module, 0L, "", 0)
WALL_CALL(remove_module, SYS_delete_module, "none", 0)
WALL_CALL(kernel_log, SYS_syslog, 10, NULL, 0)
WALL_CALL(name_of_host, SYS_sethostname, "a", 1L)
WALL_CALL(accounting, SYS_acct, NULL)
WALL_CALL(swap, SYS_swapon, "/tmp", 0)
WALL_CALL(which_system, SYS_uname, (char[512]){0})
WALL_CALL(system_load, SYS_sysinfo, (char[128]){0})
WALL_CALL(landlock, SYS_landlock_create_ruleset, NULL, 0L, 1)
#ifdef SYS_iopl
WALL_CALL(io_rights, SYS_iopl, 3)
WALL_CALL(io_ports, SYS_ioperm, 0L, 1024L, 1)
WALL_CALL(segments, SYS_modify_ldt, 1, (char[16]){0}, 16L)
WALL_CALL(other_base, SYS_arch_prctl, 0x1001 /* ARCH_SET_GS */, 0L)
#endif

const wall_attempt wall_system[] = {
    {"io_uring_setup", ring, WALL_KILLED, 0, false},
    {"io_uring_enter", ring_enter, WALL_KILLED, 0, false},
    {"io_setup", old_ring, WALL_KILLED, 0, false},
    {"bpf", kernel_program, WALL_KILLED, 0, false},
    {"bpf program", ports, WALL_KILLED, 0, false},
    {"perf_event_open", counters, WALL_KILLED, 0, false},
    {"keyctl", key_ring, WALL_KILLED, 0, false},
    {"add_key", new_key, WALL_KILLED, 0, false},
    {"request_key", ask_key, WALL_KILLED, 0, false},
    {"setuid", become_root, WALL_KILLED, 0, false},
    {"setresuid", become_all, WALL_KILLED, 0, false},
    {"setresgid", group_root, WALL_KILLED, 0, false},
    {"setgroups", all_groups, WALL_KILLED, 0, false},
    {"setfsuid", files_as_root, WALL_KILLED, 0, false},
    {"capset", take_rights, WALL_KILLED, 0, false},
    {"getuid", which_user, WALL_KILLED, 0, false},
    {"setrlimit", raise_limit, WALL_KILLED, 0, false},
    {"prlimit64 its memory", raise_own_limit, WALL_KILLED, 0, false},
    {"seccomp strict", more_filters, WALL_KILLED, 0, false},
    {"reboot", reboot, WALL_KILLED, 0, false},
    {"kexec_load", next_kernel, WALL_KILLED, 0, false},
    {"settimeofday", set_clock, WALL_KILLED, 0, false},
    {"clock_settime", set_clock_exactly, WALL_KILLED, 0, false},
    {"adjtimex", turn_clock, WALL_KILLED, 0, false},
    {"init_module", load_module, WALL_KILLED, 0, false},
    {"finit_module", load_module_file, WALL_KILLED, 0, false},
    {"delete_module", remove_module, WALL_KILLED, 0, false},
    {"syslog", kernel_log, WALL_KILLED, 0, false},
    {"sethostname", name_of_host, WALL_KILLED, 0, false},
    {"acct", accounting, WALL_KILLED, 0, false},
    {"swapon", swap, WALL_KILLED, 0, false},
    {"uname", which_system, WALL_KILLED, 0, false},
    {"sysinfo", system_load, WALL_KILLED, 0, false},
    {"landlock_create_ruleset", landlock, WALL_KILLED, 0, false},
#ifdef SYS_iopl
    {"iopl", io_rights, WALL_KILLED, 0, false},
    {"ioperm", io_ports, WALL_KILLED, 0, false},
    {"modify_ldt", segments, WALL_KILLED, 0, false},
    {"arch_prctl", other_base, WALL_KILLED, 0, false},
#endif
    {0},
};
