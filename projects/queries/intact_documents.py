"""Whether the documents of many rows are still what they were, told by the database."""

from __future__ import annotations

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    ExpressionWrapper,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    When,
)
from django.db.models.fields.json import KT

from accounts.models import AuditRecord
from projects.queries.kept_documents import ERASED


class HashOf(Func):
    """SHA-256 of a text's UTF-8 bytes: 64 hexadecimal digits."""

    template = "encode(sha256(convert_to(%(expressions)s, 'UTF8')), 'hex')"
    output_field = CharField()


def with_intactness(rows: QuerySet) -> QuerySet:
    """Rows with a ``document`` and its ``document_hash``, with ``is_intact``: the hash is still the
    text's. It is not where a person's data were taken out, or somebody altered the row.
    ``person_erased_at``: of the former, when; what remains is what was left then."""
    same = ExpressionWrapper(Q(document_hash=HashOf("document")), output_field=BooleanField())
    told = (
        AuditRecord.objects.annotate(since=KT("data__sha256"))
        .filter(
            verb=ERASED, object_type=rows.model._meta.label_lower, object_id=OuterRef("pk"),
            since=HashOf(OuterRef("document")),
        )
        .order_by("-at")
    )  # fmt: skip
    erased = Case(When(is_intact=False, then=Subquery(told.values("at")[:1])))
    return rows.annotate(is_intact=same).annotate(person_erased_at=erased)
