-- The formats that a text of C says to people: each_format(text, literals, found) calls found(format, key) for each.
-- key: the format as the language files have it, letter by letter; nil if it has what no translation can fill in.

local SAYS = { "text_say", "text_said", "text_label", "text_tell", "html_say", "html_said", "print_line", "say_line",
  "say_question", "say_filled", "say_in", "TEXT_COUNT" }

local function key_of(format)
  local key = format:gsub("%%[1-9]", "%%s")
  key = key:gsub("%%%.?%d*[lz]*([dus])", function(kind) return kind == "s" and "%s" or "%d" end)
  local rest = key:gsub("%%[sd]", "")
  return not rest:find "%%%a" and key or nil
end

-- Brackets of texts are none of the code.
local HIDDEN = { ["("] = "\1", [")"] = "\2", ["["] = "\3", ["]"] = "\4" }
local SHOWN = { ["\1"] = "(", ["\2"] = ")", ["\3"] = "[", ["\4"] = "]" }
local function hide(text)
  return (text:gsub('\\"', "\5"):gsub('"[^"\n]*"', function(literal) return (literal:gsub("[()%[%]]", HIDDEN)) end)
    :gsub("\5", '\\"'))
end

-- The texts of one call; what it calls in turn is looked at by itself.
local function each_of_call(call, inside, literals, found)
  inside = inside:sub(2, -2):gsub("[%w_]+%s*%b()", "0"):gsub("%b[]", "")
  for index, literal in ipairs(literals(inside, '^%s*["\']')) do
    local format = literal.text:gsub("[\1-\4]", SHOWN)
    local opens_tag = call == "html_said" and index == 1
    if format:find "%a%a" and not opens_tag then found(format, key_of(format)) end
  end
end

return function(text, literals, found)
  text = hide(text)
  for _, call in ipairs(SAYS) do
    local at = 1
    while true do
      local first, last = text:find("%f[%w_]" .. call .. "%f[^%w_]%b()", at)
      if not first then break end
      each_of_call(call, text:sub(first + #call, last), literals, found)
      at = first + #call
    end
  end
end
