/*
 * Lines from a person or a file. With libedit (on POSIX, if the build found it) a person has editing, history and completion; the
 * console of Windows has editing of its own. Knows nothing of what the lines say.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "os/os.h"

/* Any length; without the line's end. */
static char *read_plain(void) {
  char *line = NULL;
  size_t length = 0, room = 0;
  for (;;) {
    int c = getc(stdin);
    bool interrupted = c == EOF && ferror(stdin) && errno == EINTR;
    if (interrupted)
      clearerr(stdin);
    if (interrupted || (c == EOF && length == 0)) {
      free(line);
      return NULL;
    }
    if (length + 1 >= room) {
      char *grown = realloc(line, room = room * 2 + 80);
      if (!grown) {
        free(line);
        return NULL;
      }
      line = grown;
    }
    line[length] = '\0';
    if (c == EOF || c == '\n')
      break;
    line[length++] = (char)c;
  }
  if (length > 0 && line[length - 1] == '\r')
    line[length - 1] = '\0';
  return line;
}

#ifdef TLSMEND_LIBEDIT
#include <editline/readline.h>
#include <locale.h>

/* libedit calls back without a pointer to anything: there is one prompt a program. */
static struct {
  cli_complete_fn complete;
  void *data;
  char *words, *next;
  char history[512];
} state;

static char *next_word(const char *text, int again) {
  (void)text;
  if (again == 0)
    state.next = state.words;
  if (!state.next || !*state.next)
    return NULL;
  char *word = state.next, *end = word + strcspn(word, "\n");
  state.next = *end ? end + 1 : end;
  size_t size = (size_t)(end - word);
  char *copy = malloc(size + 1);
  if (copy) {
    memcpy(copy, word, size);
    copy[size] = '\0';
  }
  return copy;
}

static char **complete_word(const char *text, int start, int end) {
  (void)start, (void)end;
  rl_attempted_completion_over = 1; /* no names of files */
  rl_completion_append_character = '\0';
  free(state.words);
  state.words = state.complete(state.data, text);
  return rl_completion_matches(text, next_word);
}

void cli_line_open(cli_complete_fn complete, void *data) {
  const char *home = getenv("HOME");
  if (!os_interactive())
    return;
  setlocale(LC_CTYPE, "");
  state.complete = complete;
  state.data = data;
  rl_readline_name = "tlsmend";
  rl_attempted_completion_function = complete_word;
  using_history();
  if (home &&
      snprintf(state.history, sizeof state.history, "%s/.tlsmend_history", home) < (int)sizeof state.history)
    read_history(state.history);
  else
    state.history[0] = '\0';
}

char *cli_line_read(const char *prompt) {
  if (!state.complete)
    return read_plain();
  char *line = readline(prompt);
  if (line && line[0])
    add_history(line);
  return line;
}

void cli_line_close(void) {
  enum { remembered = 1000 };
  if (state.complete && state.history[0]) {
    stifle_history(remembered);
    write_history(state.history);
  }
  free(state.words);
  memset(&state, 0, sizeof state);
}

#else

void cli_line_open(cli_complete_fn complete, void *data) { (void)complete, (void)data; }

char *cli_line_read(const char *prompt) {
  if (os_interactive()) {
    fputs(prompt, stdout);
    fflush(stdout);
  }
  return read_plain();
}

void cli_line_close(void) {}

#endif
