"""A lifelike vendor of HR software, made of numbers: the facts of the demo and of the benchmarks.

Everything here is pure: seed, last day and sizes come in, DataFrames come out. It knows neither
Django nor a clock. `config.demo.vendor.Vendor` is the door; `seed_demo` writes what it makes.
"""
