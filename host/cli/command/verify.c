/* `tlsmend verify`: whose runbook or bundle it is, and what the signature covers. */
#include "cli/cli.h"

typedef struct arguments {
  cli_call call;
  opt_list keys;
} arguments;

static int run(const cli_call *call) {
  tlsmend_error error;
  const opt_list *keys = &((const arguments *)call)->keys;
  char *text = NULL;
  int trusted = 0;
  tlsmend_options library = cli_options(call, TLSMEND_REBOOT_NEVER, NULL);
  tlsmend_verify_request request = {call->operands.items[0], keys->items, keys->count, call->format};
  int code = tlsmend_verify(&library, &request, &text, &trusted, &error);
  return cli_end(call, code, text, trusted ? 0 : tlsmend_error_exit(TLSMEND_E_APPROVAL), &error);
}

static const opt_spec takes[] = {
    {OPT_OPERAND, .name = "FILE", .required = true, CLI_TARGET(operands),
     .help = "a runbook, package or bundle"},
    {OPT_TEXT, 'k', .name = "public-key", .value = "KEY", .brief = true, .repeated = true,
     .target = offsetof(arguments, keys), .help = "accept this key or file instead; may be repeated"},
    {OPT_INCLUDE, .rows = cli_trust, .brief = true},
    {OPT_INCLUDE, .rows = cli_common},
    {.kind = OPT_END},
};

static const char examples[] = "verify ours.tlsmend\n"
                               "verify my-runbook.lua -k ann.pub";
const cli_command cmd_verify = {"verify", "whose runbook, package or bundle it is, and if it is whole",
                                takes,    sizeof(arguments),
                                run,      examples};
