-- What to do next about what a state says: the runbooks for the layers that fall short, and the branches that a file
-- lacks. Takes the rows of the layers, looks at no machine.

local advice = {}

-- Fields of a state and the runbook that mends the layer; the others are mended by hand.
local RUNBOOKS = {
  { "schannel_layer", "schannel-tls12" }, { "winhttp", "winhttp-tls12" }, { "wininet", "wininet-tls12" },
  { "dotnet", "dotnet-strong-crypto" }, { "powershell", "dotnet-strong-crypto" },
}
local OTHERS = { "rdp", "http_sys", "sql" }

local function add(list, text)
  for _, known in ipairs(list) do
    if known == text then return end
  end
  list[#list + 1] = text
end

-- What one row asks for. A restart that mends it is told elsewhere.
local function look_at(row, runbook, todo)
  if row.counts == false or row.tls12_after_restart == "yes" then return end
  if row.tls12 ~= "cannot tell" then
    if runbook then add(todo.runbooks, runbook) end
    return
  end
  local branch = (row.why or ""):match "^(HK%S.*) is not in this file$"
  if branch then add(todo.branches, branch) end
end

-- Without those that lie below another.
local function outermost(branches)
  local list = {}
  for _, branch in ipairs(branches) do
    local inside = false
    for _, other in ipairs(branches) do
      inside = inside or branch:sub(1, #other + 1):lower() == other:lower() .. "\\"
    end
    if not inside then list[#list + 1] = branch end
  end
  return list
end

-- { runbooks = ids, branches = keys }, each once, in the order of the layers.
function advice.of(result)
  local todo = { runbooks = {}, branches = {} }
  for _, layer in ipairs(RUNBOOKS) do
    for _, row in ipairs(result[layer[1]]) do look_at(row, layer[2], todo) end
  end
  for _, layer in ipairs(OTHERS) do
    for _, row in ipairs(result[layer]) do look_at(row, nil, todo) end
  end
  todo.branches = outermost(todo.branches)
  return todo
end

-- The plan of these runbooks on this machine, as it is typed.
function advice.command(runbooks, spec)
  local machine = spec == "live" and "" or (" -m " .. (spec:find "%s" and '"' .. spec .. '"' or spec))
  return "tlsmend plan " .. table.concat(runbooks, " ") .. machine
end

return advice
