-- expect: fails at line 1
return {
  id = "load-applies", version = "1.0.0", title = "Site", references = {},
  params = { count = { type = "integer", default = 1, help = "how many" } },
  needs = { registry = { "HKLM\\SYSTEM\\Site" } },
  applies = function() return nil end,
  run = function(params)
    require "registry".set("HKLM\\SYSTEM\\Site", "Count", params.count)
  end,
  verify = function() return true end,
}
