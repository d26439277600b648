-- state.advice: what to do next about the rows of a state.

local advice = require "state.advice"
local check = require "check"

local LAYERS = { "schannel_layer", "winhttp", "wininet", "dotnet", "powershell", "rdp", "http_sys", "sql" }

local function next_of(rows)
  local result = {}
  for _, layer in ipairs(LAYERS) do result[layer] = rows[layer] or {} end
  local made = advice.of(result)
  return table.concat(made.runbooks, " ") .. "|" .. table.concat(made.branches, " ")
end

local function row(tls12, why, after, counts)
  return { tls12 = tls12, why = why, tls12_after_restart = after or tls12, counts = counts }
end

check.test("each layer that falls short names its runbook, once", function()
  check.equal(next_of { winhttp = { row "no", row "no" }, dotnet = { row "some" }, powershell = { row "no" } },
    "winhttp-tls12 dotnet-strong-crypto|")
  check.equal(next_of { sql = { row "no" }, rdp = { row "no" } }, "|")
end)

check.test("what is well, mended by a restart, or not in use asks for nothing", function()
  check.equal(next_of { winhttp = { row "yes" }, wininet = { row("no", nil, "yes") },
    schannel_layer = { row("no", nil, nil, false) } }, "|")
end)

check.test("a branch that the file lacks is named once, and none below it", function()
  local function lacks(key) return row("cannot tell", key .. " is not in this file") end
  check.equal(next_of { wininet = { lacks "HKLM\\SOFTWARE\\Microsoft\\A B", lacks "HKU" },
    sql = { lacks "HKLM\\SOFTWARE\\Microsoft", lacks "HKU", row("cannot tell", "a value is malformed") } },
    "|HKU HKLM\\SOFTWARE\\Microsoft")
end)

check.test("the command names the machine, in quotes where it has blanks", function()
  check.equal(advice.command({ "a", "b" }, "live"), "tlsmend plan a b")
  check.equal(advice.command({ "a" }, "sim:x.reg"), "tlsmend plan a -m sim:x.reg")
  check.equal(advice.command({ "a" }, "sim:x y.reg"), 'tlsmend plan a -m "sim:x y.reg"')
end)

check.done "advice"
