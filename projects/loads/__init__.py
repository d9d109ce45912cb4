"""The kinds of file whose facts live in this app."""

from projects.loads.projects import Projects

KINDS = (Projects(),)

__all__ = ["KINDS"]
