-- expect: unknown-field at line 3
return { id = "field-header", version = "1", title = "x",
  aplies = function() return true end,
  run = function() end }
