"""A lifelike vendor of HR software, made of numbers: the facts of the demo and of the benchmarks.

`config.demo.vendor.Vendor` makes them and everything it stands on is pure: seed, last day and sizes
come in, DataFrames come out; it knows neither Django nor a clock. `staging`, `statements`, `members`
and `seeding` write what it makes into a tenant.
"""
