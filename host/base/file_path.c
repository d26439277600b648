/* The spelling of file paths. Sources: "Naming Files, Paths, and Namespaces", learn.microsoft.com/windows/win32/fileio. */
#include "base/file_path.h"

#include <ctype.h>
#include <string.h>

#include "base/unicode.h"

static bool is_drive(const char *path) { return isalpha((unsigned char)path[0]) && path[1] == ':'; }

static bool is_share(const char *path) { return path[0] == '\\' && path[1] == '\\'; }

const char *file_path_leaf(const char *path) {
  const char *name = path;
  for (const char *at = path; *at; at++)
    if (*at == '/' || *at == '\\')
      name = at + 1;
  return name;
}

bool file_path_absolute(const char *path) {
  return path[0] == '/' || is_share(path) || (is_drive(path) && (path[2] == '\\' || path[2] == '/'));
}

bool file_path_share(const char *path) {
  bool first = path[0] == '\\' || path[0] == '/';
  return first && (path[1] == '\\' || path[1] == '/' || strncmp(path + 1, "??", 2) == 0);
}

/* What separates names: "/" alone where the path is one of POSIX. */
static const char *separators(const char *path) { return path[0] == '/' ? "/" : "\\/"; }

/* Whether a name means a device whatever folder it stands in, with any ending: "NUL", "com1.msu", "LPT\u00b9". */
static bool is_device(const char *name, size_t length) {
  static const char *const whole[] = {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$"};
  static const char *const ports[] = {"COM", "LPT"};
  static const char *const digits[] = {"0", "1", "2", "3",      "4",      "5",     "6",
                                       "7", "8", "9", "\u00b9", "\u00b2", "\u00b3"};
  size_t stem = 0;
  while (stem < length && name[stem] != '.')
    stem++;
  while (stem && name[stem - 1] == ' ')
    stem--;
  for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
    if (unicode_name_equal_n(name, stem, whole[i]))
      return true;
  for (size_t i = 0; stem > 3 && i < sizeof ports / sizeof *ports; i++)
    for (size_t d = 0; unicode_name_equal_n(name, 3, ports[i]) && d < sizeof digits / sizeof *digits; d++)
      if (stem - 3 == strlen(digits[d]) && memcmp(name + 3, digits[d], stem - 3) == 0)
        return true;
  return false;
}

static const char *name_mistake(const char *name, size_t length) {
  if (length == 0)
    return "has two separators in a row, or one at its end";
  if ((length == 1 && name[0] == '.') || (length == 2 && memcmp(name, "..", 2) == 0))
    return "goes by \".\" or \"..\"";
  for (size_t i = 0; i < length; i++)
    if ((unsigned char)name[i] < 32 || name[i] == 127 || strchr("*?\"<>|\\", name[i]))
      return "holds a character that no name has";
    else if (name[i] == ':')
      return "names a stream (a colon)";
  if (name[length - 1] == '.' || name[length - 1] == ' ')
    return "has a name that ends in a dot or a blank";
  return is_device(name, length) ? "names a device" : NULL;
}

/* The names from `at` on. */
static const char *names_mistake(const char *at, const char *between) {
  for (;;) {
    size_t length = strcspn(at, between);
    const char *mistake = name_mistake(at, length);
    if (mistake || !at[length])
      return mistake;
    at += length + 1;
  }
}

const char *file_path_mistake(const char *path) {
  const char *names = path[0] == '/'   ? path + 1
                      : is_share(path) ? path + 2
                      : is_drive(path) ? path + 3
                                       : path;
  if (is_drive(path) && !file_path_absolute(path))
    return "means the current folder of a drive";
  if (path[0] == '\\' && !is_share(path))
    return "means the current drive";
  return names_mistake(names, separators(path));
}

/* Without separators at the end. */
static size_t root_length(const char *root) {
  size_t length = strlen(root);
  while (length > 1 && strchr(separators(root), root[length - 1]))
    length--;
  return length;
}

/* The length of what stands in `path` for `root`; 0 if it does not begin with it. */
static size_t begins_with(const char *path, const char *root, size_t length) {
  if (root[0] == '/')
    return strncmp(path, root, length) == 0 ? length : 0;
  size_t at = 0, from = 0;
  while (from < length) { /* name by name, so that case is that of names */
    size_t name = strcspn(root + from, "\\/"), other = strcspn(path + at, "\\/");
    char wanted[1024];
    if (name > length - from)
      name = length - from;
    if (name >= sizeof wanted)
      return 0;
    memcpy(wanted, root + from, name);
    wanted[name] = '\0';
    if (!unicode_name_equal_n(path + at, other, wanted))
      return 0;
    at += other;
    from += name;
    if (from < length) { /* a separator of the root */
      if (!path[at])
        return 0;
      at++, from++;
    }
  }
  return at;
}

size_t file_path_root(const char *path, const char *root) {
  const char *between = separators(root);
  size_t length = root_length(root), begin = *root ? begins_with(path, root, length) : 0;
  if (!begin)
    return 0;
  const char *rest = path + begin;
  bool at_root = begin == 1 && strchr(between, path[0]) && root[0] == '/'; /* "/" itself */
  if (*rest && !at_root) {
    if (!strchr(between, *rest))
      return 0;
    rest++;
  }
  return !*rest || !names_mistake(rest, between) ? begin : 0;
}
