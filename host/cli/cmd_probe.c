/* `tlsmend probe HOST:PORT`: which versions of SSL and TLS a server speaks. Exit code 0: TLS 1.2 or later, 2: neither, 5: cannot
 * tell. */
#include "cli/cli.h"

int cmd_probe(const opt *options) {
  tlsmend_error error;
  tlsmend_options library = cli_options(options, TLSMEND_REBOOT_NEVER, NULL);
  tlsmend_probe_terms terms = TLSMEND_PROBE_TERMS_INIT;
  char *text = NULL;
  int modern = -1;
  terms.name = options->sni;
  terms.timeout = (unsigned)options->timeout;
  if (tlsmend_probe(&library, options->operands[1], &terms, options->format, &text, &modern, &error) !=
      TLSMEND_OK)
    return say_failure(&error, options->format);
  return say_result(text, modern > 0 ? 0 : modern == 0 ? 2 : tlsmend_error_exit(TLSMEND_E_UNKNOWN));
}
