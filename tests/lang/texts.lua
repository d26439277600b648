-- The language files against the code: every format that C says and every text of Lua has its pair in each file, every
-- pair is said by somebody, the translation uses what the English text has, and no text fits two pairs. Run:
-- lua texts.lua SOURCE; prints what is wrong.

local source = arg[1]
local wrong = 0
local function complain(...)
  wrong = wrong + 1
  print("FAILED: " .. string.format(...))
end

local function read(path)
  local file <close> = assert(io.open(source .. "/" .. path, "rb"))
  return file:read "a"
end

local function files(pattern)
  local list = {}
  local pipe <close> = assert(io.popen(("cd '%s' && ls %s"):format(source, pattern)))
  for name in pipe:lines() do list[#list + 1] = name end
  return list
end

-- A file a language, but for English; and each stands in the public header.
local LANGUAGES = {}
for _, name in ipairs(files "host/lang/*.txt") do LANGUAGES[#LANGUAGES + 1] = name:match "(%l+)%.txt$" end
local listed = read "host/include/tlsmend/tlsmend.h":match "#define TLSMEND_LANGUAGES%(X%)([^\n]+)"
for name in listed:gmatch '"(%l+)"' do
  if name ~= "en" and not table.concat(LANGUAGES, " "):find(name) then complain("host/lang/%s.txt is missing", name) end
end
for _, name in ipairs(LANGUAGES) do
  if not listed:find('"' .. name .. '"') then complain("host/lang/%s.txt: not in TLSMEND_LANGUAGES", name) end
end

local function holes(text)
  local list = {}
  for kind in text:gmatch "%%([sd])" do list[#list + 1] = kind end
  return list
end

local function check_pair(where, english, translation)
  local used, wanted = {}, #holes(english)
  for number in translation:gmatch "%%(%d)" do used[tonumber(number)] = true end
  for number = 1, 9 do
    if (used[number] or false) ~= (number <= wanted) then
      complain("%s: %%%d is %s in the translation of: %s", where, number, used[number] and "only" or "not", english)
    end
  end
  if translation:find "%%[sd]" then complain("%s: %%s or %%d in a translation: %s", where, translation) end
  if translation:find "%s$" and not english:find "%s$" or translation == "" then
    complain("%s: empty, or a blank at the end: %s", where, english)
  end
end

local function pairs_of(language)
  local list, english, number = {}, nil, 0
  local name = "host/lang/" .. language .. ".txt"
  for line in (read(name) .. "\n"):gmatch "(.-)\n" do
    number = number + 1
    if line ~= "" and line:sub(1, 1) ~= "#" then
      local where = ("%s:%d"):format(name, number)
      if line:sub(1, 1) == "\t" then
        check_pair(where, english, line:sub(2))
        list[english] = line:sub(2)
      else
        english = line
        if list[english] then complain("%s: twice: %s", where, english) end
      end
    end
  end
  return list
end

local catalogue = {}
for _, language in ipairs(LANGUAGES) do catalogue[language] = pairs_of(language) end
local english = {}
for _, language in ipairs(LANGUAGES) do
  for text in pairs(catalogue[language]) do english[text] = true end
end
for text in pairs(english) do
  for _, language in ipairs(LANGUAGES) do
    if not catalogue[language][text] then complain("host/lang/%s.txt: missing: %s", language, text) end
  end
end

local function weight(text) return #(text:gsub("%%[sd]", "")) end
local function lua_pattern(text)
  return "^" .. text:gsub("[%^%$%(%)%.%[%]%*%+%-%?]", "%%%0"):gsub("%%s", "(.-)"):gsub("%%d", "(%%d+)") .. "$"
end
local compiled = {}
for text in pairs(english) do
  if #holes(text) > 0 then compiled[text] = lua_pattern(text) end
end
for text in pairs(english) do
  local example = text:gsub("%%s", "Q"):gsub("%%d", "7")
  for other, pattern in pairs(compiled) do
    if other ~= text and weight(other) == weight(text) and example:find(pattern) then
      complain("two pairs fit the same text: %s | %s", text, other)
    end
  end
end

-- The literals of a text of C or Lua, those that are put together as one.
local ESCAPES = { n = "\n", t = "\t", ['"'] = '"', ["'"] = "'", ["\\"] = "\\" }
local function literals(text, joint)
  local list, at, open_until = {}, 1, nil
  while true do
    local first = text:find("[\"']", at)
    if not first then return list end
    local quote, last = text:sub(first, first), first + 1
    while last <= #text and text:sub(last, last) ~= quote do last = last + (text:sub(last, last) == "\\" and 2 or 1) end
    local piece = text:sub(first + 1, last - 1)
    piece = piece:gsub("\\x(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end):gsub("\\(.)", ESCAPES)
    if open_until == first then list[#list].text = list[#list].text .. piece else list[#list + 1] = { text = piece } end
    local _, joined = text:find(joint, last + 1)
    open_until = joined
    at = last + 1
  end
end

local spoken = {} -- every literal of everything
local prose = {} -- those that a person reads: { file, text }

local function is_prose(text) return text:find "%l%l+ %l%l+" ~= nil and not text:find "[<>]" and not text:find '="' end

local function strip_c(text)
  text = text:gsub("/%*.-%*/", ""):gsub("\n#include[^\n]*", "\n")
  for _, call in ipairs { "tlsmend_error_set", "say_error", "no_memory", "json_pack", "session_tell", "abandon",
    "say_unwritten" } do
    text = text:gsub(call .. "%b()", "")
  end
  text = text:gsub("\nstatic const opt_spec takes.*", "") -- help is English
  -- what goes to stderr is English, as errors are
  text = text:gsub("fprintf(%b())", function(inside) return inside:find("^%(stderr") and "" or nil end)
  return text
end

-- What C says is looked up by its format.
local by_format = {} -- key: true
local each_format = dofile(source .. "/tests/lang/formats.lua")
local function check_format(name, format, key)
  if not key then
    complain("%s: a placeholder that is not known: %s", name, format)
    return
  end
  by_format[key] = true
  if not english[key] then complain("%s: no language has the format: %s", name, key) end
end

-- Files whose other texts are read by people too: tables of them, and sentences that others say.
local PEOPLE = { ["host/plan/effective.c"] = true, ["host/plan/change.c"] = true,
  ["host/session/policy/group_policy.c"] = true,
  ["host/session/policy/policy_files.c"] = true }
local function for_people(name, text)
  return PEOPLE[name] or name:find "^host/[rs]e" and (text:find '"render/say.h"' or text:find '"render/html.h"')
end
for _, name in ipairs(files "host/*/*.c host/*/*/*.c") do
  local source_text = read(name)
  local people, text = for_people(name, source_text), strip_c(source_text)
  each_format(text, literals, function(format, key) check_format(name, format, key) end)
  for _, literal in ipairs(literals(people and text or source_text:gsub("/%*.-%*/", ""), '^%s*["\']')) do
    spoken[#spoken + 1] = literal.text
    if people then prose[#prose + 1] = { name, literal.text } end
  end
end

local LUA = "runbooks/*.lua stdlib/*.lua stdlib/tls/*.lua stdlib/steps/*.lua stdlib/windows/*.lua "
  .. "host/lua/bench/*.lua host/lua/repl/*.lua host/lua/state/*.lua host/lua/tls/*.lua"

local function strip_lua(text)
  text = ("\n" .. text):gsub("\n%s*%-%-[^\n]*", "\n"):gsub("%s%-%-%s[^\n\"]*\n", "\n"):gsub("%[%[.-%]%]", "")
  return text:gsub("error(%b())", function(inside) return inside:find '"' and "" or nil end)
end

for _, name in ipairs(files(LUA)) do
  local bench = name:find "bench" or name:find "windows/" and not name:find "sql_" and not name:find "products"
  for _, literal in ipairs(literals(strip_lua(read(name)), '^%s*%.%.%s*["\']')) do
    spoken[#spoken + 1] = literal.text
    if not bench then prose[#prose + 1] = { name, literal.text } end
  end
end

-- What is between the placeholders.
local function fragments(text)
  local list = {}
  local plain = text:gsub("%%[%-%+ 0#]*%d*%.?[%d%*]*[lzh]*[sduXxqi]", "\0")
  for piece in (plain .. "\0"):gmatch "([^\0]*)\0" do list[#list + 1] = piece end
  return list
end

local ALLOWED = {}
for line in io.lines(source .. "/tests/lang/not-translated.txt") do
  if line ~= "" and line:sub(1, 1) ~= "#" then ALLOWED[#ALLOWED + 1] = line end
end
local function allowed(text)
  for _, line in ipairs(ALLOWED) do
    if text:find(line, 1, true) then return true end
  end
end

local all = {}
for text in pairs(english) do all[#all + 1] = text end
local everything = table.concat(all, "\n")
for _, row in ipairs(prose) do
  for _, piece in ipairs(fragments(row[2])) do
    local bare = piece:match "^%s*(.-)%s*$"
    if is_prose(bare) and not everything:find(bare, 1, true) and not allowed(bare) then
      complain("%s: no language has: %s", row[1], bare)
    end
  end
end

-- A pair may be put together of several literals; so runs of three words are looked for, and most must be there.
local said = table.concat(spoken, "\n")
for _, text in ipairs(all) do
  local runs, found = 0, 0
  for _, piece in ipairs(fragments(text)) do
    local words = {}
    for word in piece:gmatch "%S+" do words[#words + 1] = word end
    local length = math.min(3, #words)
    for first = 1, #words - length + 1 do
      runs = runs + 1
      if said:find(table.concat(words, " ", first, first + length - 1), 1, true) then found = found + 1 end
    end
  end
  if found * 2 < runs and not by_format[text] then complain("nobody says: %s", text) end
end

print(("%d texts, %d languages"):format(#all, #LANGUAGES))
os.exit(wrong == 0 and #all > 300 and 0 or 1)
