/* The command with every text in its own process, as an embedder may have it: the first wall alone. For the linker's --wrap. */
#include "script/worker/remote.h"

bool __wrap_remote_wanted(const script_options *options);

bool __wrap_remote_wanted(const script_options *options) {
  (void)options;
  return false;
}
