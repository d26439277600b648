-- What `tlsmend new` writes: a runbook to begin with, and beside it the machines and expectations that `tlsmend test`
-- takes. As they are they pass the bench and lint; an author replaces them line by line.

local machines = require "machines.builtin"

local template = {}

-- @ID@ stands for the id.
template.RUNBOOK = [==[
-- What it is for, in a sentence or two. Replace this file step by step; docs/RUNBOOKS.md goes with you.
--   tlsmend lint ./@ID@.lua                        mistakes, each with its reason
--   tlsmend test ./@ID@.lua                        on every Windows, and on the machines in @ID@.machines
--   tlsmend plan ./@ID@.lua -m sim:win7-sp1-x64    what it would change there
--   tlsmend repl -m sim:win7-sp1-x64               look around on that machine

local schannel = require "tls.schannel"

return {
  id = "@ID@",
  version = "0.1.0",
  title = "TLS 1.2 for connections that Windows opens",
  references = { "https://learn.microsoft.com/windows-server/security/tls/tls-registry-settings" },

  -- What it may read and write; everything else is refused.
  needs = { registry = { schannel.KEY } },

  -- Whether it has any business on this Windows. The reason is shown where it has none.
  applies = function(system)
    return system.nt >= "6.1", "Windows 7 and Server 2008 R2 are the first with TLS 1.2"
  end,

  -- How it should be. What is so already proposes nothing.
  run = function()
    schannel.ensure("TLS 1.2", "Client")
  end,

  -- By effect, after an apply.
  verify = function()
    local _, effect = schannel.state("TLS 1.2", "Client")
    return effect == "on", "Schannel does not offer TLS 1.2"
  end,
}
]==]

template.EXPECT = [==[
-- What `tlsmend test ./@ID@.lua` must find. A key is a built-in machine, or a snapshot FILE.reg of this folder;
-- `tlsmend snapshot -o FILE.reg` on a real Windows makes one. answer: changes, nothing to do, does not apply, blocked,
-- cannot tell. values, updates, restarts, changes: how many. sets: what is written. reason: a part of it.

local CLIENT = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols\\TLS 1.2\\Client\\"

return {
  ["win7-sp1-x64"] = {
    answer = "changes", values = 2, restarts = 0,
    sets = { [CLIENT .. "Enabled"] = 1, [CLIENT .. "DisabledByDefault"] = 0 },
  },
  ["half-set"] = { answer = "changes", values = 1, sets = { [CLIENT .. "DisabledByDefault"] = 0 } },
  ["win11-24h2-x64"] = { answer = "nothing to do" },
  ["vista-sp2-x86"] = { answer = "does not apply", reason = "Windows 7" },
}
]==]

-- Windows 7 on which somebody has set one of the two values.
template.HALF_SET = "\r\n[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\" ..
  "Protocols\\TLS 1.2\\Client]\r\n\"Enabled\"=dword:00000001\r\n"

-- The files of a new runbook, in the order in which they are written: { name, text } each. The runbook is the last, so
-- that it is never there without its test.
function template.files(id)
  local function fill(text) return (text:gsub("@ID@", id)) end
  return {
    { name = id .. ".machines/half-set.reg", text = machines.text "win7-sp1-x64" .. template.HALF_SET },
    { name = id .. ".machines/expect.lua", text = fill(template.EXPECT) },
    { name = id .. ".lua", text = fill(template.RUNBOOK) },
  }
end

return template
