/* `tlsmend repl`: reads lines, joins those that belong together, and has them run. Works piped as well. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "os/os.h"

/* A signal comes without a pointer to anything. */
static tlsmend_repl *volatile running_repl;
static volatile sig_atomic_t interrupted;

static void on_interrupt(int number) {
  signal(number, on_interrupt);
  interrupted = 1;
  tlsmend_repl_interrupt(running_repl); /* sets a flag, no more. NOLINT(bugprone-signal-handler) */
}

static void on_event(void *data, tlsmend_event event, const char *text) {
  (void)data;
  if (event == TLSMEND_EVENT_LOG) {
    puts(text);
  } else {
    fflush(stdout);
    say_coloured(SAY_YELLOW, event == TLSMEND_EVENT_WARNING ? "attention:" : "note:");
    fprintf(stderr, " %s\n", text);
    fflush(stderr);
  }
}

static char *complete(void *data, const char *line) {
  tlsmend_error error;
  char *out = NULL;
  return tlsmend_repl_complete(data, line, &out, &error) == TLSMEND_OK ? out : NULL;
}

/* Adds a line to what was typed before it; both are freed. NULL when out of memory. */
static char *join(char *typed, char *line) {
  if (!typed)
    return line;
  size_t before = strlen(typed), added = strlen(line);
  char *joined = realloc(typed, before + added + 2);
  if (!joined)
    free(typed);
  else {
    joined[before] = '\n';
    memcpy(joined + before + 1, line, added + 1);
  }
  free(line);
  return joined;
}

static bool is_quit(const char *line) {
  return strcmp(line, ":quit") == 0 || strcmp(line, ":q") == 0 || strcmp(line, ":exit") == 0;
}

static bool is_blank(const char *line) { return !line[strspn(line, " \t")]; }

static char *read_line(int more) {
  interrupted = 0;
  return cli_line_read(more ? "   ...> " : "tlsmend> ");
}

/* Until the input ends. Answers whether a statement has failed. */
static bool run_lines(tlsmend_repl *repl) {
  tlsmend_error error;
  bool failed = false;
  char *typed = NULL, *line = NULL;
  int more = 0;
  while ((line = read_line(more)) || interrupted) {
    if (!line) { /* Ctrl-C while typing: what was typed is forgotten */
      free(typed);
      typed = NULL;
      more = 0;
      puts("");
      continue;
    }
    if (!more && (is_quit(line) || is_blank(line))) {
      bool quit = is_quit(line);
      free(line);
      if (quit)
        break;
      continue;
    }
    bool given_up = more && is_blank(line); /* an empty line ends what cannot be finished */
    typed = join(typed, line);
    if (!typed)
      break;
    int code = tlsmend_repl_run(repl, typed, &more, &error);
    if (code == TLSMEND_OK && more && given_up)
      code = say_error(&error, TLSMEND_E_SCRIPT, "that was not finished; begin again");
    fflush(stdout);
    if (code != TLSMEND_OK) {
      failed = true;
      more = 0;
      say_coloured(SAY_RED, "error:");
      fprintf(stderr, " %s\n", error.text);
      fflush(stderr);
    }
    if (!more) {
      free(typed);
      typed = NULL;
    }
  }
  if (typed) {
    failed = true;
    fputs("error: the input ends in the middle of a statement\n", stderr);
  }
  free(typed);
  return failed;
}

static int run(const cli_call *call) {
  tlsmend_error error;
  tlsmend_session *session = NULL;
  tlsmend_repl *repl = NULL;
  tlsmend_options library = cli_options(call, TLSMEND_REBOOT_NEVER, NULL);
  library.event = on_event;
  int code = tlsmend_session_open(&library, &session, &error);
  if (code == TLSMEND_OK)
    code = tlsmend_repl_open(session, &repl, &error);
  if (code != TLSMEND_OK) {
    tlsmend_session_close(session);
    return say_failure(&error, call->format);
  }
  running_repl = repl;
  signal(SIGINT, on_interrupt);
  cli_line_open(complete, repl);
  if (os_interactive())
    printf("%s, on an overlay: nothing is written. :help, Ctrl-D\n", cli_machine_name(call));
  bool failed = run_lines(repl);
  cli_line_close();
  signal(SIGINT, SIG_DFL);
  running_repl = NULL;
  bool person = os_interactive();
  if (person)
    fputc('\n', stdout);
  tlsmend_repl_close(repl);
  tlsmend_session_close(session);
  return failed && !person ? 1 : 0;
}

static const opt_spec takes[] = {
    {OPT_INCLUDE, .rows = cli_session},
    {OPT_INCLUDE, .rows = cli_limits},
    {OPT_INCLUDE, .rows = cli_trust},
    {OPT_INCLUDE, .rows = cli_common_repl},
    {.kind = OPT_END},
};

static const char examples[] = "repl -m sim:win7-sp1-x64";
const cli_command cmd_repl = {
    "repl", "a prompt on a machine; nothing is written", takes, sizeof(cli_call), run, examples};
