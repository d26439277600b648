-- How the reports of a state speak: English texts in the language that the host asks for, columns, long lines.

local said = {}

local local_texts, spoken = {}, {}

-- Begins a report; translations: English text to local text.
function said.begin(translations) local_texts, spoken = translations or {}, {} end

-- Every English text since then.
function said.texts() return spoken end

function said.say(format, ...)
  local english = select("#", ...) > 0 and format:format(...) or format
  spoken[#spoken + 1] = english
  return local_texts[english] or english
end

local function width(text) return utf8.len(text) or #text end

-- Filled with blanks to a number of columns.
function said.pad(text, columns) return text .. (" "):rep(columns - width(text)) end

-- The width of a column: `least`, or that of its widest text.
function said.columns(texts, least)
  for _, text in ipairs(texts) do least = math.max(least, width(text)) end
  return least
end

local MOST = 112 -- columns of a line

-- Adds a text to lines, broken at blanks: `first` before it, and blanks as wide below that.
function said.wrap(lines, first, text)
  local line, blank = first, (" "):rep(width(first))
  local empty = true
  for word in text:gmatch "%S+" do
    if not empty and width(line) + 1 + width(word) > MOST then
      lines[#lines + 1] = line
      line, empty = blank, true
    end
    line = empty and line .. word or line .. " " .. word
    empty = false
  end
  lines[#lines + 1] = line
end

return said
