local registry = require "registry"
return { id = "secret", version = "1", title = "x",
  params = { word = { type = "string", default = "x", secret = true } },
  needs = { registry = { "HKLM\\SOFTWARE\\Site" } },
  run = function(params)
    for _, view in ipairs(registry.views "HKLM\\SOFTWARE\\Site") do
      registry.set("HKLM\\SOFTWARE\\Site", "Word", params.word, { view = view, secret = true })
    end
  end,
}
