/* Who can change a file: its owner, its mode, and those of every folder above it. */
#include "base/error.h"
#include "os/os.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tlsmend/tlsmend.h>

enum { STICKY = 01000 }; /* S_ISVTX, which is XSI's; its number is fixed */

/* root, and whoever runs this: nobody else's word counts for root. */
static bool trusted(uid_t owner) { return owner == 0 || owner == geteuid(); }

/* `above`: a folder above, where a sticky bit is enough: what is in it can be replaced by its owner alone. */
static int check(const char *path, bool above, tlsmend_error *error) {
  struct stat found;
  if (lstat(path, &found) != 0)
    return tlsmend_error_set(error, errno == ENOENT ? TLSMEND_E_ABSENT : TLSMEND_E_IO,
                             "cannot look at %s: %s", path, strerror(errno));
  if (!S_ISDIR(found.st_mode) && !S_ISREG(found.st_mode))
    return tlsmend_error_set(
        error, TLSMEND_E_REFUSED,
        "%s is a link, or something else that is neither a file nor a folder: put the file itself there",
        path);
  if (!trusted(found.st_uid))
    return tlsmend_error_set(error, TLSMEND_E_REFUSED,
                             "%s belongs to user %lu, who could change it: look into it, then chown root it",
                             path, (unsigned long)found.st_uid);
  if ((found.st_mode & (S_IWGRP | S_IWOTH)) && !(above && (found.st_mode & STICKY)))
    return tlsmend_error_set(error, TLSMEND_E_REFUSED,
                             "%s can be written by others than its owner: look into it, then chmod go-w it",
                             path);
  return TLSMEND_OK;
}

int os_path_guarded(const char *path, tlsmend_error *error) {
  char *at = os_path_absolute(path);
  int result = at ? check(at, false, error) : error_no_memory(error);
  for (char *slash; result == TLSMEND_OK && at[1] && (slash = strrchr(at, '/'));) {
    slash[slash == at] = 0;
    result = check(at, true, error);
  }
  free(at);
  return result;
}
