-- expect: missing-field at line 2
return { id = "missing-title", version = "1", run = function() end }
