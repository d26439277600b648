/* `tlsmend approve`: sign a saved plan. */
#include "cli/cli.h"

typedef struct signing {
  const opt *options;
  tlsmend_approval_terms terms;
  char *path; /* of the signature */
} signing;

static int approve(void *data, const char *password, tlsmend_error *error) {
  signing *self = data;
  self->terms.password = password;
  return tlsmend_approve(self->options->operands[1], self->options->key, &self->terms, &self->path, error);
}

int cmd_approve(const opt *options) {
  tlsmend_error error;
  signing self = {options, TLSMEND_APPROVAL_TERMS_INIT, NULL};
  self.terms.approver = options->approver;
  self.terms.ticket = options->ticket;
  self.terms.expires = options->expires;
  self.terms.signature = options->signature_count > 0 ? options->signatures[0] : NULL;
  self.terms.accept_unknown = (options->given & OPT_ACCEPT_UNKNOWN) != 0;
  if (cli_key_use(options, approve, &self, &error) != TLSMEND_OK)
    return say_failure(&error, options->format);
  if (options->format == TLSMEND_FORMAT_JSON) {
    fputs("{\"schema\": \"tlsmend-approval/1\", \"plan\": ", stdout);
    say_json_string(options->operands[1]);
    fputs(", \"signature\": ", stdout);
    say_json_string(self.path);
    fputs(", \"result\": \"signed\"}\n", stdout);
  } else {
    printf("Signed: %s\n\nNext, to apply the plan with this approval:\n"
           "  tlsmend apply --plan %s --approved-by PUBLIC-KEY\n",
           self.path, options->operands[1]);
  }
  tlsmend_text_free(self.path);
  return 0;
}
