-- expect: does-not-load at line 3
return {
  id = "load-version", version = 1, title = "Site", references = {},
  params = { count = { type = "integer", default = 1, help = "how many" } },
  needs = { registry = { "HKLM\\SYSTEM\\Site" } },
  applies = function() return true end,
  run = function(params)
    require "registry".set("HKLM\\SYSTEM\\Site", "Count", params.count)
  end,
  verify = function() return true end,
}
