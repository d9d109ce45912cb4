"""How far each role sees."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from accounts.actions.audit import record
from accounts.models import Role, User, Visibility, VisibilityRule
from accounts.models.reach import record_kinds


@transaction.atomic
def set_visibility(
    *, reach: Mapping[str, str], by: User | None, record_kind: str = "customers"
) -> None:
    """Set how far roles see one kind of record; roles not named stay as they are.

    Args:
        reach: role → ``mine``, ``team`` or ``all``. Administrators always see all.

    Raises:
        ValueError: an unknown kind, role or reach, or the administrators'.
    """
    if record_kind not in record_kinds:
        raise ValueError(record_kind)
    for role, visibility in reach.items():
        if role not in Role.values or role == Role.ADMIN or visibility not in Visibility.values:
            raise ValueError(f"{role}: {visibility}")
    before = dict(
        VisibilityRule.objects.filter(record=record_kind).values_list("role", "visibility")
    )
    changed = {
        role: visibility
        for role, visibility in reach.items()
        if before.get(role, Visibility.ALL) != visibility
    }
    for role, visibility in changed.items():
        VisibilityRule.objects.update_or_create(
            role=role, record=record_kind, defaults={"visibility": visibility}
        )
    if changed:
        record(
            "visibility.changed",
            by=by,
            label=record_kind,
            before={role: str(before.get(role, Visibility.ALL)) for role in changed},
            after={role: str(visibility) for role, visibility in changed.items()},
        )
