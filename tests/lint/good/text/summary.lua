local log = require "log"
return {
  id = "summary", version = "1.0.0", title = "summary", summary = "Looks and says nothing.",
  references = { "https://example.com" },
  params = { mode = { type = "string", default = "a", choices = { "a", "b" }, help = "which" } },
  run = function(params) log.info(params.mode) end,
}
