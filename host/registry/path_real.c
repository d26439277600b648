/* Comparing names of the kernel, name by name. Sources: shared-registry-keys, winprog64; CmLoadKey's links of HKLM\SYSTEM. */
#include "registry/path_real.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

#include "base/unicode.h"

/* One name of a path; `length` 0 at its end. */
typedef struct part {
  const char *text;
  size_t length;
} part;

static bool is(part name, const char *text) { return unicode_name_equal_n(name.text, name.length, text); }

/* Takes the next name, never one that is only the place of the other view. */
static part take(const char **at) {
  part name;
  do {
    while (**at == '\\')
      ++*at;
    name = (part){*at, strcspn(*at, "\\")};
    *at += name.length;
  } while (is(name, "Wow6432Node"));
  return name;
}

static bool equal(part a, part b) {
  char text[1024]; /* a name has 255 units, which are 765 bytes at most */
  if (b.length >= sizeof text)
    return false;
  memcpy(text, b.text, b.length);
  text[b.length] = '\0';
  return is(a, text);
}

/* A number behind a fixed beginning: "ControlSet001". */
static bool is_numbered(part name, const char *begin) {
  size_t length = strlen(begin);
  if (name.length <= length || !unicode_name_equal_n(name.text, length, begin))
    return false;
  for (size_t i = length; i < name.length; i++)
    if (!isdigit((unsigned char)name.text[i]))
      return false;
  return true;
}

/* Whether `real` is the key of a user's classes: the user's name and "_Classes". */
static bool is_classes_of(part real, part user) {
  static const char tail[] = "_Classes";
  size_t length = sizeof tail - 1;
  return real.length == user.length + length && equal((part){real.text, user.length}, user) &&
         is((part){real.text + user.length, length}, tail);
}

/* What stands behind the hive of a container, "\REGISTRY\WC\Silo..."; NULL elsewhere. */
static const char *behind_container(const char *real) {
  if (!is(take(&real), "REGISTRY") || !is(take(&real), "WC"))
    return NULL;
  take(&real);
  return real;
}

/* A container keeps a hive under a name of its own: what follows must be how the wanted name ends. */
static bool ends_with(const char *wanted, const char *rest) {
  size_t length = strlen(rest), whole = strlen(wanted);
  return length && length <= whole && is((part){wanted + whole - length, length}, rest);
}

/* Whether the name at `depth` is what Windows leads there. `before` is the wanted name above it. */
static bool is_led(part wanted, part real, unsigned depth, part before) {
  if (depth == 2)
    return is(wanted, "S-1-5-18") && is(real, ".DEFAULT");
  if (depth == 3)
    return is(before, "SYSTEM") && is(wanted, "CurrentControlSet") && is_numbered(real, "ControlSet");
  return depth == 5 && is(before, "Hardware Profiles") && is(wanted, "Current") && is_numbered(real, "");
}

bool path_is_real(const char *wanted, const char *real) {
  const char *rest = behind_container(real);
  if (rest)
    return ends_with(wanted, rest);
  part before = {"", 0};
  bool users = false;
  for (unsigned depth = 0;; depth++) {
    part a = take(&wanted), b = take(&real);
    if (!a.length || !b.length)
      return a.length == b.length;
    if (depth == 1)
      users = is(a, "USER");
    if (depth == 2 && users && is_classes_of(b, a)) {
      if (!is(take(&wanted), "Software") || !is(take(&wanted), "Classes"))
        return false;
    } else if (!equal(a, b) && !(is_led(a, b, depth, before) && (depth != 2 || users))) {
      return false;
    }
    before = a;
  }
}
