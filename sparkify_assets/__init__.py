"""A Dagster asset pipeline from raw Sparkify JSON to a checked Postgres star schema."""
