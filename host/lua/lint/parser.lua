-- A Lua text as a tree: expressions with their lines, names bound to the locals that they mean. Statements are kept
-- only as far as rules ask for them: calls, assignments, returns. The text is known to compile.
--
-- Expressions: { kind =, line = } with kind string, number, true, false, nil, "...", name (name, decl or nil for a
-- global), index (object, key), call (fn, args), method (object, name, args), function (params, body), table (items),
-- binary (op, left, right), unary (op, operand). A declaration is { name, line, value, assigned }.

local lexer = require "lint.lexer"
local statements = require "lint.statements"

local parser = {}

local state = {} -- methods of the parser
for name, method in pairs(statements) do state[name] = method end

local PRIORITY = { ["or"] = { 1, 1 }, ["and"] = { 2, 2 }, ["<"] = { 3, 3 }, [">"] = { 3, 3 }, ["<="] = { 3, 3 },
  [">="] = { 3, 3 }, ["~="] = { 3, 3 }, ["=="] = { 3, 3 }, ["|"] = { 4, 4 }, ["~"] = { 5, 5 }, ["&"] = { 6, 6 },
  ["<<"] = { 7, 7 }, [">>"] = { 7, 7 }, [".."] = { 9, 8 }, ["+"] = { 10, 10 }, ["-"] = { 10, 10 }, ["*"] = { 11, 11 },
  ["/"] = { 11, 11 }, ["//"] = { 11, 11 }, ["%"] = { 11, 11 }, ["^"] = { 14, 13 } }
local UNARY, UNARY_PRIORITY = { ["not"] = true, ["-"] = true, ["~"] = true, ["#"] = true }, 12

function state:look() return self.words[self.at] end
function state:is(kind) return self.words[self.at].kind == kind end
function state:take()
  local word = self.words[self.at]
  if word.kind ~= "eof" then self.at = self.at + 1 end
  return word
end
function state:accept(kind)
  if self:is(kind) then return self:take() end
end

-- Every expression is listed, so that a rule can go through all of them.
function state:node(kind, line, fields)
  fields.kind, fields.line, fields.within = kind, line, self.fn
  self.nodes[#self.nodes + 1] = fields
  return fields
end

function state:open() self.scope = { up = self.scope } end
function state:close() self.scope = self.scope.up end
function state:declare(name, line, value)
  local decl = { name = name, line = line, value = value }
  self.scope[name] = decl
  return decl
end
function state:find(name)
  local scope = self.scope
  while scope do
    local decl = rawget(scope, name)
    if decl and name ~= "up" then return decl end
    scope = scope.up
  end
end

function state:name()
  local word = self:take()
  return self:node("name", word.line, { name = word.value, decl = self:find(word.value) })
end

function state:list()
  local list = { self:expression() }
  while self:accept "," do list[#list + 1] = self:expression() end
  return list
end

function state:body(line, is_method)
  self:open()
  local node = self:node("function", line, { params = {}, returns = {} })
  if is_method then node.params[1] = self:declare("self", line) end
  self:take() -- (
  while not self:is ")" do
    local word = self:take()
    if word.kind == "name" then node.params[#node.params + 1] = self:declare(word.value, word.line) end
  end
  self:take()
  local outer = self.fn
  self.fn = node
  self:block()
  self.fn = outer
  self:take() -- end
  self:close()
  return node
end

function state:table()
  local node = self:node("table", self:take().line, { items = {} })
  while not self:is "}" do
    local word = self:look()
    local item
    if word.kind == "[" then
      self:take()
      local key = self:expression()
      self:take() -- ]
      self:take() -- =
      item = { key = key, line = word.line, value = self:expression() }
    elseif word.kind == "name" and self.words[self.at + 1].kind == "=" then
      self:take()
      self:take()
      item = { name = word.value, line = word.line, value = self:expression() }
    else
      item = { line = word.line, value = self:expression() }
    end
    node.items[#node.items + 1] = item
    if not self:accept "," then self:accept ";" end
  end
  self:take()
  return node
end

function state:arguments()
  local word = self:look()
  if word.kind == "string" then return { self:simple() } end
  if word.kind == "{" then return { self:table() } end
  self:take()
  local args = self:is ")" and {} or self:list()
  self:take()
  return args
end

local CALL = { ["("] = true, ["{"] = true, string = true }

function state:suffixed()
  local node
  if self:is "(" then
    self:take()
    node = self:expression()
    self:take()
  else
    node = self:name()
  end
  while true do
    local word = self:look()
    if word.kind == "." then
      self:take()
      local field = self:take()
      node = self:node("index", field.line, { object = node, field = field.value })
    elseif word.kind == "[" then
      self:take()
      node = self:node("index", word.line, { object = node, key = self:expression() })
      self:take()
    elseif word.kind == ":" then
      self:take()
      local method = self:take().value
      node = self:node("method", word.line, { object = node, name = method, args = self:arguments() })
    elseif CALL[word.kind] then
      node = self:node("call", word.line, { fn = node, args = self:arguments() })
    else
      return node
    end
  end
end

function state:simple()
  local word = self:look()
  if word.kind == "string" or word.kind == "number" then
    self:take()
    return self:node(word.kind, word.line, { value = word.value })
  elseif word.kind == "nil" or word.kind == "true" or word.kind == "false" or word.kind == "..." then
    self:take()
    return self:node(word.kind, word.line, {})
  elseif word.kind == "{" then
    return self:table()
  elseif word.kind == "function" then
    self:take()
    return self:body(word.line)
  end
  return self:suffixed()
end

function state:expression(limit)
  local word = self:look()
  local left
  if UNARY[word.kind] then
    self:take()
    left = self:node("unary", word.line, { op = word.kind, operand = self:expression(UNARY_PRIORITY) })
  else
    left = self:simple()
  end
  while true do
    local op = self:look()
    local priority = PRIORITY[op.kind]
    if not priority or priority[1] <= (limit or 0) then return left end
    self:take()
    left = self:node("binary", op.line, { op = op.kind, left = left, right = self:expression(priority[2]) })
  end
end

-- The tree of a text: nodes (every expression), assignments, main (the last return of the file), allowed.
function parser.tree(text)
  local words, allowed = lexer.words(text)
  local self = setmetatable({ words = words, at = 1, nodes = {}, assignments = {}, allowed = allowed },
    { __index = state })
  self:open()
  self:block()
  return self
end

return parser
