"""Benchmarks that print ratios: our way against the least that could do the same job, in the same run.

`make bench` runs all of them, `make bench-register` one. Each prints a table and writes bench/out/<name>.json, flat,
one figure per key. Absolute times depend on the machine and on what else it does; ratios travel.
"""
