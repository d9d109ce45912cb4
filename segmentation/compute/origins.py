"""Where a measure comes from, and what its change is put down to."""

from dataclasses import dataclass

CAUSES = ("behaviour", "commercial", "project", "calendar", "rules", "late_data")


@dataclass(frozen=True)
class Origin:
    """Where a measure comes from. facts: the family of facts it reads ("usage", "payments",
    "contracts", "projects", …). cause: what its change is put down to, of CAUSES."""

    facts: str
    cause: str
