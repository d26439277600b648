-- expect: unknown-module at line 2
local lfs = require "lfs"
return { id = "module-file", version = "1", title = "x", run = function() lfs.dir "." end }
