/* Who may do what with a file that replaces another: the same as before. */
#define _GNU_SOURCE
#include "os/posix/posix.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/xattr.h>

/* Without the access list, whom it named would be locked out; what else is kept in attributes is nobody's right. */
static bool keep_attribute(int fd, const char *path, const char *name) {
  bool needed = strcmp(name, "system.posix_acl_access") == 0;
  ssize_t size = getxattr(path, name, NULL, 0);
  char *value = size >= 0 ? malloc((size_t)size + 1) : NULL;
  bool kept = value && (size = getxattr(path, name, value, (size_t)size)) >= 0 &&
              fsetxattr(fd, name, value, (size_t)size, 0) == 0;
  free(value);
  return kept || !needed;
}

static bool keep_attributes(int fd, const char *path) {
  ssize_t size = listxattr(path, NULL, 0);
  if (size <= 0) /* none, or a file system that has none */
    return true;
  char *names = malloc((size_t)size);
  bool kept = names && (size = listxattr(path, names, (size_t)size)) >= 0;
  for (const char *name = names; kept && name < names + size; name += strlen(name) + 1)
    kept = keep_attribute(fd, path, name);
  free(names);
  return kept;
}
#else
static bool keep_attributes(int fd, const char *path) { return (void)fd, (void)path, true; }
#endif

bool posix_keep_rights(int fd, const char *path, const struct stat *old) {
  bool owned = fchown(fd, old->st_uid, old->st_gid) == 0;
  if (!owned)
    owned = fchown(fd, (uid_t)-1, old->st_gid) == 0 && old->st_uid == geteuid();
  return keep_attributes(fd, path) && fchmod(fd, old->st_mode & (owned ? 07777 : 0777)) == 0;
}
