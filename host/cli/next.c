/* The next command to type, spelled so that a shell takes it as it stands. */
#include <string.h>

#include "cli/cli.h"

/* One word as a shell takes it back; double quotes serve both sh and cmd for what stands in paths and parameters. */
static void print_word(FILE *to, const char *word) {
  static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=,+@\\";
  bool bare = word[0] && !word[strspn(word, plain)];
#if !defined(_WIN32)
  bare = bare && !strchr(word, '\\');
#endif
  fprintf(to, bare ? " %s" : " \"%s\"", word);
}

static void print_option(FILE *to, const char *name, const char *value) {
  if (!value)
    return;
  fprintf(to, " %s", name);
  print_word(to, value);
}

/* A secret by its name alone, and a saved plan has no others to give: -p NAME, which is none yet. */
static void print_params(FILE *to, const cli_call *call, const tlsmend_plan *plan) {
  for (size_t i = 0; i < call->params.count; i++) {
    const char *param = call->params.items[i];
    if (tlsmend_plan_is_secret(plan, param) != 0)
      fprintf(to, " -p %.*s", (int)strcspn(param, "="), param);
    else if (!call->output)
      print_option(to, "-p", param);
  }
}

void cli_next(FILE *to, const cli_call *call, const char *verb, const opt_list *operands,
              const tlsmend_plan *plan) {
  fprintf(to, "  tlsmend %s", verb);
  for (size_t i = 0; operands && i < operands->count; i++)
    print_word(to, operands->items[i]);
  print_option(to, "-m", call->machine);
  if (plan)
    print_params(to, call, plan);
  print_option(to, "--state", call->state);
  print_option(to, "--library", call->library);
  fputc('\n', to);
}

const char *cli_machine_name(const cli_call *call) {
  const char *here = tlsmend_machine_here();
  bool named = call->machine && (!here || strcmp(call->machine, here) != 0);
  return named ? call->machine : "this machine";
}

char *cli_machine_said(const cli_call *call) {
  const char *name = cli_machine_name(call);
  return say_in(name == call->machine ? NULL : call->language, name);
}
