-- expect: syntax at line 2
local x = = 1
return { id = "syntax-assign", version = "1", title = "x", run = function() end }
