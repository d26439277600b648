#!/bin/sh
# Two runs of a runbook see the same, wherever the system has put things in memory: one that says all that it can find out says the same
# in each process. (A table with holes is the exception that SECURITY.md names.)
set -eu
work=$(mktemp -d "${TMPDIR:-/tmp}/tlsmend-same.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"
cat >tell.lua <<'END'
local SITE = "HKLM\\SOFTWARE\\Site"
local modules = { "files", "hotfix", "log", "probe", "reboot", "registry", "system", "update", "windows.releases" }
local seen, lines, run = {}, {}, nil
local function say(...) lines[#lines + 1] = table.concat({ ... }, " ") end
local function tell(path, value)
  say(path, tostring(value), ("%s"):format(value), type(value))
  if type(value) ~= "table" or seen[value] then return end
  seen[value] = true
  for k, v in pairs(value) do tell(path .. "." .. tostring(k), v) end
  for k, v in next, value do say(path, tostring(k), tostring(v)) end
end
-- What a function answers to wrong arguments, and what the answers are like.
local KINDS = { 0, 1.5, "x", "%s", {}, { a = 1, zebra = 2, [1] = 3, [true] = 4 }, print, coroutine.create(print), select(2, pcall(require, 5)) }
local NOT = { pcall = true, xpcall = true, print = true, error = true, load = true, finding = true, info = true, warn = true, debug = true }
local function call(path, f, module) -- a file or an update that is named is refused, which ends the run
  for i = 1, #KINDS do
    for j = 1, not (module and type(KINDS[i]) == "string") and #KINDS or 0 do
      local answers = table.pack(pcall(f, KINDS[i], KINDS[j]))
      for k = 1, answers.n do say(path, i, j, k, (tostring(answers[k]))) end
    end
  end
end
function run()
  tell("_G", _G)
  for _, name in ipairs(modules) do
    local ok, module = pcall(require, name)
    tell(name, module)
    if ok and type(module) == "table" then
      for k, v in pairs(module) do
        if type(v) == "function" and not NOT[k] and name ~= "registry" and name ~= "reboot" then call(name .. "." .. tostring(k), v, true) end
      end
    end
  end
  for _, library in ipairs { _G, string, table, math, utf8, coroutine } do
    for k, v in pairs(library) do
      if type(v) == "function" and not NOT[k] and k ~= "rawset" and k ~= "setmetatable" then call(tostring(k), v) end
    end
  end
  for _, library in ipairs { "registr", "strin", "tabel", "sytem", "prin" } do say(select(2, pcall(function() return _G[library] end))) end
  local t = {}
  for i = 1, 300 do t["k" .. i * 7919 % 997], t[i / 4], t[-i] = i, i, i end
  for k, v in pairs(t) do say(tostring(k), v) end
  for i = 1, 300 do t[i] = i * 7919 % 13 end
  pcall(table.sort, t, function(a, b) return a ~= b end)
  say(table.concat(t, " "))
  for _, line in ipairs(lines) do print(line) end
end
return { id = "tell", version = "1", title = "Tells what it sees", needs = { registry = { SITE } }, run = run }
END
for i in 1 2 3 4 5 6 7 8; do
  code=0
  env "PADDING=$(head -c $((i * 777)) /dev/zero | tr '\0' x)" "$TLSMEND" plan ./tell.lua -m sim:win7-sp1-x64 --limit-output 100M >"out$i" 2>&1 || code=$?
  [ "$code" -eq 0 ] || { tail -n 3 "out$i"; echo "FAILED: exit $code"; exit 1; }
  cmp out1 "out$i" || { diff out1 "out$i" | head -n 10; echo "FAILED: two runs see different things"; exit 1; }
done
[ "$(wc -l <out1)" -gt 5000 ] || { tail -n 3 out1; echo "FAILED: it tells too little"; exit 1; }
if grep -E '0x[0-9a-f]{8}' out1; then
  echo "FAILED: it tells an address"
  exit 1
fi
echo "$(wc -l <out1) lines, the same in each of 8 processes"
