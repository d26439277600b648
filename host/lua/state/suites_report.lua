-- Cipher suites, FIPS mode and the marks of facts, for people: the part of state.report that state.suites has read.
-- `say` puts a text into the language that is asked for.

local report = {}

local OWNER = { policy = "set by policy", ["local"] = "set on this machine", default = "Windows' own",
  malformed = "malformed: Functions has a wrong type" }
local SHOWN = 6

-- The order in a few lines, without its first word.
local function order_lines(row, say)
  local lines = { say(OWNER[row.set]) }
  if #row.order > 0 then lines[1] = lines[1] .. ", " .. say(#row.order == 1 and "1 name" or "%d names", #row.order) end
  for index = 1, math.min(#row.order, SHOWN) do lines[#lines + 1] = row.order[index] end
  if #row.order > SHOWN then lines[#lines + 1] = say("... %d more (--format json names them)", #row.order - SHOWN) end
  if #row.ignored > 0 then
    lines[#lines + 1] =
      say("not counted here, spelled for another Windows: %d, such as %s", #row.ignored, row.ignored[1])
  end
  if row.services == "no" then lines[#lines + 1] = say "NONE that Microsoft 365 takes" end
  return lines
end

local function fips_text(row, say)
  return say(row.now) .. (row.set == "absent" and "" or " (Enabled = " .. row.set .. ")")
end

local function marks_title(say)
  return say "Rests on facts that no document of Microsoft says (S3: third parties; G: general knowledge)"
end

function report.lines(result, say, pad, columns)
  local width = columns({ say "order", say "FIPS mode" }, 10)
  local lines, first = { "", say "Cipher suites" }, pad(say "order", width)
  for index, line in ipairs(order_lines(result.suites, say)) do
    lines[#lines + 1] = "  " .. (index == 1 and first or (" "):rep(width)) .. " " .. line
  end
  lines[#lines + 1] = "  " .. pad(say "FIPS mode", width) .. " " .. fips_text(result.fips, say)
  if #result.marks == 0 then return lines end
  lines[#lines + 1] = ""
  lines[#lines + 1] = marks_title(say)
  for _, row in ipairs(result.marks) do lines[#lines + 1] = ("  %-5s %s"):format(row.mark, say(row.text)) end
  return lines
end

function report.html(result, say, html)
  local out = { "<h2>" .. html(say "Cipher suites") .. "</h2><pre>" ..
    html(table.concat(order_lines(result.suites, say), "\n")) .. "</pre><p>" .. html(say "FIPS mode") .. ": " ..
    html(fips_text(result.fips, say)) .. "</p>" }
  if #result.marks == 0 then return out[1] end
  out[#out + 1] = "<p>" .. html(marks_title(say)) .. "</p><ul>"
  for _, row in ipairs(result.marks) do
    out[#out + 1] = ("<li>%s: %s</li>"):format(html(row.mark), html(say(row.text)))
  end
  out[#out + 1] = "</ul>"
  return table.concat(out, "\n")
end

return report
