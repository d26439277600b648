-- The path of a key whose name a value gives, or that a file lists: nil where it can be no name in a path here. What a
-- registry holds is somebody else's text, and must not end a question.

local LONGEST = 255
local NOWHERE = { ["."] = true, [".."] = true, wow6432node = true }

return function(key, name)
  if type(name) ~= "string" or name == "" or #name > LONGEST or NOWHERE[name:lower()] or name:find "[\\\0]" then
    return nil
  end
  return key .. "\\" .. name
end
