-- expect: unknown-field at line 4
return {
  id = "field-param", version = "1.0.0", title = "x",
  params = { mode = { type = "string", defualt = "a" } },
  run = function(params)
    return params.mode
  end,
}
