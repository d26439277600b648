/* `tlsmend plan`: what runbooks would change on a machine. Saves the plan with -o. */
#include <string.h>

#include "cli/cli.h"
#include "os/os.h"

static int save(const opt *options, const tlsmend_plan *plan, tlsmend_error *error) {
  char *json = NULL;
  if (options->output == NULL)
    return TLSMEND_OK;
  int code = tlsmend_plan_render(plan, TLSMEND_FORMAT_JSON, &json, error);
  if (code == TLSMEND_OK)
    code = os_file_replace(options->output, json, strlen(json), error);
  tlsmend_text_free(json);
  return code;
}

static void print_next(const opt *options, const tlsmend_plan *plan) {
  if (tlsmend_plan_unknown_count(plan) > 0) {
    putchar('\n');
    say_line(options->language,
             "The plan rests on something that the machine could not tell (see above). Find "
             "that out first; an apply is refused unless it is told --accept-unknown.");
    return;
  }
  if (tlsmend_plan_change_count(plan) == 0)
    return;
  putchar('\n');
  say_line(options->language, "Next, to make these changes:");
  opt next = *options;
  const char *operands[] = {"apply", "--plan", options->output};
  if (options->output != NULL) {
    next.operands = operands;
    next.operand_count = 3;
  }
  say_command(stdout, &next, "apply", true, plan);
  for (size_t i = 0; i < options->param_count; i++)
    if (tlsmend_plan_is_secret(plan, options->params[i]) != 0) {
      say_line(options->language, "A secret is not shown: write =VALUE behind its name.");
      return;
    }
}

/* Whether the plan calls for something, in exit codes: what cannot be told weighs more than what is known. */
static int plan_exit(const tlsmend_plan *plan) {
  if (tlsmend_plan_unknown_count(plan) > 0)
    return 5;
  return tlsmend_plan_change_count(plan) > 0 ? 2 : 0;
}

int cmd_plan(const opt *options) {
  tlsmend_error error;
  tlsmend_session *session = NULL;
  tlsmend_plan *plan = NULL;
  char *text = NULL;
  cli_live live = {0};
  tlsmend_options library = cli_options(options, TLSMEND_REBOOT_NEVER, &live);
  int code = tlsmend_session_open(&library, &session, &error);
  if (code == TLSMEND_OK)
    code = tlsmend_plan_make(session, options->operands + 1, options->operand_count - 1, options->params,
                             options->param_count, &plan, &error);
  if (code == TLSMEND_OK)
    code = tlsmend_plan_render_in(plan, options->format, options->language, &text, &error);
  if (code == TLSMEND_OK)
    code = save(options, plan, &error);
  int exit_code = code == TLSMEND_OK ? plan_exit(plan) : say_failure(&error, options->format);
  int said = code == TLSMEND_OK ? say_result(text, exit_code) : exit_code;
  if (code != TLSMEND_OK)
    tlsmend_text_free(text);
  else if (said == exit_code && options->format == TLSMEND_FORMAT_TEXT)
    print_next(options, plan);
  tlsmend_plan_free(plan);
  tlsmend_session_close(session);
  return said;
}
