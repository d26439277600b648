-- Runs behind an attempt that has poisoned what it could reach: everything must be as it is in a fresh state.
local registry, log, releases = require "registry", require "log", require "windows.releases"

local function check(what, good) if not good then error("poisoned: " .. what) end end

return {
  id = "pristine", version = "1", title = "Looks for poison",
  needs = { registry = { [[HKLM\SOFTWARE\Site]] } },
  run = function()
    check("string", ("a"):upper() == "A" and string.format("%d", 7) == "7" and ("ab"):find "b" == 2)
    check("table", table.concat({ 1, 2 }, "-") == "1-2" and #table.pack(1, 2) == 2)
    check("math", math.max(1, 2) == 2 and math.type(1) == "integer")
    check("globals", rawget(_G, "poison") == nil and tostring(1) == "1" and select("#") == 0 and type(1) == "number")
    check("pcall", pcall(error) == false and next {} == nil)
    check("log", rawget(log, "poison") == nil)
    check("registry", registry.exists [[HKLM\SOFTWARE\Site]] == false and rawget(registry, "poison") == nil)
    check("stdlib", rawget(releases, "poison") == nil and type(releases) == "table")
    for name in pairs(_G) do check(name, name ~= "poison") end
  end,
}
