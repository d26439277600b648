-- Names in the registry as people misspell them: what cannot be seen in them is shown, and which right name was meant.

local spelling = {}

-- Blanks and signs without a width that look like a plain blank or like nothing.
local HIDDEN = { [0xA0] = true, [0xAD] = true, [0x202F] = true, [0x205F] = true, [0x2060] = true, [0x3000] = true,
  [0xFEFF] = true }
for code = 0x2000, 0x200F do HIDDEN[code] = true end

local function each(text, change)
  return (text:gsub("[\xC2-\xF4][\x80-\xBF]+", function(letter)
    local code = utf8.len(letter) == 1 and utf8.codepoint(letter)
    return code and HIDDEN[code] and change(code) or nil
  end))
end

-- The name with everything in it that cannot be seen: "TLS<U+00A0>1.2"; blanks at its ends too.
function spelling.shown(text)
  local shown = each(text, function(code) return ("<U+%04X>"):format(code) end)
  return (shown:gsub("^ +", function(blanks) return ("<U+0020>"):rep(#blanks) end)
    :gsub(" +$", function(blanks) return ("<U+0020>"):rep(#blanks) end))
end

-- What is left of a name when blanks, case and commas do not count.
local function squeezed(text)
  return each(text, function() return "" end):gsub("[ \t]", ""):gsub(",", "."):lower()
end

-- Whether the letters of `short` stand in `long` in their order.
local function is_part(short, long)
  local at = 1
  for letter in short:gmatch "." do
    at = long:find(letter, at, true)
    if not at then return false end
    at = at + 1
  end
  return true
end

-- The name of a list that was meant; nil if none is near.
function spelling.meant(list, text)
  local plain = squeezed(text)
  for _, name in ipairs(list) do
    if squeezed(name) == plain then return name end
  end
  for _, name in ipairs(list) do
    local other = squeezed(name)
    if #plain >= 5 and (is_part(plain, other) or is_part(other, plain)) then return name end
  end
end

-- `list` by lower case, as the registry compares names.
function spelling.by_lower(list)
  local result = {}
  for _, name in ipairs(list) do result[name:lower()] = name end
  return result
end

return spelling
