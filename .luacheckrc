std = "lua54"
max_line_length = 120
-- Definition files declare functions for an editor: empty bodies and unused arguments are their purpose.
files["stdlib/meta"] = { ignore = { "211", "212", "221", "231", "241", "311" } }
exclude_files = { "build", "tests/lint/bad", "tests/lint/good" }
