// The same from C++: the header compiles, links and works there.
#include <tlsmend/tlsmend.h>

#include <cstdio>
#include <string>

int main() {
  tlsmend_error error;
  tlsmend_options options = TLSMEND_OPTIONS_INIT;
  tlsmend_session *session = nullptr;
  tlsmend_plan *plan = nullptr;
  const char *runbooks[] = {"winhttp-tls12"};
  options.machine = "sim:win7-sp1-x64";
  if (tlsmend_session_open(&options, &session, &error) != TLSMEND_OK ||
      tlsmend_plan_make(session, runbooks, 1, nullptr, 0, &plan, &error) != TLSMEND_OK) {
    std::fprintf(stderr, "%s: %s\n", tlsmend_error_name(error.code), error.text);
    tlsmend_session_close(session);
    return 1;
  }
  tlsmend_session_close(session); // the header says that plans outlive their session
  char *text = nullptr;
  int bad = tlsmend_plan_render(plan, TLSMEND_FORMAT_TEXT, &text, &error);
  if (bad == TLSMEND_OK && std::string(text).find("DefaultSecureProtocols") == std::string::npos) bad = 1;
  tlsmend_text_free(text);
  tlsmend_plan_free(plan);
  return bad;
}
