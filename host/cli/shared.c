/* The options that several commands take, each written once. Their targets are members of cli_call. */
#include <string.h>

#include "cli/cli.h"

#define TARGET           CLI_TARGET
#define GROUP(name, ...) const opt_spec name[] = {{__VA_ARGS__}, {.kind = OPT_END}}
static const char runbook_help[] = "one of 'tlsmend list', ./FILE.lua, or BUNDLE|ID";
GROUP(cli_runbook, OPT_OPERAND, .name = "RUNBOOK", .required = true, TARGET(operands), .help = runbook_help);
GROUP(cli_runbooks, OPT_OPERAND, .name = "RUNBOOK", .repeated = true, TARGET(operands), .help = runbook_help);

GROUP(cli_machine, OPT_TEXT, 'm', .name = "machine", .value = "SPEC", .brief = true, TARGET(machine),
      .help = "live (default on Windows), sim:NAME, sim:FILE.reg");

const opt_spec cli_session[] = {{OPT_INCLUDE, .rows = cli_machine},
                                {OPT_TEXT, .name = "state", .value = "DIR", TARGET(state),
                                 .help = "folder of the journals (default: the machine's)"},
                                {.kind = OPT_END}};

GROUP(cli_params, OPT_PARAM, 'p', .name = "param", .value = "NAME=VALUE", .repeated = true, TARGET(params),
      .help = "a parameter of a runbook; may be repeated");

GROUP(cli_output, OPT_TEXT, 'o', .name = "output", .value = "FILE", TARGET(output),
      .help = "write to this file, replacing it");

GROUP(cli_key, OPT_TEXT, 's', .name = "key", .value = "FILE", TARGET(key),
      .help = "the secret key to sign with ('minisign -G')");

GROUP(cli_trust, OPT_TEXT, .name = "trust", .value = "DIR", TARGET(trust),
      .help = "keys that may sign (default: this machine's)");

GROUP(cli_yes, OPT_SWITCH, .name = "yes", TARGET(yes), .help = "do not ask");

GROUP(cli_accept_unknown, OPT_SWITCH, .name = "accept-unknown", TARGET(accept_unknown),
      .help = "agree although something could not be told");

static const char *const reboot_words[] = {"ask", "auto", "never", NULL};
GROUP(cli_reboot, OPT_WORD, .name = "reboot", .words = reboot_words, TARGET(reboot_word),
      .help = "at a restart: ask (default), do it, or stop");

tlsmend_reboot cli_reboot_of(const char *word) {
  if (word && strcmp(word, "auto") == 0)
    return TLSMEND_REBOOT_AUTO;
  return word && strcmp(word, "never") == 0 ? TLSMEND_REBOOT_NEVER : TLSMEND_REBOOT_ASK;
}

/* Limits of bytes may be written 64M. */
enum {
  KIND_MEMORY = OPT_BYTES,
  KIND_INSTRUCTIONS = OPT_NUMBER,
  KIND_TIME = OPT_NUMBER,
  KIND_READS = OPT_NUMBER,
  KIND_CHANGES = OPT_NUMBER,
  KIND_VALUE = OPT_BYTES,
  KIND_OUTPUT = OPT_BYTES
};
#define LIMIT(id, word, member, unit, least)                                                                 \
  {(opt_kind)KIND_##id, .name = "limit-" word, .value = "N", TARGET(limits[TLSMEND_LIMIT_##id]),             \
   .help = "stop a runbook at N " unit},
const opt_spec cli_limits[] = {
    TLSMEND_LIMITS(LIMIT){.kind = OPT_END},
};
#undef LIMIT

#define NAME(name) name,
static const char *const languages[] = {TLSMEND_LANGUAGES(NAME) NULL};
#undef NAME
static const opt_spec always[] = {
    {OPT_TEXT, .name = "library", .value = "DIR", TARGET(library),
     .help = "folder that overrides runbooks/ and stdlib/"},
    {OPT_WORD, .name = "lang", .words = languages, TARGET(language),
     .help = "language of texts (default: the environment's)"},
    {OPT_SWITCH, 'h', .name = "help", TARGET(help), .help = "show help"},
    {OPT_SWITCH, .name = "version", TARGET(version), .help = "show the version"},
    {.kind = OPT_END},
};

/* What every command takes, with the formats that it writes. */
#define COMMON(name_, meaning, ...)                                                                          \
  static const char *const name_##_formats[] = {__VA_ARGS__, NULL};                                          \
  const opt_spec name_[] = {                                                                                 \
      {OPT_WORD, .name = "format", .words = name_##_formats, TARGET(format_word), .help = (meaning)},        \
      {OPT_INCLUDE, .rows = always},                                                                         \
      {.kind = OPT_END}}

COMMON(cli_common, "for people (default), or one JSON object", "text", "json");
COMMON(cli_common_page, "for people (default), one JSON object, or a page", "text", "json", "html");
COMMON(cli_common_junit, "for people (default), JSON, or JUnit's XML", "text", "json", "junit");
COMMON(cli_common_any, "for people (default), one JSON object, a page ...", "text", "json", "html",
       "terraform", "junit", "sarif");
COMMON(cli_common_repl, "for people: no program is answered", "text");
COMMON(cli_common_report, "a page in any case", "text", "html");

const cli_command *cli_command_find(const cli_command *const *commands, const char *name,
                                    tlsmend_error *error) {
  for (; *commands; commands++)
    if (strcmp((*commands)->name, name) == 0)
      return *commands;
  say_error(error, TLSMEND_E_USAGE, "unknown command '%s'; 'tlsmend help' lists the commands", name);
  return NULL;
}

const cli_command cli_no_command = {.name = "", .takes = cli_common, .size = sizeof(cli_call)};
