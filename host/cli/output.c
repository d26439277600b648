/* What a command writes must not be what it reads. Compares files, not spellings; knows nothing of what is in them. */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "os/os.h"

/* `what` is how the person wrote it, the file is its part from `from` on. */
static int check_input(const char *output, const char *what, const char *from, tlsmend_error *error) {
  if (from == NULL || !os_file_same(output, from))
    return TLSMEND_OK;
  return say_error(
      error, TLSMEND_E_USAGE,
      "to write %s would destroy %s, which is read for it; nothing was written: name another file", output,
      what);
}

/* The file behind "sim:" and "name=". */
static const char *behind(const char *text, char mark) {
  const char *at = text != NULL ? strchr(text, mark) : NULL;
  return at != NULL ? at + 1 : text;
}

/* A runbook in a bundle is BUNDLE|ID. */
static int check_operand(const char *output, const char *operand, tlsmend_error *error) {
  size_t length = strcspn(operand, "|");
  char *file = malloc(length + 1);
  if (file == NULL)
    return say_error(error, TLSMEND_E_MEMORY, "out of memory");
  memcpy(file, operand, length);
  file[length] = '\0';
  int code = check_input(output, operand, file, error);
  free(file);
  return code;
}

/* By its name: what it is may be a secret. */
static int check_param(const char *output, const char *param, tlsmend_error *error) {
  char what[80];
  snprintf(what, sizeof what, "the file of -p %.*s", (int)strcspn(param, "="), param);
  return check_input(output, what, behind(param, '='), error);
}

static int check_inputs(const opt *options, const char *output, tlsmend_error *error) {
  int code = check_input(output, options->machine, behind(options->machine, ':'), error);
  if (code == TLSMEND_OK)
    code = check_input(output, options->key, options->key, error);
  for (size_t i = 1; code == TLSMEND_OK && i < options->operand_count; i++)
    code = check_operand(output, options->operands[i], error);
  for (size_t i = 0; code == TLSMEND_OK && i < options->param_count; i++)
    code = check_param(output, options->params[i], error);
  return code;
}

/* `sign` without -o puts its signature beside the file. */
static int check_beside(const opt *options, tlsmend_error *error) {
  static const char suffix[] = ".minisig";
  const char *file = options->operands[1];
  char *output = malloc(strlen(file) + sizeof suffix);
  if (output == NULL)
    return say_error(error, TLSMEND_E_MEMORY, "out of memory");
  int code = check_inputs(options, strcat(strcpy(output, file), suffix), error);
  free(output);
  return code;
}

/* The file that the command line says is to be written; NULL: none, or one that stands beside another. */
static const char *named_output(const opt *options, const cli_command *command) {
  if (command->run == cmd_approve)
    return options->signature_count > 0 ? options->signatures[0] : NULL;
  return options->output;
}

int cli_check_output(const opt *options, const cli_command *command, tlsmend_error *error) {
  const char *output = named_output(options, command);
  if (command->run == cmd_approve && options->signature_count > 1)
    return say_error(error, TLSMEND_E_USAGE, "approve writes one signature: give --signature once");
  if (output != NULL && strcmp(output, "-") == 0)
    return say_error(
        error, TLSMEND_E_USAGE,
        "- is no file to write; a file of that name is ./-, and what goes to stdout needs no -o");
  if (output != NULL)
    return check_inputs(options, output, error);
  return command->run == cmd_sign ? check_beside(options, error) : TLSMEND_OK;
}
