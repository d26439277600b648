-- Says before old versions are switched off what comes first that no runbook can do: for the server products that are
-- there, for FIPS mode, for whoever still uses the old versions. Reads only. Source: that of windows.products; SOLVE;
-- KB260729.

local dword = require "windows.dword"
local events = require "tls.events"
local fips = require "tls.fips"
local hotfix = require "hotfix"
local log = require "log"
local needs = require "steps.needs"
local products = require "windows.products"
local system = require "system"

local step = { NEEDS = needs { reads = { fips.KEY, events.KEY } } }
for _, key in ipairs(products.READS) do table.insert(step.NEEDS.reads, key) end

local function report_product(product)
  local first, kb = product.first, product.nt and product.nt[tostring(system.nt)]
  if product.nt then
    if not kb or hotfix.examine(kb) then return end
    first = first:format(kb)
  end
  local settled = product.settled
  if settled and dword.get(settled[1], settled[2]) == settled[3] then return end
  log.finding(("%s is here: %s"):format(product.name, first))
end

-- roles: those in which old versions go.
function step.report(roles)
  for _, product in ipairs(products.found()) do report_product(product) end
  for _, name in ipairs(fips.VALUES) do
    local data = dword.get(fips.KEY, name)
    if data and data ~= 0 then
      log.finding(("FIPS mode is on (%s = %d): Microsoft's guide wants it off before this change (SOLVE)"):format(name,
        data))
    end
  end
  for _, role in ipairs(roles) do
    if role == "Server" and system.server and not events.logs_handshakes() then
      log.finding("nobody has looked who still uses old versions: EventLogging = 7 and a restart write each " ..
        "handshake into the System log (event 36880)")
    end
  end
end

-- What has to happen afterwards.
function step.report_restart()
  log.finding("restart Windows when this has been applied: IIS and all that uses HTTP.sys, Remote Desktop and the " ..
    "directory service keep the old versions until then")
end

return step
