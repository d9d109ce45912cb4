"""Reads: for screens, commands and the night."""
