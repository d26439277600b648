/* libFuzzer target: any bytes are a site's policy.json. What is not wholly understood refuses everything. */
#include "fuzz/fuzz.h"

#include <stdio.h>

#include "signing/minisign.h"
#include "os/os.h"
#include "session/policy/approval_policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char *spec[] = {"live", "sim:/x.reg"};
  tlsmend_session session = {.backend = size % 2 ? backend_snapshot() : backend_here(),
                             .spec = spec[size % 2]};
  tlsmend_error error = {0};
  policy policy;
  MUST(os_dir_make(fuzz_path("state"), &error) == TLSMEND_OK);
  fuzz_file("state/policy.json", data, size);
  int code = policy_read(&session, fuzz_path("state"), &policy, &error);
  fuzz_judge(code, &error);
  MUST(code == TLSMEND_OK || code == TLSMEND_E_APPROVAL);
  if (code == TLSMEND_OK) {
    json_t *json = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, NULL);
    MUST(json_is_object(json) && json_is_integer(json_object_get(json, "approvals")));
    MUST(policy.needed <= policy.key_count && policy.key_count > 0);
    MUST(json_object_get(json, "machines") || (policy.needed > 0) == (size % 2 == 0));
    json_decref(json);
  }
  policy_clear(&policy);
  return 0;
}
