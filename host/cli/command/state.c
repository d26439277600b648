/* `tlsmend state`: what the machine's TLS really does, with whom it gets on, and which hello it sends. */
#include "cli/cli.h"

typedef struct arguments {
  cli_call call;
  const char *with, *hello, *sni;
  opt_list filters;
  unsigned long long timeout;
} arguments;

static tlsmend_state_terms terms_of(const arguments *given) {
  enum { TOO_LONG = 1000 };
  tlsmend_state_terms terms = TLSMEND_STATE_TERMS_INIT;
  terms.with = given->with;
  terms.hello = given->hello;
  terms.filters = given->filters.items;
  terms.filter_count = given->filters.count;
  terms.name = given->sni;
  /* the library refuses it */
  terms.timeout = (unsigned)(given->timeout < TOO_LONG ? given->timeout : TOO_LONG);
  return terms;
}

static int run(const cli_call *call) {
  static const int exits[] = {
      [TLSMEND_VERDICT_COMPLIANT] = 0, [TLSMEND_VERDICT_NOT_COMPLIANT] = 2, [TLSMEND_VERDICT_UNKNOWN] = 5};
  tlsmend_error error;
  tlsmend_session *session = NULL;
  tlsmend_verdict verdict = TLSMEND_VERDICT_UNKNOWN;
  char *text = NULL;
  cli_live live = {0};
  tlsmend_options library = cli_options(call, TLSMEND_REBOOT_NEVER, &live);
  tlsmend_state_terms terms = terms_of((const arguments *)call);
  int code = cli_check_read(call, terms.with, &error);
  if (code == TLSMEND_OK)
    code = tlsmend_session_open(&library, &session, &error);
  if (code == TLSMEND_OK)
    code = tlsmend_state_with(session, &terms, call->format, &text, &verdict, &error);
  tlsmend_session_close(session);
  if (code == TLSMEND_OK && call->output)
    return cli_write(call, text, exits[verdict]);
  return cli_end(call, code, text, exits[verdict], &error);
}

#define TARGET(member) .target = offsetof(arguments, member)

static const opt_spec takes[] = {
    {OPT_INCLUDE, .rows = cli_session},
    {OPT_TEXT, .name = "with", .value = "PEER", .brief = true, TARGET(with),
     .help = "with HOST:PORT, FILE or a service (entra-id ...)"},
    {OPT_TEXT, .name = "hello", .value = "LAYER", .brief = true, TARGET(hello),
     .help = "its hello: schannel, winhttp, wininet or net"},
    {OPT_TEXT, .name = "filter", .value = "NAME", .repeated = true, TARGET(filters),
     .help = "what a program leaves out, such as no-rc4"},
    {OPT_TEXT, .name = "sni", .value = "NAME", TARGET(sni),
     .help = "of HOST:PORT: the server name to ask for"},
    {OPT_NUMBER, .name = "timeout", .value = "S", TARGET(timeout),
     .help = "of HOST:PORT: seconds for each answer (default 5)"},
    {OPT_INCLUDE, .rows = cli_output, .brief = true},
    {OPT_INCLUDE, .rows = cli_common_page},
    {.kind = OPT_END},
};

static const char examples[] = "state\n"
                               "state -m sim:win7-sp1-x64 --format html -o state.html\n"
                               "state -m sim:ws2012r2-x64 --with azure-front-door\n"
                               "state -m sim:win11-24h2-x64 --hello winhttp";
const cli_command cmd_state = {
    "state", "what TLS of a machine really does, and why", takes, sizeof(arguments), run, examples};
