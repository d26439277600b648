/* Unpacks the inner cabinets of a package as the live machine does, for test_dism.sh: cabinet_list PACKAGE FOLDER. */
#include <stdio.h>

#include "machine/win32/win32.h"

int main(int argc, char **argv) {
  tlsmend_error error = {0};
  int code = argc == 3 ? cabinet_expand(argv[1], argv[2], &error) : TLSMEND_E_USAGE;
  printf("%d %s\n", code, error.text);
  return code == TLSMEND_OK ? 0 : 1;
}
