-- expect: undeclared-global at line 2
return { id = "global_os", version = "1", title = "x", run = function() os.execute "reg add" end }
