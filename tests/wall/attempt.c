#include "wall/attempt.h"

#include <string.h>

const wall_attempt *wall_attempt_named(const char *name) {
  for (size_t i = 0; wall_tables[i]; i++)
    for (const wall_attempt *attempt = wall_tables[i]; attempt->name; attempt++)
      if (strcmp(attempt->name, name) == 0)
        return attempt;
  return wall_attempt_made(name);
}
