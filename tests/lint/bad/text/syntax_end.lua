-- expect: syntax at line 4
return { id = "syntax-end", version = "1", title = "x",
  run = function() if true then
}
