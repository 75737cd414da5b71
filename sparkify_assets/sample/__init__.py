"""The sample data set: invented song files and activity logs in the form of the real ones, repeatable byte for byte.

Run it with `python -m sparkify_assets.sample`. Standard library only.
"""
