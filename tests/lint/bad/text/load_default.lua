-- expect: does-not-load at line 4
return {
  id = "load-default", version = "1.0.0", title = "Site", references = {},
  params = { count = { type = "integer", default = "x", help = "how many" } },
  needs = { registry = { "HKLM\\SYSTEM\\Site" } },
  applies = function() return true end,
  run = function(params)
    require "registry".set("HKLM\\SYSTEM\\Site", "Count", params.count)
  end,
  verify = function() return true end,
}
