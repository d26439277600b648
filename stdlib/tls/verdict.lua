-- The verdict over the rows of tls.layers. Compliant: each layer in use finishes a handshake of TLS 1.2 or later with
-- a suite of today. A layer that does not is not-compliant; else one that cannot be told is cannot-tell. Pure.

local verdict = {}

local RANK = { ["not-compliant"] = 2, ["cannot-tell"] = 1 }

-- What a row alone comes to; nil where it stands in nobody's way.
local function of_row(row)
  if row.counts == false or row.tls12 == "yes" then return nil end
  if row.tls12 == "cannot tell" or row.counts == "cannot tell" then return "cannot-tell" end
  return "not-compliant"
end

-- { result = "compliant" | "not-compliant" | "cannot-tell", and of the first row that stands in the way: layer, who,
-- role, where, why }. The rows stand in the order of layers.rows, so what others rest on comes first.
function verdict.of(rows)
  local result = { result = "compliant" }
  for _, row in ipairs(rows) do
    local answer = of_row(row)
    if answer and RANK[answer] > (RANK[result.result] or 0) then
      result = { result = answer, layer = row.layer, who = row.who, role = row.role, where = row.where, why = row.why }
    end
  end
  return result
end

return verdict
