-- expect: undeclared-global at line 2
function helper() end
return { id = "global_write", version = "1", title = "x", run = function() end }
