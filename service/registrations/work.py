"""Ranked work."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext_lazy as _

from accounts.models.reach import RecordKind, record_kinds
from service.actions.ranks import refresh_ranks
from service.labels import work  # noqa: F401 - words for the audit
from service.triggers import after_runs

record_kinds["work"] = RecordKind(
    "work", _("Work"), _("the work that a person owns, and that of the customers whose face it is")
)


def rank_again(as_of: date) -> None:
    """A night brought measures and a day less: everything that is open is ranked by it."""
    refresh_ranks()


after_runs.append(rank_again)
