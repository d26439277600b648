/*
 * What of a work folder would survive a power cut: names once their folder was flushed, bytes once the file was. Pessimistic:
 * nothing reaches the disk by itself. Two levels deep, which is all that a test has.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fault/fault.h"

enum { MOST = 512 };

typedef struct bytes_of {
  ino_t inode;
  char *bytes;
  size_t size;
} bytes_of;

typedef struct name_of {
  char path[400];
  bool folder;
  int file; /* index into files */
} name_of;

static struct {
  bool on;
  char folder[256];
  bytes_of files[MOST];
  int file_count;
  name_of names[MOST]; /* that are on the disk */
  int name_count;
} disk;

/* The bytes of an open file, which may be open for writing only. */
static char *slurp(int fd, size_t *size) {
  struct stat status;
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  int again = open(link, O_RDONLY);
  if (again < 0 || fstat(again, &status) != 0)
    abort();
  *size = (size_t)status.st_size;
  char *bytes = malloc(*size + 1);
  if (!bytes || pread(again, bytes, *size, 0) != (ssize_t)*size)
    abort();
  close(again);
  return bytes;
}

/* The newest file with an inode: the number may have been used before. -1: never seen. */
static int file_of(ino_t inode) {
  for (int i = disk.file_count; i-- > 0;)
    if (disk.files[i].inode == inode)
      return i;
  return -1;
}

static int file_add(ino_t inode) {
  if (disk.file_count == MOST)
    abort();
  disk.files[disk.file_count] = (bytes_of){.inode = inode};
  return disk.file_count++;
}

static bool directly_in(const char *path, const char *folder) {
  size_t length = strlen(folder);
  return strncmp(path, folder, length) == 0 && path[length] == '/' && !strchr(path + length + 1, '/');
}

/* Makes the names of a folder durable. */
static void list(const char *folder) {
  int kept = 0;
  for (int i = 0; i < disk.name_count; i++)
    if (!directly_in(disk.names[i].path, folder))
      disk.names[kept++] = disk.names[i];
  disk.name_count = kept;
  DIR *open = opendir(folder);
  for (struct dirent *entry; open && (entry = readdir(open));) {
    struct stat status;
    if (entry->d_name[0] == '.' || strstr(entry->d_name, ".waiting") || disk.name_count == MOST)
      continue; /* what waits (live.c) is memory */
    name_of *name = &disk.names[disk.name_count];
    snprintf(name->path, sizeof name->path, "%s/%s", folder, entry->d_name);
    if (stat(name->path, &status) != 0)
      continue;
    name->folder = S_ISDIR(status.st_mode);
    name->file = name->folder ? -1 : file_of(status.st_ino);
    if (!name->folder && name->file < 0)
      name->file = file_add(status.st_ino);
    disk.name_count++;
  }
  if (open)
    closedir(open);
}

static void flush_file(int fd) {
  struct stat status;
  fstat(fd, &status);
  int file = file_of(status.st_ino);
  if (file < 0)
    file = file_add(status.st_ino);
  free(disk.files[file].bytes);
  disk.files[file].bytes = slurp(fd, &disk.files[file].size);
}

static void scan(const char *folder) {
  list(folder);
  for (int i = 0; i < disk.name_count; i++) {
    name_of name = disk.names[i];
    if (!directly_in(name.path, folder))
      continue;
    if (name.folder) {
      scan(name.path);
      continue;
    }
    int fd = open(name.path, O_RDONLY);
    if (fd < 0)
      continue;
    flush_file(fd);
    close(fd);
  }
}

void power_begin(const char *folder) {
  memset(&disk, 0, sizeof disk);
  snprintf(disk.folder, sizeof disk.folder, "%s", folder);
  scan(folder);
  disk.on = true;
}

void power_created(int fd) {
  struct stat status;
  if (!disk.on)
    return;
  fstat(fd, &status);
  file_add(status.st_ino);
}

void power_flushed(int fd) {
  struct stat status;
  char path[400], link[64];
  if (!disk.on || fstat(fd, &status) != 0)
    return;
  if (!S_ISDIR(status.st_mode)) {
    flush_file(fd);
    return;
  }
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0)
    return;
  path[length] = 0;
  if (strncmp(path, disk.folder, strlen(disk.folder)) == 0)
    list(path);
}

static void empty(const char *folder) {
  DIR *open = opendir(folder);
  for (struct dirent *entry; open && (entry = readdir(open));) {
    char path[700];
    struct stat status;
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
      continue;
    snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode)) {
      empty(path);
      rmdir(path);
    } else {
      unlink(path);
    }
  }
  if (open)
    closedir(open);
}

void power_cut(const char *folder, bool names) {
  if (names) { /* the folders as they are now; their bytes as they were flushed */
    char folders[8][400];
    int count = 0;
    list(folder);
    for (int i = 0; i < disk.name_count && count < 8; i++)
      if (disk.names[i].folder)
        strcpy(folders[count++], disk.names[i].path);
    for (int i = 0; i < count; i++)
      list(folders[i]);
  }
  empty(folder);
  for (int i = 0; i < disk.name_count; i++)
    if (disk.names[i].folder)
      mkdir(disk.names[i].path, 0700);
  for (int i = 0; i < disk.name_count; i++) {
    if (disk.names[i].folder)
      continue;
    const bytes_of *file = &disk.files[disk.names[i].file];
    int fd = open(disk.names[i].path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (fd < 0)
      continue; /* its folder is not on the disk */
    if (file->size && write(fd, file->bytes, file->size) != (ssize_t)file->size)
      abort();
    close(fd);
  }
}
