"""Changing the list of churn reasons."""

from __future__ import annotations

import secrets

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.models import User
from service.models import ChurnReason
from service.queries.churn_reasons import churn_reasons
from service.shipped.churn_reasons import REASONS


@transaction.atomic
def add_churn_reason(*, name: str, by: User | None) -> ChurnReason:
    """A reason of the tenant's own.

    Raises:
        ValidationError: no name, or a reason is called so.
    """
    name = _checked(name, key="")
    reason: ChurnReason = ChurnReason.objects.create(key=f"r-{secrets.token_hex(4)}", name=name)
    record("churn_reason.added", by=by, about=reason, label=name)
    return reason


@transaction.atomic
def change_churn_reason(
    *, key: str, seen: int, name: str, is_archived: bool, by: User | None
) -> ChurnReason:
    """Call a reason otherwise, offer it no longer, or again. A shipped reason without a name is called
    as shipped.

    Raises:
        ValidationError: somebody changed it meanwhile, or a reason is called so.
        ChurnReason.DoesNotExist: there is none with this key.
    """
    reason = ChurnReason.objects.select_for_update().filter(key=key).first()
    if reason is None:
        if key not in REASONS:
            raise ChurnReason.DoesNotExist(key)
        reason = ChurnReason(key=key, version=0)
    if reason.version != seen:
        raise ValidationError(
            _("This was changed meanwhile. Look at it as it is now and change it again.")
        )
    shipped = str(REASONS.get(key, ""))
    before = {"name": reason.name or shipped, "archived": reason.is_archived}
    name = name.strip()
    reason.name = "" if name == shipped or (not name and shipped) else _checked(name, key=key)
    reason.is_archived = is_archived
    if all(other.is_archived for other in churn_reasons() if other.key != key) and is_archived:
        raise ValidationError({"archived": _("One reason has to stay.")})
    reason.version += 1
    reason.save()
    after = {"name": reason.name or shipped, "archived": reason.is_archived}
    record(
        "churn_reason.changed", by=by, about=reason, label=after["name"], before=before, after=after
    )
    return reason


def _checked(name: str, *, key: str) -> str:
    name = name.strip()
    if not name:
        raise ValidationError({"name": _("Give it a name.")})
    if any(reason.name == name and reason.key != key for reason in churn_reasons()):
        raise ValidationError({"name": _("There is a reason with this name.")})
    return name
