-- Installing updates: which update, for which Windows, from which file, and what it is expected to change. The native
-- half proposes the change and hashes the file; the rows stand in windows.updates. What an installer's exit code means
-- is the host's business.

local _, native = ...
local files = require "files"
local log = require "log"
local system = require "system"
local updates = require "windows.updates"

local update = { sha256 = native.sha256 }

local function escape(text) return (text:gsub("%p", "%%%0")) end

-- Lower-case patterns for the names of an update's files, best first: the names that are known, then the scheme
-- windows<NT>-kb<nr>[-v<rev>]-<arch>[_<sha1>].msu, then the same as .cab.
local function patterns(branch, architecture)
  local stem = branch.file:gsub("%-v%d+$", "")
  local result = {}
  local known = branch.sha1[architecture]
  if known then result[1] = ("^%s%%-%s_%s%%.msu$"):format(escape(branch.file), architecture, known) end
  for _, ending in ipairs { "%.msu$", "%.cab$" } do
    for _, revision in ipairs { "%-v%d+", "" } do
      result[#result + 1] = "^" .. escape(stem) .. revision .. "%-" .. architecture .. ending
      result[#result + 1] = "^" .. escape(stem) .. revision .. "%-" .. architecture .. "_%x+" .. ending
    end
  end
  return result
end

-- Refuses a file whose name says that it is another update, or one for another Windows or processor.
local function check_name(row, branch, architecture, path)
  local name = files.name(path):lower():gsub("^.*|", "") -- in a bundle
  local kb = name:match "kb(%d+)"
  if not kb then
    log.finding(("%s: the name does not say which update this is; it is taken for %s"):format(path, row.kb))
  elseif "KB" .. kb ~= row.kb then
    native.refuse(("%s is the package of KB%s, not of %s; give the right one"):format(path, kb, row.kb))
  end
  local line = name:match "^(windows[%d%.]+[%-rt]*)%-kb"
  local wanted = branch.file:match "^(windows[%d%.]+[%-rt]*)%-kb"
  if line and line ~= wanted then
    native.refuse(("%s is made for %s, this machine needs the package for %s"):format(path, line, wanted))
  end
  local processor = name:match "%-(x%d%d)[_%.]" or name:match "%-(ia64)[_%.]" or name:match "%-(arm64)[_%.]"
  if processor and processor ~= architecture then
    native.refuse(("%s is made for %s, this machine is %s"):format(path, processor, architecture))
  end
end

-- The package in the bundle that the runbook came in: the one with the digest, else the one with the best name.
local function bundled(wanted, sha256)
  local packages = native.bundled()
  for _, package in ipairs(packages) do
    if sha256 and package.sha256 == sha256:lower() then return package.path end
  end
  for _, pattern in ipairs(sha256 and {} or wanted) do
    for _, package in ipairs(packages) do
      if package.name:lower():find(pattern) then return package.path end
    end
  end
end

-- The package file: `from` itself, or what is found in it; nil if it is not at hand yet, which a plan may be.
local function locate(row, branch, architecture, options)
  local from = options.from
  if not from or from == "" then
    local path = bundled(patterns(branch, architecture), options.sha256)
    if path then
      check_name(row, branch, architecture, path)
      return path
    end
    log.warn(("%s is not at hand: give the package before the plan is applied"):format(row.kb))
    return nil
  end
  if not files.exists(from) then
    native.refuse(("%s does not exist; give the .msu of %s, or a folder that holds it"):format(from, row.kb))
  end
  local path, reason = files.find(from, patterns(branch, architecture))
  if not path then
    log.finding(("%s is not at hand: %s; its name is like %s-%s.msu"):format(row.kb, reason, branch.file, architecture))
    return nil
  end
  check_name(row, branch, architecture, path)
  return path
end

-- File versions that the installation raises, in every view that the machine has.
local function effects(branch)
  local result = {}
  for _, file in ipairs(branch.files or {}) do
    for _, view in ipairs(system.bits == 64 and { 64, 32 } or { 32 }) do
      result[#result + 1] = { path = file.path, view = view, after = file.floor }
    end
  end
  return result
end

-- What rests on less than a Microsoft document is said in the plan.
local function tell_marks(row)
  local sources = require "windows.sources"
  if row.mark ~= "S" then
    log.finding(("%s is known from %s, not from a Microsoft document (mark %s)"):format(row.kb,
      sources.spelled(row.source), row.mark))
  end
  if row.files_mark and row.files_mark ~= "S" then
    log.finding(("the file versions by which %s is recognised come from third parties (%s), not from a Microsoft " ..
      "document (mark %s)"):format(row.kb, sources.spelled(row.files_source), row.files_mark))
  end
end

-- Proposes the installation of an update. options: kb; from (the package, a folder to look in, or nil: what the
-- bundle has, or not at hand yet); sha256 (what the package must hash to); why.
function update.install(options)
  local row = updates.of(options.kb)
  if not row then
    error(("update.install: %s is not in windows.updates; add its row there"):format(tostring(options.kb)), 2)
  end
  local branch, reason = updates.branch(row, system)
  if not branch then error(("update.install: %s (this is %s)"):format(reason, system.describe()), 2) end
  local path = locate(row, branch, system.architecture, options)
  tell_marks(row)
  native.propose {
    kb = row.kb, file = path, sha256 = options.sha256 and options.sha256:lower(),
    package = updates.package(row, branch, system.architecture), files = effects(branch),
    why = options.why or ("%s: %s"):format(row.kb, row.delivers),
  }
end

-- Lower-case Lua patterns for the names of an update's package on this machine; nil and the reason if it has none.
function update.patterns(kb)
  local row = updates.of(kb)
  if not row then return nil, tostring(kb) .. " is not in windows.updates" end
  local branch, reason = updates.branch(row, system)
  if not branch then return nil, reason end
  return patterns(branch, system.architecture)
end

return update
