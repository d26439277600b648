-- usage: lua5.4 run.lua prepare BOX ATTEMPTS... | judge BOX MACHINE.reg ATTEMPTS...
-- `prepare` writes a runbook for each attempt into the folder BOX, and run.sh and run.bat, which try one after the
-- other with the command. `judge` compares exit codes and words with what the attempts promise, and looks whether the
-- machine is as it was. The form of the files stands in README.md beside this.

local TEMPLATE = [[
local registry, log, update, files = require "registry", require "log", require "update", require "files"
local hotfix, reboot, probe, system = require "hotfix", require "reboot", require "probe", require "system"
local KEY = "HKLM\\SOFTWARE\\Site"
return { id = "attempt", version = "1", title = "An attempt",
  params = { word = { type = "string", default = "" }, folder = { type = "path" } }, needs = { %s },
  run = function(params) %s
  end,
  verify = function(params) %s return true end,
}
]]
local NEEDS = [[registry = { "HKLM\\SOFTWARE\\Site" }, updates = { "KB3140245" }]]
local LIMITS = { "--limit-instructions 3000000", "--limit-memory 16M", "--limit-time 20", "--limit-output 100K" }

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read "a"
  file:close()
  return text
end

local function write(path, text)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
end

local DIRECTIVES = { ["in"] = true, with = true, needs = true, says = true, silent = true, command = true }

-- The attempts of a file: title, code, exit, says (list), silent (list), place, with, needs, command.
local function parse(path, attempts)
  local class, attempt, number = path:match "([%w-]+)%.attempts$", nil, 0
  for line in io.lines(path) do
    number = number + 1
    local title = line:match "^== (.+)$"
    local word, rest = line:match "^=(%l+) ?(.*)$"
    local exit, says = line:match "^=> (%d+) ?(.*)$"
    if title then
      attempt = { title = title, class = class, code = {}, says = {}, silent = {} }
      attempt.at = ("%s:%d"):format(path:match "[^/]+/[^/]+/[^/]+$" or path, number)
      attempts[#attempts + 1] = attempt
    elseif exit then
      attempt.exit = tonumber(exit)
      if says ~= "" then table.insert(attempt.says, says) end
    elseif word then
      assert(DIRECTIVES[word], ("%s:%d: no directive =%s"):format(path, number, word))
      if word == "says" or word == "silent" then
        table.insert(attempt[word], rest)
      else
        attempt[word] = rest
      end
    elseif attempt then
      table.insert(attempt.code, line)
    end
  end
end

-- What a system may answer in its own way. Of the rest, where an attempt takes long, each TLSMEND_ESCAPE_EACH is tried.
local OF_THE_SYSTEM = { aliases = true, files = true, links = true, packages = true, programs = true }
local EACH = tonumber(os.getenv "TLSMEND_ESCAPE_EACH" or 1)

local function parse_all(first)
  local all, attempts = {}, {}
  for i = first, #arg do parse(arg[i], all) end
  for i, attempt in ipairs(all) do
    assert(attempt.exit, attempt.at .. ": no => line")
    attempt.name = ("a%03d"):format(i)
    if OF_THE_SYSTEM[attempt.class] or i % EACH == 0 then attempts[#attempts + 1] = attempt end
  end
  return attempts
end

local function bytes_of(attempt)
  local code, place = table.concat(attempt.code, "\n"), attempt["in"] or "run"
  if place == "file" then return code end
  if place == "bytes" then return assert(load("return " .. code, attempt.at))() end
  local needs = attempt.needs and attempt.needs:gsub("^%+", function() return NEEDS .. ", " end) or NEEDS
  if place == "verify" then return TEMPLATE:format(needs, "registry.set(KEY, 'V', 1)", code) end
  return TEMPLATE:format(needs, code, "")
end

-- An attempt inside verify comes that far only when something is written: it has a machine of its own.
local function machine_of(attempt) return attempt["in"] == "verify" and attempt.name or "pc" end

local function command_of(attempt)
  local machine = "-m sim:" .. machine_of(attempt) .. ".reg"
  if attempt.command then
    return (attempt.command:gsub("FILE", "./" .. attempt.name .. ".lua"):gsub("MACHINE", machine))
  end
  local with = attempt.with or ""
  for _, limit in ipairs(LIMITS) do
    if not with:find(limit:match "^%S+", 1, true) then with = with .. " " .. limit end
  end
  return ("apply ./%s.lua %s --yes --allow-unsigned %s"):format(attempt.name, machine, with)
end

local function prepare(box)
  local sh, bat = {}, { "@echo off" }
  for _, attempt in ipairs(parse_all(3)) do
    write(("%s/%s.lua"):format(box, attempt.name), bytes_of(attempt))
    if machine_of(attempt) ~= "pc" then write(("%s/%s.reg"):format(box, attempt.name), read(box .. "/pc.reg")) end
    local command = command_of(attempt)
    local name = attempt.name
    sh[#sh + 1] = ("$TLSMEND %s >%s.out 2>%s.err; echo $? >%s.code"):format(command, name, name, name)
    local line = ("tlsmend.exe %s >%s.out 2>%s.err"):format(command:gsub("%./(%w+%.lua)", ".\\%1"), name, name)
    bat[#bat + 1] = line
    -- Once in a thousand times Wine does not start a program; that says nothing about the program.
    bat[#bat + 1] = ("if %%errorlevel%%==9009 echo not started: %s\r\nif %%errorlevel%%==9009 %s"):format(name, line)
    bat[#bat + 1] = ("echo %%errorlevel%% >%s.code"):format(name)
  end
  write(box .. "/run.sh", table.concat(sh, "\n") .. "\n")
  write(box .. "/run.bat", table.concat(bat, "\r\n") .. "\r\n")
end

-- Whether a text contains another one, in which * stands for anything within a line.
local function contains(text, wanted)
  local pattern = wanted:gsub("%W", "%%%0"):gsub("%%%*", "[^\n]*")
  return text:find(pattern) ~= nil
end

local function judge_one(box, attempt)
  local function output(kind) return (read(("%s/%s.%s"):format(box, attempt.name, kind)):gsub("\r\n", "\n")) end
  local code, text = tonumber(output "code"), output "err" .. output "out"
  if code ~= attempt.exit then return ("exit %s, not %d"):format(code, attempt.exit), text end
  for _, wanted in ipairs(attempt.says) do
    if not contains(text, wanted) then return ("does not say '%s'"):format(wanted), text end
  end
  for _, unwanted in ipairs(attempt.silent) do
    if text:find(assert(load("return " .. unwanted))(), 1, true) then return ("says %s"):format(unwanted), text end
  end
end

local function judge(box, machine)
  local bad, counts, classes, attempts = 0, {}, {}, parse_all(4)
  local function fail(...)
    bad = bad + 1
    io.stderr:write("FAILED: ", table.concat { ... }, "\n")
  end
  for _, attempt in ipairs(attempts) do
    if not counts[attempt.class] then classes[#classes + 1] = attempt.class end
    counts[attempt.class] = (counts[attempt.class] or 0) + 1
    local reason, text = judge_one(box, attempt)
    if reason then
      fail(attempt.at, ": ", attempt.title, ": ", reason, "\n", text:gsub("[^\n]+", "    %0"):sub(1, 2000))
    end
  end
  if read(box .. "/pc.reg") ~= read(machine) then fail "an attempt has changed the machine" end
  for _, class in ipairs(classes) do print(("%4d %s"):format(counts[class], class)) end
  print(("%d attempts to escape, %d of them were not as promised"):format(#attempts, bad))
  os.exit(bad == 0 and #attempts >= 150)
end

if arg[1] == "prepare" then prepare(arg[2]) else judge(arg[2], arg[3]) end
