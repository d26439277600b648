-- expect: undeclared-global at line 3
local function say(text)
  prinnt(text)
end
return { id = "global_print", version = "1", title = "x", run = function() say "hello" end }
