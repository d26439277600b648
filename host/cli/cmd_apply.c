/*
 * `tlsmend apply`: make or load a plan, show it, have it confirmed, carry it out. The questions are asked
 * here; what is checked before the first write, and how a failure is undone, is the library's.
 */
#include "cli/cli.h"
#include "os/os.h"

/* Everything between the command line and the report; zeroed at first. */
typedef struct application {
  opt call; /* a copy of what was typed: the machine may come from a saved plan */
  cli_live live;
  tlsmend_session *session;
  tlsmend_plan *plan;
} application;

static int check_options(const opt *options, tlsmend_error *error) {
  bool saved = options->plan != NULL, named = options->operand_count > 1;
  if (saved && named)
    return say_error(error, TLSMEND_E_USAGE, "apply takes runbooks or --plan %s, not both", options->plan);
  if (!saved && (options->given & (OPT_APPROVED_BY | OPT_APPROVALS | OPT_SIGNATURE)) != 0)
    return say_error(error, TLSMEND_E_USAGE,
                     "only a saved plan can be approved: plan -o FILE, approve FILE, apply --plan FILE");
  if (saved && options->key_count == 0 && (options->given & (OPT_APPROVALS | OPT_SIGNATURE)) != 0)
    return say_error(error, TLSMEND_E_USAGE, "say whose approvals count: --approved-by KEY");
  if (!saved && !named)
    return say_error(error, TLSMEND_E_USAGE,
                     "apply needs a runbook or --plan FILE; 'tlsmend list' names runbooks");
  return TLSMEND_OK;
}

static int check_approvals(application *app, tlsmend_error *error) {
  tlsmend_approval_check check = TLSMEND_APPROVAL_CHECK_INIT;
  if (app->call.key_count == 0)
    return TLSMEND_OK;
  check.keys = app->call.keys;
  check.key_count = app->call.key_count;
  check.signatures = app->call.signatures;
  check.signature_count = app->call.signature_count;
  check.needed = app->call.approvals;
  return tlsmend_plan_check_approvals(app->plan, &check, error);
}

/* A saved plan goes to the machine that -m names, otherwise to the one that it was made for. */
static int load_plan(application *app, tlsmend_error *error) {
  int code = tlsmend_plan_load(app->call.plan, &app->plan, error);
  if (code == TLSMEND_OK)
    code = check_approvals(app, error);
  if (code == TLSMEND_OK && app->call.machine == NULL)
    app->call.machine = tlsmend_plan_machine(app->plan);
  return code;
}

static int open_session(application *app, tlsmend_reboot reboot, tlsmend_error *error) {
  tlsmend_options library = cli_options(&app->call, reboot, &app->live);
  tlsmend_session_close(app->session);
  app->session = NULL;
  return tlsmend_session_open(&library, &app->session, error);
}

static int make_plan(application *app, tlsmend_error *error) {
  const opt *call = &app->call;
  return tlsmend_plan_make(app->session, call->operands + 1, call->operand_count - 1, call->params,
                           call->param_count, &app->plan, error);
}

/* With --format json stdout belongs to the report, so that the plan is shown only to somebody who will be
 * asked. */
static int show_plan(const application *app, tlsmend_error *error) {
  char *text = NULL;
  bool json = app->call.format != TLSMEND_FORMAT_TEXT; /* stdout is for one thing */
  bool asks = tlsmend_plan_change_count(app->plan) > 0 && (app->call.given & OPT_YES) == 0;
  if (json && !asks)
    return TLSMEND_OK;
  int code = tlsmend_plan_render_in(app->plan, TLSMEND_FORMAT_TEXT, app->call.language, &text, error);
  if (code != TLSMEND_OK)
    return code;
  if (json) {
    fputs(text, stderr);
    tlsmend_text_free(text);
    return TLSMEND_OK;
  }
  bool more = tlsmend_plan_change_count(app->plan) > 0; /* steps and a report follow */
  return say_text(text) && (!more || putchar('\n') != EOF)
             ? TLSMEND_OK
             : say_error(error, TLSMEND_E_IO, "cannot write the plan to stdout; nothing was applied");
}

/* With --confirm-within: what will keep it, before anybody agrees. */
static int show_keepers(const application *app, tlsmend_error *error) {
  const opt *options = &app->call;
  char *keepers = NULL, *text = NULL;
  if (options->confirm_minutes == 0 || tlsmend_plan_change_count(app->plan) == 0)
    return TLSMEND_OK;
  int code = tlsmend_plan_keepers(app->plan, &keepers, error);
  if (code != TLSMEND_OK)
    return code;
  text = say_in(options->language,
                keepers != NULL
                    ? "It will be undone unless tlsmend confirm comes in time, or then each verify "
                      "passes, which connects to a server:"
                    : "It will be undone unless tlsmend confirm comes in time: nothing else keeps it.");
  FILE *to = options->format == TLSMEND_FORMAT_TEXT ? stdout : stderr;
  fprintf(to, "%s%s%s\n\n", text != NULL ? text : "", keepers != NULL ? " " : "",
          keepers != NULL ? keepers : "");
  tlsmend_text_free(text);
  tlsmend_text_free(keepers);
  return TLSMEND_OK;
}

/* Three answers, not two: what rests on "cannot tell" needs its own consent. */
static int confirm(const application *app, tlsmend_error *error) {
  char question[256];
  const opt *options = &app->call;
  size_t restarts = tlsmend_plan_reboot_count(app->plan);
  size_t changes = tlsmend_plan_change_count(app->plan) - restarts;
  if (tlsmend_plan_unknown_count(app->plan) > 0 && (options->given & OPT_ACCEPT_UNKNOWN) == 0)
    return say_error(error, TLSMEND_E_UNKNOWN,
                     "the plan rests on something that the machine could not tell; find it out, or pass "
                     "--accept-unknown");
  if (changes + restarts == 0 || (options->given & OPT_YES) != 0)
    return TLSMEND_OK;
  const char *machine = say_machine(options);
  if (changes == 1)
    snprintf(question, sizeof question,
             restarts > 0 ? "Apply 1 change (and the restart) to %s?" : "Apply 1 change to %s?", machine);
  else
    snprintf(question, sizeof question,
             restarts > 0 ? "Apply these %zu changes (and the restart) to %s?"
                          : "Apply these %zu changes to %s?",
             changes, machine);
  if (say_question(options->language, question))
    return TLSMEND_OK;
  return say_error(error, TLSMEND_E_REFUSED,
                   "not confirmed, nothing was written; pass --yes where nobody can answer");
}

/* A restart is agreed on before the first write; without an answer it is left to the person. */
static tlsmend_reboot agree_on_restart(const application *app) {
  tlsmend_reboot reboot = app->call.reboot;
  if (reboot != TLSMEND_REBOOT_ASK || tlsmend_plan_reboot_count(app->plan) == 0 ||
      (app->call.given & OPT_YES) != 0)
    return reboot;
  return say_question(app->call.language,
                      "The plan needs a restart. Restart without asking again when it is due?")
             ? TLSMEND_REBOOT_AUTO
             : TLSMEND_REBOOT_ASK;
}

static int apply(application *app, tlsmend_report **report, tlsmend_error *error) {
  int code = check_options(&app->call, error);
  if (code == TLSMEND_OK && app->call.plan != NULL)
    code = load_plan(app, error);
  if (code == TLSMEND_OK)
    code = open_session(app, app->call.reboot, error);
  if (code == TLSMEND_OK)
    code = app->plan == NULL ? make_plan(app, error)
                             : tlsmend_plan_complete(app->session, app->plan, app->call.params,
                                                     app->call.param_count, error);
  if (code == TLSMEND_OK)
    code = show_plan(app, error);
  if (code == TLSMEND_OK)
    code = show_keepers(app, error);
  if (code == TLSMEND_OK)
    code = confirm(app, error);
  if (code != TLSMEND_OK)
    return code;
  tlsmend_reboot agreed = agree_on_restart(app);
  if (agreed != app->call.reboot)
    code = open_session(app, agreed, error);
  if (code == TLSMEND_OK)
    code = tlsmend_apply(app->session, app->plan, report, error);
  cli_live_end(&app->live, code == TLSMEND_OK && cli_waits(*report));
  return code;
}

/* Where nothing was to be done the plan has said so already. */
static int finish(const application *app, tlsmend_report *report) {
  if (tlsmend_report_result(report) == TLSMEND_RESULT_AWAITS)
    cli_watch(&app->call, app->session);
  if (app->call.format == TLSMEND_FORMAT_JSON || tlsmend_report_result(report) != TLSMEND_RESULT_NOTHING)
    return cli_report(&app->call, report);
  tlsmend_report_free(report);
  return 0;
}

int cmd_apply(const opt *options) {
  tlsmend_error error;
  tlsmend_report *report = NULL;
  application app = {.call = *options};
  int code = apply(&app, &report, &error);
  int exit_code = code == TLSMEND_OK ? finish(&app, report) : say_failure(&error, options->format);
  tlsmend_plan_free(app.plan);
  tlsmend_session_close(app.session);
  return exit_code;
}
