/* A program outside the tree: plans for a built-in machine with nothing but the public header. */
#include <tlsmend/tlsmend.h>

#include <stdio.h>
#include <string.h>

static int failed(const char *what, const tlsmend_error *error) {
  fprintf(stderr, "%s: %s: %s\n", what, tlsmend_error_name(error->code), error->text);
  return 1;
}

static int plan_and_print(tlsmend_session *session, tlsmend_error *error) {
  const char *runbooks[] = {"winhttp-tls12"};
  tlsmend_plan *plan = NULL;
  char *text = NULL;
  if (tlsmend_plan_make(session, runbooks, 1, NULL, 0, &plan, error) != TLSMEND_OK)
    return failed("plan", error);
  size_t changes = tlsmend_plan_change_count(plan);
  int bad = tlsmend_plan_render(plan, TLSMEND_FORMAT_JSON, &text, error) != TLSMEND_OK || text[0] != '{' ||
            changes == 0;
  printf("%zu changes, %zu restarts\n", changes, tlsmend_plan_reboot_count(plan));
  tlsmend_text_free(text);
  tlsmend_plan_free(plan);
  return bad;
}

int main(void) {
  tlsmend_error error;
  tlsmend_options options = TLSMEND_OPTIONS_INIT;
  tlsmend_session *session = NULL;
  int bad = 1;
  if (strcmp(tlsmend_version(), TLSMEND_VERSION) != 0)
    return 1;
  options.machine = "sim:win7-sp1-x64";
  if (tlsmend_session_open(&options, &session, &error) == TLSMEND_OK)
    bad = plan_and_print(session, &error);
  else
    failed("open", &error);
  tlsmend_session_close(session);

  options.machine = "sim:no-such-machine";
  if (tlsmend_session_open(&options, &session, &error) != TLSMEND_E_USAGE || session)
    bad = 1;
  return bad;
}
