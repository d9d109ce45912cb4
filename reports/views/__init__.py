"""Screens of what executives read."""
