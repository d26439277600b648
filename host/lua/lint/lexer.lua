-- The words of a Lua text with their lines. A text that does not compile is not given to it (lint asks `load` first),
-- so it need not know what is wrong.

local lexer = {}

local KEYWORDS = {}
for word in ([[and break do else elseif end false for function goto if in local nil not or repeat return then true
  until while]]):gmatch "%a+" do KEYWORDS[word] = true end

-- Longest first.
local OPERATORS = { "...", "<<", ">>", "//", "==", "~=", "<=", ">=", "::", "..", "+", "-", "*", "/", "%", "^", "#", "&",
  "~", "|", "<", ">", "=", "(", ")", "{", "}", "[", "]", ";", ":", ",", "." }

local ESCAPES = { n = "\n", t = "\t", r = "\r", a = "\a", b = "\b", f = "\f", v = "\v", ["\\"] = "\\", ['"'] = '"',
  ["'"] = "'", ["\n"] = "\n" }

local function count_lines(text) return select(2, text:gsub("\n", "")) end

-- The value of a quoted string whose opening quote stands at `at`, and the place behind it.
local function quoted(text, at)
  local quote, out = text:sub(at, at), {}
  local i = at + 1
  while true do
    local char = text:sub(i, i)
    if char == quote or char == "" then return table.concat(out), i + 1 end
    if char ~= "\\" then
      out[#out + 1], i = char, i + 1
    else
      local digits = text:match("^%d%d?%d?", i + 1)
      local hex = text:match("^x(%x%x)", i + 1)
      local code = text:match("^u{(%x+)}", i + 1)
      local blank = text:match("^z%s*", i + 1)
      local piece = digits and string.char(tonumber(digits)) or hex and string.char(tonumber(hex, 16))
        or code and utf8.char(tonumber(code, 16)) or blank and "" or ESCAPES[text:sub(i + 1, i + 1)] or ""
      out[#out + 1] = piece
      i = i + 1 + (digits and #digits or hex and 3 or code and #code + 3 or blank and #blank or 1)
    end
  end
end

-- A long string or comment whose first bracket stands at `at`: its value and the place behind; nil if there is none.
local function long(text, at)
  local level = text:match("^%[(=*)%[", at)
  if not level then return nil end
  local first = at + #level + 2
  local stop, behind = text:find("]" .. level .. "]", first, true)
  stop = stop or #text + 1
  return (text:sub(first, stop - 1):gsub("^\r?\n", "")), (behind or #text) + 1
end

local function number(text, at)
  local word = text:match("^0[xX][%x%.]+[pP]?[+-]?%d*", at) or text:match("^%d*%.?%d*[eE][+-]?%d+", at)
    or text:match("^%d*%.?%d*", at)
  return tonumber(word), at + #word
end

-- What stands at `at`: a kind, a value, and the place behind it.
local function word_at(text, at)
  local char = text:sub(at, at)
  local name = text:match("^[%a_][%w_]*", at)
  if name then return KEYWORDS[name] and name or "name", name, at + #name end
  if char:find "%d" or text:find("^%.%d", at) then return "number", number(text, at) end
  if char == '"' or char == "'" then return "string", quoted(text, at) end
  if char == "[" then
    local value, behind = long(text, at)
    if value then return "string", value, behind end
  end
  for _, operator in ipairs(OPERATORS) do
    if text:sub(at, at + #operator - 1) == operator then return operator, operator, at + #operator end
  end
  return "other", char, at + 1
end

-- The end of a comment that begins at `at`, and what it says.
local function comment(text, at)
  local value, behind = long(text, at + 2)
  if value then return value, behind end
  value = text:match("^[^\n]*", at + 2)
  return value, at + 2 + #value
end

-- All words: { kind, value, line }, the last of kind "eof"; and rules that a comment `-- lint: allow RULE` allows, by
-- line: on its own line and the next.
function lexer.words(text)
  local words, allowed, line = {}, {}, 1
  local at = text:find "^#[^\n]*" and #text:match "^#[^\n]*" + 1 or 1
  while true do
    local blank = text:match("^%s*", at)
    line, at = line + count_lines(blank), at + #blank
    if at > #text then break end
    if text:find("^%-%-", at) then
      local value, behind = comment(text, at)
      for rule in (value:match "^%s*lint: allow ([%a%d%-%s]+)" or ""):gmatch "[%a%d%-]+" do
        allowed[line .. rule], allowed[line + 1 .. rule] = true, true
      end
      line, at = line + count_lines(text:sub(at, behind - 1)), behind
    else
      local kind, value, behind = word_at(text, at)
      words[#words + 1] = { kind = kind, value = value, line = line }
      line, at = line + count_lines(text:sub(at, behind - 1)), behind
    end
  end
  words[#words + 1] = { kind = "eof", line = line }
  return words, allowed
end

return lexer
