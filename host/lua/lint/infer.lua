-- What a runbook's text can touch, whatever machine it runs on: keys and views, updates and packages, files, servers,
-- restarts. Constants are folded; what is computed is told, so that nobody takes silence for an answer. What modules of
-- the standard library do on its behalf is seen by its runs (record).

local fold = require "lint.fold"

local infer = {}

-- The argument of a view, and that of the options that may hold one.
local READS = { get = 3, raw = 3, exists = 2, keys = 2, values = 2 }
local WRITES = { set = 4, delete = 3, create = 2, delete_key = 2 }
local ABOVE = { exists = true, create = true } -- allowed on the way down to what is declared
local FILES = { exists = true, find = true, list = true, mode = true }
local ASKS = { client = 1, default_client = 2, versions = 2, modern = 2 } -- "HOST:PORT", or both apart
local MORE = { call = true, method = true, ["..."] = true } -- may be more than one value

local function text_of(node)
  local value = node and fold.value(node)
  return type(value) == "string" and value or nil
end

-- Whether it is a parameter of the runbook, by whatever local name.
local function is_param(node)
  if not node then return false end
  if node.kind == "name" and node.decl and node.decl.value and not node.decl.assigned then
    return is_param(node.decl.value)
  end
  return node.kind == "index" and node.object.kind == "name" and node.object.decl ~= nil
    and node.object.decl.value == nil
end

-- The view that an argument is: 32, 64 or "default"; nil: it is computed.
local function view_of(args, index)
  local node = args[index]
  if not node and not (args[#args] and MORE[args[#args].kind]) or node and node.kind == "nil" then
    return "default"
  end
  local view = node and fold.value(node)
  return (view == 32 or view == 64) and view or nil
end

local function view_written(args, index)
  local node = args[index]
  if not node or node.kind == "nil" then return view_of(args, index) end
  if node.kind ~= "table" then return nil end
  local _, members = fold.table(node)
  return view_of({ members.view and members.view.value }, 1)
end

local function note_key(result, node, name, args)
  local written = WRITES[name] ~= nil
  local view
  if written then view = view_written(args, WRITES[name]) else view = view_of(args, READS[name]) end
  table.insert(result.keys, { line = node.line, value = text_of(args[1]), written = written, view = view,
    above = ABOVE[name] })
end

local function note_file(result, node, file)
  table.insert(result.files, { line = node.line, value = text_of(file), given = is_param(file) })
end

local function note_update(result, node, options)
  local _, members = fold.table(options)
  local kb, from, hash = members and members.kb, members and members.from, members and members.sha256
  table.insert(result.updates, { line = node.line, value = kb and text_of(kb.value),
    limited = hash ~= nil or not members, sha256 = hash and text_of(hash.value) })
  if from and from.value.kind ~= "nil" then note_file(result, node, from.value) end
end

local function note_server(result, node, args, count)
  local host, port = text_of(args[1]), args[2] and fold.value(args[2])
  local value = host
  if count == 2 then
    value = host and port and (host:find(":", 1, true) and "[%s]:%s" or "%s:%s"):format(host, port) or nil
  end
  table.insert(result.probes, { line = node.line, value = value, given = is_param(args[1]) })
end

-- Lists of { line, value (nil: computed) }: keys (written, view, above), updates (sha256, limited: one is asked for),
-- files and servers (given: by a parameter), restarts. `library` is whether a module of the standard library is called
-- that may do more.
function infer.text(tree)
  local result = { keys = {}, updates = {}, files = {}, probes = {}, restarts = {}, library = false }
  for _, node in ipairs(tree.nodes) do
    local module, name, args = fold.called(node)
    if module == "registry" and (READS[name] or WRITES[name]) then
      note_key(result, node, name, args)
    elseif module == "update" and name == "install" then
      note_update(result, node, args[1])
    elseif module == "update" and name == "sha256" or module == "files" and FILES[name]
      or module == "hotfix" and name == "file_version" then
      note_file(result, node, args[1])
    elseif module == "probe" and ASKS[name] then
      note_server(result, node, args, ASKS[name])
    elseif module and (module:find "^tls%." or module:find "^steps%.") then
      result.library = true
    elseif module == "reboot" and name == "barrier" or fold.is_member(node, "reboot", "barrier") then
      table.insert(result.restarts, { line = node.line, called = module ~= nil })
    end
  end
  return result
end

return infer
