-- The statements of the parser, one function a keyword. Calls, assignments and returns are kept, the rest is passed
-- over.

local methods = {}

local BLOCK_END = { ["end"] = true, ["else"] = true, ["elseif"] = true, ["until"] = true, eof = true }

local statements = {}

function methods:block()
  while not BLOCK_END[self:look().kind] do
    local word = self:look()
    local statement = statements[word.kind]
    if statement then
      self:take()
      statement(self, word)
    else
      self:assignment()
    end
  end
end

function methods:scoped()
  self:open()
  self:block()
  self:close()
end

function methods:assignment()
  local targets = { self:suffixed() }
  while self:accept "," do targets[#targets + 1] = self:suffixed() end
  if not self:accept "=" then
    targets[1].alone = true -- a call, and what it answers is passed over
    return
  end
  local values = self:list()
  for index, target in ipairs(targets) do
    target.written = true
    if target.decl then target.decl.assigned = true end
    self.assignments[#self.assignments + 1] = { target = target, value = values[index] }
  end
end

statements[";"] = function() end
statements["::"] = function(self) self:take() self:take() end
statements["break"] = function() end
statements["goto"] = function(self) self:take() end
statements["do"] = function(self) self:scoped() self:take() end
statements["while"] = function(self) self:expression() self:take() self:scoped() self:take() end
statements["repeat"] = function(self)
  self:open()
  self:block()
  self:take()
  self:expression()
  self:close()
end
statements["if"] = function(self)
  repeat
    self:expression()
    self:take() -- then
    self:scoped()
    local word = self:take()
    if word.kind == "else" then
      self:scoped()
      self:take()
    end
  until word.kind ~= "elseif"
end
statements["for"] = function(self)
  local names = { self:take() }
  while self:accept "," do names[#names + 1] = self:take() end
  self:take() -- = or in
  self:list()
  self:take() -- do
  self:open()
  for _, name in ipairs(names) do self:declare(name.value, name.line) end
  self:block()
  self:close()
  self:take()
end
statements["function"] = function(self, word)
  local target, is_method = self:name(), false
  while self:is "." or self:is ":" do
    is_method = self:take().kind == ":"
    target = self:node("index", word.line, { object = target, field = self:take().value })
  end
  target.written = true
  local value = self:body(word.line, is_method)
  if target.decl then target.decl.assigned = true end
  self.assignments[#self.assignments + 1] = { target = target, value = value }
end
statements["local"] = function(self, word)
  if self:accept "function" then
    local decl = self:declare(self:take().value, word.line)
    decl.value = self:body(word.line)
    return
  end
  local names = {}
  repeat
    names[#names + 1] = self:take()
    if self:accept "<" then self:take() self:take() end
  until not self:accept ","
  local values = self:accept "=" and self:list() or {}
  for index, name in ipairs(names) do self:declare(name.value, name.line, values[index]) end
end
statements["return"] = function(self, word)
  local node = { line = word.line, values = {} }
  if not BLOCK_END[self:look().kind] and not self:is ";" then node.values = self:list() end
  self:accept ";"
  if self.fn then self.fn.returns[#self.fn.returns + 1] = node else self.main = node end
end

return methods
