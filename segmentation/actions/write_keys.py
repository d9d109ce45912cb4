"""Letting programs send usage, and no longer."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.contact_links import new_secret
from accounts.models import User
from accounts.tenancy import current_tenant_id
from segmentation.models import WriteKey
from segmentation.models.ingestion import MOST_EVENTS_PER_SECOND
from segmentation.queries.doors import forget_doors, written


@transaction.atomic
def make_write_key(
    *, name: str, source: str = "", events_per_second: int | None = None, by: User | None
) -> tuple[WriteKey, str]:
    """Make a key with which a program may send usage.

    Args:
        source: what sends with it, in words.
        events_per_second: None: as the tenant's.

    Returns the key, and as it is given to the program, which cannot be had again.

    Raises:
        ValidationError: no name; a limit that is none.
    """
    _check(name, events_per_second)
    secret, secret_hash = new_secret()
    key = WriteKey.objects.create(
        name=name.strip(),
        source=source.strip(),
        events_per_second=events_per_second,
        secret_hash=secret_hash,
        made_by=by,
    )
    record("write_key.made", by=by, about=key)
    forget_doors()
    return key, written(current_tenant_id(), secret)


@transaction.atomic
def change_write_key(
    *, key: WriteKey, name: str, source: str, events_per_second: int | None, by: User | None
) -> bool:
    """Change what a key is called and how much may come with it; returns whether anything changed.

    Raises:
        ValidationError: no name; a limit that is none.
    """
    _check(name, events_per_second)
    current = WriteKey.objects.select_for_update().get(pk=key.pk)
    values = {
        "name": name.strip(),
        "source": source.strip(),
        "events_per_second": events_per_second,
    }
    changed = [field for field, value in values.items() if getattr(current, field) != value]
    if changed:
        before = {field: getattr(current, field) for field in changed}
        for field in changed:
            setattr(current, field, values[field])
        current.save(update_fields=changed)
        after = {field: values[field] for field in changed}
        record("write_key.changed", by=by, about=current, before=before, after=after)
        forget_doors()
    return bool(changed)


@transaction.atomic
def revoke_write_key(*, key: WriteKey, by: User | None) -> None:
    """Within seconds nothing more comes with the key. Once revoked, nothing more happens."""
    if WriteKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=timezone.now()):
        record("write_key.revoked", by=by, about=key)
        forget_doors()


def _check(name: str, events_per_second: int | None) -> None:
    if not name.strip():
        raise ValidationError({"name": _("Say what it is for.")})
    if events_per_second is not None and not 1 <= events_per_second <= MOST_EVENTS_PER_SECOND:
        raise ValidationError(
            {"events_per_second": _("From 1 to %(most)s.") % {"most": MOST_EVENTS_PER_SECOND}}
        )
