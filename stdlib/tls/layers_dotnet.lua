-- The rows of tls.layers for .NET Framework and Windows PowerShell: by runtime and view, for programs that do not
-- choose their versions themselves. Pure. What a program was built for decides where no value does: for 4.6 or later
-- .NET names TLS 1.0 to 1.2, for 4.7 or later it leaves the choice to Windows (DOTNET-TLS). Of 4.5 to 4.5.2 nothing
-- can be built for 4.6. PowerShell behaves as built for 4.5 (SOLVE); on 10 from 1703 on that is contradicted (S3).

local handshake = require "tls.handshake"
local layer_row = require "tls.layer_row"

local layers_dotnet = {}

local NEEDS = "a new process: restart the program"
local KEY = "HKLM\\SOFTWARE\\Microsoft\\.NETFramework\\"
local OWN = layer_row.named(0xA80) -- what .NET names with strong crypto: TLS 1.0, 1.1 and 1.2
local NEITHER = "neither SystemDefaultTlsVersions nor SchUseStrongCrypto is 1"
local FIRST_46, FIRST_47 = 393295, 460798 -- Release numbers

-- "on", "off", "default", or "cannot tell" and why.
local function state(value, name)
  if value == nil then return "default" end
  if value == 0 or value == 1 then return value == 1 and "on" or "off" end
  if layer_row.unknown(value) then return "cannot tell", layer_row.missing(value.unknown) end
  return "cannot tell", name .. " is malformed"
end

local function explain(runtime, versions, strong, release)
  if versions == "cannot tell" or strong == "cannot tell" then return "cannot tell" end
  if versions == "on" then return "what Windows chooses" end
  if runtime == "v2.0.50727" then return "SSL 3.0, TLS 1.0" end
  if strong == "on" then return "TLS 1.0, TLS 1.1, TLS 1.2" end
  if (release or 0) < FIRST_46 then return "SSL 3.0, TLS 1.0" end
  if versions == "off" or strong == "off" then return "what .NET 4.5 did, whatever the program was built for" end
  return "TLS 1.2 if built for 4.6 or later, else SSL 3.0, TLS 1.0"
end

-- What two kinds of programs come to together.
local function both(a, b)
  for _, offer in ipairs { a, b } do
    if offer.modern == "cannot tell" then return "cannot tell", offer.why end
  end
  if a.modern == b.modern then return a.modern, a.why end
  return "some", "what a program gets depends on the .NET that it was built for"
end

-- Whether programs of a runtime get TLS 1.2, and why not. row: its two values as states; held: what is installed.
local function effect(row, held, client)
  local function by_windows() return layer_row.judge({}, client) end
  if row.runtime == "v2.0.50727" then
    if row.versions == "cannot tell" then return "cannot tell", row.doubt end
    if row.versions ~= "on" then return "no", "SystemDefaultTlsVersions is not 1" end
    local needs = held.v2_needs
    local made = by_windows()
    if not needs or needs.there == true or made.tls12 == "no" then return made.tls12, made.why end
    return needs.there == "unknown" and "cannot tell" or "no", nil
  end
  if held.doubt then return "cannot tell", held.doubt end
  if held.v4:find "^4%.0" then return "no", nil end
  if row.versions == "on" then
    local made = by_windows()
    return made.tls12, made.why
  end
  if row.versions == "cannot tell" or row.strong == "cannot tell" then return "cannot tell", row.doubt end
  local release = held.release or 0
  if row.strong == "on" then
    local named = handshake.offer(client, OWN)
    local made = layer_row.judge({}, client, OWN)
    if release < FIRST_47 or row.versions == "off" then return made.tls12, made.why end
    return both(named, handshake.offer(client))
  end
  if release < FIRST_46 then return "no", NEITHER end
  if row.versions == "off" or row.strong == "off" then
    return "no", ("%s is 0"):format(row.versions == "off" and "SystemDefaultTlsVersions" or "SchUseStrongCrypto")
  end
  local made = layer_row.judge({}, client, OWN)
  if made.tls12 == "yes" then return "some", "only programs built for .NET 4.6 or later get it: " .. NEITHER end
  return made.tls12, made.why
end

-- What stands in the way of an installed runtime besides its values, as text.
local function obstacle(runtime, held)
  local needs = held.v2_needs
  if runtime == "v4.0.30319" then
    return held.v4:find "^4%.0" and
      (".NET %s does not know TLS 1.1 and 1.2; install 4.6.2 or later in its place (mark S+G)"):format(held.v4) or nil
  end
  if needs and needs.never then return needs.never end
  if not needs or needs.there == true then return nil end
  return (".NET %s follows Windows' TLS versions only with %s or a .NET rollup of August 2017 or later%s"):format(
    held.v2, needs.kb, needs.there == "unknown" and "; cannot tell whether one is there" or ", and neither was found")
end

local function judge(made, values, held, client)
  local versions, doubt = state(values.SystemDefaultTlsVersions, "SystemDefaultTlsVersions")
  local strong, other = state(values.SchUseStrongCrypto, "SchUseStrongCrypto")
  made.role, made.view, made.runtime, made.where = "Client", values.view, values.runtime, KEY .. values.runtime
  made.needs, made.counts = NEEDS, true
  made.set = versions == "default" and strong == "default" and "absent"
    or ("SystemDefaultTlsVersions %s, SchUseStrongCrypto %s"):format(versions, strong)
  made.default = explain(values.runtime, "default", "default", held.release)
  made.offers = { explain(values.runtime, versions, strong, held.release) }
  made.note = obstacle(values.runtime, held)
  made.tls12, made.why = effect({ runtime = values.runtime, versions = versions, strong = strong,
    doubt = doubt or other }, held, client)
  if made.tls12 ~= "yes" then made.why = made.note or made.why end
  return made
end

local function bits(held, who, view)
  local count = 0
  for _, row in ipairs(held.values) do
    if row.runtime == held.values[1].runtime then count = count + 1 end
  end
  return count > 1 and ("%s, %d-bit"):format(who, view) or who
end

local function frameworks(held, client, rows)
  if held.unknown then
    rows[#rows + 1] = layer_row.open({ layer = "dotnet", who = ".NET", where = KEY .. "v4.0.30319", needs = NEEDS,
      set = "cannot tell", default = "cannot tell", counts = true }, layer_row.missing(held.unknown))
  end
  for _, values in ipairs(held.values) do
    local version = values.runtime == "v2.0.50727" and held.v2 or values.runtime == "v4.0.30319" and held.v4 or nil
    if version then
      rows[#rows + 1] = judge({ layer = "dotnet", who = bits(held, ".NET " .. version, values.view) }, values, held,
        client)
    end
  end
end

-- Windows PowerShell uses the runtime's values; where there are none it is a program of its own kind. Without its
-- runtime it does not start: the key of 2.0 is on each Windows 10.
local function powershell(facts, client, rows)
  local held = facts.layers.dotnet
  for _, engine in ipairs(facts.layers.powershell) do
    local runs = engine.runtime == "v4.0.30319" and held.v4 or engine.runtime == "v2.0.50727" and held.v2
    for _, values in ipairs(held.values) do
      if values.runtime == engine.runtime and runs then
        local row = judge({ layer = "powershell", who = bits(held, "PowerShell " .. engine.version, values.view) },
          values, held, client)
        if row.tls12 == "some" then
          row.tls12 = facts.nt == "10.0" and facts.build >= 15063 and "cannot tell" or "no"
          row.offers = { row.tls12 == "no" and "SSL 3.0, TLS 1.0" or "cannot tell" }
        end
        rows[#rows + 1] = row
      end
    end
  end
end

function layers_dotnet.add(facts, client, rows)
  frameworks(facts.layers.dotnet, client, rows)
  powershell(facts, client, rows)
end

return layers_dotnet
