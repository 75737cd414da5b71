"""Raw frames to table frames: pure functions, one module a table."""
