local registry = require "registry"
local KEY = "HKLM\\SYSTEM\\Example"

return {
  id = "strings", version = "1.0.0", title = "strings",
  needs = { registry = { KEY } },
  run = function(params)
    local text = [[a
b]] .. "\\" .. '\65\x42\u{43}\z
      D'
    registry.set(KEY, "A", #text) -- [[ not a string ]]
    --[==[ nor ]] this ]==]
    goto done
    ::done::
  end,
}
