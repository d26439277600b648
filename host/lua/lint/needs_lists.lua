-- How the parts of `needs` that are no keys compare with what a text can do: updates, packages, files, servers,
-- restarts.

local declared = require "lint.declared"

local lists = {}

local function unused(need, add, why) add("needs-wide", need.line, ("%s is not %s"):format(need.value, why)) end

-- Updates that are installed on some machine, or that the text installs on machines that were not tried.
local function installed(traces, text, note)
  local used = {}
  for _, trace in ipairs(traces) do
    for _, update in ipairs(trace.updates or {}) do used[update.kb] = update.line end
  end
  for _, update in ipairs(text.updates) do
    if update.value then
      used[update.value] = used[update.value] or update.line
    else
      note(update.line, "which update is installed here cannot be told from the text")
    end
  end
  return used
end

local function check_updates(members, traces, text, add, note)
  local names, used, computed = {}, installed(traces, text, note), false
  for _, update in ipairs(text.updates) do computed = computed or not update.value end
  for _, need in ipairs(declared.list("updates", members, traces)) do
    names[need.value] = true
    if need.written and not used[need.value] and not computed then unused(need, add, "installed") end
  end
  for kb, line in pairs(used) do
    if not names[kb] then add("needs-narrow", line, kb .. " is not in needs.updates") end
  end
end

-- Whether every package that is installed is known by its hash, and the hashes.
local function hashes(text)
  local known, exact = {}, not text.library
  for _, update in ipairs(text.updates) do
    if update.sha256 then known[update.sha256:lower()] = true else exact = false end
  end
  return known, exact
end

local function check_packages(members, traces, text, add, note)
  local packages, names, signer = declared.list("packages", members, traces), {}, false
  local known, exact = hashes(text)
  for _, need in ipairs(packages) do
    names[need.value:lower()] = true
    signer = signer or need.value:find "^signer:" ~= nil
    local nothing = #text.updates == 0 and not text.library
    if need.written and (nothing or exact and not need.value:find "^signer:" and not known[need.value:lower()]) then
      unused(need, add, "installed")
    end
  end
  for _, update in ipairs(#packages > 0 and not signer and text.updates or {}) do
    if update.limited and not update.sha256 then
      note(update.line, "which of needs.packages is meant here cannot be told from the text")
    elseif update.sha256 and not names[update.sha256:lower()] then
      add("needs-narrow", update.line, ("the package %s is not in needs.packages"):format(update.sha256))
    end
  end
end

local function is_place(value, need)
  local text, root = value:lower():gsub("/", "\\"), need:lower():gsub("/", "\\")
  return text == root or text:sub(1, #root + 1) == root .. "\\"
end

local function check_places(kind, list, text, add, note)
  local used = {}
  for _, row in ipairs(text[kind]) do
    local found = false
    for _, need in ipairs(list) do
      local any = not row.value and (not row.given or kind == "probes")
      if any or row.value and is_place(row.value, need.value) then found, used[need] = true, true end
    end
    if row.value and not found then
      add("needs-narrow", row.line, ("%s is not in needs.%s"):format(row.value, kind))
    elseif not row.value and not row.given then
      note(row.line, "which of needs." .. kind .. " is meant here cannot be told from the text")
    end
  end
  for _, need in ipairs(list) do
    local free = need.written and not used[need] and not text.library
    if free then unused(need, add, kind == "files" and "looked at" or "asked") end
  end
end

local function check_servers(members, traces, text, add, note)
  local loaded = declared.loaded(traces)
  if loaded and loaded.any_server then
    if members.probes and members.probes.value.kind == "true" and #text.probes == 0 and not text.library then
      add("needs-wide", members.probes.line, "probes is declared, and no server is asked")
    end
    return
  end
  check_places("probes", declared.list("probes", members, traces), text, add, note)
end

local function check_restarts(members, traces, text, add)
  local loaded = declared.loaded(traces)
  if members.reboot and members.reboot.value.kind == "true" then
    if #text.restarts == 0 and not text.library then
      add("needs-wide", members.reboot.line, "reboot is declared, and nothing calls for a restart")
    end
  elseif loaded and not loaded.reboot and text.restarts[1] then
    local first = text.restarts[1]
    for _, row in ipairs(text.restarts) do
      if row.called and not first.called then first = row end
    end
    add("restart-undeclared", first.line, "needs.reboot is not true")
  end
end

-- `text` is what lint.infer says; the rest as in lint.needs.
function lists.check(members, traces, text, add, note)
  check_updates(members, traces, text, add, note)
  check_packages(members, traces, text, add, note)
  check_places("files", declared.list("files", members, traces), text, add, note)
  check_servers(members, traces, text, add, note)
  check_restarts(members, traces, text, add)
end

return lists
