"""What the Makefile calls: no command of Dagster is wrapped, but its surroundings are prepared."""
