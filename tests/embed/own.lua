-- The runbook of own.c: asks a module that the program adds, and writes to a machine that it adds.
local registry = require "registry"
local inventory, hidden, public = require "inventory", require "hidden", require "public"
local SITE = "HKLM\\SOFTWARE\\Site"
return {
  id = "own",
  version = "1.0.0",
  title = "Who owns this machine",
  needs = { registry = { SITE }, modules = { "inventory" } },
  params = { mode = { type = "string", default = "good", help = "what is tried" } },
  run = function(params)
    if params.mode == "undeclared" then hidden.owner "BOX" end
    if params.mode == "swallowed" then pcall(hidden.owner, "BOX") end
    if params.mode == "told" then assert(not pcall(inventory.owner, "SECRET")) end
    if params.mode == "unknown" then inventory.owner "NOBODY" end
    if params.mode == "type" then inventory.owner {} end
    if params.mode == "flood" then inventory.flood() end
    if params.mode == "open" then public.owner "BOX" end
    local name, floor = inventory.owner("BOX", 3)
    registry.set(SITE, "Owner", name)
    registry.set(SITE, "Floor", floor)
  end,
  verify = function() return registry.get(SITE, "Floor") == 10 end,
}
