-- The effective state for people: a picture in the terminal and a page of HTML. Takes the object of `state`, looks at
-- no machine.

local markup = require "markup"
local protocols = require "tls.protocols"
local policy = require "state.policy_report"
local suites = require "state.suites_report"

local report = {}

-- Texts for people: what is said in the language that the host asks for, and the English texts that were said.
local local_texts, said = {}, {}
local function say(format, ...)
  local english = format:format(...)
  said[#said + 1] = english
  return local_texts[english] or english
end

-- Filled with blanks to a number of columns.
local function pad(text, width) return text .. (" "):rep(width - (utf8.len(text) or #text)) end

-- The width of a column: `least`, or that of its widest text.
local function columns(texts, least)
  for _, text in ipairs(texts) do least = math.max(least, utf8.len(text) or #text) end
  return least
end

local VERDICT = {
  compliant = "TLS 1.2 is effective for every client that this machine shows.",
  ["not-compliant"] = "TLS 1.2 is not effective everywhere: see the rows marked NO and some.",
  ["cannot-tell"] = "It cannot be told whether TLS 1.2 is effective everywhere: see the rows marked ?.",
}
local MARK = { yes = "yes", some = "some", no = "NO", ["cannot tell"] = "?" }
local LAYERS = {
  { "winhttp", "WinHTTP", "programs that use WinHTTP and do not choose themselves" },
  { "wininet", "WinINET", "Internet Options: programs on WinINET" },
  { "dotnet", ".NET", "programs on .NET Framework that do not choose themselves" },
}

local function list(names) return #names > 0 and table.concat(names, ", ") or "nothing" end

local function offers(names)
  return names[1] == "cannot tell" and say "cannot tell what it offers" or say("offers %s", list(names))
end

local function value_texts(row)
  local texts = {}
  for _, value in ipairs(row.values) do texts[#texts + 1] = ("%s = %s"):format(value.name, value.text) end
  return table.concat(texts, ", ")
end

-- "on", or "not supported, on request after a restart" where that differs.
local function both(now, after)
  if now == after then return say(now) end
  return say("%s, %s after a restart", now, after)
end

-- Rows of the two roles side by side: { protocol, client, server }.
local function pairs_of(rows)
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

local function schannel_text(result, lines)
  local clients = { say "as client" }
  for _, row in ipairs(result.schannel) do
    if row.role == "Client" then clients[#clients + 1] = both(row.now, row.after_restart) end
  end
  local width = columns(clients, 40)
  lines[#lines + 1] = ("%-12s %s %s"):format("Schannel", pad(clients[1], width), say "as server")
  for _, entry in ipairs(pairs_of(result.schannel)) do
    local client = pad(both(entry.Client.now, entry.Client.after_restart), width)
    lines[#lines + 1] = ("  %-10s %s %s"):format(entry.protocol, client,
      both(entry.Server.now, entry.Server.after_restart))
    for _, role in ipairs { "Client", "Server" } do
      local row = entry[role]
      if #row.values > 0 then
        lines[#lines + 1] = "             " .. say("%s: %s; Windows' own default: %s", role:lower(),
          value_texts(row), row.default)
      end
    end
  end
end

local AFTER = "    "

-- The widths of the columns of all layers: who, and whether it has TLS 1.2.
local function layer_widths(result)
  local who, marks = { AFTER .. say "after a restart" }, {}
  for _, layer in ipairs(LAYERS) do
    for _, row in ipairs(result[layer[1]]) do who[#who + 1] = say(row.who) end
  end
  for _, mark in pairs(MARK) do marks[#marks + 1] = say(mark) end
  return columns(who, 26), columns(marks, 5)
end

local function layer_text(layer, result, lines)
  local rows, who, mark = result[layer[1]], layer_widths(result)
  lines[#lines + 1] = ""
  lines[#lines + 1] = ("%-12s %s"):format(layer[2], say(layer[3]))
  if #rows == 0 then lines[#lines + 1] = "  " .. say "nothing installed" end
  for _, row in ipairs(rows) do
    lines[#lines + 1] = ("  %s TLS 1.2 %s %s"):format(pad(say(row.who), who), pad(say(MARK[row.tls12]), mark),
      offers(row.now))
    if row.tls12 ~= row.tls12_after_restart or list(row.now) ~= list(row.after_restart) then
      lines[#lines + 1] = ("  %s TLS 1.2 %s %s"):format(pad(AFTER .. say "after a restart", who),
        pad(say(MARK[row.tls12_after_restart]), mark), offers(row.after_restart))
    end
    lines[#lines + 1] = "      " .. (row.set == "absent" and say("set: %s", row.set)
      or say("set: %s; default: %s", row.set, row.default))
    if row.override then lines[#lines + 1] = "      " .. say(row.override) end
  end
end

local function speak(result)
  local_texts, said = result.said and result.said.texts or {}, {}
end

function report.text(result)
  speak(result)
  local lines = { result.machine.name .. "   " .. result.machine.spec, "" }
  schannel_text(result, lines)
  for _, layer in ipairs(LAYERS) do layer_text(layer, result, lines) end
  for _, line in ipairs(suites.lines(result, say, pad, columns)) do lines[#lines + 1] = line end
  for _, line in ipairs(policy.lines(result, say)) do lines[#lines + 1] = line end
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
  lines[#lines + 1] = say(VERDICT[result.result])
  if result.after_restart ~= result.result then
    lines[#lines + 1] = say("After a restart: %s", VERDICT[result.after_restart])
  end
  lines[#lines + 1] =
    say "A change counts for programs and services that start after it; a restart reaches all of them."
  return table.concat(lines, "\n") .. "\n"
end

local html = markup.escape

local STYLE = "body{font:15px/1.45 system-ui,sans-serif;margin:2em auto;max-width:72em;padding:0 1em;color:#1b1b1b;" ..
  "background:#fff}table{border-collapse:collapse;width:100%;margin:.5em 0 1.5em}th,td{border:1px solid #bbb;" ..
  "padding:.3em .6em;text-align:left;vertical-align:top}th{background:#eee}.good{background:#dff0d8}" ..
  ".bad{background:#f6d5d5}.doubt{background:#fdf3cf}small{color:#555}code{font-size:.9em;overflow-wrap:anywhere}" ..
  "@media(prefers-color-scheme:dark){body{background:#181818;color:#ddd}th{background:#333}.good{background:#1d3b1d}" ..
  ".bad{background:#4b1f1f}.doubt{background:#463c14}small{color:#aaa}}"

local CLASS = { yes = "good", some = "doubt", no = "bad", ["cannot tell"] = "doubt" }

-- Green is what should be: new protocols on, old ones not.
local function schannel_class(row)
  if row.now == "cannot tell" then return "doubt" end
  if protocols.is_modern(row.protocol) then
    return row.now == "on" and "good" or row.protocol == "TLS 1.2" and row.role == "Client" and "bad" or ""
  end
  return row.now == "on" and "doubt" or ""
end

local function schannel_cell(row)
  local set = #row.values > 0 and value_texts(row) or "not set"
  return ('<td class="%s">%s<br><small>%s</small></td>'):format(schannel_class(row),
    html(both(row.now, row.after_restart)), html(say("%s; default: %s", set, row.default)))
end

local function layer_html(layer, rows, out)
  out[#out + 1] = ("<h2>%s</h2><p>%s.</p>"):format(html(layer[2]), html(say(layer[3])))
  if #rows == 0 then
    out[#out + 1] = "<p>" .. html(say "Nothing is installed.") .. "</p>"
    return
  end
  local head = {}
  for _, title in ipairs { "who", "TLS 1.2 now", "after a restart", "offers", "set", "default", "takes effect" } do
    head[#head + 1] = "<th>" .. html(say(title)) .. "</th>"
  end
  out[#out + 1] = "<table><tr>" .. table.concat(head) .. "</tr>"
  for _, row in ipairs(rows) do
    out[#out + 1] = ('<tr><td>%s</td><td class="%s">%s</td><td class="%s">%s</td><td>%s%s</td><td>%s<br><code>%s' ..
      "</code></td><td>%s</td><td>%s</td></tr>"):format(html(say(row.who)), CLASS[row.tls12], html(say(row.tls12)),
      CLASS[row.tls12_after_restart], html(say(row.tls12_after_restart)), html(say(list(row.now))),
      row.override and "<br><small>" .. html(say(row.override)) .. "</small>" or "", html(say(row.set)),
      html(row.where), html(say(row.default)), html(say(row.needs)))
  end
  out[#out + 1] = "</table>"
end

-- One page without any other file.
function report.html(result)
  speak(result)
  local title = html(say("TLS state of %s", result.machine.spec))
  local after = result.after_restart ~= result.result
    and " " .. html(say("After a restart: %s", VERDICT[result.after_restart])) or ""
  local out = { '<!DOCTYPE html><html lang="' .. (result.said and result.said.language or "en") ..
    '"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>' .. title ..
    "</title><style>" .. STYLE .. "</style></head><body>", ("<h1>%s</h1><p>%s</p><p><strong>%s</strong>%s</p>"):format(
    title, html(result.machine.name), html(say(VERDICT[result.result])), after),
    ("<h2>Schannel</h2><table><tr><th>%s</th><th>%s</th><th>%s</th></tr>"):format(html(say "protocol"),
      html(say "as client"), html(say "as server")) }
  for _, entry in ipairs(pairs_of(result.schannel)) do
    out[#out + 1] = ("<tr><td>%s</td>%s%s</tr>"):format(html(entry.protocol), schannel_cell(entry.Client),
      schannel_cell(entry.Server))
  end
  out[#out + 1] = ("</table><p>%s</p>"):format(html(say("A change takes %s.", result.schannel[1].needs)))
  for _, layer in ipairs(LAYERS) do layer_html(layer, result[layer[1]], out) end
  out[#out + 1] = suites.html(result, say, html)
  out[#out + 1] = policy.html(result, say, html)
  out[#out + 1] = "</body></html>"
  return table.concat(out, "\n") .. "\n"
end

-- Every English text that the text or the page of this state says, for the host to translate.
function report.texts(result)
  report.text(result)
  local all = said
  report.html(result)
  return table.move(said, 1, #said, #all + 1, all)
end

return report
