return { id = "empty-needs", version = "1.0.0", title = "empty needs", needs = {}, run = function() end }
