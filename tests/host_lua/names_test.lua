-- lint.names: every name that the library owns is right in its place, and each of its near misses is told with the
-- right one.

local check = require "check"
local native = require "native"

-- Letters that were changed, added or dropped, as the host counts them.
local function distance(a, b)
  local row = {}
  for j = 0, #b do row[j] = j end
  for i = 1, #a do
    local diagonal = row[0]
    row[0] = i
    for j = 1, #b do
      local above = row[j]
      row[j] = math.min(above + 1, row[j - 1] + 1, diagonal + (a:sub(i, i) == b:sub(j, j) and 0 or 1))
      diagonal = above
    end
  end
  return row[#b]
end

local function closest(list, name)
  local best, least = nil, math.max(#name // 3, 1) + 1
  for _, other in ipairs(list) do
    local far = distance(name:lower(), other:lower())
    if far < least then best, least = other, far end
  end
  return best
end

local machine = native.machine "win10-22h2-x64"
local names = assert(loadfile("host/lua/lint/names.lua", "t", machine:environment()))("lint.names",
  { closest = closest })

local function findings(key, name)
  local list = {}
  local kind = names.judge({ key = key, name = name }, function(rule, text) list[#list + 1] = rule .. ": " .. text end)
  return list, kind
end

-- A key of a place, with a part of it in another spelling.
local function key_of(row, at, spelling)
  local parts = {}
  for index, part in ipairs(row.parts) do
    parts[index] = index == at and spelling or part == true and "S-1-5-21-1-2-3-1001"
      or type(part) == "table" and part[1] or part
  end
  return table.concat(parts, "\\")
end

-- What a hand makes of a name: a letter lost, doubled, swapped, another one, and its first word gone.
local function misses(name)
  local list = {}
  for _, at in ipairs { 2, #name // 2, #name } do
    list[#list + 1] = name:sub(1, at - 1) .. name:sub(at + 1)
    list[#list + 1] = name:sub(1, at) .. name:sub(at)
    list[#list + 1] = name:sub(1, at - 1) .. "x" .. name:sub(at + 1)
  end
  local rest = name:match "^%u%l+(%u%a+%u%a+)$"
  if rest then list[#list + 1] = rest end
  return list
end

check.test("every name is right in its place, in any case, with its type", function()
  for _, row in ipairs(names.places) do
    check.equal(findings(key_of(row)), {}, key_of(row))
    for name, kind in pairs(row.values) do
      local list, found = findings(key_of(row):upper(), name:lower())
      check.equal(list, {}, name)
      check.equal(found, kind, name)
    end
  end
end)

check.test("a near miss of a value is told with the right name", function()
  local count = 0
  for _, row in ipairs(names.places) do
    for name in pairs(row.values) do
      for _, wrong in ipairs(misses(name)) do
        if not row.values[wrong] and not names.own[wrong:lower()] then
          count = count + 1
          check.any(findings(key_of(row), wrong), "^misspelled: the value " .. wrong .. " is read by nobody", wrong)
        end
      end
    end
  end
  assert(count > 200, count)
end)

check.test("a near miss of a key is told with the right name", function()
  local count = 0
  for _, row in ipairs(names.places) do
    for at, part in ipairs(row.parts) do
      for _, wrong in ipairs(at > 1 and type(part) == "string" and #part > 5 and misses(part) or {}) do
        count = count + 1
        check.any(findings(key_of(row, at, wrong)), "; " .. part:gsub("%p", "%%%0") .. " is meant$", wrong)
      end
    end
  end
  assert(count > 300, count)
end)

check.test("a right value one level too high or too low is told", function()
  for _, row in ipairs(names.places) do
    for name in pairs(row.values) do
      if name ~= "Enabled" and name ~= "EventLogging" and name ~= "SecureProtocols" then
        check.any(findings(key_of(row):match "^(.*)\\", name), "^wrong%-key: " .. name, name)
        check.any(findings(key_of(row) .. "\\Other", name), "^wrong%-key: " .. name, name)
      end
    end
  end
end)

check.test("an algorithm without its second number is found by its beginning", function()
  local ciphers = machine:require("tls.algorithms").FAMILIES.Ciphers
  check.equal(names.meant(ciphers, "RC4 128"), "RC4 128/128")
  check.equal(names.meant(ciphers, "Triple DES"), "Triple DES 168")
  check.equal(names.meant(ciphers, "AES128"), "AES 128/128")
end)

check.done "names"
