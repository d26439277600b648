/*
 * A program that carries other libraries with names of those that libtlsmend uses (see the files beside this one): makes plans and
 * closes sessions, many times, uses its own library in between, and prints the plan, which must be the same each time.
 */
#include <tlsmend/tlsmend.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int other(void); /* uses the other library; 1 if it answers what it should */

static char *plan(void) {
  tlsmend_error error = {0, ""};
  tlsmend_options options = TLSMEND_OPTIONS_INIT;
  tlsmend_session *session = NULL;
  tlsmend_plan *plan = NULL;
  const char *runbooks[] = {"m365-disable-legacy-tls", "winhttp-tls12"};
  char *text = NULL;
  options.machine = "sim:win7-sp1-x64";
  int code = tlsmend_session_open(&options, &session, &error);
  if (code == TLSMEND_OK)
    code = tlsmend_plan_make(session, runbooks, 2, NULL, 0, &plan, &error);
  if (code == TLSMEND_OK)
    code = tlsmend_plan_render(plan, TLSMEND_FORMAT_TEXT, &text, &error);
  if (code != TLSMEND_OK)
    fprintf(stderr, "%s\n", error.text);
  tlsmend_plan_free(plan);
  tlsmend_session_close(session);
  return text;
}

int main(int count, char **arguments) {
  int times = count > 1 ? atoi(arguments[1]) : 1;
  char *first = plan();
  for (int i = 1; first && i < times; i++) {
    char *again = other() ? plan() : NULL;
    int same = again && strcmp(first, again) == 0;
    tlsmend_text_free(again);
    if (!same) {
      fprintf(stderr, "plan %d is another one, or the other library is out of order\n", i);
      return 1;
    }
  }
  if (!first)
    return 1;
  fputs(first, stdout);
  tlsmend_text_free(first);
  return 0;
}
