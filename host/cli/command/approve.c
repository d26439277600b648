/* `tlsmend approve`: sign a saved plan. */
#include "cli/cli.h"

typedef struct arguments {
  cli_call call;
  const char *approver, *ticket, *expires, *signature;
} arguments;

/* Says which secrets a saved plan leaves out, so that `apply` must be given them again: their names, never their
 * values. */
static void print_next(const cli_call *call, const char *signature) {
  tlsmend_plan *plan = NULL;
  const char *name, *file = call->operands.items[0];
  printf("Signed: %s\n\nNext, to apply the plan with this approval:\n"
         "  tlsmend apply --plan %s --approved-by PUBLIC-KEY",
         signature, file);
  bool loaded = tlsmend_plan_load(file, &plan, NULL) == TLSMEND_OK;
  for (size_t i = 0; loaded && (name = tlsmend_plan_secret(plan, i)); i++)
    printf(" -p %s", name);
  putchar('\n');
  if (loaded && tlsmend_plan_secret(plan, 0))
    say_line(call->language, "A secret is not shown: write =VALUE behind its name.", NULL);
  tlsmend_plan_free(plan);
}

static int run(const cli_call *call) {
  tlsmend_error error;
  const arguments *given = (const arguments *)call;
  const char *plan = call->operands.items[0];
  char *path = NULL; /* of the signature */
  tlsmend_approval_terms terms = TLSMEND_APPROVAL_TERMS_INIT;
  terms.approver = given->approver;
  terms.ticket = given->ticket;
  terms.expires = given->expires;
  terms.signature = given->signature;
  terms.accept_unknown = call->accept_unknown;
  int code = cli_check_output(call, given->signature, &error);
  cli_password password = {0};
  while (cli_password_next(&password, call, &code, &error)) {
    terms.password = password.text;
    code = tlsmend_approve(plan, call->key, &terms, &path, &error);
  }
  if (code != TLSMEND_OK)
    return say_failure(&error, call->format);
  if (call->format == TLSMEND_FORMAT_JSON)
    say_object("tlsmend-approval/1", "signed", "plan", plan, "signature", path);
  else
    print_next(call, path);
  tlsmend_text_free(path);
  return 0;
}

#define TARGET(member) .target = offsetof(arguments, member)

static const opt_spec takes[] = {
    {OPT_OPERAND, .name = "PLAN", .required = true, CLI_TARGET(operands), .help = "what plan -o has written"},
    {OPT_INCLUDE, .rows = cli_key, .required = true, .value = "KEY"},
    {OPT_TEXT, .name = "approver", .value = "NAME", .brief = true, TARGET(approver),
     .help = "who approves; stands in the signature"},
    {OPT_TEXT, .name = "ticket", .value = "ID", .brief = true, TARGET(ticket),
     .help = "the change's ticket; stands in the signature"},
    {OPT_TEXT, .name = "expires", .value = "DATE", .brief = true, TARGET(expires),
     .help = "until when: 2026-12-31, or 14d for two weeks"},
    {OPT_TEXT, .name = "signature", .value = "FILE", TARGET(signature),
     .help = "signature file (default: beside the plan)"},
    {OPT_INCLUDE, .rows = cli_accept_unknown},
    {OPT_INCLUDE, .rows = cli_common},
    {.kind = OPT_END},
};

static const char examples[] = "approve tuesday.plan -s ann.key\n"
                               "approve tuesday.plan -s ann.key --ticket CHG-7 --expires 14d";
const cli_command cmd_approve = {
    "approve", "sign a saved plan, so that it may be applied", takes, sizeof(arguments), run, examples};
