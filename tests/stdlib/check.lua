-- Small test frame for the Lua side: named tests, comparisons that show both sides, one line of result, an exit code.

local check = { passed = 0, failed = 0 }

local function show(value)
  if type(value) ~= "table" then return math.type(value) == "integer" and ("%d (0x%X)"):format(value, value)
    or tostring(value) end
  local parts = {}
  for key, item in pairs(value) do parts[#parts + 1] = ("%s=%s"):format(tostring(key), show(item)) end
  table.sort(parts)
  return "{" .. table.concat(parts, ", ") .. "}"
end

local function same(a, b)
  if type(a) ~= "table" or type(b) ~= "table" then return a == b end
  for key in pairs(a) do if not same(a[key], b[key]) then return false end end
  for key in pairs(b) do if a[key] == nil then return false end end
  return true
end

function check.equal(actual, expected, what)
  if not same(actual, expected) then
    error(("%s: expected %s, got %s"):format(what or "value", show(expected), show(actual)), 2)
  end
end

function check.match(text, pattern, what)
  if type(text) ~= "string" or not text:find(pattern) then
    error(("%s: expected something like %q, got %s"):format(what or "text", pattern, show(text)), 2)
  end
end

-- That some line of a list matches.
function check.any(list, pattern, what)
  for _, text in ipairs(list) do
    if text:find(pattern) then return end
  end
  error(("%s: expected a line like %q among %s"):format(what or "list", pattern, show(list)), 2)
end

function check.none(list, pattern, what)
  for _, text in ipairs(list) do
    if text:find(pattern) then error(("%s: did not expect %q"):format(what or "list", text), 2) end
  end
end

-- That a call fails with a message that matches.
function check.fails(pattern, call, ...)
  local ok, message = pcall(call, ...)
  if ok then error(("expected a failure like %q"):format(pattern), 2) end
  check.match(tostring(message), pattern, "message")
end

function check.test(name, body)
  local ok, message = xpcall(body, debug.traceback)
  if ok then
    check.passed = check.passed + 1
  else
    check.failed = check.failed + 1
    io.stderr:write(("FAILED %s\n  %s\n"):format(name, message))
  end
end

function check.done(name)
  print(("%s: %d passed, %d failed"):format(name, check.passed, check.failed))
  os.exit(check.failed == 0 and check.passed > 0)
end

return check
