"""When contracts last changed: themselves, their lines or their instalments."""

from __future__ import annotations

from datetime import datetime

from django.db.models import (
    BigIntegerField,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Greatest

from accounts.models import ContractLine, Instalment, RowVersion

PARTS = (ContractLine, Instalment)


def with_last_change(contracts: QuerySet) -> QuerySet:
    """With ``changed_at``, of what is there: a line that went tells it no more."""
    latest = [
        model.objects.filter(contract=OuterRef("pk"))
        .order_by()
        .values("contract")
        .annotate(latest=Max("known_from"))
        .values("latest")
        for model in PARTS
    ]
    # GREATEST passes over what is not there.
    return contracts.annotate(
        changed_at=Greatest(F("known_from"), *(Subquery(rows) for rows in latest))
    )


def changed_since(moment: datetime) -> Q:
    """Contracts that changed at a moment or later, also by a line that is gone."""
    found = Q(known_from__gte=moment)
    for model in PARTS:
        rows = model.objects.filter(known_from__gte=moment).order_by()
        found |= Q(pk__in=rows.values("contract"))
    # What a line was before it changed or went stands among the versions.
    gone = (
        RowVersion.objects.filter(
            table__in=[model._meta.db_table for model in PARTS],
            before__isnull=False,
            known_to__gte=moment,
        )
        .order_by()
        .values_list(Cast(KeyTextTransform("contract_id", "before"), BigIntegerField()))
    )
    return found | Q(pk__in=gone)
