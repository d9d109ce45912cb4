"""Whether the documents of many rows are still what they were, told by the database."""

from __future__ import annotations

from django.db.models import BooleanField, CharField, ExpressionWrapper, Func, Q, QuerySet


class HashOf(Func):
    """SHA-256 of a text's UTF-8 bytes: 64 hexadecimal digits."""

    template = "encode(sha256(convert_to(%(expressions)s, 'UTF8')), 'hex')"
    output_field = CharField()


def with_intactness(rows: QuerySet) -> QuerySet:
    """Rows with a ``document`` and its ``document_hash``, with ``is_intact``: the hash is still the
    text's. It is not where a person's data were taken out, or somebody altered the row."""
    same = ExpressionWrapper(Q(document_hash=HashOf("document")), output_field=BooleanField())
    return rows.annotate(is_intact=same)
