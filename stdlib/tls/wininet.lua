-- WinINET's protocols: the boxes of Internet Options, what Internet Explorer, the old Edge and programs on WinINET
-- offer. Owns the value SecureProtocols of the machine, of the policies and of every user whose registry is loaded.
-- Chromium's Edge, Chrome and Firefox do not read it. The bits are WinHTTP's. Source: IEPOL; SP13; MMAY. The profile of
-- a user who is not signed in and the profile that new users get stand in files that a runbook cannot load: both are
-- told, never guessed. Programs read the value when they start.

local log = require "log"
local protocols = require "tls.protocols"
local registry = require "registry"
local releases = require "windows.releases"
local system = require "system"
local winhttp = require "tls.winhttp"

local wininet = {}

local SETTINGS = "Microsoft\\Windows\\CurrentVersion\\Internet Settings"
wininet.VALUE = "SecureProtocols"
wininet.MACHINE = "HKLM\\SOFTWARE\\" .. SETTINGS -- for users without a value of their own (S3)
wininet.POLICY = "HKLM\\SOFTWARE\\Policies\\" .. SETTINGS -- wins, and greys the boxes
wininet.USERS = "HKU"
wininet.PROFILES = "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList"
wininet.EXPLORER = "HKLM\\SOFTWARE\\Microsoft\\Internet Explorer"

-- A user is a SID, or HKCU: the one whose settings a file holds under that name.
local function root(user) return user == "HKCU" and user or "HKU\\" .. user end

-- The key of a user's own setting, or of the policy for that user.
function wininet.user_key(user) return ("%s\\Software\\%s"):format(root(user), SETTINGS) end
function wininet.user_policy(user) return ("%s\\Software\\Policies\\%s"):format(root(user), SETTINGS) end

-- People, not services: accounts of a domain, of the machine, or of Entra ID.
local function is_person(sid)
  return sid:find "^S%-1%-5%-21%-[%d-]+$" ~= nil or sid:find "^S%-1%-12%-1%-[%d-]+$" ~= nil
end

-- Users: people whose registry is loaded, and those who have a profile that is not. The first is nil where the machine
-- at hand holds no users at all, as a snapshot may. Third: the branch that is to be exported where its file lacks that
-- of the users, so that there may be others.
function wininet.users()
  local keys = registry.users()
  local loaded, known, absent = {}, {}, {}
  for _, sid in ipairs(keys or {}) do
    if is_person(sid) or sid == "HKCU" then loaded[#loaded + 1], known[sid:upper()] = sid, true end
  end
  for _, sid in ipairs(registry.keys(wininet.PROFILES) or {}) do
    if is_person(sid) and not known[sid:upper()] then absent[#absent + 1] = sid end
  end
  return keys and #keys > 0 and loaded or nil, absent, registry.unknown(wininet.USERS)
end

-- What stands in a key: { present, bits, malformed, text }.
function wininet.current(key, view) return winhttp.read(key, wininet.VALUE, view) end

local function has_tls12(now)
  return now.bits ~= nil and now.ssl == 0 and winhttp.is_modern(now.bits)
end

-- The major version of Internet Explorer, 11 from 8.1 on; nil if the machine does not say. Its registry values are
-- general knowledge (G).
function wininet.explorer()
  if system.nt >= "6.3" then return 11 end
  local text = registry.get(wininet.EXPLORER, "svcVersion") or registry.get(wininet.EXPLORER, "Version")
  return type(text) == "string" and tonumber(text:match "^(%d+)%.") or nil
end

-- What WinINET offers without any value: the bits that are certain, and those that would take an update to tell; nil if
-- it is not known which Explorer this is.
function wininet.release_default()
  local version = wininet.explorer()
  if not version then return nil end
  return releases.explorer_bits(system.row, version, system.exact and system.revision or nil)
end

-- Whether a user without a value of his own gets TLS 1.2 and no SSL: by the machine's value in each view, else by
-- Windows. false where that is not known.
function wininet.default_good()
  local default = wininet.release_default()
  local built_in = default ~= nil and default & winhttp.TLS_1_2 ~= 0
  for _, view in ipairs(registry.views(wininet.MACHINE)) do
    local now = wininet.current(wininet.MACHINE, view)
    if now.present and not has_tls12(now) or not now.present and not built_in then return false end
  end
  return true
end

-- The policy that owns the setting: its key and what stands there; nil if there is none.
function wininet.policy(sid)
  for _, key in ipairs { wininet.POLICY, sid and wininet.user_policy(sid) } do
    local now = wininet.current(key)
    if now.present then return key, now end
  end
end

-- Whether a policy owns the setting of the machine or of somebody who is signed in.
function wininet.has_policy()
  if wininet.policy() then return true end
  for _, sid in ipairs((wininet.users()) or {}) do
    if wininet.policy(sid) then return true end
  end
  return false
end

local function report_policy(key, now)
  log.finding(("%s of the policy %s is %s: it wins over every user's setting%s"):format(wininet.VALUE, key, now.text,
    has_tls12(now) and "" or "; change the policy \"Turn off encryption support\", it would write it again"))
end

-- What a mended value should hold. Where Windows' own default has TLS 1.2, nothing that it has off by default is added,
-- and TLS 1.3 stays.
local function wanted(list)
  local bits, default = winhttp.bits(list), (wininet.release_default())
  if not default or default & protocols.ERAS.modern == 0 then return bits end
  bits = bits & default
  return bits | default & (bits & protocols.ERAS.modern ~= 0 and winhttp.TLS_1_3 or protocols.ERAS.modern)
end

-- The old versions that were offered before a value was written.
local lost = 0

local function write(key, view, now, bits, why)
  lost = lost | (now.bits or wininet.release_default() or 0) & protocols.ERAS.legacy & ~bits
  registry.set(key, wininet.VALUE, bits, { view = view, why = why })
  return true
end

local function mend_machine(bits)
  local changed = false
  local default = wininet.release_default()
  local built_in = default ~= nil and default & winhttp.TLS_1_2 ~= 0
  for _, view in ipairs(registry.views(wininet.MACHINE)) do
    local now = wininet.current(wininet.MACHINE, view)
    if now.present and not has_tls12(now) or not now.present and not built_in then
      changed = write(wininet.MACHINE, view, now, bits, ("%s; people without a setting of their own offer %s"):format(
        now.text, winhttp.names(bits)))
    end
  end
  if changed then
    log.finding "that SecureProtocols of the machine holds for people without a value is known from third parties (S3)"
  end
  return changed
end

local function mend_user(sid, bits)
  local owner, policy = wininet.policy(sid)
  if owner then
    report_policy(owner, policy)
    return false
  end
  local now = wininet.current(wininet.user_key(sid))
  if has_tls12(now) or not now.present and wininet.default_good() then return false end
  return write(wininet.user_key(sid), nil, now, bits, ("%s; Internet Options of %s get %s"):format(now.text, sid,
    winhttp.names(bits)))
end

local function report_absent(loaded, absent, branch)
  if not loaded and not branch then
    log.finding "the machine at hand holds no user's registry: settings of people are not seen"
  end
  if loaded and branch then log.finding(branch .. " is not in this file: settings of other people are not seen") end
  if #absent > 0 then
    log.finding(("people who are not signed in: %d (%s%s); their Internet Options are not seen and not changed; " ..
      "sign them in and run this again, or set the policy"):format(#absent, absent[1],
      #absent > 1 and " and others" or ""))
  end
  log.info "the profile that new users get (Users\\Default) is not looked into; the machine's value holds for them"
end

-- Gives TLS 1.2 to everybody who lacks it or offers SSL: the machine's value, then each loaded user. What is good or
-- stricter stays. Where a policy owns the setting it says so and changes nothing. Answers whether that changes
-- anything.
function wininet.mend(list)
  local bits = wanted(list)
  local owner, now = wininet.policy()
  if owner then
    report_policy(owner, now)
    return false
  end
  local loaded, absent, branch = wininet.users()
  local changed = false
  lost = 0
  for _, sid in ipairs(loaded or {}) do changed = mend_user(sid, bits) or changed end
  changed = mend_machine(bits) or changed
  if lost ~= 0 then
    log.finding(("Internet Options that are mended offer %s no more: servers that have nothing newer are not reached")
      :format(winhttp.names(lost)))
  end
  report_absent(loaded, absent, branch)
  return changed
end

-- The same of a policy, of which TLS 1.2 is enough: nobody but its owner can take SSL out of it.
local function policy_good(key, now)
  if now.malformed then
    local why = ("SecureProtocols is %s"):format(now.text)
    log.unknown(("whether programs that use WinINET get TLS 1.2: %s"):format(why))
  end
  return now.malformed or winhttp.is_modern(now.bits), key .. ": " .. now.text
end

-- Whether everybody who can be seen offers TLS 1.2 and, where no policy says otherwise, no SSL; false and who does not.
function wininet.good()
  local owner, now = wininet.policy()
  if owner then return policy_good(owner, now) end
  if not wininet.default_good() then return false, "people without a setting of their own have no TLS 1.2" end
  for _, sid in ipairs((wininet.users()) or {}) do
    owner, now = wininet.policy(sid)
    local good, why = true, nil
    if owner then good, why = policy_good(owner, now) end
    local key, own = wininet.user_key(sid), wininet.current(wininet.user_key(sid))
    if not owner and own.present then good, why = has_tls12(own), key .. ": " .. own.text end
    if not good then return false, why end
  end
  return true
end

return wininet
