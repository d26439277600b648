/* `tlsmend version`: the library's version, and the machines that -m can name are the library's to list. */
#include "cli/cli.h"

int cmd_version(const opt *options) {
  if (options->format == TLSMEND_FORMAT_JSON) {
    fputs("{\"schema\": \"tlsmend-version/1\", \"version\": ", stdout);
    say_json_string(tlsmend_version());
    fputs(", \"result\": \"done\"}\n", stdout);
  } else {
    printf("tlsmend %s\n", tlsmend_version());
  }
  return 0;
}
