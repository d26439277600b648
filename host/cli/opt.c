/*
 * The table of options and the parser over it. Values are checked here for form only (a number, a known
 * word); whether a machine or a runbook exists is the library's to say.
 */
#include "cli/opt.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/say.h"
#include "os/os.h"

typedef struct opt_row {
  opt_bits bit;
  char letter;          /* 0: none */
  const char *name;     /* without dashes, NULL: letter only */
  const char *argument; /* NULL: takes none */
  const char *help;
} opt_row;

static const opt_row table[] = {
    {OPT_MACHINE, 'm', "machine", "SPEC", "the machine: live, sim:NAME or sim:FILE.reg"},
    {OPT_PARAM, 'p', "param", "NAME=VALUE", "a parameter of a runbook; may be repeated"},
    {OPT_OUTPUT, 'o', "output", "FILE", "write to this file, replacing it"},
    {OPT_FORMAT, 0, "format", "text|json", "for people (default), or one JSON object"},
    {OPT_ANY_FORMAT, 0, "format", "html|...", "also html, terraform, junit, sarif"},
    {OPT_HTML_FORMAT, 0, "format", "html", "also a page"},
    {OPT_JUNIT_FORMAT, 0, "format", "junit", "also JUnit's XML"},
    {OPT_PLAN, 0, "plan", "FILE", "apply this saved plan and nothing else"},
    {OPT_YES, 0, "yes", NULL, "do not ask"},
    {OPT_REBOOT, 0, "reboot", "ask|auto|never", "at a restart: ask (default), do it, or stop"},
    {OPT_ALLOW_UNSIGNED, 0, "allow-unsigned", NULL, "allow runbooks that no trusted key signed"},
    {OPT_ACCEPT_UNKNOWN, 0, "accept-unknown", NULL, "apply although something could not be told"},
    {OPT_STATE, 0, "state", "DIR", "where journals live"},
    {OPT_LIBRARY, 0, "library", "DIR", "folder that overrides runbooks/ and stdlib/"},
    {OPT_BOOT, 0, "boot", NULL, "the machine's own start calls"},
#define LIMIT(name, word, member, unit, most)                                                                \
  {OPT_LIMITS, 0, "limit-" word, "N", "stop a runbook at N " unit},
    TLSMEND_LIMITS(LIMIT)
#undef LIMIT
        {OPT_KEY, 's', "key", "FILE", "the minisign secret key to sign with"},
    {OPT_APPROVER, 0, "approver", "NAME", "who approves; stands in the signature"},
    {OPT_TICKET, 0, "ticket", "ID", "the change's ticket; stands in the signature"},
    {OPT_EXPIRES, 0, "expires", "DATE", "until when: 2026-12-31, or 14d for two weeks"},
    {OPT_SIGNATURE, 0, "signature", "FILE", "signature file (default: beside the plan)"},
    {OPT_APPROVED_BY, 0, "approved-by", "KEY", "public key, or its file; may be repeated"},
    {OPT_APPROVALS, 0, "approvals", "N", "how many of these keys (default: all)"},
    {OPT_TRUST, 0, "trust", "DIR", "keys that may sign (default: this machine's)"},
    {OPT_COMMENT, 't', "comment", "TEXT", "stands in the signature, and is signed"},
    {OPT_PUBLIC_KEY, 'k', "public-key", "KEY", "accept this key or file instead; may be repeated"},
    {OPT_MACHINES, 0, "machines", "DIR", "more machines to test on: .reg files and expect.lua"},
    {OPT_SNI, 0, "sni", "NAME", "the server name to ask for (default: the host)"},
    {OPT_TIMEOUT, 0, "timeout", "S", "seconds to wait for each answer (default 5, at most 60)"},
    {OPT_VERIFY, 0, "verify", NULL, "check the chain of every journal"},
    {OPT_SKIP_CHANGED, 0, "skip-changed", NULL, "leave what somebody else has changed since"},
    {OPT_PREVIEW, 0, "plan", NULL, "only show what would be undone"},
    {OPT_CONFIRM_WITHIN, 0, "confirm-within", "MINUTES", "undo it unless 'tlsmend confirm' comes in time"},
    {OPT_LANG, 0, "lang", "da|de|en|nl|sv", "language of texts (default: the environment's)"},
    {OPT_HELP, 'h', "help", NULL, "show help"},
    {OPT_VERSION, 0, "version", NULL, "show the version"},
};
enum { table_size = sizeof table / sizeof table[0] };

bool opt_wants_json(int argc, char **argv) {
  for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
    if (strcmp(argv[i], "--format=json") == 0)
      return true;
    if (strcmp(argv[i], "--format") == 0 && i + 1 < argc && strcmp(argv[i + 1], "json") == 0)
      return true;
  }
  return false;
}

static const opt_row *row_of_long(const char *name, size_t length) {
  for (size_t i = 0; i < table_size; i++)
    if (strlen(table[i].name) == length && strncmp(table[i].name, name, length) == 0)
      return &table[i];
  return NULL;
}

static const opt_row *row_of_bit(opt_bits bit) {
  for (size_t i = 0; i < table_size; i++)
    if (table[i].bit == bit)
      return &table[i];
  return NULL;
}

static const opt_row *row_of_letter(char letter) {
  for (size_t i = 0; i < table_size; i++)
    if (table[i].letter != 0 && table[i].letter == letter)
      return &table[i];
  return NULL;
}

/* A whole decimal number above 0; `units` allows K, M and G behind it. */
static bool number_parse(const char *text, bool units, unsigned long long *out) {
  char *end = NULL;
  if (!isdigit((unsigned char)text[0]))
    return false;
  errno = 0;
  unsigned long long number = strtoull(text, &end, 10);
  if (errno != 0 || number == 0)
    return false;
  unsigned shift = 0;
  if (units && *end != '\0') {
    const char *found = strchr("KMG", toupper((unsigned char)*end));
    if (found == NULL || end[1] != '\0')
      return false;
    shift = *found == 'K' ? 10 : *found == 'M' ? 20 : 30;
    end++;
  }
  if (*end != '\0' || number > (~0ULL >> shift))
    return false;
  *out = number << shift;
  return true;
}

static int word_parse(opt *out, const opt_row *row, const char *value, tlsmend_error *error) {
  static const char *const reboots[] = {
      [TLSMEND_REBOOT_ASK] = "ask", [TLSMEND_REBOOT_NEVER] = "never", [TLSMEND_REBOOT_AUTO] = "auto"};
#define WORD(name, word) word,
  static const char *const formats[] = {TLSMEND_FORMATS(WORD)};
#undef WORD
  for (size_t i = 0; row->bit == OPT_FORMAT && i < sizeof formats / sizeof formats[0]; i++)
    if (strcmp(value, formats[i]) == 0)
      return out->format = (tlsmend_format)i, TLSMEND_OK;
  for (int i = 0; row->bit == OPT_REBOOT && i < 3; i++)
    if (strcmp(value, reboots[i]) == 0)
      return out->reboot = (tlsmend_reboot)i, TLSMEND_OK;
  return say_error(error, TLSMEND_E_USAGE, "--%s takes %s, not '%s'", row->name,
                   row->bit == OPT_FORMAT ? "text, json, html, terraform, junit or sarif" : row->argument,
                   value);
}

enum { most_minutes = 7 * 24 * 60 };

static tlsmend_limit limit_of(const opt_row *row) {
#define WORD(name, word, member, unit, most) word,
  static const char *const words[] = {TLSMEND_LIMITS(WORD)};
#undef WORD
  size_t limit = 0;
  while (limit < TLSMEND_LIMIT_COUNT - 1 && strcmp(row->name + strlen("limit-"), words[limit]) != 0)
    limit++;
  return (tlsmend_limit)limit;
}

static int number_option(opt *out, const opt_row *row, const char *value, tlsmend_error *error) {
  tlsmend_limit limit = limit_of(row);
  bool bytes = row->bit == OPT_LIMITS && strstr(row->help, " bytes ") != NULL;
  unsigned long long number = 0;
  if (!number_parse(value, bytes, &number) || (bytes && number > (size_t)-1))
    return say_error(error, TLSMEND_E_USAGE, "--%s takes a number above 0%s, not '%s'", row->name,
                     bytes ? ", such as 64M" : "", value);
  if (row->bit == OPT_LIMITS && out->limits[limit] != 0)
    return say_error(error, TLSMEND_E_USAGE, "--%s is given twice; keep one of them", row->name);
  if (row->bit == OPT_LIMITS)
    out->limits[limit] = number;
  else if (row->bit == OPT_APPROVALS)
    out->approvals = (size_t)number;
  else if (row->bit == OPT_TIMEOUT)
    out->timeout = (size_t)(number > 1000 ? 1000 : number);
  else if (row->bit == OPT_CONFIRM_WITHIN && number > most_minutes)
    return say_error(error, TLSMEND_E_USAGE, "--%s takes at most %d minutes", row->name, most_minutes);
  else
    out->confirm_minutes = (unsigned)number;
  return TLSMEND_OK;
}

static int signing_option(opt *out, const opt_row *row, const char *value) {
  if (row->bit == OPT_KEY)
    out->key = value;
  else if (row->bit == OPT_APPROVER)
    out->approver = value;
  else if (row->bit == OPT_COMMENT)
    out->comment = value;
  else if (row->bit == OPT_TRUST)
    out->trust = value;
  else if (row->bit == OPT_TICKET)
    out->ticket = value;
  else if (row->bit == OPT_EXPIRES)
    out->expires = value;
  else if (row->bit == OPT_SIGNATURE)
    out->signatures[out->signature_count++] = value;
  else
    out->keys[out->key_count++] = value;
  return TLSMEND_OK;
}

/* The language of this library that a word such as "de" names; NULL: it has no such. */
static const char *opt_language(const char *word) {
  static const char *const languages[] = {"da", "de", "en", "nl", "sv"};
  for (size_t i = 0; i < sizeof languages / sizeof languages[0]; i++)
    if (strcmp(word, languages[i]) == 0)
      return languages[i];
  return NULL;
}

/* What the environment asks for, where it asks for a language that is there; English elsewhere. */
static const char *default_language(void) {
  char word[4];
  os_language(word);
  const char *known = opt_language(word);
  return known != NULL ? known : "en";
}

/* Stores one option with its value; `spelled` is how the person wrote it. */
static int option_take(opt *out, const opt_row *row, const char *spelled, const char *value,
                       tlsmend_error *error) {
  const opt_bits many = OPT_PARAM | OPT_APPROVED_BY | OPT_SIGNATURE | OPT_LIMITS | OPT_PUBLIC_KEY;
  if (row->argument != NULL && (row->bit & many) == 0 && (out->given & row->bit) != 0)
    return say_error(error, TLSMEND_E_USAGE, "%s is given twice; keep one of them", spelled);
  out->given |= row->bit;
  if (row->argument == NULL)
    return TLSMEND_OK;
  if (value[0] == '\0')
    return say_error(error, TLSMEND_E_USAGE, "%s takes %s, not an empty text", spelled, row->argument);
  switch (row->bit) {
  case OPT_PARAM:
    if (strchr(value, '=') == NULL || value[0] == '=')
      return say_error(error, TLSMEND_E_USAGE, "%s takes NAME=VALUE, such as -p site=north; one has no %s",
                       spelled, value[0] == '=' ? "name" : "="); /* it may be a secret, and is not repeated */
    out->params[out->param_count++] = value;
    return TLSMEND_OK;
  case OPT_FORMAT:
  case OPT_REBOOT:
    return word_parse(out, row, value, error);
  case OPT_LIMITS:
  case OPT_APPROVALS:
  case OPT_TIMEOUT:
  case OPT_CONFIRM_WITHIN:
    return number_option(out, row, value, error);
  case OPT_MACHINE:
    return out->machine = value, TLSMEND_OK;
  case OPT_OUTPUT:
    return out->output = value, TLSMEND_OK;
  case OPT_PLAN:
    return out->plan = value, TLSMEND_OK;
  case OPT_MACHINES:
    return out->machines = value, TLSMEND_OK;
  case OPT_STATE:
    return out->state = value, TLSMEND_OK;
  case OPT_SNI:
    return out->sni = value, TLSMEND_OK;
  case OPT_LANG:
    out->language = opt_language(value);
    return out->language != NULL
               ? TLSMEND_OK
               : say_error(error, TLSMEND_E_USAGE, "%s takes %s, not '%s'", spelled, row->argument, value);
  case OPT_LIBRARY:
    return out->library = value, TLSMEND_OK;
  default:
    return signing_option(out, row, value);
  }
}

/* Splits "--name", "--name=value", "-x", "-x=value" and "-xvalue"; *value is NULL if none is attached. */
static const opt_row *option_find(const char *argument, const char **value, size_t *spelled) {
  if (argument[1] == '-') {
    size_t length = strcspn(argument + 2, "=");
    *spelled = length + 2;
    *value = argument[*spelled] == '=' ? argument + *spelled + 1 : NULL;
    return row_of_long(argument + 2, length);
  }
  *spelled = 2;
  *value = argument[2] == '\0' ? NULL : argument[2] == '=' ? argument + 3 : argument + 2;
  return row_of_letter(argument[1]);
}

/* Parses the option at argv[*at] and moves *at onto the last argument that it used. */
static int option_parse(opt *out, char **argv, int argc, int *at, tlsmend_error *error) {
  const char *value = NULL;
  size_t length = 0;
  const char *argument = argv[*at];
  const opt_row *row = option_find(argument, &value, &length);
  if (row != NULL && row->bit == OPT_PLAN && out->operand_count > 0 &&
      strcmp(out->operands[0], "rollback") == 0)
    row = row_of_bit(OPT_PREVIEW);
  char spelled[64];
  snprintf(spelled, sizeof spelled, "%.*s", (int)(length < 60 ? length : 60), argument);
  if (row == NULL)
    return say_error(error, TLSMEND_E_USAGE, "unknown option %s; 'tlsmend help' lists commands and options",
                     spelled);
  if (row->argument == NULL && value != NULL)
    return say_error(error, TLSMEND_E_USAGE, "%s takes no value", spelled);
  if (row->argument != NULL && value == NULL) {
    if (*at + 1 >= argc)
      return say_error(error, TLSMEND_E_USAGE, "%s needs a value: %s %s", spelled, spelled, row->argument);
    value = argv[++*at];
  }
  return option_take(out, row, spelled, value, error);
}

int opt_parse(opt *out, int argc, char **argv, tlsmend_error *error) {
  size_t room = (size_t)(argc > 0 ? argc : 1);
  *out = (opt){.reboot = TLSMEND_REBOOT_ASK};
  out->operands = calloc(room, sizeof *out->operands);
  out->params = calloc(room, sizeof *out->params);
  out->keys = calloc(room, sizeof *out->keys);
  out->signatures = calloc(room, sizeof *out->signatures);
  if (out->operands == NULL || out->params == NULL || out->keys == NULL || out->signatures == NULL)
    return say_error(error, TLSMEND_E_MEMORY, "out of memory");
  bool options = true;
  for (int i = 1; i < argc; i++) {
    if (options && strcmp(argv[i], "--") == 0) {
      options = false;
    } else if (options && argv[i][0] == '-' && argv[i][1] != '\0') {
      int code = option_parse(out, argv, argc, &i, error);
      if (code != TLSMEND_OK)
        return code;
    } else {
      out->operands[out->operand_count++] = argv[i];
    }
  }
  if (out->language == NULL)
    out->language = default_language();
  return TLSMEND_OK;
}

void opt_clear(opt *options) {
  free((void *)options->operands);
  free((void *)options->params);
  free((void *)options->keys);
  free((void *)options->signatures);
  *options = (opt){0};
}

int opt_check(const opt *options, opt_bits allowed, const char *command, tlsmend_error *error) {
  opt_bits wrong = options->given & ~allowed;
  bool html = (allowed & OPT_HTML_FORMAT) != 0, junit = (allowed & OPT_JUNIT_FORMAT) != 0;
  bool good = options->format == TLSMEND_FORMAT_TEXT || options->format == TLSMEND_FORMAT_JSON ||
              (html && options->format == TLSMEND_FORMAT_HTML) ||
              (junit && options->format == TLSMEND_FORMAT_JUNIT) || (allowed & OPT_ANY_FORMAT) != 0;
  if (!good)
    return say_error(error, TLSMEND_E_USAGE, "'%s' writes --format text%s", command,
                     html    ? ", json and html"
                     : junit ? ", json and junit"
                             : " and json only");
  for (size_t i = 0; i < table_size; i++)
    if ((wrong & table[i].bit) != 0 &&
        (table[i].bit != OPT_LIMITS || options->limits[limit_of(&table[i])] != 0))
      return say_error(error, TLSMEND_E_USAGE, "'%s' takes no --%s; see 'tlsmend help %s'", command,
                       table[i].name, command);
  return TLSMEND_OK;
}

void opt_print_help(FILE *to, opt_bits allowed) {
  for (size_t i = 0; i < table_size; i++) {
    char spelled[64];
    const opt_row *row = &table[i];
    if ((allowed & row->bit) == 0)
      continue;
    const char *argument = row->argument != NULL ? row->argument : "";
    if (row->letter != 0)
      snprintf(spelled, sizeof spelled, "-%c, --%s %s", row->letter, row->name, argument);
    else
      snprintf(spelled, sizeof spelled, "    --%s %s", row->name, argument);
    fprintf(to, "  %-28s %s\n", spelled, row->help);
  }
}
