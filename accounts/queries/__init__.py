"""Reads that screens are built from."""
