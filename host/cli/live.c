/*
 * The events of a session as lines on stderr: one line a step, progress while a step takes long. On a
 * terminal the outcome follows on the step's own line; elsewhere a line appears when its step is done.
 * What there is one of for each step is not written by fprintf, which the compiler for Windows sends out letter by letter.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "os/os.h"

enum { progress_width = 60 };

/* Brings the cursor to the beginning of a line. */
static void end_line(cli_live *live) {
  if (live->line_open || live->progress_open)
    fputc('\n', stderr);
  live->line_open = live->progress_open = false;
}

static void finish_step(cli_live *live, say_colour colour, const char *outcome, const char *note) {
  bool behind = live->line_open;
  if (!behind)
    end_line(live);
  fputs(behind ? "  " : "       ", stderr);
  char *said = say_in(live->language, outcome);
  say_coloured(colour, said ? said : outcome);
  tlsmend_text_free(said);
  fputs(note[0] ? ": " : "", stderr);
  fputs(note, stderr);
  fputs("\n", stderr);
  live->step_open = live->line_open = live->warned = false;
}

void cli_live_end(cli_live *live, bool waiting) {
  if (live->step_open && !live->warned)
    finish_step(live, waiting ? SAY_YELLOW : SAY_RED, waiting ? "waits" : "failed", "");
  end_line(live);
  live->step_open = live->warned = false;
}

static void show_progress(cli_live *live, const char *text) {
  bool again = live->progress_open;
  if (!again)
    end_line(live);
  if (say_live())
    fprintf(stderr, "%s       %-*s", again ? "\r" : "", progress_width, text);
  else
    fprintf(stderr, "       %s\n", text);
  live->progress_open = say_live();
}

/* The number of columns that a text takes; close enough for names of keys: one for each character. */
static size_t columns_of(const char *text, size_t length) {
  size_t columns = 0;
  for (size_t i = 0; i < length; i++)
    columns += ((unsigned char)text[i] & 0xC0) != 0x80;
  return columns;
}

/* Prints at most `room` columns of a step. What goes first are the middle names of a key: "HKLM\\...\\WinHttp". */
static void print_shortened(const char *text, size_t room) {
  size_t length = strlen(text), excess = columns_of(text, length);
  const char *first = strchr(text, '\\');
  const char *rest = first;
  for (const char *next = rest; next && excess > room; next = strchr(rest + 1, '\\')) {
    if (next != first && !strchr(next + 1, '\\'))
      break; /* the last two names stay: "TLS 1.2\\Client" */
    rest = next;
    excess = columns_of(text, (size_t)(first - text) + 4) + columns_of(rest, strlen(rest));
  }
  if (rest != first) {
    fwrite(text, 1, (size_t)(first - text), stderr);
    fputs("\\...", stderr);
    room -= columns_of(text, (size_t)(first - text)) + 4;
    text = rest;
    length = strlen(rest);
  }
  bool cut = columns_of(text, length) > room;
  while (cut && length > 0 && columns_of(text, length) > room - 3)
    length--;
  fwrite(text, 1, length, stderr);
  fputs(cut ? "..." : "", stderr);
}

/* "3/12 set ..." with the number aligned to the right, shortened to one line of the terminal. */
static void show_step(const char *text) {
  enum { indent = 2, outcome = 8, narrowest = 40 };
  size_t digits = strcspn(text, "/"), all = strcspn(text, " ");
  size_t pad = all > 2 * digits + 1 ? all - 2 * digits - 1 : 0;
  size_t width = os_terminal_width();
  fwrite("                        ", 1, indent + pad < 24 ? indent + pad : 24, stderr);
  if (width < narrowest)
    fputs(text, stderr);
  else
    print_shortened(text, width - indent - pad - outcome);
}

/* A message in the midst of a step: the step's line is ended first, its outcome comes below. */
static void show_message(cli_live *live, say_colour colour, const char *label, const char *text) {
  end_line(live);
  fputs(live->step_open ? "       " : "", stderr);
  char *said = say_in(live->language, label);
  say_coloured(colour, said ? said : label);
  fprintf(stderr, "%s%s\n", label[0] ? " " : "", text);
  tlsmend_text_free(said);
}

static void show_event(cli_live *live, tlsmend_event event, const char *text) {
  switch (event) {
  case TLSMEND_EVENT_STEP:
    cli_live_end(live, false);
    show_step(text);
    live->step_open = live->line_open = true;
    live->warned = false;
    break;
  case TLSMEND_EVENT_DONE:
    if (live->step_open)
      finish_step(live, SAY_GREEN, "ok", text);
    break;
  case TLSMEND_EVENT_PROGRESS:
    show_progress(live, text);
    break;
  case TLSMEND_EVENT_NOTE:
    show_message(live, SAY_PLAIN, "note:", text);
    break;
  case TLSMEND_EVENT_WARNING:
    show_message(live, SAY_YELLOW, "warning:", text);
    live->warned = live->step_open;
    break;
  case TLSMEND_EVENT_LOG:
    show_message(live, SAY_PLAIN, "", text);
    break;
  }
  fflush(stderr);
}

/* The line of an event in the person's language; the number of a step stays in front of it. */
static void on_event(void *data, tlsmend_event event, const char *english) {
  cli_live *live = data;
  size_t number = event == TLSMEND_EVENT_STEP ? strcspn(english, " ") : 0;
  number += english[number] == ' ' && number > 0;
  char *said = say_in(live->language, english + number),
       *text = malloc(number + strlen(said ? said : "") + 1);
  if (text) {
    memcpy(text, english, number);
    strcpy(text + number, said ? said : "");
    show_event(live, event, text);
  }
  free(text);
  tlsmend_text_free(said);
}

tlsmend_options cli_options(const cli_call *call, tlsmend_reboot reboot, cli_live *live) {
  tlsmend_options result = TLSMEND_OPTIONS_INIT;
  result.machine = call->machine;
  result.state = call->state;
  result.library = call->library;
  result.reboot = reboot;
  result.memory_limit = (size_t)call->limits[TLSMEND_LIMIT_MEMORY];
  result.instruction_limit = call->limits[TLSMEND_LIMIT_INSTRUCTIONS];
  result.time_limit = call->limits[TLSMEND_LIMIT_TIME];
  result.read_limit = call->limits[TLSMEND_LIMIT_READS];
  result.change_limit = call->limits[TLSMEND_LIMIT_CHANGES];
  result.value_limit = call->limits[TLSMEND_LIMIT_VALUE];
  result.output_limit = call->limits[TLSMEND_LIMIT_OUTPUT];
  result.language = call->language;
  result.trust = call->trust;
  if (live) {
    live->language = call->language;
    result.event = on_event;
    result.event_data = live;
  }
  return result;
}
