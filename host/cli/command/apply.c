/*
 * `tlsmend apply`: make or load a plan, show it, have it confirmed, carry it out. The questions are asked
 * here; what is checked before the first write, and how a failure is undone, is the library's.
 */
#include "cli/cli.h"
#include "os/os.h"

typedef struct arguments {
  cli_call call;
  const char *plan;
  opt_list approved_by, signatures;
  unsigned long long approvals, confirm_within;
  bool allow_unsigned;
} arguments;

/* Everything between the command line and the report; zeroed at first. */
typedef struct application {
  const arguments *given;
  cli_call call; /* a copy of what was typed: the machine may come from a saved plan */
  cli_live live;
  tlsmend_session *session;
  tlsmend_plan *plan;
} application;

static int check_arguments(const arguments *given, tlsmend_error *error) {
  bool saved = given->plan, named = given->call.operands.count > 0;
  bool counted = given->approvals > 0 || given->signatures.count > 0;
  if (saved && named)
    return say_error(error, TLSMEND_E_USAGE, "apply takes runbooks or --plan %s, not both", given->plan);
  if (!saved && (given->approved_by.count > 0 || counted))
    return say_error(error, TLSMEND_E_USAGE,
                     "only a saved plan can be approved: plan -o FILE, approve FILE, apply --plan FILE");
  if (given->approved_by.count == 0 && counted)
    return say_error(error, TLSMEND_E_USAGE, "say whose approvals count: --approved-by KEY");
  if (!saved && !named)
    return say_error(error, TLSMEND_E_USAGE,
                     "apply needs a runbook or --plan FILE; 'tlsmend list' names runbooks");
  return TLSMEND_OK;
}

static int check_approvals(const application *app, tlsmend_error *error) {
  const arguments *given = app->given;
  tlsmend_approval_check check = TLSMEND_APPROVAL_CHECK_INIT;
  if (given->approved_by.count == 0)
    return TLSMEND_OK;
  check.keys = given->approved_by.items;
  check.key_count = given->approved_by.count;
  check.signatures = given->signatures.items;
  check.signature_count = given->signatures.count;
  check.needed = (size_t)given->approvals;
  return tlsmend_plan_check_approvals(app->plan, &check, error);
}

/* A saved plan goes to the machine that -m names, otherwise to the one that it was made for. */
static int load_plan(application *app, tlsmend_error *error) {
  int code = tlsmend_plan_load(app->given->plan, &app->plan, error);
  if (code == TLSMEND_OK)
    code = check_approvals(app, error);
  if (code == TLSMEND_OK && !app->call.machine)
    app->call.machine = tlsmend_plan_machine(app->plan);
  return code;
}

static int open_session(application *app, tlsmend_reboot reboot, tlsmend_error *error) {
  tlsmend_options library = cli_options(&app->call, reboot, &app->live);
  library.allow_unsigned = app->given->allow_unsigned;
  library.confirm_minutes = (unsigned)app->given->confirm_within;
  tlsmend_session_close(app->session);
  app->session = NULL;
  return tlsmend_session_open(&library, &app->session, error);
}

static int make_plan(application *app, tlsmend_error *error) {
  const cli_call *call = &app->call;
  return tlsmend_plan_make(app->session, call->operands.items, call->operands.count, call->params.items,
                           call->params.count, &app->plan, error);
}

/* With --format json stdout belongs to the report, so that the plan is shown only to somebody who will be
 * asked. */
static int show_plan(const application *app, tlsmend_error *error) {
  char *text = NULL;
  bool json = app->call.format != TLSMEND_FORMAT_TEXT; /* stdout is for one thing */
  bool asks = tlsmend_plan_change_count(app->plan) > 0 && !app->call.yes;
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
  const cli_call *call = &app->call;
  char *keepers = NULL, *text = NULL;
  if (app->given->confirm_within == 0 || tlsmend_plan_change_count(app->plan) == 0)
    return TLSMEND_OK;
  int code = tlsmend_plan_keepers(app->plan, &keepers, error);
  if (code != TLSMEND_OK)
    return code;
  text = say_in(call->language,
                keepers ? "It will be undone unless tlsmend confirm comes in time, or then each verify "
                          "passes, which connects to a server:"
                        : "It will be undone unless tlsmend confirm comes in time: nothing else keeps it.");
  FILE *to = call->format == TLSMEND_FORMAT_TEXT ? stdout : stderr;
  fprintf(to, "%s%s%s\n\n", text ? text : "", keepers ? " " : "", keepers ? keepers : "");
  tlsmend_text_free(text);
  tlsmend_text_free(keepers);
  return TLSMEND_OK;
}

static bool ask(const cli_call *call, size_t changes, bool restarts) {
  char count[24], *machine = cli_machine_said(call);
  bool agreed = false;
  snprintf(count, sizeof count, "%zu", changes);
  if (changes == 1)
    agreed = say_question(call->language,
                          restarts ? "Apply 1 change (and the restart) to %1?" : "Apply 1 change to %1?",
                          machine, NULL);
  else
    agreed = say_question(call->language,
                          restarts ? "Apply these %1 changes (and the restart) to %2?"
                                   : "Apply these %1 changes to %2?",
                          count, machine);
  tlsmend_text_free(machine);
  return agreed;
}

/* Three answers, not two: what rests on "cannot tell" needs its own consent. */
static int confirm(const application *app, tlsmend_error *error) {
  const cli_call *call = &app->call;
  size_t restarts = tlsmend_plan_reboot_count(app->plan);
  size_t changes = tlsmend_plan_change_count(app->plan) - restarts;
  if (tlsmend_plan_unknown_count(app->plan) > 0 && !call->accept_unknown)
    return say_error(error, TLSMEND_E_UNKNOWN,
                     "the plan rests on something that the machine could not tell; find it out, or pass "
                     "--accept-unknown");
  if (changes + restarts == 0 || call->yes)
    return TLSMEND_OK;
  if (ask(call, changes, restarts > 0))
    return TLSMEND_OK;
  return say_error(error, TLSMEND_E_REFUSED,
                   "not confirmed, nothing was written; pass --yes where nobody can answer");
}

/* A restart is agreed on before the first write; without an answer it is left to the person. */
static tlsmend_reboot agree_on_restart(const application *app) {
  tlsmend_reboot reboot = cli_reboot_of(app->call.reboot_word);
  if (reboot != TLSMEND_REBOOT_ASK || tlsmend_plan_reboot_count(app->plan) == 0 || app->call.yes)
    return reboot;
  return say_question(app->call.language,
                      "The plan needs a restart. Restart without asking again when it is due?", NULL, NULL)
             ? TLSMEND_REBOOT_AUTO
             : TLSMEND_REBOOT_ASK;
}

static int apply(application *app, tlsmend_report **report, tlsmend_error *error) {
  tlsmend_reboot reboot = cli_reboot_of(app->call.reboot_word);
  int code = check_arguments(app->given, error);
  if (code == TLSMEND_OK && app->given->plan)
    code = load_plan(app, error);
  if (code == TLSMEND_OK)
    code = open_session(app, reboot, error);
  if (code == TLSMEND_OK)
    code = !app->plan ? make_plan(app, error)
                      : tlsmend_plan_complete(app->session, app->plan, app->call.params.items,
                                              app->call.params.count, error);
  if (code == TLSMEND_OK)
    code = show_plan(app, error);
  if (code == TLSMEND_OK)
    code = show_keepers(app, error);
  if (code == TLSMEND_OK)
    code = confirm(app, error);
  if (code != TLSMEND_OK)
    return code;
  tlsmend_reboot agreed = agree_on_restart(app);
  if (agreed != reboot)
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

static int run(const cli_call *call) {
  tlsmend_error error;
  tlsmend_report *report = NULL;
  application app = {.given = (const arguments *)call, .call = *call};
  int code = apply(&app, &report, &error);
  int exit_code = code == TLSMEND_OK ? finish(&app, report) : say_failure(&error, call->format);
  tlsmend_plan_free(app.plan);
  tlsmend_session_close(app.session);
  return exit_code;
}

enum { WEEK_OF_MINUTES = 7 * 24 * 60 };
#define TARGET(member) .target = offsetof(arguments, member)

static const opt_spec takes[] = {
    {OPT_INCLUDE, .rows = cli_runbooks, .either = true},
    {OPT_TEXT, .name = "plan", .value = "FILE", .brief = true, TARGET(plan),
     .help = "apply this saved plan and nothing else"},
    {OPT_TEXT, .name = "approved-by", .value = "KEY", .brief = true, .repeated = true, TARGET(approved_by),
     .help = "public key, or its file; may be repeated"},
    {OPT_NUMBER, .name = "approvals", .value = "N", TARGET(approvals),
     .help = "how many of these keys (default: all)"},
    {OPT_TEXT, .name = "signature", .value = "FILE", .repeated = true, TARGET(signatures),
     .help = "signature file (default: beside the plan)"},
    {OPT_INCLUDE, .rows = cli_session},
    {OPT_INCLUDE, .rows = cli_params},
    {OPT_INCLUDE, .rows = cli_yes, .brief = true},
    {OPT_INCLUDE, .rows = cli_accept_unknown},
    {OPT_SWITCH, .name = "allow-unsigned", TARGET(allow_unsigned),
     .help = "allow runbooks that no trusted key signed"},
    {OPT_INCLUDE, .rows = cli_reboot},
    {OPT_NUMBER, .name = "confirm-within", .value = "MINUTES", .most = WEEK_OF_MINUTES,
     TARGET(confirm_within), .help = "undo it unless 'tlsmend confirm' comes in time"},
    {OPT_INCLUDE, .rows = cli_limits},
    {OPT_INCLUDE, .rows = cli_trust},
    {OPT_INCLUDE, .rows = cli_common_any},
    {.kind = OPT_END},
};

static const char examples[] = "apply winhttp-tls12 -p package=C:\\Updates\n"
                               "apply --plan tuesday.plan --approved-by ann.pub\n"
                               "apply winhttp-tls12 -m sim:pc.reg -p package=packages --yes";
const cli_command cmd_apply = {"apply", "plan, ask, then change the machine", takes, sizeof(arguments), run,
                               examples};
