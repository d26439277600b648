/* What signs with a secret key: without a password, with that of TLSMEND_PASSWORD, or with one that a person types. */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "os/os.h"

int cli_key_use(const opt *options, cli_key_fn fn, void *data, tlsmend_error *error) {
  char password[512];
  if (options->key == NULL)
    return say_error(error, TLSMEND_E_USAGE, "%s needs a key: -s FILE (`minisign -G` makes one)",
                     options->operands[0]);
  char *given = os_environment("TLSMEND_PASSWORD");
  int code = fn(data, given, error);
  if (given != NULL)
    memset(given, 0, strlen(given));
  free(given);
  if (code != TLSMEND_E_ABSENT)
    return code;
  if (!os_interactive())
    return say_error(error, TLSMEND_E_APPROVAL,
                     "%s has a password and nobody can be asked for it here: set TLSMEND_PASSWORD",
                     options->key);
  code = os_password("Password of the key: ", password, sizeof password, error);
  if (code == TLSMEND_OK)
    code = fn(data, password, error);
  memset(password, 0, sizeof password);
  return code;
}
