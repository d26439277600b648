---@meta probe

--- What a server speaks, and what this machine agrees on with it. Only inside `verify`: a plan must not depend
--- on what a network answers. Needs `needs.probes`: true for servers that parameters name, or a list of
--- endpoints. On a machine that is not live (a snapshot) the answer is nil, "cannot tell".
---
--- Raw questions offer suites that no library offers any more (RC4, 3DES, export, none), in small batches:
--- there are servers that fail on 128 and more. A silence is never "off".
---@class probe
local probe = {}

---@class probe_answer
---@field state "on"|"off"|"no answer"|"blocked before TLS"
---@field protocol? string "TLS 1.2": what was asked for, or what was agreed on
---@field suite? string the suite that the server chose, where that can be told
---@field detail? string why, in a line

---@class probe_options
---@field name? string the server name to ask for, where it is not the host's
---@field timeout? number seconds for each step (5)

--- Every version from "SSL 2.0" to "TLS 1.3", asked by hellos of our own over plain connections. on: the server
--- goes on with that version. off: it refuses every batch of suites (handshake_failure, protocol_version,
--- insufficient_security), or answers with an older version. no answer: silence, a stream that is closed or
--- reset behind the hello (firewalls do that, and Schannel too), any other alert. blocked before TLS: no
--- connection, an answer that is no TLS, or every hello closed or reset. nil: cannot tell, and why.
---@param host string
---@param port integer
---@param opts? probe_options
---@return table<string, probe_answer>?
---@return string? reason
function probe.versions(host, port, opts) end

--- What the system's own Schannel agrees on with a server when a program asks it for nothing in particular
--- (grbitEnabledProtocols 0, SCHANNEL_CRED: never TLS 1.3). Certificates are not checked. That is the default
--- of programs that use Schannel themselves; WinHTTP, WinINET and .NET have defaults of their own. nil: cannot
--- tell.
---@param host string
---@param port integer
---@param opts? probe_options
---@return probe_answer?
---@return string? reason
function probe.default_client(host, port, opts) end

--- Host and port of "HOST:PORT" or "[ADDRESS]:PORT"; an error for anything else. Asks nobody, works everywhere.
---@param endpoint string
---@return string host
---@return integer port
function probe.split(endpoint) end

--- Whether a server speaks TLS 1.2 or later. nil: cannot tell. With the answer that decided.
---@param host string
---@param port integer
---@param opts? probe_options
---@return boolean?
---@return string reason
function probe.modern(host, port, opts) end

--- For `verify`: whether a default client of this machine agrees on TLS 1.2 or later with the server of an
--- endpoint. false only where the server has it and this machine does not get it; nil where that cannot be
--- told, or the server itself is what lacks it. With a line for the report; a nil is
--- noted among what cannot be told.
---@param endpoint string "HOST:PORT"
---@param opts? probe_options
---@return boolean?
---@return string reason
function probe.client(endpoint, opts) end

return probe
