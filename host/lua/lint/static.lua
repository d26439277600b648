-- What a runbook's text says that is wrong, whatever machine it runs on.

local effect = require "lint.effect"
local fold = require "lint.fold"
local names = require "lint.names"
local protocols = require "tls.protocols"
local updates = require "windows.updates"
local writes = require "lint.writes"

local _, host = ...
local static = {}

local REQUIRED = { "id", "version", "title", "run" }
local WRITE_OPTIONS = { "view", "why" }
local OPTIONS = {
  ["registry.set"] = { 4, { "type", "secret", "view", "why" } }, ["registry.delete"] = { 3, WRITE_OPTIONS },
  ["registry.create"] = { 2, WRITE_OPTIONS }, ["registry.delete_key"] = { 2, WRITE_OPTIONS },
  ["update.install"] = { 1, { "kb", "from", "sha256", "why" } },
}
-- Facts that may be nil, so that looking at one machine does not show them.
local SYSTEM = { "revision", "product_type", "server", "architecture", "bits", "edition", "product", "release",
  "computer", "row" }

local function contains(list, item)
  for _, value in ipairs(list) do
    if value == item then return true end
  end
  return false
end

local function check_fields(members, known, what, add)
  for name, item in pairs(members) do
    if not contains(known, name) then
      local near = host.closest(known, name)
      add("unknown-field", item.line, ("%s has no field %q%s"):format(what, name,
        near and (", %q is meant?"):format(near) or "; there are " .. table.concat(known, ", ")))
    end
  end
end

local function check_header(tree, add)
  local main = tree.main and tree.main.values[1]
  local node, members = fold.table(main)
  if not node then return {} end
  check_fields(members, host.fields.runbook, "a runbook", add)
  for _, name in ipairs(REQUIRED) do
    if not members[name] then add("missing-field", node.line, ("the runbook has no %s"):format(name)) end
  end
  local _, needs = fold.table(members.needs and members.needs.value)
  check_fields(needs or {}, host.fields.needs, "needs", add)
  local _, params = fold.table(members.params and members.params.value)
  for name, item in pairs(params or {}) do
    local _, param = fold.table(item.value)
    check_fields(param or {}, host.fields.param, "the parameter " .. name, add)
  end
  return members, needs, params
end

-- The function behind a field, written there or as a local function.
local function function_of(item)
  local node = item and item.value
  if node and node.kind == "name" and node.decl then node = node.decl.value end
  return node and node.kind == "function" and node or nil
end

local function check_params(tree, members, params, add)
  for _, field in ipairs { "run", "verify" } do
    local fn = function_of(members[field])
    local decl = fn and fn.params[1]
    for _, node in ipairs(decl and tree.nodes or {}) do
      if node.kind == "index" and node.object.decl == decl and node.field and not (params or {})[node.field] then
        add("unknown-param", node.line, ("the parameter %s is not declared"):format(node.field))
      end
    end
  end
end

local function check_applies(members, add)
  local fn = function_of(members.applies)
  for _, answer in ipairs(fn and fn.returns or {}) do
    if #answer.values == 1 and answer.values[1].kind == "false" then
      add("no-reason", answer.line, "applies answers false without a reason")
    end
  end
  return fn and fn.params[1]
end

local function check_name(node, add)
  if not node.decl and rawget(_G, node.name) == nil then
    add("undeclared-global", node.line, ("%s is not declared"):format(node.name))
  elseif not node.decl and node.written then
    add("undeclared-global", node.line, ("%s is a global, and is written"):format(node.name))
  end
end

local function is_system(node, applied)
  return fold.module(node) == "system" or applied ~= nil and node.kind == "name" and node.decl == applied
end

local function check_member(node, applied, add)
  if not node.field then return end
  local module = is_system(node.object, applied) and "system" or fold.module(node.object)
  local fine, live = pcall(require, module or "")
  if not module or not fine or type(live) ~= "table" or node.written then return end
  if rawget(live, node.field) == nil and not (module == "system" and contains(SYSTEM, node.field)) then
    add("unknown-function", node.line, ("%s has no %s"):format(module, node.field))
  end
end

-- `own`: files that belong to the runbook. They are a stranger's text, and are not run to learn what is in them.
local function check_require(node, own, add)
  local module = fold.module(node)
  if module and contains(own, module:gsub("%.", "/") .. ".lua") then return end
  local fine, reason = pcall(require, module or "log")
  if module and node.kind == "call" and not fine and tostring(reason):find "no module" then
    add("unknown-module", node.line, ("there is no module %s"):format(module))
  elseif module and node.kind == "call" and not fine and tostring(reason):find "not the name" then
    add("unknown-module", node.line, ("%s is no name of a module"):format(module))
  end
end

local function check_string(node, add)
  local text = node.value
  if text:lower():find "wow6432node" and text:find "\\" then
    add("wow6432node", node.line, "Wow6432Node is spelled out")
  elseif text:find "TLS %d,%d" or text:find "SSL %d,%d" then
    add("protocol-name", node.line, ("%q has a comma"):format(text:match "%u%u%u %d,%d"))
  elseif text:find "^HKCU\\" or text:find "^HKEY_CURRENT_USER\\" then
    add("user-hive", node.line, "HKCU is that of whoever runs this")
  elseif text:find "Component Based Servicing\\Packages" then
    add("kb-by-number", node.line, "the packages of servicing are looked at directly")
  end
end

local function check_compare(node, applied, add)
  for _, side in ipairs { { node.left, node.right }, { node.right, node.left } } do
    local fact, other = side[1], side[2]
    if fact.kind == "index" and is_system(fact.object, applied) then
      local equal = node.op == "==" or node.op == "~="
      if fact.field == "nt" and (equal or other.kind == "number") then
        local what = other.kind == "number" and "a number" or "a text"
        add("nt-compare", node.line, ("system.nt %s %s"):format(node.op, what))
      elseif (fact.field == "product" or fact.field == "name") and equal then
        add("product-name", node.line, ("system.%s is compared"):format(fact.field))
      end
    end
  end
end

local ASKED = { covers = true, examine = true, installed = true, pending = true, listed = true, packages = true }
local BY_NUMBER = { installed = true, listed = true, packages = true }

local function check_kb(kb, line, add)
  if type(kb) == "string" and not updates.of(kb) then
    add("unknown-kb", line, ("%s is not in windows.updates"):format(kb))
  end
end

-- Whether a list of `needs` holds a text; one that is computed may.
local function is_listed(item, text)
  local list = item and fold.table(item.value)
  for _, entry in ipairs(list and list.items or {}) do
    if fold.value(entry.value) == text then return true end
  end
  return item ~= nil and not list
end

-- A right name may be looked for where it counts for nothing; a wrong one is never there.
local function check_read(line, key, value, add)
  if type(key) ~= "string" or type(value) ~= "string" then return end
  names.judge({ key = key, name = value }, function(rule, text)
    if rule == "misspelled" then add(rule, line, text) end
  end)
end

local function check_call(node, needs, add)
  local module, name, args = fold.called(node)
  if not module then return end
  local options = OPTIONS[module .. "." .. name]
  local _, members = fold.table(options and args[options[1]])
  if members then check_fields(members, options[2], module .. "." .. name, add) end
  if module == "hotfix" and ASKED[name] and args[1] then check_kb(fold.value(args[1]), node.line, add) end
  if module == "hotfix" and BY_NUMBER[name] then
    add("kb-by-number", node.line, ("hotfix.%s looks for the number only"):format(name))
  elseif module == "update" and members and members.kb then
    check_kb(fold.value(members.kb.value), node.line, add)
  elseif module == "reboot" and name == "barrier" and needs
    and not (needs.reboot and needs.reboot.value.kind ~= "false") then
    add("restart-undeclared", node.line, "needs.reboot is not true")
  elseif module == "registry" and (name == "get" or name == "raw") then
    check_read(node.line, args[1] and fold.value(args[1]), args[2] and fold.value(args[2]), add)
  elseif module == "registry" and (name == "set" or name == "create") and args[1] then
    local key, data = fold.value(args[1]), args[3] and fold.value(args[3])
    local kind = members and members.type and fold.value(members.type.value)
    if type(key) == "string" and (name == "create" or data ~= nil) then
      writes.judge({ key = key, name = name == "set" and args[2] and fold.value(args[2]) or nil, data = data,
        type = kind }, function(rule, text) add(rule, node.line, text) end)
    end
  elseif module:find "^tls%." and args[1] then
    local protocol = fold.value(args[1])
    if module == "tls.schannel" and name == "disable" and needs and protocols.is_modern(protocol)
      and not is_listed(needs.off, protocol) then
      add("secure-off", node.line, protocol .. " is switched off")
    end
    if name == "enable" and type(protocol) == "string" and protocol:find "^SSL" then
      add("ssl-on", node.line, protocol .. " is switched on")
    end
  end
end

-- Goes through the tree; add(rule, line, text). `own`: names of the files that belong to the runbook.
function static.check(tree, own, add)
  local members, needs, params = check_header(tree, add)
  local literal = members.needs == nil or needs ~= nil -- a computed one is not looked into
  check_params(tree, members, params, add)
  effect.check(tree, members, function_of(members.verify), add)
  local applied = check_applies(members, add)
  for _, node in ipairs(tree.nodes) do
    if node.kind == "name" then check_name(node, add)
    elseif node.kind == "index" then check_member(node, applied, add)
    elseif node.kind == "string" then check_string(node, add)
    elseif node.kind == "binary" then check_compare(node, applied, add)
    elseif node.kind == "call" then
      check_require(node, own, add)
      check_call(node, literal and (needs or {}) or nil, add)
    end
  end
  return members, needs
end

return static
