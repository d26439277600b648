-- expect: does-not-load at line 1
return {
  id = "load-title", version = "1.0.0", title = "Two\nlines", references = {},
  params = { count = { type = "integer", default = 1, help = "how many" } },
  needs = { registry = { "HKLM\\SYSTEM\\Site" } },
  applies = function() return true end,
  run = function(params)
    require "registry".set("HKLM\\SYSTEM\\Site", "Count", params.count)
  end,
  verify = function() return true end,
}
