/* The password of a secret key: none, that of TLSMEND_PASSWORD, or one that a person types. */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "os/os.h"

static bool begin(cli_password *password) {
  password->text = password->given = os_environment("TLSMEND_PASSWORD");
  return true;
}

static bool end(cli_password *password) {
  if (password->given)
    memset(password->given, 0, strlen(password->given));
  free(password->given);
  memset(password, 0, sizeof *password);
  return false;
}

bool cli_password_next(cli_password *password, const cli_call *call, int *code, tlsmend_error *error) {
  password->tries++;
  if (password->tries == 1)
    return *code == TLSMEND_OK && begin(password);
  if (*code != TLSMEND_E_ABSENT || password->tries > 2)
    return end(password);
  *code = os_interactive()
              ? os_password("Password of the key: ", password->typed, sizeof password->typed, error)
              : say_error(error, TLSMEND_E_APPROVAL,
                          "%s has a password and nobody can be asked for it here: set TLSMEND_PASSWORD",
                          call->key);
  password->text = password->typed;
  return *code == TLSMEND_OK || end(password);
}
