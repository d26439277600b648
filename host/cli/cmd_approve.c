/* `tlsmend approve`: sign a saved plan. The password of the key is asked for, or taken from TLSMEND_PASSWORD. */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "os/os.h"

/* Signs; asks for the password once the library has said that the key has one. */
static int approve(const opt *options, char **path, tlsmend_error *error) {
  char password[512];
  tlsmend_approval_terms terms = TLSMEND_APPROVAL_TERMS_INIT;
  terms.password = getenv("TLSMEND_PASSWORD");
  terms.approver = options->approver;
  terms.ticket = options->ticket;
  terms.expires = options->expires;
  terms.signature = options->signature_count > 0 ? options->signatures[0] : NULL;
  terms.accept_unknown = (options->given & OPT_ACCEPT_UNKNOWN) != 0;
  if (options->key == NULL)
    return say_error(error, TLSMEND_E_USAGE, "approve needs a key: -s FILE (`minisign -G` makes one)");
  int code = tlsmend_approve(options->operands[1], options->key, &terms, path, error);
  if (code != TLSMEND_E_ABSENT)
    return code;
  if (!os_interactive())
    return say_error(error, TLSMEND_E_APPROVAL,
                     "%s has a password and nobody can be asked for it here: set TLSMEND_PASSWORD",
                     options->key);
  code = os_password("Password of the key: ", password, sizeof password, error);
  terms.password = password;
  if (code == TLSMEND_OK)
    code = tlsmend_approve(options->operands[1], options->key, &terms, path, error);
  memset(password, 0, sizeof password);
  return code;
}

int cmd_approve(const opt *options) {
  tlsmend_error error;
  char *path = NULL;
  if (approve(options, &path, &error) != TLSMEND_OK)
    return say_failure(&error, options->format);
  if (options->format == TLSMEND_FORMAT_JSON) {
    fputs("{\"schema\": \"tlsmend-approval/1\", \"plan\": ", stdout);
    say_json_string(options->operands[1]);
    fputs(", \"signature\": ", stdout);
    say_json_string(path);
    fputs(", \"result\": \"signed\"}\n", stdout);
  } else {
    printf("Signed: %s\n\nNext, to apply the plan with this approval:\n"
           "  tlsmend apply --plan %s --approved-by PUBLIC-KEY\n",
           path, options->operands[1]);
  }
  tlsmend_text_free(path);
  return 0;
}
