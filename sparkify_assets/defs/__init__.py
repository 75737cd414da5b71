"""Assets, checks, resources and their tables: names and wiring, no logic."""
