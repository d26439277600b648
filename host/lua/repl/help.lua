-- The help of `tlsmend repl`: read from the definitions for editors (stdlib/meta) and, for modules that have none, from
-- the comments above their functions.

local help = {}

local texts = {}

help.OVERVIEW = [[
Type Lua: an expression is shown, a statement is done. Reads see the machine, writes stay pending:
  registry.get("HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion", "ProductName")
  registry.keys "HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL"
  system.describe()        hotfix.covers "KB3140245"        schannel.state("TLS 1.2", "Client")
There are registry, system, hotfix, update, reboot, files, log, schannel, winhttp, wininet, dotnet, suites, releases,
updates; anything else by require. help(registry), help(registry.get) tell what they do. A variable needs no `local`.
  :plan    what is pending, as a plan     :reset   begin anew    :state   what TLS of this machine does
  :help    this                           :quit    leave (Ctrl-D too); Ctrl-C ends a statement]]

function help.open(given) texts = given end

-- The comment lines that end directly above line `last`, without their dashes.
local function comment_above(lines, last)
  local first = last
  while first > 1 and lines[first - 1]:find "^%-%-" do first = first - 1 end
  local out = {}
  for index = first, last - 1 do out[#out + 1] = (lines[index]:gsub("^%-%-%-?@?%s?", "")) end
  return out
end

local function lines_of(text)
  local lines = {}
  for line in (text:gsub("\r", "") .. "\n"):gmatch "(.-)\n" do lines[#lines + 1] = line end
  return lines
end

-- What stands at the head of a file: the words about the module.
local function head(lines)
  local out = {}
  for _, line in ipairs(lines) do
    local words = line:match "^%-%-%-?%s?(.*)$"
    if words and not words:find "^@" then
      out[#out + 1] = words
    elseif #out > 0 then
      break
    end
  end
  return out
end

-- "function registry.get(key, name, view)" of a line, as { "get", "get(key, name, view)" }.
local function function_of(line)
  local name, arguments = line:match "^function [%w_]+%.([%w_]+)(%b())"
  if name then return name, name .. arguments end
end

local function source(module)
  local path = module:gsub("%.", "/")
  return texts["stdlib/meta/" .. path .. ".lua"] or texts["stdlib/" .. path .. ".lua"]
end

local function about_module(module, lines)
  local out = { module, "" }
  for _, line in ipairs(head(lines)) do out[#out + 1] = "  " .. line end
  out[#out + 1] = ""
  for number, line in ipairs(lines) do
    local _, call = function_of(line)
    if call then
      local first = comment_above(lines, number)[1] or ""
      if #first > 70 then first = first:sub(1, 70):gsub("%s+%S*$", "") .. " ..." end
      out[#out + 1] = ("  %s.%-40s %s"):format(module:match "[%w_]+$", call, first)
    end
  end
  return table.concat(out, "\n")
end

-- The help of a module ("tls.schannel") or of a function of it ("registry.get"); `fallback` without a name.
function help.text(name, fallback)
  if not name then return fallback or "Nothing is written about that. :help says what there is" end
  local text = source(name)
  if text then return about_module(name, lines_of(text)) end
  local module, field = name:match "^(.*)%.([%w_]+)$"
  text = module and source(module)
  for number, line in ipairs(text and lines_of(text) or {}) do
    local found, call = function_of(line)
    if found == field then
      local out = { module:match "[%w_]+$" .. "." .. call }
      for _, words in ipairs(comment_above(lines_of(text), number)) do out[#out + 1] = "  " .. words end
      return table.concat(out, "\n")
    end
  end
  return ("Nothing is written about %s. :help says what there is"):format(name)
end

return help
