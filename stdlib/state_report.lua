-- The effective state for people: a picture in the terminal and a page of HTML. Takes the object of `state`, looks at
-- no machine.

local report = {}

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

local function value_texts(row)
  local texts = {}
  for _, value in ipairs(row.values) do texts[#texts + 1] = ("%s = %s"):format(value.name, value.text) end
  return table.concat(texts, ", ")
end

-- "on", or "not supported, on request after a restart" where that differs.
local function both(now, after)
  return now == after and now or ("%s, %s after a restart"):format(now, after)
end

local function is_modern(row) return row.protocol == "TLS 1.2" or row.protocol == "TLS 1.3" end

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

-- ---- text ----

local function schannel_text(result, lines)
  lines[#lines + 1] = ("%-12s %-40s %s"):format("Schannel", "as client", "as server")
  for _, entry in ipairs(pairs_of(result.schannel)) do
    lines[#lines + 1] = ("  %-10s %-40s %s"):format(entry.protocol, both(entry.Client.now, entry.Client.after_restart),
      both(entry.Server.now, entry.Server.after_restart))
    for _, role in ipairs { "Client", "Server" } do
      local row = entry[role]
      if #row.values > 0 then
        lines[#lines + 1] = ("             %s: %s; Windows' own default is %s"):format(role:lower(), value_texts(row),
          row.default)
      end
    end
  end
end

local function layer_text(layer, rows, lines)
  lines[#lines + 1] = ""
  lines[#lines + 1] = ("%-12s %s"):format(layer[2], layer[3])
  if #rows == 0 then lines[#lines + 1] = "  nothing installed" end
  for _, row in ipairs(rows) do
    lines[#lines + 1] = ("  %-26s TLS 1.2 %-5s offers %s"):format(row.who, MARK[row.tls12], list(row.now))
    if row.tls12 ~= row.tls12_after_restart or list(row.now) ~= list(row.after_restart) then
      lines[#lines + 1] = ("  %-26s TLS 1.2 %-5s offers %s"):format("    after a restart",
        MARK[row.tls12_after_restart], list(row.after_restart))
    end
    local default = row.set == "absent" and "" or "; default: " .. row.default
    lines[#lines + 1] = ("      set: %s%s"):format(row.set, default)
    if row.override then lines[#lines + 1] = "      " .. row.override end
  end
end

function report.text(result)
  local lines = { result.machine.name .. "   " .. result.machine.spec, "" }
  schannel_text(result, lines)
  for _, layer in ipairs(LAYERS) do layer_text(layer, result[layer[1]], lines) end
  lines[#lines + 1] = ""
  for _, update in ipairs(result.updates) do
    lines[#lines + 1] = ("%s: %s"):format(update.kb, update.pending and "waits for a restart"
      or update.covered == "yes" and "is there" or update.covered == "no" and "is not there" or "cannot tell")
  end
  for _, cause in ipairs(result.restart_pending) do
    lines[#lines + 1] = ("a restart is pending: %s%s"):format(cause.cause, cause.hard and "" or " (often stale)")
  end
  if not result.machine.exact then
    lines[#lines + 1] = "this build stands in no table: the defaults are those of the nearest older release"
  end
  lines[#lines + 1] = VERDICT[result.result]
  if result.after_restart ~= result.result then
    lines[#lines + 1] = "After a restart: " .. VERDICT[result.after_restart]
  end
  lines[#lines + 1] = "A change counts for programs and services that start after it; a restart reaches all of them."
  return table.concat(lines, "\n") .. "\n"
end

-- ---- HTML ----

local ENTITIES = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;" }
local function html(text) return (tostring(text):gsub('[&<>"]', ENTITIES)) end

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
  if is_modern(row) then
    return row.now == "on" and "good" or row.protocol == "TLS 1.2" and row.role == "Client" and "bad" or ""
  end
  return row.now == "on" and "doubt" or ""
end

local function schannel_cell(row)
  local set = #row.values > 0 and html(value_texts(row)) or "not set"
  return ('<td class="%s">%s<br><small>%s; default: %s</small></td>'):format(schannel_class(row),
    html(both(row.now, row.after_restart)), set, html(row.default))
end

local function layer_html(layer, rows, out)
  out[#out + 1] = ("<h2>%s</h2><p>%s.</p>"):format(html(layer[2]), html(layer[3]))
  if #rows == 0 then
    out[#out + 1] = "<p>Nothing is installed.</p>"
    return
  end
  out[#out + 1] = "<table><tr><th>who</th><th>TLS 1.2 now</th><th>after a restart</th><th>offers</th><th>set</th>" ..
    "<th>default</th><th>takes effect</th></tr>"
  for _, row in ipairs(rows) do
    out[#out + 1] = ('<tr><td>%s</td><td class="%s">%s</td><td class="%s">%s</td><td>%s%s</td><td>%s<br><code>%s' ..
      "</code></td><td>%s</td><td>%s</td></tr>"):format(html(row.who), CLASS[row.tls12], html(row.tls12),
      CLASS[row.tls12_after_restart], html(row.tls12_after_restart), html(list(row.now)),
      row.override and "<br><small>" .. html(row.override) .. "</small>" or "", html(row.set), html(row.where),
      html(row.default), html(row.needs))
  end
  out[#out + 1] = "</table>"
end

-- One page without any other file.
function report.html(result)
  local out = { '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" ' ..
    'content="width=device-width"><title>TLS state of ' .. html(result.machine.spec) .. "</title><style>" .. STYLE ..
    "</style></head><body>", ("<h1>TLS state of %s</h1><p>%s</p><p><strong>%s</strong>%s</p>"):format(
    html(result.machine.spec), html(result.machine.name), html(VERDICT[result.result]),
    result.after_restart ~= result.result and " After a restart: " .. html(VERDICT[result.after_restart]) or ""),
    "<h2>Schannel</h2><table><tr><th>protocol</th><th>as client</th><th>as server</th></tr>" }
  for _, entry in ipairs(pairs_of(result.schannel)) do
    out[#out + 1] = ("<tr><td>%s</td>%s%s</tr>"):format(html(entry.protocol), schannel_cell(entry.Client),
      schannel_cell(entry.Server))
  end
  out[#out + 1] = ("</table><p>A change takes %s.</p>"):format(html(result.schannel[1].needs))
  for _, layer in ipairs(LAYERS) do layer_html(layer, result[layer[1]], out) end
  out[#out + 1] = "</body></html>"
  return table.concat(out, "\n") .. "\n"
end

return report
