"""Statistics of results: target table, scoreboard and what figures draw; nothing here draws or runs the model."""
