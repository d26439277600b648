local registry = require "registry"
local KEY = "HKLM\\SYSTEM\\Example"

return {
  id = "operators", version = "1.0.0", title = "operators",
  needs = { registry = { KEY } },
  run = function(params)
    local a, b <const> = 7 // 2, 2 ^ 3
    local c = (a << 2 | 1) & ~0 ~ 3
    local d = not (a ~= b) and -c or #"abc" .. ""
    repeat local e = a; a = a - 1 until a <= 0 or e == 1
    while false do break end
    for i = 1, 2 do if i == 1 then c = i elseif i == 2 then c = c + i else c = 0 end end
    registry.set(KEY, "A", c, { why = tostring(d) })
  end,
}
