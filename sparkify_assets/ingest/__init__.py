"""Raw files to frames: which files count, and JSON lines to typed records and refusals.

`discovery` finds the files, `logs` and `songs` read them, `gate` says whether too much was refused.
"""
