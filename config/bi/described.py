"""The views as the guide lists them; a test sees that it does."""

from __future__ import annotations

from config.bi.columns import HIDDEN
from config.bi.registry import VIEWS

_SHORT = {"timestamp with time zone": "timestamptz", "double precision": "double"}


def as_markdown() -> str:
    """A section per view: its note and its columns with their types; what tells a person is marked."""
    return "\n\n".join(
        "\n\n".join(
            part
            for part in (
                f"### {view.name}",
                view.note,
                ", ".join(_column(c.name, c.type, c.person) for c in view.columns) + ".",
            )
            if part
        )
        for view in VIEWS
    )


def _column(name: str, kind: str, person: str) -> str:
    mark = "" if not person else " †" if person == HIDDEN else " ‡"
    return f"`{name}` {_SHORT.get(kind, kind)}{mark}"
