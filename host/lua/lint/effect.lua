-- Whether a runbook that says verifies = "effect" has a verify that asks a server and looks at what it answers.

local fold = require "lint.fold"

local effect = {}

local ASKING = { versions = true, default_client = true, modern = true, client = true }

local function is_within(node, fn)
  local at = node.within
  while at and at ~= fn do at = at.within end
  return at == fn
end

-- Whether verify asks a server: itself, or through a function of the file that asks one.
local function asks(tree, fn, seen)
  seen[fn] = true
  for _, node in ipairs(tree.nodes) do
    local module, name = fold.called(node)
    if module == "probe" and ASKING[name] and not node.alone and is_within(node, fn) then return true end
    if node.kind == "call" and is_within(node, fn) and node.fn.kind == "name" and node.fn.decl then
      local other = node.fn.decl.value
      if other and other.kind == "function" and not seen[other] and asks(tree, other, seen) then return true end
    end
  end
  return false
end

-- `fn` is the function behind verify, nil where a library makes it: that is taken at its word.
function effect.check(tree, members, fn, add)
  local said = members.verifies
  if not said or not members.verify then return end
  local made = not fn and members.verify.value.kind == "call"
  if not made and not (fn and asks(tree, fn, {})) then
    add("effect-unasked", said.line, "verify asks no server, or passes over what it answers")
  end
end

return effect
