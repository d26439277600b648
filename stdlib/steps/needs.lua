-- Puts together what steps need: the `needs` of a runbook that is made of them. Each step module has a table NEEDS. A
-- key below another one is not named again.

local function is_below(key, tree)
  return #key > #tree and key:sub(1, #tree + 1):lower() == (tree .. "\\"):lower()
end

-- The keys that lie below none of the others, and neither in `more`.
local function widest(keys, more)
  local result = {}
  for _, key in ipairs(keys) do
    local covered = false
    for _, tree in ipairs(keys) do covered = covered or is_below(key, tree) end
    for _, tree in ipairs(more) do covered = covered or key:lower() == tree:lower() or is_below(key, tree) end
    if not covered then result[#result + 1] = key end
  end
  return result
end

return function(...)
  local result, seen = { registry = {}, reads = {}, updates = {} }, { registry = {}, reads = {}, updates = {} }
  for _, needs in ipairs { ... } do
    for _, field in ipairs { "registry", "reads", "updates" } do
      for _, item in ipairs(needs[field] or {}) do
        if not seen[field][item] then result[field][#result[field] + 1], seen[field][item] = item, true end
      end
    end
    result.reboot = result.reboot or needs.reboot
  end
  result.registry = widest(result.registry, {})
  result.reads = widest(result.reads, result.registry)
  return result
end
