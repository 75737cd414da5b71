"""Frames between two assets as Parquet files in a folder, one sub-folder a partition; knows no Sparkify."""
