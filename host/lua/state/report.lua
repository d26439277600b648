-- The effective state for people in a terminal. Takes the object of `state`, looks at no machine; the page is
-- state.page.

local advice = require "state.advice"
local policy = require "state.policy_report"
local said = require "state.said"
local suites = require "state.suites_report"

local report = {}

local say, pad, columns = said.say, said.pad, said.columns

local MARK = { yes = "yes", some = "some", no = "NO", ["cannot tell"] = "?" }

-- The layers in the order in which they are shown: field, title, what they are. Those that are shown only where there
-- is something have no third.
report.LAYERS = {
  { "schannel_layer", "Schannel", "programs that leave the choice to Windows" },
  { "winhttp", "WinHTTP", "programs that use WinHTTP and do not choose themselves" },
  { "wininet", "WinINET", "Internet Options: programs on WinINET" },
  { "dotnet", ".NET", "programs on .NET Framework that do not choose themselves" },
  { "powershell", "PowerShell" },
  { "rdp", "Remote Desktop" },
  { "http_sys", "http.sys" },
  { "sql", "SQL Server" },
}

local VERDICT = {
  compliant = "TLS 1.2 or later is effective in every layer in use.",
  ["not-compliant"] = "TLS 1.2 is not effective: %s",
  ["cannot-tell"] = "It cannot be told whether TLS 1.2 is effective: %s",
}

local TITLE = { dotnet = ".NET", winhttp = "WinHTTP", wininet = "WinINET", schannel = "Schannel", http_sys = "http.sys",
  sql = "SQL Server" }

-- The sentence, which names the first thing that stands in the way.
function report.verdict(verdict)
  local format = VERDICT[verdict.result]
  if verdict.result == "compliant" then return say(format) end
  local who = verdict.who
  if TITLE[verdict.layer] and not who:find(TITLE[verdict.layer], 1, true) then
    who = TITLE[verdict.layer] .. ", " .. who
  end
  return say(format, who .. ": " .. (verdict.why or "cannot tell"))
end

function report.list(names) return #names > 0 and table.concat(names, ", ") or "nothing" end

function report.offers(row, names)
  if names[1] == "cannot tell" then return say "cannot tell what it offers" end
  if row.perhaps and names == row.now then
    return say("offers %s, perhaps %s", report.list(names), report.list(row.perhaps))
  end
  return say(row.role == "Server" and "accepts %s" or "offers %s", report.list(names))
end

function report.values(row)
  local texts = {}
  for _, value in ipairs(row.values) do texts[#texts + 1] = ("%s = %s"):format(value.name, value.text) end
  return table.concat(texts, ", ")
end

-- "on", or "not supported, on request after a restart" where that differs.
function report.both(now, after)
  if now == after then return say(now) end
  return say("%s, %s after a restart", now, after)
end

-- Rows of the two roles side by side: { protocol, client, server }.
function report.pairs(rows)
  local result, by_protocol = {}, {}
  for _, row in ipairs(rows) do
    local entry = by_protocol[row.protocol]
    if not entry then
      entry = { protocol = row.protocol }
      by_protocol[row.protocol], result[#result + 1] = entry, entry
    end
    entry[row.role] = row
  end
  return result
end

-- What is set for a protocol, and why it cannot be told what it does.
local function schannel_notes(entry, lines)
  local first = "             "
  for _, role in ipairs { "Client", "Server" } do
    local row = entry[role]
    if #row.values > 0 then
      said.wrap(lines, first, say("%s: %s; Windows' own default: %s", role:lower(), report.values(row), row.default))
    end
  end
  local client, server = entry.Client, entry.Server
  local both = client.now == "cannot tell" and client.why == server.why
  for _, row in ipairs { client, server } do
    if row.now == "cannot tell" and not (both and row == server) then
      said.wrap(lines, first, say("%s: %s", both and "client and server" or row.role:lower(), row.why))
    end
  end
end

local function schannel_text(result, lines)
  local clients = { say "as client" }
  for _, row in ipairs(result.schannel) do
    if row.role == "Client" then clients[#clients + 1] = report.both(row.now, row.after_restart) end
  end
  local width = columns(clients, 40)
  lines[#lines + 1] = ("%-12s %s %s"):format("Schannel", pad(clients[1], width), say "as server")
  for _, entry in ipairs(report.pairs(result.schannel)) do
    local client = pad(report.both(entry.Client.now, entry.Client.after_restart), width)
    lines[#lines + 1] = ("  %-10s %s %s"):format(entry.protocol, client,
      report.both(entry.Server.now, entry.Server.after_restart))
    schannel_notes(entry, lines)
  end
end

local AFTER = "    "

-- The widths of the columns of all layers: who, and whether it has TLS 1.2.
local function layer_widths(result)
  local who, marks = { AFTER .. say "after a restart" }, {}
  for _, layer in ipairs(report.LAYERS) do
    for _, row in ipairs(result[layer[1]]) do who[#who + 1] = say(row.who) end
  end
  for _, mark in pairs(MARK) do marks[#marks + 1] = say(mark) end
  return columns(who, 26), columns(marks, 5)
end

-- Why a row that has no TLS 1.2 decides nothing; nil where it does.
function report.uncounted(row)
  if row.counts == false and row.tls12 ~= "yes" then
    return row.role == "Server" and "not counted: nothing on this machine is known to listen"
      or "not counted: this file has a user of its own"
  end
end

-- What is set, and what stands in the way.
local function row_notes(row, lines)
  if row.default ~= "" and row.set ~= "absent" then
    said.wrap(lines, "      ", say("set: %s; default: %s", row.set, row.default))
  end
  if row.override then said.wrap(lines, "      ", say(row.override)) end
  if row.why and row.why ~= row.override then said.wrap(lines, "      ", say(row.why)) end
  if report.uncounted(row) then said.wrap(lines, "      ", say(report.uncounted(row))) end
end

local function layer_text(layer, result, lines, who, mark)
  local rows = result[layer[1]]
  if #rows == 0 and not layer[3] then return end
  lines[#lines + 1] = ""
  lines[#lines + 1] = layer[3] and ("%-12s %s"):format(layer[2], say(layer[3])) or layer[2]
  if #rows == 0 then lines[#lines + 1] = "  " .. say "nothing installed" end
  for _, row in ipairs(rows) do
    said.wrap(lines, ("  %s TLS 1.2 %s "):format(pad(say(row.who), who), pad(say(MARK[row.tls12]), mark)),
      report.offers(row, row.now))
    if row.tls12 ~= row.tls12_after_restart or report.list(row.now) ~= report.list(row.after_restart) then
      said.wrap(lines, ("  %s TLS 1.2 %s "):format(pad(AFTER .. say "after a restart", who),
        pad(say(MARK[row.tls12_after_restart]), mark)), report.offers(row, row.after_restart))
    end
    row_notes(row, lines)
  end
end

local function findings_text(result, lines)
  if #result.findings == 0 then return end
  lines[#lines + 1] = ""
  lines[#lines + 1] = say "Findings"
  for _, row in ipairs(result.findings) do said.wrap(lines, "  - ", say(row.text)) end
end

local function verdict_text(result, lines)
  said.wrap(lines, "", report.verdict(result.verdict))
  if result.after_restart ~= result.result then
    said.wrap(lines, "", say("After a restart: %s", report.verdict(result.verdict_after_restart)))
  end
end

-- What to type or to export next.
local function next_text(result, lines)
  local todo = result.next
  if #todo.branches > 0 then
    lines[#lines + 1] = say "Next, export these branches of the machine as well:"
    for _, branch in ipairs(todo.branches) do lines[#lines + 1] = "  " .. branch end
  end
  if #todo.runbooks > 0 then
    lines[#lines + 1] = say "Next, see what would be changed, or what it takes:"
    lines[#lines + 1] = "  " .. advice.command(todo.runbooks, result.machine.spec)
  end
end

-- Updates, restarts, and once more the verdict: it is what is left on the screen, with what to do about it.
local function end_text(result, lines)
  lines[#lines + 1] = ""
  for _, update in ipairs(result.updates) do
    lines[#lines + 1] = ("%s: %s"):format(update.kb, say(update.pending and "waits for a restart"
      or update.covered == "yes" and "is there" or update.covered == "no" and "is not there" or "cannot tell"))
  end
  for _, cause in ipairs(result.restart_pending) do
    lines[#lines + 1] = say("a restart is pending: %s%s", cause.cause, cause.hard and "" or " (often stale)")
  end
  if not result.machine.exact then
    lines[#lines + 1] = say "this build stands in no table: the defaults are those of the nearest older release"
  end
  said.wrap(lines, "",
    say "A change counts for programs and services that start after it; a restart reaches all of them.")
  verdict_text(result, lines)
  next_text(result, lines)
end

function report.text(result)
  said.begin(result.said and result.said.texts)
  local lines = { result.machine.name .. "   " .. result.machine.spec }
  verdict_text(result, lines)
  lines[#lines + 1] = ""
  schannel_text(result, lines)
  local who, mark = layer_widths(result)
  for _, layer in ipairs(report.LAYERS) do layer_text(layer, result, lines, who, mark) end
  suites.text(result, lines)
  policy.text(result, lines)
  findings_text(result, lines)
  suites.marks(result, lines)
  end_text(result, lines)
  return table.concat(lines, "\n") .. "\n"
end

return report
