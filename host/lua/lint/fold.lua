-- What an expression of a runbook's text is known to be: constants, modules, functions of modules.

local fold = {}

-- The module that an expression stands for: its name, or nil.
function fold.module(node)
  if node.kind == "name" and node.decl and node.decl.value and not node.decl.assigned then
    return fold.module(node.decl.value)
  end
  local is_require = node.kind == "call" and node.fn.kind == "name" and not node.fn.decl and node.fn.name == "require"
  local name = is_require and node.args[1]
  return name and name.kind == "string" and name.value or nil
end

local function live(name)
  local fine, module = pcall(require, name)
  return fine and type(module) == "table" and module or nil
end

local OPERATIONS = {
  [".."] = function(a, b) return a .. b end, ["|"] = function(a, b) return a | b end,
  ["&"] = function(a, b) return a & b end, ["+"] = function(a, b) return a + b end,
  ["-"] = function(a, b) return a - b end, ["*"] = function(a, b) return a * b end,
  ["<<"] = function(a, b) return a << b end,
}

local value

local function values(list)
  local result = {}
  for index, node in ipairs(list) do
    result[index] = value(node)
    if result[index] == nil then return nil end
  end
  return result
end

local evaluate = {}

function evaluate.name(node)
  if node.decl and node.decl.value and not node.decl.assigned then return value(node.decl.value) end
end

function evaluate.binary(node)
  local operation = OPERATIONS[node.op]
  local left, right = operation and value(node.left), operation and value(node.right)
  if left == nil or right == nil then return nil end
  local fine, result = pcall(operation, left, right)
  return fine and result or nil
end

-- A constant of a module, or a member of a table that is written out.
function evaluate.index(node)
  local field = node.field or node.key and value(node.key)
  local module = fold.module(node.object)
  local found = module and live(module)
  if found then
    local constant = rawget(found, field)
    return (type(constant) == "string" or type(constant) == "number") and constant or nil
  end
  local object = node.object.decl and not node.object.decl.assigned and node.object.decl.value or node.object
  for _, item in ipairs(object.kind == "table" and object.items or {}) do
    if item.name == field then return value(item.value) end
  end
end

-- schannel.path("TLS 1.2", "Client") and its like, which only join texts.
function evaluate.call(node)
  local module = node.fn.kind == "index" and node.fn.field == "path" and fold.module(node.fn.object)
  local found, args = module and live(module), values(node.args)
  if not found or not args or type(found.path) ~= "function" then return nil end
  local fine, result = pcall(found.path, table.unpack(args))
  return fine and type(result) == "string" and result or nil
end

function evaluate.method(node)
  local object, args = node.name == "format" and value(node.object), values(node.args)
  if type(object) ~= "string" or not args then return nil end
  local fine, result = pcall(string.format, object, table.unpack(args))
  return fine and result or nil
end

-- The string or number that an expression is; nil if that is not known.
function value(node)
  if node.kind == "string" or node.kind == "number" then return node.value end
  return evaluate[node.kind] and evaluate[node.kind](node)
end
fold.value = value

-- "registry", "set" for a function of a module, also by a local name.
local function member(node)
  if node.kind == "name" and node.decl and node.decl.value and not node.decl.assigned then
    return member(node.decl.value)
  end
  local field = node.kind == "index" and (node.field or value(node.key))
  local module = type(field) == "string" and fold.module(node.object)
  if module then return module, field end
end

-- Whether an expression is that function of a module: called, or handed on.
function fold.is_member(node, module, name)
  if node.kind ~= "index" then return false end
  local owner, field = member(node)
  return owner == module and field == name
end

local CALLERS = { pcall = 1, xpcall = 2 } -- and how many arguments stand before the function's own

-- Module, name and arguments of a call of a function of a module; pcall(registry.set, ...) is one too.
function fold.called(node)
  if node.kind ~= "call" then return nil end
  local before = node.fn.kind == "name" and not node.fn.decl and CALLERS[node.fn.name]
  if before and node.args[1] then
    local module, name = member(node.args[1])
    return module, name, table.move(node.args, before + 1, #node.args, 1, {})
  end
  local module, name = member(node.fn)
  return module, name, node.args
end

-- The table behind an expression, and its members by name.
function fold.table(node)
  if node and node.kind == "name" and node.decl and not node.decl.assigned then node = node.decl.value end
  if not node or node.kind ~= "table" then return nil end
  local members = {}
  for _, item in ipairs(node.items) do
    if item.name then members[item.name] = item end
  end
  return node, members
end

return fold
