"""Any amount of data in the form of the real files: `sparkify generate`.

Listeners, songs and sessions follow the rules of `sample`, whose pages, names and rhythm are used here. The sample
is drawn event by event and is the same on every machine; this is drawn for whole stretches of time at once, as
columns, and is hundreds of times faster.
"""
