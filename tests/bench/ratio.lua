-- Runs commands in turn and prints, for each, the median of its milliseconds, then the median of the ratios to the
-- last one.
-- usage: lua5.4 ratio.lua RUNS COMMAND... ; commands are run by sh; their output and exit codes are dropped. What
-- stands before " :: " in a command is done before each of its runs and is not measured.
local runs = assert(tonumber(arg[1]), "RUNS expected")

local function now()
  local pipe = assert(io.popen("date +%s%N"))
  local text = pipe:read "a"
  pipe:close()
  return tonumber(text) / 1e6
end

local function quiet(command) os.execute("{ " .. command .. "; } >/dev/null 2>&1") end

local function measure(command)
  local prepare, measured = command:match "^(.-) :: (.*)$"
  if prepare then quiet(prepare) end
  local begin = now()
  quiet(measured or command)
  return now() - begin
end

local function median(list)
  local sorted = table.move(list, 1, #list, 1, {})
  table.sort(sorted)
  local middle = #sorted // 2
  return #sorted % 2 == 1 and sorted[middle + 1] or (sorted[middle] + sorted[middle + 1]) / 2
end

local times, count = {}, #arg - 1
for i = 1, count do times[i] = {} end
for run = 0, runs do -- the first round warms up
  for i = 1, count do
    local time = measure(arg[i + 1])
    if run > 0 then times[i][run] = time end
  end
end

local out = {}
for i = 1, count do out[#out + 1] = ("%.2f"):format(median(times[i])) end
for i = 1, count - 1 do
  local ratios = {}
  for run = 1, runs do ratios[run] = times[i][run] / times[count][run] end
  out[#out + 1] = ("%.2f"):format(median(ratios))
end
print(table.concat(out, " "))
