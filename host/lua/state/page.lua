-- The effective state as one page of HTML without any other file, and the texts of both reports. Takes the object of
-- `state`, looks at no machine.

local advice = require "state.advice"
local markup = require "markup"
local protocols = require "tls.protocols"
local report = require "state.report"
local policy = require "state.policy_report"
local said = require "state.said"
local suites = require "state.suites_report"

local page = {}

local say = said.say
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
  return row.now == "on" and (row.protocol == "DTLS 1.2" and "good" or "doubt") or ""
end

local function schannel_cell(row)
  local set = #row.values > 0 and report.values(row) or "not set"
  return ('<td class="%s">%s<br><small>%s</small></td>'):format(schannel_class(row),
    html(report.both(row.now, row.after_restart)), html(say("%s; default: %s", set, row.default)))
end

-- What a row offers, and what stands in the way.
local function offers_cell(row)
  local names = report.list(row.now)
  local text = html(row.perhaps and say("%s, perhaps %s", names, report.list(row.perhaps)) or say(names))
  for _, note in ipairs { row.override or false, row.why ~= row.override and row.why or false,
    report.uncounted(row) or false } do
    if note then text = text .. "<br><small>" .. html(say(note)) .. "</small>" end
  end
  return "<td>" .. text .. "</td>"
end

local function layer_row(row)
  return ('<tr><td>%s</td><td class="%s">%s</td><td class="%s">%s</td>%s<td>%s<code>%s</code></td><td>%s</td>' ..
    "<td>%s</td></tr>"):format(html(say(row.who)), CLASS[row.tls12], html(say(row.tls12)),
    CLASS[row.tls12_after_restart], html(say(row.tls12_after_restart)), offers_cell(row),
    row.set == "" and "" or html(say(row.set)) .. "<br>",
    html(row.where), html(row.default == "" and "" or say(row.default)), html(say(row.needs)))
end

local function layer_html(layer, rows, out)
  if #rows == 0 and not layer[3] then return end
  out[#out + 1] = ("<h2>%s</h2>"):format(html(layer[2]))
  if layer[3] then out[#out + 1] = ("<p>%s.</p>"):format(html(say(layer[3]))) end
  if #rows == 0 then
    out[#out + 1] = "<p>" .. html(say "Nothing is installed.") .. "</p>"
    return
  end
  local head = {}
  for _, title in ipairs { "who", "TLS 1.2 now", "after a restart", "offers", "set", "default", "takes effect" } do
    head[#head + 1] = "<th>" .. html(say(title)) .. "</th>"
  end
  out[#out + 1] = "<table><tr>" .. table.concat(head) .. "</tr>"
  for _, row in ipairs(rows) do out[#out + 1] = layer_row(row) end
  out[#out + 1] = "</table>"
end

local function head_html(result, out)
  local title = html(say("TLS state of %s", result.machine.spec))
  local after = result.after_restart ~= result.result
    and " " .. html(say("After a restart: %s", report.verdict(result.verdict_after_restart))) or ""
  out[1] = '<!DOCTYPE html><html lang="' .. (result.said and result.said.language or "en") ..
    '"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>' .. title ..
    "</title><style>" .. STYLE .. "</style></head><body>"
  out[2] = ("<h1>%s</h1><p>%s</p><p><strong>%s</strong>%s</p>"):format(title, html(result.machine.name),
    html(report.verdict(result.verdict)), after)
end

local function next_html(result, out)
  local todo = result.next
  if #todo.branches > 0 then
    out[#out + 1] = ("<p>%s</p><pre>%s</pre>"):format(html(say "Next, export these branches of the machine as well:"),
      html(table.concat(todo.branches, "\n")))
  end
  if #todo.runbooks > 0 then
    out[#out + 1] = ("<p>%s</p><pre>%s</pre>"):format(html(say "Next, see what would be changed, or what it takes:"),
      html(advice.command(todo.runbooks, result.machine.spec)))
  end
end

local function findings_html(result, out)
  if #result.findings == 0 then return end
  out[#out + 1] = "<h2>" .. html(say "Findings") .. "</h2><ul>"
  for _, row in ipairs(result.findings) do out[#out + 1] = "<li>" .. html(say(row.text)) .. "</li>" end
  out[#out + 1] = "</ul>"
end

function page.html(result)
  said.begin(result.said and result.said.texts)
  local out = {}
  head_html(result, out)
  next_html(result, out)
  findings_html(result, out)
  out[#out + 1] = ("<h2>Schannel</h2><table><tr><th>%s</th><th>%s</th><th>%s</th></tr>"):format(html(say "protocol"),
    html(say "as client"), html(say "as server"))
  for _, entry in ipairs(report.pairs(result.schannel)) do
    out[#out + 1] = ("<tr><td>%s</td>%s%s</tr>"):format(html(entry.protocol), schannel_cell(entry.Client),
      schannel_cell(entry.Server))
  end
  out[#out + 1] = ("</table><p>%s</p>"):format(html(say("A change takes %s.", result.schannel[1].needs)))
  for _, layer in ipairs(report.LAYERS) do layer_html(layer, result[layer[1]], out) end
  out[#out + 1] = suites.html(result)
  out[#out + 1] = policy.html(result)
  out[#out + 1] = "</body></html>"
  return table.concat(out, "\n") .. "\n"
end

-- Every English text that the text or the page of this state says, for the host to translate.
function page.texts(result)
  report.text(result)
  local all = said.texts()
  page.html(result)
  return table.move(said.texts(), 1, #said.texts(), #all + 1, all)
end

return page
