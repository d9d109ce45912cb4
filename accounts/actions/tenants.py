"""Making tenants and letting people into them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.actions.calendars import start_calendar
from accounts.models import (
    Colleague,
    ContractLine,
    DirectoryEntry,
    Membership,
    Payment,
    Role,
    Team,
    Tenant,
    User,
)
from accounts.signals import membership_changed
from accounts.tenancy import current_tenant_id, tenant_scope

DEMO_KNOWN_FROM = datetime(2000, 1, 1, tzinfo=UTC)


@transaction.atomic
def create_tenant(
    *,
    slug: str,
    name: str,
    timezone: str = "Asia/Shanghai",
    currency: str = "CNY",
    is_demo: bool = False,
    by: User | None,
) -> Tenant:
    """A new, empty tenant, with the working calendar of its country.

    Raises:
        ValidationError: the slug is taken or malformed, the zone or currency unknown.
    """
    tenant = Tenant(slug=slug, name=name, timezone=timezone, currency=currency, is_demo=is_demo)
    tenant.full_clean()
    tenant.save()
    with tenant_scope(tenant.id):
        # Nights of a demo are as if they had been computed at the time.
        start_calendar(tenant=tenant, known_from=DEMO_KNOWN_FROM if is_demo else None, by=by)
        record("tenant.created", by=by, label=name, slug=slug)
    return tenant


# What an administrator may change of a tenant.
SETTINGS = (
    "name",
    "timezone",
    "currency",
    "night_hour",
    "gross_margin",
    "effort_edit_days",
    "requires_second_factor",
)


@transaction.atomic
def change_tenant(*, tenant: Tenant, by: User | None, **values: Any) -> Tenant:
    """Change settings (see ``SETTINGS``) of the tenant of the open scope.

    Raises:
        ValidationError: a value is wrong, or the currency changes though amounts are booked.
    """
    current = Tenant.objects.select_for_update().get(pk=tenant.pk)
    before = {name: getattr(current, name) for name in values}
    if "currency" in values and values["currency"] != current.currency and currency_is_locked():
        raise ValidationError(
            {"currency": _("Amounts are booked in this currency, so it can no longer change.")}
        )
    for name, value in values.items():
        if name not in SETTINGS:
            raise ValueError(name)
        setattr(tenant, name, value)
    tenant.full_clean(exclude=["slug"])
    tenant.save(update_fields=list(values))
    if tenant.name != current.name:
        DirectoryEntry.objects.filter(slug=tenant.slug).update(name=tenant.name)
    changed = {name: value for name, value in values.items() if before[name] != value}
    if changed:
        record(
            "tenant.changed",
            by=by,
            label=tenant.name,
            before={name: str(before[name]) for name in changed},
            after={name: str(value) for name, value in changed.items()},
        )
    return tenant


def currency_is_locked() -> bool:
    """Whether amounts are booked already: nothing converts them."""
    return bool(Payment.objects.exists() or ContractLine.objects.exists())


@transaction.atomic
def add_member(
    *,
    user: User,
    roles: Sequence[str],
    team: Team | None = None,
    leads_team: bool = False,
    by: User | None,
) -> Membership:
    """Let a person work in the tenant of the open scope; an earlier membership is taken up again.

    The colleague whose key is the person's address becomes this member, so that facts which named
    the address before now belong to them.
    """
    tenant = Tenant.objects.get(pk=current_tenant_id())
    unknown = set(roles) - set(Role.values)
    if unknown:
        raise ValueError(f"Unknown roles: {sorted(unknown)}")
    membership, created = Membership.objects.update_or_create(
        user=user,
        defaults={
            "roles": list(roles),
            "team": team,
            "leads_team": leads_team,
            "is_active": True,
        },
    )
    Colleague.objects.update_or_create(
        key=user.email, defaults={"name": str(user), "membership": membership}
    )
    DirectoryEntry.objects.update_or_create(
        user=user, slug=tenant.slug, defaults={"name": tenant.name}
    )
    record(
        "member.joined" if created else "member.returned",
        by=by,
        about=membership,
        roles=list(roles),
    )
    membership_changed.send(sender=Membership, membership=membership)
    return membership
