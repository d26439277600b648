-- expect: missing-field at line 2
return {
  id = "missing-run", version = "1", title = "x" }
