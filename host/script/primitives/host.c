/* One run of a text on a machine, as its host sees it. */
#include "script/primitives/host.h"

#include <string.h>

#include <lua.h>

#include "machine/guard.h"
#include "machine/machine.h"

void script_host_open(script_host *host, const script_options *options, script_account *account) {
  memset(host, 0, sizeof *host);
  host->options = options;
  host->account = account;
  quota_set(&host->machine, NULL, account);
  quota_set(&host->facts, NULL, account);
}

void script_host_close(script_host *host) {
  script_host_end(host);
  if (host->files)
    lua_close(host->files);
  host->files = NULL;
}

int script_host_lend(script_host *host, tlsmend_machine *machine, tlsmend_machine *facts,
                     tlsmend_error *error) {
  quota_set(&host->machine, machine, host->account);
  quota_set(&host->facts, facts, host->account);
  host->system = NULL;
  return facts ? machine_system(&host->facts.base, &host->system, error) : TLSMEND_OK;
}

int script_host_begin(script_host *host, const guard_needs *needs, const script_ground *ground,
                      tlsmend_error *error) {
  script_host_end(host);
  host->sink = ground->sink;
  host->unreached = false;
  account_refill(host->account);
  if (!ground->machine)
    return TLSMEND_OK;
  int code = guard_open(ground->machine, needs, ground->trust, &host->guard, error);
  if (code == TLSMEND_OK)
    code = script_host_lend(host, host->guard, ground->machine, error);
  if (code != TLSMEND_OK)
    script_host_end(host);
  return code;
}

void script_host_end(script_host *host) {
  script_host_lend(host, NULL, NULL, NULL);
  machine_close(host->guard);
  host->guard = NULL;
  host->sink = NULL;
}

bool script_host_unreached(const script_host *host, int code) {
  return host->unreached &&
         (code == TLSMEND_E_SCRIPT || (code == TLSMEND_E_REFUSED && !host->account->refusal.code));
}
