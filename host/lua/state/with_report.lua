-- The handshakes of a machine with a peer, for people. Takes the state whose `with` state.with has made, looks at no
-- machine.

local said = require "state.said"

local report = {}

local say, pad, columns = said.say, said.pad, said.columns

local MARK = { yes = "yes", no = "NO", ["cannot tell"] = "?" }
local LAYER = { schannel = "Schannel", winhttp = "WinHTTP", wininet = "WinINET", net = ".NET Framework" }
local VERDICT = {
  yes = "Each layer gets on with it.",
  no = "Not every layer gets on with it: see the rows marked NO.",
  ["cannot tell"] = "It cannot be told whether each layer gets on with it: see the rows marked ?.",
}

local function outcome(row)
  if row.result ~= "yes" then return say(row.why) end
  local text = row.version
  if row.suite then text = text .. ", " .. row.suite end
  if row.group then text = text .. ", " .. row.group end
  return text, row.why and say(row.why)
end

local function names_of(who)
  local names = {}
  for index, name in ipairs(who) do names[index] = say(name) end
  return table.concat(names, "; ")
end

local function add_rows(result, role, title, lines)
  local names, marks = {}, {}
  for _, layer in pairs(LAYER) do names[#names + 1] = layer end
  for _, mark in pairs(MARK) do marks[#marks + 1] = say(mark) end
  local width, mark = columns(names, 16), columns(marks, 4)
  local first = true
  for _, row in ipairs(result.layers) do
    if row.role == role then
      if first then lines[#lines + 1] = title end
      first = false
      local text, more = outcome(row)
      local head = ("  %s %s "):format(pad(LAYER[row.layer] or row.layer, width), pad(say(MARK[row.result]), mark))
      said.wrap(lines, head, text)
      if row.who then said.wrap(lines, "      ", names_of(row.who)) end
      if more then said.wrap(lines, "      ", more) end
    end
  end
end

function report.text(state)
  said.begin(state.said and state.said.texts)
  local result = state.with
  local lines = { state.machine.name .. "   " .. state.machine.spec, "" }
  add_rows(result, "client", say("As a client of %s", result.title), lines)
  if result.layers[#result.layers].role == "server" then lines[#lines + 1] = "" end
  add_rows(result, "server", say("As a server for %s", result.title), lines)
  lines[#lines + 1] = ""
  said.wrap(lines, "", say "Source" .. ": " .. say(result.source) .. (result.date and ", " .. result.date or ""))
  if result.note then said.wrap(lines, "", say "Note" .. ": " .. say(result.note)) end
  lines[#lines + 1] = say(VERDICT[result.result])
  return table.concat(lines, "\n") .. "\n"
end

-- Every English text that the report says, for the host to translate.
function report.texts(state)
  report.text(state)
  return said.texts()
end

return report
