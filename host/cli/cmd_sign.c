/* `tlsmend sign`: a signature beside a runbook or package, or a bundle. */
#include "cli/cli.h"

typedef struct signing {
  const opt *options;
  tlsmend_sign_terms terms;
  char *path; /* that was written */
} signing;

static int sign(void *data, const char *password, tlsmend_error *error) {
  signing *self = data;
  const opt *options = self->options;
  self->terms.password = password;
  return tlsmend_sign(options->operands + 1, options->operand_count - 1, options->key, &self->terms,
                      &self->path, error);
}

int cmd_sign(const opt *options) {
  tlsmend_error error;
  signing self = {options, TLSMEND_SIGN_TERMS_INIT, NULL};
  self.terms.comment = options->comment;
  self.terms.output = options->output;
  if (cli_key_use(options, sign, &self, &error) != TLSMEND_OK)
    return say_failure(&error, options->format);
  if (options->format == TLSMEND_FORMAT_JSON) {
    fputs("{\"schema\": \"tlsmend-signature/1\", \"file\": ", stdout);
    say_json_string(self.path);
    fputs(", \"result\": \"signed\"}\n", stdout);
  } else {
    printf("Signed: %s\n\nNext, to see what was signed:\n  tlsmend verify %s -k PUBLIC-KEY\n", self.path,
           options->output != NULL ? self.path : options->operands[1]);
  }
  tlsmend_text_free(self.path);
  return 0;
}
