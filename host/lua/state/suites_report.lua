-- Cipher suites, curves, FIPS mode and the marks of facts, for people: the part of the reports that state.suites and
-- state.marks have read.

local markup = require "markup"
local said = require "state.said"
local spelling = require "windows.spelling"

local report = {}

local say = said.say
local html = markup.escape

local OWNER = { policy = "set by policy", ["local"] = "set on this machine", default = "Windows' own",
  malformed = "malformed: Functions has a wrong type" }
local SHOWN = 6

local function spelled(row)
  return (row.curve and row.name .. "_" .. row.curve or row.name) .. (row.sure and "" or "  ?")
end

-- What is left of the order in a few lines, without its first word.
local function order_lines(result)
  local row, left = result.suites, result.client.suites
  local lines = { say(OWNER[row.set]) }
  lines[1] = lines[1] .. ", " .. say(#left == 0 and "nothing is left of it" or #left == 1 and "1 suite"
    or "%d suites", #left)
  for index = 1, math.min(#left, SHOWN) do lines[#lines + 1] = spelled(left[index]) end
  if #left > SHOWN then lines[#lines + 1] = say("... %d more (--format json names them)", #left - SHOWN) end
  if row.why then lines[#lines + 1] = say(row.why) end
  if #row.ignored > 0 then
    lines[#lines + 1] = say("names that count for nothing here: %d, such as %s", #row.ignored,
      spelling.shown(row.ignored[1]))
  end
  if row.services == "no" then lines[#lines + 1] = say "NONE that Microsoft 365 takes" end
  return lines
end

local function curves_text(result)
  local names = {}
  for _, group in ipairs(result.client.groups) do names[#names + 1] = group.name .. (group.sure and "" or " ?") end
  return #names > 0 and table.concat(names, ", ") or say "nothing"
end

local function fips_text(row)
  return say(row.now) .. ((row.set == "absent" or row.set == "cannot tell") and "" or " (Enabled = " .. row.set .. ")")
end

local function marks_title()
  return say "Rests on facts that Microsoft's documents do not say in full (S3: third parties; G: general knowledge)"
end

function report.text(result, lines)
  local width = said.columns({ say "order", say "curves", say "FIPS mode" }, 10)
  local function label(text) return "  " .. said.pad(text, width) .. " " end
  lines[#lines + 1] = ""
  lines[#lines + 1] = say "Cipher suites"
  for index, line in ipairs(order_lines(result)) do
    said.wrap(lines, label(index == 1 and say "order" or ""), line)
  end
  said.wrap(lines, label(say "curves"), curves_text(result))
  lines[#lines + 1] = label(say "FIPS mode") .. fips_text(result.fips)
end

function report.marks(result, lines)
  if #result.marks == 0 then return end
  lines[#lines + 1] = ""
  lines[#lines + 1] = marks_title()
  for _, row in ipairs(result.marks) do said.wrap(lines, ("  %-5s "):format(row.mark), say(row.text)) end
end

function report.html(result)
  local out = { "<h2>" .. html(say "Cipher suites") .. "</h2><pre>" ..
    html(table.concat(order_lines(result), "\n")) .. "</pre><p>" .. html(say "curves") .. ": " ..
    html(curves_text(result)) .. "</p><p>" .. html(say "FIPS mode") .. ": " .. html(fips_text(result.fips)) .. "</p>" }
  if #result.marks == 0 then return out[1] end
  out[#out + 1] = "<p>" .. html(marks_title()) .. "</p><ul>"
  for _, row in ipairs(result.marks) do
    out[#out + 1] = ("<li>%s: %s</li>"):format(html(row.mark), html(say(row.text)))
  end
  out[#out + 1] = "</ul>"
  return table.concat(out, "\n")
end

return report
