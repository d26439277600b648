/* `tlsmend plan`: what runbooks would change on a machine. Saves the plan with -o. */
#include <string.h>

#include "cli/cli.h"
#include "os/os.h"

static int save(const cli_call *call, const tlsmend_plan *plan, tlsmend_error *error) {
  char *json = NULL;
  if (!call->output)
    return TLSMEND_OK;
  int code = tlsmend_plan_render(plan, TLSMEND_FORMAT_JSON, &json, error);
  if (code == TLSMEND_OK)
    code = os_file_replace(call->output, json, strlen(json), error);
  tlsmend_text_free(json);
  return code;
}

static void print_next(const cli_call *call, const tlsmend_plan *plan) {
  if (tlsmend_plan_unknown_count(plan) > 0) {
    putchar('\n');
    say_line(call->language,
             "The plan rests on something that the machine could not tell (see above). Find "
             "that out first; an apply is refused unless it is told --accept-unknown.",
             NULL);
    return;
  }
  if (tlsmend_plan_change_count(plan) == 0)
    return;
  putchar('\n');
  say_line(call->language, "Next, to make these changes:", NULL);
  const char *words[] = {"--plan", call->output};
  const opt_list saved = {words, 2};
  cli_next(stdout, call, "apply", call->output ? &saved : &call->operands, plan);
  for (size_t i = 0; i < call->params.count; i++)
    if (tlsmend_plan_is_secret(plan, call->params.items[i]) != 0) {
      say_line(call->language, "A secret is not shown: write =VALUE behind its name.", NULL);
      return;
    }
}

/* Whether the plan calls for something, in exit codes: what cannot be told weighs more than what is known. */
static int plan_exit(const tlsmend_plan *plan) {
  if (tlsmend_plan_unknown_count(plan) > 0)
    return 5;
  return tlsmend_plan_change_count(plan) > 0 ? 2 : 0;
}

static int run(const cli_call *call) {
  tlsmend_error error;
  tlsmend_session *session = NULL;
  tlsmend_plan *plan = NULL;
  char *text = NULL;
  cli_live live = {0};
  tlsmend_options library = cli_options(call, TLSMEND_REBOOT_NEVER, &live);
  int code = tlsmend_session_open(&library, &session, &error);
  if (code == TLSMEND_OK)
    code = tlsmend_plan_make(session, call->operands.items, call->operands.count, call->params.items,
                             call->params.count, &plan, &error);
  if (code == TLSMEND_OK &&
      (call->output || call->format == TLSMEND_FORMAT_JSON || call->format == TLSMEND_FORMAT_HTML))
    code = tlsmend_plan_picture(session, plan, &error);
  if (code == TLSMEND_OK)
    code = tlsmend_plan_render_in(plan, call->format, call->language, &text, &error);
  if (code == TLSMEND_OK)
    code = save(call, plan, &error);
  int exit_code = code == TLSMEND_OK ? plan_exit(plan) : say_failure(&error, call->format);
  int said = code == TLSMEND_OK ? say_result(text, exit_code) : exit_code;
  if (code != TLSMEND_OK)
    tlsmend_text_free(text);
  else if (said == exit_code && call->format == TLSMEND_FORMAT_TEXT)
    print_next(call, plan);
  tlsmend_plan_free(plan);
  tlsmend_session_close(session);
  return said;
}

static const opt_spec takes[] = {
    {OPT_INCLUDE, .rows = cli_runbooks, .required = true},
    {OPT_INCLUDE, .rows = cli_session},
    {OPT_INCLUDE, .rows = cli_params, .brief = true},
    {OPT_INCLUDE, .rows = cli_output, .brief = true},
    {OPT_INCLUDE, .rows = cli_limits},
    {OPT_INCLUDE, .rows = cli_trust},
    {OPT_INCLUDE, .rows = cli_common_any},
    {.kind = OPT_END},
};

static const char examples[] = "plan winhttp-tls12 -p package=C:\\Updates\n"
                               "plan winhttp-tls12 -m sim:win7-sp1-x64 -o tuesday.plan";
const cli_command cmd_plan = {"plan",  "what would be changed; writes nothing", takes, sizeof(cli_call), run,
                              examples};
