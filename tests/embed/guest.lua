-- The runbook of worker.c: calls a module of that program with everything that can pass, and tells what came back. It
-- must tell the same wherever it runs.
local registry = require "registry"
local log = require "log"
local echo = require "echo"
local SITE = "HKLM\\SOFTWARE\\Site"

local function same(...)
  local sent, got = table.pack(...), table.pack(echo.same(...))
  assert(sent.n == got.n, ("%d values became %d"):format(sent.n, got.n))
  for i = 1, sent.n do
    assert(sent[i] == got[i] and math.type(sent[i]) == math.type(got[i]), ("value %d is another one"):format(i))
  end
end

-- What an error says is part of the answer.
local function told(what, fn, ...)
  local fine, text = pcall(fn, ...)
  log.info(("%s: %s %s"):format(what, fine, tostring(text):gsub("[^%g ]", "?"):sub(1, 120)))
end

local function values()
  same()
  same(nil)
  same(nil, nil, nil)
  same(true, false)
  same(0, -1, 1, math.maxinteger, math.mininteger)
  same("", "text", "with\0zeroes\0", "\xff\xfe no UTF-8 \x80", "Grüße")
  same(1, "1", true, nil, "", 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, nil)
  for size = 0, 70000, 4999 do same(("x"):rep(size)) end
end

local function types()
  for _, value in ipairs { true, 1, "1", 1.5, {}, print or type } do
    log.info(("%s is %d"):format(math.type(value) or type(value), echo.type(value)))
  end
  log.info("nothing is " .. echo.type())
end

local function errors()
  told("a failure", echo.fail, "it is broken")
  told("a failure with a place", function() echo.fail "here" end)
  told("a refusal that is caught", echo.refuse)
  told("no text", echo.fail, 7)
  told("a text with NULs", echo.fail, "a\0b")
  told("a table", echo.same, {})
  told("seventeen", echo.same, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17)
  told("nobody", function() return echo.nobody() end)
  told("a large text", function() return #echo.large(700000) end)
end

return {
  id = "guest",
  version = "1.0.0",
  title = "What passes between a runbook and a program's module",
  needs = { registry = { SITE }, modules = { "echo" } },
  params = { mode = { type = "string", default = "good", help = "what is tried" } },
  run = function(params)
    if params.mode == "hidden" then require("hidden").same(1) end
    if params.mode == "swallowed" then pcall(require("hidden").same, 1) end
    if params.mode == "fail" then echo.fail "as asked" end
    if params.mode == "flood" then
      local kept = {}
      while true do kept[#kept + 1] = echo.large(900000) end
    end
    values()
    types()
    errors()
    local sum = 0
    for i = 1, 500 do sum = sum + echo.same(i) end
    registry.set(SITE, "Sum", sum)
  end,
}
