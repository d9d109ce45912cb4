"""Kinds of files that bring facts of this app."""
