"""Words of this app, by noun."""
