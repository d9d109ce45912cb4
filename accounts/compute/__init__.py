"""Pure computations: no Django, no clock, no randomness."""
