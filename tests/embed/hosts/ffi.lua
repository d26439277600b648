-- ffi.lua LIBRARY TIMES [global]: the same as host.c from LuaJIT, whose executable exports its own Lua.
local ffi = require "ffi"
ffi.cdef [[
typedef struct tlsmend_session tlsmend_session;
typedef struct tlsmend_plan tlsmend_plan;
typedef struct tlsmend_error { int code; char text[1024]; } tlsmend_error;
typedef struct tlsmend_options { /* the members of the first version, which is enough */
  size_t size;
  const char *machine, *state, *library;
  int reboot, allow_unsigned;
  size_t memory_limit;
  unsigned long long instruction_limit;
} tlsmend_options;
int tlsmend_session_open(const tlsmend_options *options, tlsmend_session **out, tlsmend_error *error);
void tlsmend_session_close(tlsmend_session *session);
int tlsmend_plan_make(tlsmend_session *session, const char *const *runbooks, size_t runbook_count,
                      const char *const *params, size_t param_count, tlsmend_plan **out, tlsmend_error *error);
int tlsmend_plan_render(const tlsmend_plan *plan, int format, char **out, tlsmend_error *error);
void tlsmend_plan_free(tlsmend_plan *plan);
void tlsmend_text_free(char *text);
]]
local library = ffi.load(arg[1], arg[3] == "global")
local failure = ffi.new "tlsmend_error"

local function must(code)
  if code ~= 0 then error(ffi.string(failure.text), 2) end
end

local function plan()
  local options = ffi.new "tlsmend_options"
  options.size = ffi.sizeof "tlsmend_options"
  options.machine = "sim:win7-sp1-x64"
  local session, made, text = ffi.new "tlsmend_session *[1]", ffi.new "tlsmend_plan *[1]", ffi.new "char *[1]"
  local runbooks = ffi.new("const char *[2]", { "m365-disable-legacy-tls", "winhttp-tls12" })
  must(library.tlsmend_session_open(options, session, failure))
  must(library.tlsmend_plan_make(session[0], runbooks, 2, nil, 0, made, failure))
  must(library.tlsmend_plan_render(made[0], 0, text, failure))
  local result = ffi.string(text[0])
  library.tlsmend_text_free(text[0])
  library.tlsmend_plan_free(made[0])
  library.tlsmend_session_close(session[0])
  return result
end

local first = plan()
for _ = 2, tonumber(arg[2]) do
  assert(plan() == first, "another plan")
end
io.write(first)
