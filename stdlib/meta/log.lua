---@meta log

--- What a runbook says while it runs. One line each, without secrets.
---@class log
local log = {}

--- For whoever watches the run.
---@param text string
function log.info(text) end

--- As info, marked as a warning.
---@param text string
function log.warn(text) end

--- Something about the machine that deserves attention whether or not it is changed. Becomes part of the plan and of
--- what the change board reads.
---@param text string
function log.finding(text) end

--- Stops the run before anything is written, for a reason that a person has to settle: what is asked for would break
--- something. Does not return. The command says the reason and exits with 3; the bench answers "blocked".
---@param text string the reason and the way out, one line
function log.refuse(text) end

--- Something that could not be told and that the plan rests on: the command exits with 5, and an apply wants
--- --accept-unknown.
---@param text string one line
function log.unknown(text) end

--- For the author of a runbook.
---@param text string
function log.debug(text) end

return log
