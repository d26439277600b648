-- Reads JSON: what the facts beside the project are written in. null becomes json.NULL.

local json = { NULL = setmetatable({}, { __tostring = function() return "null" end }) }

local ESCAPES = { b = "\b", f = "\f", n = "\n", r = "\r", t = "\t" }
local WORDS = { ["true"] = true, ["false"] = false, null = json.NULL }
local value

local function text(source, at)
  local stop = at + 1
  while true do
    stop = assert(source:find('["\\]', stop), "a text without an end")
    if source:sub(stop, stop) == '"' then break end
    stop = stop + 2
  end
  local raw = source:sub(at + 1, stop - 1)
  if raw:find("\\", 1, true) then
    raw = raw:gsub("\\u(%x%x%x%x)", function(hex) return utf8.char(tonumber(hex, 16)) end)
    raw = raw:gsub("\\(.)", function(sign) return ESCAPES[sign] or sign end)
  end
  return raw, stop + 1
end

local function members(source, at, close, add)
  at = source:find("%S", at + 1)
  while source:sub(at, at) ~= close do
    at = add(at)
    at = source:find("%S", at)
    if source:sub(at, at) == "," then at = source:find("%S", at + 1) end
  end
  return at + 1
end

function value(source, at)
  at = source:find("%S", at)
  local sign = source:sub(at, at)
  if sign == '"' then return text(source, at) end
  if sign == "{" or sign == "[" then
    local made = {}
    local stop = members(source, at, sign == "{" and "}" or "]", function(from)
      local name, item
      if sign == "{" then
        name, from = text(source, from)
        from = source:find(":", from, true) + 1
      end
      item, from = value(source, from)
      made[name or #made + 1] = item
      return from
    end)
    return made, stop
  end
  local word, stop = source:match("^([%w.+-]+)()", at)
  if WORDS[word] ~= nil then return WORDS[word], stop end
  return assert(math.tointeger(tonumber(word)) or tonumber(word), "no JSON at " .. at), stop
end

function json.read(source) return (value(source, 1)) end

-- A file of the facts beside the project, or nothing and where it was looked for.
function json.facts(name)
  local folder = os.getenv "TLSMEND_WIRE" or (os.getenv "TLSMEND_SOURCE" or ".") .. "/../shared/wire"
  local file = io.open(folder .. "/" .. name, "rb")
  if not file then return nil, folder .. "/" .. name end
  local source = file:read "a"
  file:close()
  return json.read(source)
end

return json
