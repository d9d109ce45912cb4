"""Reads of this app: projects as lists show them, their plans."""
