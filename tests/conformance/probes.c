/* Probes: only a machine whose network this is may ask a server; every other answers "cannot tell", never "off". */
#include "conformance/conformance.h"

#include <string.h>

/* Nothing listens there. */
static const tlsmend_endpoint nowhere = {.host = "127.0.0.1", .port = 1, .timeout = 200};

static bool is_live(void) { return strcmp(subject->name, "live") == 0; }

static void who_is_not_there_cannot_tell(void **state) {
  (void)state;
  if (is_live()) {
    MUST(machine_may_probe(machine, &nowhere, &error));
    return;
  }
  MUST_FAIL(TLSMEND_E_UNKNOWN, machine_may_probe(machine, &nowhere, &error));
  tlsmend_probe_answer answer = {0};
  MUST_FAIL(TLSMEND_E_UNKNOWN, machine_schannel_probe(machine, &nowhere, &answer, &error));
}

const struct CMUnitTest probe_tests[] = {cmocka_unit_test(who_is_not_there_cannot_tell), {0}};
