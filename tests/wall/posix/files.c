/* Files and folders, by every call that takes a name. */
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/stat.h>

#include "wall/posix/posix.h"

#define PASSWD "/etc/passwd"
#define MADE   "/tmp/tlsmend-wall-made"

#ifdef SYS_open
WALL_CALL(open_passwd, SYS_open, PASSWD, O_RDONLY)
WALL_CALL(creat_file, SYS_creat, MADE, 0600)
WALL_CALL(stat_passwd, SYS_stat, PASSWD, (char[256]){0})
WALL_CALL(unlink_file, SYS_unlink, MADE)
WALL_CALL(mkdir_folder, SYS_mkdir, MADE, 0700)
#endif
WALL_CALL(openat_passwd, SYS_openat, (long)AT_FDCWD, PASSWD, O_RDONLY)
WALL_CALL(openat_write, SYS_openat, (long)AT_FDCWD, MADE, O_WRONLY | O_CREAT | O_TRUNC, 0600)
WALL_CALL(openat_temporary, SYS_openat, (long)AT_FDCWD, "/tmp", O_RDWR | __O_TMPFILE, 0600)
WALL_CALL(openat_path, SYS_openat, (long)AT_FDCWD, "/", O_RDONLY | __O_PATH)
WALL_CALL(openat_null, SYS_openat, (long)AT_FDCWD, "/dev/null", O_RDWR)
WALL_CALL(openat_terminal, SYS_openat, (long)AT_FDCWD, "/dev/tty", O_RDWR)
WALL_CALL(openat_memory, SYS_openat, (long)AT_FDCWD, "/proc/self/mem", O_RDWR)
WALL_CALL(openat_descriptor, SYS_openat, (long)AT_FDCWD, "/proc/self/fd/0", O_RDWR)
WALL_CALL(statx_passwd, SYS_statx, (long)AT_FDCWD, PASSWD, 0, STATX_ALL, (char[256]){0})
WALL_CALL(access_passwd, SYS_faccessat, (long)AT_FDCWD, PASSWD, R_OK)
WALL_CALL(readlink_self, SYS_readlinkat, (long)AT_FDCWD, "/proc/self/exe", (char[256]){0}, 256)
WALL_CALL(link_passwd, SYS_linkat, (long)AT_FDCWD, PASSWD, (long)AT_FDCWD, MADE, 0)
WALL_CALL(symlink_file, SYS_symlinkat, PASSWD, (long)AT_FDCWD, MADE)
WALL_CALL(rename_file, SYS_renameat2, (long)AT_FDCWD, MADE, (long)AT_FDCWD, MADE "2", 0)
WALL_CALL(chmod_file, SYS_fchmodat, (long)AT_FDCWD, MADE, 0777)
WALL_CALL(chown_file, SYS_fchownat, (long)AT_FDCWD, MADE, 0, 0, 0)
WALL_CALL(truncate_file, SYS_truncate, MADE, 0L)
WALL_CALL(mknod_device, SYS_mknodat, (long)AT_FDCWD, MADE, S_IFIFO | 0600, 0)
WALL_CALL(times_file, SYS_utimensat, (long)AT_FDCWD, MADE, NULL, 0)
WALL_CALL(setxattr_file, SYS_setxattr, MADE, "user.a", "b", 1L, 0)
WALL_CALL(handle_passwd, SYS_name_to_handle_at, (long)AT_FDCWD, PASSWD, (char[256]){0}, (int[1]){0}, 0)
WALL_CALL(open_handle, SYS_open_by_handle_at, (long)AT_FDCWD, (char[256]){8, 0, 0, 0, 1}, O_RDONLY)
WALL_CALL(change_folder, SYS_chdir, "/")
WALL_CALL(which_folder, SYS_getcwd, (char[256]){0}, 256L)
WALL_CALL(change_root, SYS_chroot, "/")
WALL_CALL(pivot, SYS_pivot_root, "/", "/")
WALL_CALL(mount_tmp, SYS_mount, "none", "/mnt", "tmpfs", 0L, NULL)
WALL_CALL(unmount, SYS_umount2, "/mnt", 0)
WALL_CALL(open_tree, SYS_open_tree, (long)AT_FDCWD, "/", 1)
WALL_CALL(watch_files, SYS_inotify_init1, 0)
WALL_CALL(watch_mounts, SYS_fanotify_init, 0, O_RDONLY)
WALL_CALL(space, SYS_statfs, "/", (char[256]){0})
WALL_CALL(quota, SYS_quotactl, 0x800001, NULL, 0, NULL)

static long openat2_passwd(void) {
  struct open_how how = {.flags = O_RDONLY};
  return syscall(SYS_openat2, (long)AT_FDCWD, PASSWD, &how, sizeof how) == -1 ? errno : WALL_THROUGH;
}

static long openat_parent(void) {
  char path[40];
  snprintf(path, sizeof path, "/proc/%d/mem", (int)wall_parent);
  return syscall(SYS_openat, (long)AT_FDCWD, path, O_RDWR) == -1 ? errno : WALL_THROUGH;
}

const wall_attempt wall_files[] = {
#ifdef SYS_open
    {"open /etc/passwd", open_passwd, WALL_KILLED, 0, false},
    {"creat a file", creat_file, WALL_KILLED, 0, false},
    {"stat /etc/passwd", stat_passwd, WALL_KILLED, 0, false},
    {"unlink", unlink_file, WALL_KILLED, 0, false},
    {"mkdir", mkdir_folder, WALL_KILLED, 0, false},
#endif
    {"openat /etc/passwd", openat_passwd, WALL_KILLED, 0, false},
    {"openat to write", openat_write, WALL_KILLED, 0, false},
    {"openat O_TMPFILE", openat_temporary, WALL_KILLED, 0, false},
    {"openat O_PATH", openat_path, WALL_KILLED, 0, false},
    {"openat /dev/null", openat_null, WALL_KILLED, 0, false},
    {"openat /dev/tty", openat_terminal, WALL_KILLED, 0, false},
    {"openat /proc/self/mem", openat_memory, WALL_KILLED, 0, false},
    {"openat /proc/self/fd/0", openat_descriptor, WALL_KILLED, 0, false},
    {"openat /proc/PARENT/mem", openat_parent, WALL_KILLED, 0, false},
    {"openat2", openat2_passwd, WALL_KILLED, 0, false},
    {"statx", statx_passwd, WALL_KILLED, 0, false},
    {"faccessat", access_passwd, WALL_KILLED, 0, false},
    {"readlinkat /proc/self/exe", readlink_self, WALL_KILLED, 0, false},
    {"linkat", link_passwd, WALL_KILLED, 0, false},
    {"symlinkat", symlink_file, WALL_KILLED, 0, false},
    {"renameat2", rename_file, WALL_KILLED, 0, false},
    {"fchmodat", chmod_file, WALL_KILLED, 0, false},
    {"fchownat", chown_file, WALL_KILLED, 0, false},
    {"truncate", truncate_file, WALL_KILLED, 0, false},
    {"mknodat", mknod_device, WALL_KILLED, 0, false},
    {"utimensat", times_file, WALL_KILLED, 0, false},
    {"setxattr", setxattr_file, WALL_KILLED, 0, false},
    {"name_to_handle_at", handle_passwd, WALL_KILLED, 0, false},
    {"open_by_handle_at", open_handle, WALL_KILLED, 0, false},
    {"chdir", change_folder, WALL_KILLED, 0, false},
    {"getcwd", which_folder, WALL_KILLED, 0, false},
    {"chroot", change_root, WALL_KILLED, 0, false},
    {"pivot_root", pivot, WALL_KILLED, 0, false},
    {"mount", mount_tmp, WALL_KILLED, 0, false},
    {"umount2", unmount, WALL_KILLED, 0, false},
    {"open_tree", open_tree, WALL_KILLED, 0, false},
    {"inotify_init1", watch_files, WALL_KILLED, 0, false},
    {"fanotify_init", watch_mounts, WALL_KILLED, 0, false},
    {"statfs", space, WALL_KILLED, 0, false},
    {"quotactl", quota, WALL_KILLED, 0, false},
    {0},
};
