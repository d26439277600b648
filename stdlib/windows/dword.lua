-- A value that Windows takes only as a REG_DWORD, as it does with all numbers of TLS.

local registry = require "registry"

local dword = {}

-- The number; nil where the value is absent, false where it is something else. Second answer: the type that is there.
function dword.get(key, name, view)
  local data, kind = registry.get(key, name, view)
  if kind == nil then return nil, nil end
  return kind == "REG_DWORD" and math.type(data) == "integer" and data, kind
end

return dword
