/* `tlsmend probe HOST:PORT`: which versions of SSL and TLS a server speaks. */
#include "cli/cli.h"

typedef struct arguments {
  cli_call call;
  const char *sni;
  unsigned long long timeout;
} arguments;

/* Exit code 0: TLS 1.2 or later, 2: neither, 5: cannot tell. */
static int exit_of(int modern) {
  return modern > 0 ? 0 : modern == 0 ? 2 : tlsmend_error_exit(TLSMEND_E_UNKNOWN);
}

static int run(const cli_call *call) {
  enum { TOO_LONG = 1000 };
  tlsmend_error error;
  const arguments *given = (const arguments *)call;
  tlsmend_options library = cli_options(call, TLSMEND_REBOOT_NEVER, NULL);
  tlsmend_probe_terms terms = TLSMEND_PROBE_TERMS_INIT;
  char *text = NULL;
  int modern = -1;
  terms.name = given->sni;
  /* the library refuses it */
  terms.timeout = (unsigned)(given->timeout < TOO_LONG ? given->timeout : TOO_LONG);
  int code = tlsmend_probe(&library, call->operands.items[0], &terms, call->format, &text, &modern, &error);
  return cli_end(call, code, text, exit_of(modern), &error);
}

#define TARGET(member) .target = offsetof(arguments, member)

static const opt_spec takes[] = {
    {OPT_OPERAND, .name = "HOST:PORT", .required = true, CLI_TARGET(operands), .help = "the server to ask"},
    {OPT_TEXT, .name = "sni", .value = "NAME", .brief = true, TARGET(sni),
     .help = "the server name to ask for (default: the host)"},
    {OPT_NUMBER, .name = "timeout", .value = "S", .brief = true, TARGET(timeout),
     .help = "seconds for each answer (default 5, at most 60)"},
    {OPT_INCLUDE, .rows = cli_machine},
    {OPT_INCLUDE, .rows = cli_common},
    {.kind = OPT_END},
};

static const char examples[] = "probe localhost:443 --timeout 1";
const cli_command cmd_probe = {
    "probe", "which versions of SSL and TLS a server speaks", takes, sizeof(arguments), run, examples};
