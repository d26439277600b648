/* Which wall there is around a worker. */
#include "script/worker/wall.h"

#include <string.h>

#include "script/worker/worker.h"

int script_worker_wall(const script_options *options, os_wall *out, tlsmend_error *error) {
  script_account account;
  script_host host;
  worker *started = NULL;
  script_options full = *options;
  account_open(&account, options->limit);
  memcpy(full.limit, account.limit, sizeof full.limit);
  script_host_open(&host, &full, &account);
  worker_request request = {"tlsmend", &host, NULL};
  int code = worker_start(&full, 0, &started, error);
  if (code == TLSMEND_OK)
    code = worker_greet(started, &request, error);
  if (code == TLSMEND_OK)
    *out = started->wall;
  worker_end(started);
  script_host_close(&host);
  return code;
}
