-- How good the facts are that the state of a machine rests on: those that no document of Microsoft says.

local sources = require "windows.sources"
local system = require "system"
local updates = require "windows.updates"
local wininet = require "tls.wininet"

local marks = {}

local function add(list, mark, text)
  if mark and mark ~= "S" then list[#list + 1] = { mark = mark, text = text } end
end

local function is_set(rows, who)
  for _, row in ipairs(rows) do
    if row.who:find(who, 1, true) and row.set ~= "absent" and row.set ~= "cannot tell" then return true end
  end
  return false
end

-- { mark, text } each. S3: third parties; G: general knowledge; S+G: a part of it is.
function marks.of(result)
  local list, row = {}, system.row
  if row then
    add(list, row.mark, ("the build number by which %s is recognised: %s"):format(row.name,
      sources.spelled(row.source)))
    add(list, row.schannel_mark, "Schannel's defaults: " .. sources.spelled(row.schannel_source))
    add(list, row.winhttp_mark, "WinHTTP's default: " .. sources.spelled(row.winhttp_source))
  end
  for _, update in ipairs(result.updates) do
    local known = updates.of(update.kb)
    add(list, known and known.mark, ("what %s brings: %s"):format(update.kb,
      sources.spelled(known and known.source)))
    add(list, known and known.files_mark, ("the file versions by which %s is recognised: %s"):format(update.kb,
      sources.spelled(known and known.files_source)))
  end
  if wininet.explorer() then add(list, "G", "the number of Internet Options' default: no source") end
  if is_set(result.wininet, "without a setting") then
    add(list, "S3", ("that the machine's SecureProtocols holds for people without a setting of their own: %s"):format(
      sources.spelled "MMAY"))
  end
  return list
end

return marks
