"""Measures that nights compute from the facts of this app."""
