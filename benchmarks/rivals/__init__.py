"""What else people load such files with, each written as its own documentation recommends.

Each is a script of its own: `python -m benchmarks.rivals.NAME DATA_FOLDER DATABASE_URL [WAY]`.
"""
