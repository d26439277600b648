-- `tlsmend repl`: what a line at the prompt means. Owns the variables of the prompt and how results are shown; the host
-- reads lines, and the machine that they work on is an overlay. Help and completion stand in repl.help.

local _, host = ...
local help = require "repl.help"

local repl = {}

-- Names that are there without `require`. A module is loaded when its name is first used.
local MODULES = { registry = "registry", system = "system", hotfix = "hotfix", update = "update", reboot = "reboot",
  files = "files", log = "log", schannel = "tls.schannel", winhttp = "tls.winhttp", wininet = "tls.wininet",
  dotnet = "tls.dotnet", suites = "tls.suites", releases = "windows.releases", updates = "windows.updates" }

local DEEPEST, WIDEST, MOST = 4, 100, 60

local function quoted(text)
  text = text:gsub("[%c\\\"]", function(c) return ({ ["\\"] = "\\\\", ['"'] = '\\"', ["\n"] = "\\n" })[c]
    or ("\\x%02X"):format(c:byte()) end)
  if not utf8.len(text) then text = text:gsub("[\x80-\xFF]", function(c) return ("\\x%02X"):format(c:byte()) end) end
  return '"' .. text .. '"'
end

local function ordered_keys(value)
  local keys = {}
  for key in pairs(value) do
    if not (math.type(key) == "integer" and key >= 1 and key <= #value) then keys[#keys + 1] = key end
  end
  table.sort(keys, function(a, b)
    if type(a) == "number" and type(b) == "number" then return a < b end
    return tostring(a) < tostring(b)
  end)
  return keys
end

local show

local function show_table(value, depth, open)
  if open[value] then return "(itself)" end
  if depth > DEEPEST then return "{ ... }" end
  open[value] = true
  local parts, keys, length = {}, ordered_keys(value), 0
  for index = 1, math.min(#value, MOST) do parts[#parts + 1] = show(value[index], depth + 1, open) end
  for index = 1, math.min(#keys, MOST) do
    local key = keys[index]
    local name = type(key) == "string" and key:find "^[%a_][%w_]*$" and key or "[" .. show(key, depth + 1, open) .. "]"
    parts[#parts + 1] = name .. " = " .. show(value[key], depth + 1, open)
  end
  local more = math.max(#value - MOST, 0) + math.max(#keys - MOST, 0)
  if more > 0 then parts[#parts + 1] = ("... (%d more)"):format(more) end
  open[value] = nil
  if #parts == 0 then return "{}" end
  for _, part in ipairs(parts) do length = length + #part + 2 end
  if length < WIDEST - 2 * depth and not table.concat(parts):find "\n" then
    return "{ " .. table.concat(parts, ", ") .. " }"
  end
  local indent = ("  "):rep(depth)
  return "{\n" .. indent .. "  " .. table.concat(parts, ",\n" .. indent .. "  ") .. "\n" .. indent .. "}"
end

function show(value, depth, open)
  local meta = getmetatable(value)
  if type(value) == "string" then return quoted(value) end
  if type(value) == "table" and type(meta) == "table" and meta.__tostring then return tostring(value) end
  if type(value) == "table" then return show_table(value, depth or 0, open or {}) end
  if math.type(value) == "integer" and value > 9 then return ("%d (0x%X)"):format(value, value) end
  if type(value) == "function" then return "function" end
  return tostring(value)
end
repl.show = show

local vars = {}
local environment = setmetatable({}, {
  __index = function(_, name)
    if vars[name] ~= nil then return vars[name] end
    if MODULES[name] then return require(MODULES[name]) end
    local known = rawget(_G, name)
    if known ~= nil then return known end
    local near = host.closest(repl.names(), tostring(name))
    error(("'%s' is not defined here%s"):format(tostring(name), near and ("; '%s' is meant?"):format(near) or
      "; :help says what there is"), 2)
  end,
  __newindex = function(_, name, value) vars[name] = value end,
})

-- Every name that can be typed, sorted.
function repl.names()
  local names = {}
  for _, source in ipairs { vars, MODULES, _G } do
    for name in pairs(source) do
      if type(name) == "string" and not name:find "^_" then names[#names + 1] = name end
    end
  end
  table.sort(names)
  return names
end

function vars.help(topic)
  local name
  if type(topic) == "string" then
    name = MODULES[topic] or topic
  elseif topic ~= nil then
    for _, module in pairs(MODULES) do
      if rawequal(require(module), topic) then name = module end
      for field, value in pairs(type(require(module)) == "table" and require(module) or {}) do
        if rawequal(value, topic) and type(value) == "function" then name = module .. "." .. field end
      end
    end
  end
  local text = help.text(name, topic == nil and help.OVERVIEW or nil)
  for line in (text .. "\n"):gmatch "(.-)\n" do print(line) end -- a line of the log is one line
end

-- A value is typed like a statement; "= value" is what the old prompt of Lua took. `local` at the begin would not
-- outlive the line; it is taken off, so that a line of a runbook can be pasted. Third answer: it is not finished.
local function compile(text)
  text = text:gsub("^%s*=", "return ", 1):gsub("^%s*local%s+function%s", "function ", 1)
  text = text:gsub("^%s*local%s+([%a_][%w_%s,]*=[^=])", "%1", 1)
  local chunk, failure = load("return " .. text, "=prompt", "t", environment)
  if chunk then return chunk end
  local open = failure:find "<eof>$"
  chunk, failure = load(text, "=prompt", "t", environment)
  return chunk, failure, open or failure and failure:find "<eof>$"
end

-- "prompt:2: why" with the second line of the text below it.
local function with_line(message, text)
  local number = tonumber(message:match "^prompt:(%d+):")
  if not number then return message end
  local at = 0
  for line in (text .. "\n"):gmatch "(.-)\n" do
    at = at + 1
    if at == number then return ("%s\n  %d | %s"):format(message, number, line) end
  end
  return message
end

-- Runs what was typed. { more = true }: it is not finished; { failure = text }; or { lines = results }.
function repl.run(typed)
  local chunk, failure, open = compile(typed)
  if not chunk and open then return { more = true } end
  if not chunk then return { failure = with_line(failure, typed) } end
  local results = table.pack(pcall(chunk))
  if not results[1] then return { failure = with_line(tostring(results[2]), typed) } end
  local parts = {}
  for index = 2, results.n do parts[#parts + 1] = show(results[index]) end
  return { lines = #parts > 0 and { table.concat(parts, "   ") } or {} }
end

-- The documentation that help reads: { name = text }, the definitions and modules of the standard library.
function repl.open(texts)
  help.open(texts)
  return true
end

-- What the last word of a line can become, each as the whole word.
function repl.complete(line)
  local word = line:match "[%w_.:]*$"
  local owner, field = word:match "^(.*)[.:]([%w_]*)$"
  local found = {}
  if not owner then
    for _, name in ipairs(repl.names()) do
      if name:sub(1, #word) == word then found[#found + 1] = name end
    end
    return found
  end
  local at = environment
  for name in owner:gmatch "[%w_]+" do
    local good, value = pcall(function() return at[name] end)
    if not good or type(value) ~= "table" then return found end
    at = value
  end
  for name in pairs(at) do
    if type(name) == "string" and name:sub(1, #field) == field and name:find "^[%a_][%w_]*$" then
      found[#found + 1] = word:sub(1, #owner + 1) .. name
    end
  end
  table.sort(found)
  return found
end

return repl
