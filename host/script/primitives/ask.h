/*
 * How a text reaches its host. Where both are in this process, a primitive is called; where the host is another process, the call goes
 * there, and the same primitive is called there.
 */
#ifndef TLSMEND_SCRIPT_PRIMITIVES_ASK_H
#define TLSMEND_SCRIPT_PRIMITIVES_ASK_H

#include "script/primitives/remote.h"
#include "script/sandbox/limits.h"

/*
 * Asks the host with these arguments (borrowed), and raises what goes wrong. What ends a run is noted in the context's own account with
 * the place that has asked, so that it stays; any other error, a refusal too, is one that the text may catch. The answers stay in the
 * scratch of the state, which must not be taken while they are read. PRIMITIVE_MODULE: the name of the call stands in the scratch
 * before. [-0, +0, e]
 */
const tlsmend_call *script_ask(lua_State *L, primitive_id id, const call_value *args, size_t count);

#endif
