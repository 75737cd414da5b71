"""Polars frames to and from Postgres; nothing in here knows what the tables are about."""
