/* Bench: takes a package out of a bundle. usage: extract BUNDLE|NAME TO SHA256 */
#include <stdio.h>
#include <stdlib.h>

#include "machine/update/package.h"

int main(int argc, char **argv) {
  tlsmend_error error = {0, ""};
  if (argc == 4 && package_copy(argv[1], argv[2], argv[3], &error) == TLSMEND_OK)
    return EXIT_SUCCESS;
  fprintf(stderr, "extract: %s\n", error.text);
  return EXIT_FAILURE;
}
