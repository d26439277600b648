/*
 * Options and operands of the command line. Owns the one table of options; knows nothing of what a command
 * does with them. An option may stand before or after operands, the command itself is the first operand.
 */
#ifndef TLSMEND_CLI_OPT_H
#define TLSMEND_CLI_OPT_H

#include <stdbool.h>
#include <stdio.h>

#include <tlsmend/tlsmend.h>

/* One bit for each option: what a command accepts, and what was given. Macros, because an enum has 31 bits. */
typedef unsigned long long opt_bits;
#define OPT_MACHINE        (1ULL << 0)
#define OPT_PARAM          (1ULL << 1)
#define OPT_OUTPUT         (1ULL << 2)
#define OPT_FORMAT         (1ULL << 3)
#define OPT_PLAN           (1ULL << 4)
#define OPT_YES            (1ULL << 5)
#define OPT_REBOOT         (1ULL << 6)
#define OPT_ALLOW_UNSIGNED (1ULL << 7)
#define OPT_ACCEPT_UNKNOWN (1ULL << 8)
#define OPT_STATE          (1ULL << 9)
#define OPT_LIBRARY        (1ULL << 10)
#define OPT_BOOT           (1ULL << 11)
#define OPT_LIMITS         (1ULL << 12) /* --limit-memory, --limit-time ...: TLSMEND_LIMITS */
#define OPT_HELP           (1ULL << 14)
#define OPT_VERSION        (1ULL << 15)
#define OPT_KEY            (1ULL << 16)
#define OPT_APPROVER       (1ULL << 17)
#define OPT_TICKET         (1ULL << 18)
#define OPT_EXPIRES        (1ULL << 19)
#define OPT_SIGNATURE      (1ULL << 20)
#define OPT_APPROVED_BY    (1ULL << 21)
#define OPT_APPROVALS      (1ULL << 22)
#define OPT_ANY_FORMAT     (1ULL << 23) /* no option: the command writes every format, not only text and JSON */
#define OPT_MACHINES       (1ULL << 24)
#define OPT_SNI            (1ULL << 25)
#define OPT_TIMEOUT        (1ULL << 26)
#define OPT_VERIFY         (1ULL << 27)
#define OPT_SKIP_CHANGED   (1ULL << 28)
#define OPT_PREVIEW        (1ULL << 29) /* rollback --plan: the same word as apply's, without a file */
#define OPT_CONFIRM_WITHIN (1ULL << 30)
#define OPT_TRUST          (1ULL << 34)
#define OPT_COMMENT        (1ULL << 35)
#define OPT_PUBLIC_KEY     (1ULL << 36)
#define OPT_LANG           (1ULL << 40)
#define OPT_HTML_FORMAT    (1ULL << 41) /* no option: the command also writes a page */
#define OPT_JUNIT_FORMAT   (1ULL << 42)

/* A parsed command line. All texts are borrowed from argv; the arrays are freed by opt_clear. */
typedef struct opt {
  opt_bits given;
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
  const char *trust, *comment;
  const char *key, *approver, *ticket, *expires;
  const char *language; /* one of the library's, after opt_parse: as said, or as the environment says */
  const char *sni;
  size_t timeout; /* seconds, 0: not said */
  tlsmend_format format;
  tlsmend_reboot reboot; /* TLSMEND_REBOOT_ASK unless said otherwise */
  unsigned confirm_minutes;
  unsigned long long limits[TLSMEND_LIMIT_COUNT]; /* 0: not said */
} opt;

/* Whether --format json is asked for anywhere: needed before the rest is understood, for the form of errors.
 */
bool opt_wants_json(int argc, char **argv);

/* E_USAGE with one line that names the way out. *out is to be cleared in any case. */
int opt_parse(opt *out, int argc, char **argv, tlsmend_error *error);
void opt_clear(opt *options);

/* E_USAGE if an option was given that is not among `allowed`; `command` is named in the message. */
int opt_check(const opt *options, opt_bits allowed, const char *command, tlsmend_error *error);

/* One line for each option among `allowed`: spelling and meaning. */
void opt_print_help(FILE *to, opt_bits allowed);

#endif
