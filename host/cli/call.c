/* From arguments to a call: which command it is, and what its table makes of the rest. Owns the list of commands. */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "os/os.h"

#define ROW(name) &cmd_##name,
static const cli_command *const commands[] = {CLI_COMMANDS(ROW) NULL};
#undef ROW

/* A command line while it is read. */
typedef struct reading {
  int argc, at;
  char **argv;
  int command_at; /* argc: none is named */
  cli_call *call;
} reading;

static bool is_option(const char *argument) { return argument[0] == '-' && argument[1]; }

/* An option of any command: one may stand in front of the command's name. */
static bool find_anywhere(const char *argument, opt_match *match) {
  for (const cli_command *const *at = commands; *at; at++)
    if (opt_find((*at)->takes, argument, match))
      return true;
  return false;
}

static int find_command(int argc, char **argv) {
  opt_match match;
  int at = 1;
  for (; at < argc && is_option(argv[at]); at++) {
    if (strcmp(argv[at], "--") == 0)
      return at + 1;
    if (find_anywhere(argv[at], &match) && match.row.kind != OPT_SWITCH && !match.value)
      at++;
  }
  return at < argc ? at : argc;
}

/* Reads the option at self->at and moves on to the last argument that belongs to it. */
static int read_option(reading *self, tlsmend_error *error) {
  opt_match match;
  char value[OPT_VALUE_SIZE];
  const char *argument = self->argv[self->at], *command = self->call->command->name;
  bool own = opt_find(self->call->command->takes, argument, &match);
  if (!own && !find_anywhere(argument, &match))
    return say_error(error, TLSMEND_E_USAGE, "unknown option %s; 'tlsmend help %s' lists the options",
                     match.spelled, *command ? command : "COMMAND");
  if (match.row.kind == OPT_SWITCH && match.value)
    return say_error(error, TLSMEND_E_USAGE, "%s takes no value", match.spelled);
  if (match.row.kind != OPT_SWITCH && !match.value) {
    if (self->at + 1 >= self->argc)
      return say_error(error, TLSMEND_E_USAGE, "%s needs a value: %s %s", match.spelled, match.spelled,
                       opt_value(&match.row, value));
    match.value = self->argv[++self->at];
  }
  if (!own && !self->call->command->run)
    return say_error(error, TLSMEND_E_USAGE, "%s needs a command; 'tlsmend help' lists the commands",
                     match.spelled);
  if (!own)
    return say_error(error, TLSMEND_E_USAGE, "'%s' takes no --%s; see 'tlsmend help %s'", command,
                     match.row.name, command);
  return opt_store(&match, (size_t)self->argc, self->call, error);
}

static int read_operand(reading *self, tlsmend_error *error) {
  char synopsis[OPT_SYNOPSIS_SIZE];
  const cli_command *command = self->call->command;
  opt_match match = {.value = self->argv[self->at]};
  if (self->at == self->command_at)
    return TLSMEND_OK;
  if (self->at < self->command_at)
    return say_error(error, TLSMEND_E_USAGE, "'%s' stands in front of the command '%s'; put it behind",
                     match.value, command->name);
  if (!opt_operand(command->takes, &match.row) || (!match.row.repeated && self->call->operands.count > 0))
    return say_error(error, TLSMEND_E_USAGE, "too many operands: tlsmend %s",
                     opt_synopsis(command->takes, command->name, synopsis));
  return opt_store(&match, (size_t)self->argc, self->call, error);
}

/* Reads the whole line even after a mistake, for a --help may stand behind it. Returns the first error. */
static int read_all(reading *self, tlsmend_error *error) {
  tlsmend_error found;
  int first = TLSMEND_OK;
  bool options = true;
  for (self->at = 1; self->at < self->argc; self->at++) {
    const char *argument = self->argv[self->at];
    int code = TLSMEND_OK;
    if (options && strcmp(argument, "--") == 0)
      options = false;
    else
      code = options && is_option(argument) ? read_option(self, &found) : read_operand(self, &found);
    if (first == TLSMEND_OK && code != TLSMEND_OK) {
      first = code;
      *error = found;
    }
  }
  return first;
}

/* What the environment asks for, where it asks for a language that is there; English elsewhere. */
static const char *default_language(void) {
  char word[4];
  os_language(word);
  opt_spec row;
  for (opt_walk walk = {.at = {cli_common}}; opt_next(&walk, &row);)
    for (const char *const *known = row.words; known && *known; known++)
      if (strcmp(*known, word) == 0)
        return *known;
  return "en";
}

static tlsmend_format format_of(const char *word) {
#define WORD(name, text) text,
  static const char *const formats[] = {TLSMEND_FORMATS(WORD)};
#undef WORD
  size_t format = sizeof formats / sizeof formats[0] - 1;
  while (format > 0 && (!word || strcmp(word, formats[format]) != 0))
    format--;
  return (tlsmend_format)format;
}

static int check_required(const cli_call *call, tlsmend_error *error) {
  opt_spec row;
  const cli_command *command = call->command;
  char synopsis[OPT_SYNOPSIS_SIZE], spelled[OPT_SPELLED_SIZE];
  if (!opt_missing(command->takes, call, &row))
    return TLSMEND_OK;
  if (row.kind == OPT_OPERAND)
    return say_error(error, TLSMEND_E_USAGE, "too little said: tlsmend %s",
                     opt_synopsis(command->takes, command->name, synopsis));
  return say_error(error, TLSMEND_E_USAGE, "%s needs %s: %s", command->name, opt_spell(&row, spelled),
                   row.help);
}

/* Who asks for help or the version gets it, whatever else is wrong with the line. */
static int finish(cli_call *call, int code, tlsmend_error *error) {
  call->format = format_of(call->format_word);
  if (!call->language)
    call->language = default_language();
  if (call->help || call->version)
    return TLSMEND_OK;
  return code == TLSMEND_OK ? check_required(call, error) : code;
}

int cli_parse(int argc, char **argv, cli_call **out, tlsmend_error *error) {
  reading self = {.argc = argc, .argv = argv, .command_at = find_command(argc, argv)};
  const cli_command *command = &cli_no_command;
  *out = NULL;
  if (self.command_at < argc)
    command = cli_command_find(commands, argv[self.command_at], error);
  if (!command)
    return TLSMEND_E_USAGE;
  self.call = *out = calloc(1, command->size);
  if (!self.call)
    return say_error(error, TLSMEND_E_MEMORY, "out of memory");
  self.call->command = command;
  self.call->commands = commands;
  return finish(self.call, read_all(&self, error), error);
}

void cli_call_free(cli_call *call) {
  if (call)
    opt_clear(call->command->takes, call);
  free(call);
}

tlsmend_format cli_error_format(int argc, char **argv) {
  for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
    if (strcmp(argv[i], "--format=json") == 0 ||
        (strcmp(argv[i], "--format") == 0 && i + 1 < argc && strcmp(argv[i + 1], "json") == 0))
      return TLSMEND_FORMAT_JSON;
  return TLSMEND_FORMAT_TEXT;
}
