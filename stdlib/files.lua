-- Finding packages in folders. Lists and looks, never opens, never writes; built on LuaFileSystem.
-- Names: UTF-8 inside. LuaFileSystem calls the narrow C runtime of Windows, so there a name with characters outside the
-- system's code page is not found, or is seen with question marks. Such a name is reported as missing, never guessed:
-- put packages into a folder with a plain name.

local _, native = ...
local lfs = native

local files = {}

local function mode(path)
  local found = lfs.attributes(path, "mode")
  if not found then found = lfs.attributes((path:gsub("[/\\]+$", "")), "mode") end
  return found
end

-- "file", "directory" ... or nil if there is no such thing.
function files.mode(path) return mode(path) end

function files.exists(path) return mode(path) ~= nil end

-- The last name of a path, with either separator.
function files.name(path) return path:match "([^/\\]+)[/\\]*$" or path end

-- The names in a folder, sorted without regard to case; nil and the reason if it cannot be listed.
function files.list(folder)
  local found, reason = lfs.names(folder)
  if not found then
    return nil, reason:find(folder, 1, true) and reason or ("%s: %s"):format(folder, reason)
  end
  local names = {}
  for _, name in ipairs(found) do
    if name ~= "." and name ~= ".." then names[#names + 1] = name end
  end
  table.sort(names, function(a, b)
    local left, right = a:lower(), b:lower()
    return left < right or (left == right and a < b)
  end)
  return names
end

local function join(folder, name)
  if folder:find "[/\\]$" then return folder .. name end
  return folder .. (folder:find "\\" and not folder:find "/" and "\\" or "/") .. name
end

-- The first file directly in `from` whose lower-case name matches a pattern: patterns in their order, then names in
-- theirs. A `from` that is a file is itself the answer. nil and the reason otherwise.
function files.find(from, patterns)
  local kind = mode(from)
  if kind == "file" then return from end
  if kind ~= "directory" then return nil, ("%s: no such file or folder"):format(from) end
  local names, reason = files.list(from)
  if not names then return nil, reason end
  for _, pattern in ipairs(patterns) do
    for _, name in ipairs(names) do
      local path = join(from, name)
      if name:lower():find(pattern) and mode(path) == "file" then return path end
    end
  end
  return nil, ("%s: no file with such a name in this folder"):format(from)
end

return files
