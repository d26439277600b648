-- Text in XML and HTML.

local markup = {}

local ENTITIES = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;" }

function markup.escape(text) return (tostring(text):gsub('[&<>"]', ENTITIES)) end

return markup
