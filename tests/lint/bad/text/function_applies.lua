-- expect: unknown-function at line 3
return { id = "function-applies", version = "1", title = "x",
  applies = function(machine) return machine.os == "7", "for 7" end,
  run = function() end }
