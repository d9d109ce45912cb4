"""Documents that were signed or answered: erasing a person alters their text, and says so.

Their hash stays, for it is what was signed. Beside it stands in the audit what the hash of the text is
since; both together say that nobody altered it but by erasing.
"""

from __future__ import annotations

from django.db import models

from accounts.actions.audit import record
from accounts.tenancy import TenantModel
from config.erasing.texts import searched_models
from config.moving.tables import columns_of
from projects.queries.kept_documents import ERASED, hash_since

# (model, row) → the SHA-256 of its text.
Hashes = dict[tuple[type[TenantModel], int], str]


def documents() -> list[type[TenantModel]]:
    """Models that keep a text with its hash."""
    found = []
    for model in searched_models():
        columns = columns_of(model)
        if isinstance(columns.get("document"), models.TextField) and "document_hash" in columns:
            found.append(model)
    return found


def unaltered() -> Hashes:
    """Of the documents whose text is what it was when it was signed, or since a former erasing."""
    found: Hashes = {}
    for model in documents():
        for pk, now, then in _hashes(model):
            if now == then or now == hash_since(model, pk):
                found[model, pk] = now
    return found


def note_erased(before: Hashes, mark: str) -> int:
    """Say of each that is another text now what its hash is since; returns of how many."""
    changed = 0
    for model in documents():
        for pk, now, _then in _hashes(model):
            if before.get((model, pk), now) != now:
                about = model.objects.get(pk=pk)
                record(ERASED, by=None, about=about, label=mark, sha256=now)
                changed += 1
    return changed


def _hashes(model: type[TenantModel]) -> list[tuple[int, str, str]]:
    """(row, hash of its text, hash that it was kept with), counted by the database."""
    text = models.Func(
        models.F("document"),
        template="encode(sha256(convert_to(%(expressions)s, 'UTF8')), 'hex')",
        output_field=models.TextField(),
    )
    rows = model.objects.annotate(now=text).order_by("pk")
    return list(rows.values_list("pk", "now", "document_hash"))
