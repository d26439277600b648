/* `tlsmend sign`: a signature beside a runbook, or a bundle. The password of the key is asked for, or taken from
 * TLSMEND_PASSWORD. */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "os/os.h"

static int sign(const opt *options, char **path, tlsmend_error *error) {
  char password[512];
  tlsmend_sign_terms terms = TLSMEND_SIGN_TERMS_INIT;
  terms.password = getenv("TLSMEND_PASSWORD");
  terms.comment = options->comment;
  terms.output = options->output;
  if (options->key == NULL)
    return say_error(error, TLSMEND_E_USAGE, "sign needs a key: -s FILE (`minisign -G` makes one)");
  const char *const *files = options->operands + 1;
  size_t count = options->operand_count - 1;
  int code = tlsmend_sign(files, count, options->key, &terms, path, error);
  if (code != TLSMEND_E_ABSENT)
    return code;
  if (!os_interactive())
    return say_error(error, TLSMEND_E_APPROVAL,
                     "%s has a password and nobody can be asked for it here: set TLSMEND_PASSWORD",
                     options->key);
  code = os_password("Password of the key: ", password, sizeof password, error);
  terms.password = password;
  if (code == TLSMEND_OK)
    code = tlsmend_sign(files, count, options->key, &terms, path, error);
  memset(password, 0, sizeof password);
  return code;
}

int cmd_sign(const opt *options) {
  tlsmend_error error;
  char *path = NULL;
  if (sign(options, &path, &error) != TLSMEND_OK)
    return say_failure(&error, options->format);
  if (options->format == TLSMEND_FORMAT_JSON) {
    fputs("{\"schema\": \"tlsmend-signature/1\", \"file\": ", stdout);
    say_json_string(path);
    fputs(", \"result\": \"signed\"}\n", stdout);
  } else {
    printf("Signed: %s\n\nNext, to see what was signed:\n  tlsmend verify %s -k PUBLIC-KEY\n", path,
           options->output != NULL ? path : options->operands[1]);
  }
  tlsmend_text_free(path);
  return 0;
}
