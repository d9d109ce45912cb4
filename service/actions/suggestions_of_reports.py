"""Noting what reports suggested to customers, many at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from django.db import transaction
from django.utils import timezone

from accounts.models import Module, User
from service.models import Suggestion


@transaction.atomic
def note_suggestions(
    *, shown: Mapping[int, Iterable[tuple[str, str]]], today: date, by: User | None
) -> int:
    """Write down which modules customers were shown today; twice on a day is once. Two statements.

    Args:
        shown: customer's id → (kind of `Suggestion`, key of the module). Modules and kinds that are
            not there any more are passed over.

    Returns how many were given, known ones among them.
    """
    keys = {key for pairs in shown.values() for _kind, key in pairs}
    modules = dict(Module.objects.filter(key__in=keys).values_list("key", "pk"))
    now = timezone.now()
    rows = [
        Suggestion(
            customer_id=customer, module_id=modules[key], kind=kind, shown_on=today, shown_by=by,
            why={"in_report": True}, known_from=now,
        )
        for customer, pairs in shown.items()
        for kind, key in dict.fromkeys(pairs)
        if key in modules and kind in Suggestion.Kind.values
    ]  # fmt: skip
    Suggestion.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)
