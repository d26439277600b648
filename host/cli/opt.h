/*
 * Options and operands of the command line. Owns the one table of options; knows nothing of what a command
 * does with them. An option may stand before or after operands, the command itself is the first operand.
 */
#ifndef CLI_OPT_H
#define CLI_OPT_H

#include <stdbool.h>
#include <stdio.h>

#include <tlsmend/tlsmend.h>

/* One bit for each option: what a command accepts, and what was given. */
enum opt_bit {
  OPT_MACHINE = 1 << 0,
  OPT_PARAM = 1 << 1,
  OPT_OUTPUT = 1 << 2,
  OPT_FORMAT = 1 << 3,
  OPT_PLAN = 1 << 4,
  OPT_YES = 1 << 5,
  OPT_REBOOT = 1 << 6,
  OPT_ALLOW_UNSIGNED = 1 << 7,
  OPT_ACCEPT_UNKNOWN = 1 << 8,
  OPT_STATE = 1 << 9,
  OPT_LIBRARY = 1 << 10,
  OPT_BOOT = 1 << 11,
  OPT_LIMIT_MEMORY = 1 << 12,
  OPT_LIMIT_INSTRUCTIONS = 1 << 13,
  OPT_HELP = 1 << 14,
  OPT_VERSION = 1 << 15,
  OPT_KEY = 1 << 16,
  OPT_APPROVER = 1 << 17,
  OPT_TICKET = 1 << 18,
  OPT_EXPIRES = 1 << 19,
  OPT_SIGNATURE = 1 << 20,
  OPT_APPROVED_BY = 1 << 21,
  OPT_APPROVALS = 1 << 22,
  OPT_MACHINES = 1 << 24,
  OPT_SNI = 1 << 25,
  OPT_TIMEOUT = 1 << 26,
  OPT_VERIFY = 1 << 27,
  OPT_SKIP_CHANGED = 1 << 28,
  OPT_PREVIEW = 1 << 29, /* rollback --plan: the same word as apply's, without a file */
  OPT_CONFIRM_WITHIN = 1 << 30,
  OPT_ANY_FORMAT = 1 << 23 /* no option: the command writes every format, not only text and JSON */
};

/* A parsed command line. All texts are borrowed from argv; the arrays are freed by opt_clear. */
typedef struct opt {
  unsigned given;
  const char **operands;
  size_t operand_count;
  const char **params;
  size_t param_count;
  const char **keys; /* of those who have approved */
  size_t key_count;
  const char **signatures;
  size_t signature_count;
  size_t approvals;
  const char *machine, *output, *plan, *state, *library, *machines;
  const char *key, *approver, *ticket, *expires;
  const char *sni;
  size_t timeout; /* seconds, 0: not said */
  tlsmend_format format;
  tlsmend_reboot reboot; /* TLSMEND_REBOOT_ASK unless said otherwise */
  size_t memory_limit;
  unsigned confirm_minutes;
  unsigned long long instruction_limit;
} opt;

/* Whether --format json is asked for anywhere: needed before the rest is understood, for the form of errors.
 */
bool opt_wants_json(int argc, char **argv);

/* E_USAGE with one line that names the way out. *out is to be cleared in any case. */
int opt_parse(opt *out, int argc, char **argv, tlsmend_error *error);
void opt_clear(opt *options);

/* E_USAGE if an option was given that is not among `allowed`; `command` is named in the message. */
int opt_check(const opt *options, unsigned allowed, const char *command, tlsmend_error *error);

/* One line for each option among `allowed`: spelling and meaning. */
void opt_print_help(FILE *to, unsigned allowed);

#endif
