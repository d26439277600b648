-- What a runbook's text can touch, whatever machine it runs on: keys, updates, files, servers. Constants are folded;
-- what is computed is told, so that nobody takes silence for an answer. What modules of the standard library do on its
-- behalf is seen by its runs (record).

local fold = require "lint.fold"

local infer = {}

local READS = { get = true, raw = true, exists = true, keys = true, values = true }
local WRITES = { set = true, delete = true, create = true, delete_key = true }
local FILES = { exists = true, find = true, list = true, mode = true }
local ASKS = { client = true, default_client = true, versions = true }

-- A value of one call: what it is, or that it is computed.
local function note(list, node, argument, more)
  local value = argument and fold.value(argument)
  local row = { line = node.line, value = type(value) == "string" and value or nil }
  for name, item in pairs(more or {}) do row[name] = item end
  list[#list + 1] = row
end

local function is_param(node)
  return node ~= nil and node.kind == "index" and node.object.kind == "name" and node.object.decl ~= nil
    and node.object.decl.value == nil
end

-- Lists of { line, value (nil: computed) }: keys (written = ...), updates, files (of Windows: system = true), servers.
-- `library` is whether a module of the standard library is called that may write.
function infer.text(tree)
  local result = { keys = {}, updates = {}, files = {}, servers = {}, library = false }
  for _, node in ipairs(tree.nodes) do
    local module, name = fold.called(node)
    local first = node.kind == "call" and node.args[1]
    if module == "registry" and (READS[name] or WRITES[name]) then
      note(result.keys, node, first, { written = WRITES[name] or false })
    elseif module == "update" and name == "install" then
      local _, members = fold.table(first)
      note(result.updates, node, members and members.kb and members.kb.value)
    elseif module == "update" and name == "sha256" or module == "files" and FILES[name] then
      if not is_param(first) then note(result.files, node, first) end
    elseif module == "hotfix" and name == "file_version" then
      note(result.files, node, first, { system = true })
    elseif module == "probe" and ASKS[name] then
      if not is_param(first) then note(result.servers, node, first) end
    elseif module and (module:find "^tls%." or module:find "^steps%.") then
      result.library = true
    end
  end
  return result
end

return infer
