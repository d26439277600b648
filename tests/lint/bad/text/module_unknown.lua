-- expect: unknown-module at line 2
local registry = require "registri"
return { id = "module-unknown", version = "1", title = "x", run = function() registry.get("a", "b") end }
