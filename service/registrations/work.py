"""Ranked work."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.models.reach import RecordKind, record_kinds
from service.labels import work  # noqa: F401 - words for the audit

record_kinds["work"] = RecordKind(
    "work", _("Work"), _("the work that a person owns, and that of the customers whose face it is")
)
