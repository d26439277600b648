-- Puts together what steps need: the `needs` of a runbook that is made of them. Each step module has a table NEEDS.

return function(...)
  local result, seen = { registry = {}, updates = {} }, {}
  for _, needs in ipairs { ... } do
    for _, field in ipairs { "registry", "updates" } do
      for _, item in ipairs(needs[field] or {}) do
        if not seen[item] then result[field][#result[field] + 1], seen[item] = item, true end
      end
    end
    result.reboot = result.reboot or needs.reboot
  end
  return result
end
