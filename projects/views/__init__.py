"""Screens of projects and their plans."""
