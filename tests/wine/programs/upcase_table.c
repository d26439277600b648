/* The same lines as upcase.c, from host/base/unicode_table.c instead of from Windows. */
#include <stdio.h>

#include "base/unicode.h"

int main(void) {
  for (unsigned unit = 0; unit < 0x10000; unit++) {
    unsigned upper = unicode_upcase((uint16_t)unit);
    if (upper != unit)
      printf("%04x %04x\n", unit, upper);
  }
  return 0;
}
