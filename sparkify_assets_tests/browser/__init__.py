"""Dagster's UI as people see it: in a real browser."""
