"""The person as one of the vendor's own people: membership, account, and who did what."""

from __future__ import annotations

from collections.abc import Callable

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import connection
from django.utils import timezone

from accounts.models import (
    ApiToken,
    Colleague,
    DirectoryEntry,
    Membership,
    Role,
    Tenant,
    User,
)
from accounts.tenancy import tenant_scope
from config.erasing.identity import NAME, Identity
from config.moving.tables import moving_tables, quoted


def is_last_administrator(found: Identity) -> bool:
    member = found.membership
    if member is None or not member.is_active or Role.ADMIN not in member.roles:
        return False
    others = Membership.objects.filter(is_active=True, roles__contains=[Role.ADMIN])
    return not others.exclude(pk=member.pk).exists()


def is_member_elsewhere(tenant: Tenant, email: str) -> bool:
    """Whether another tenant knows the person's account: asked of one after the other."""
    if not User.objects.filter(email=email).exists():
        return False
    for other in Tenant.objects.exclude(pk=tenant.pk).values_list("pk", flat=True):
        with tenant_scope(other):
            if Membership.objects.filter(user__email=email).exists():
                return True
    return False


def forget_member(
    tenant: Tenant, found: Identity, *, elsewhere: bool, note: Callable[[str, int], None]
) -> None:
    """End the membership. The account goes where no other tenant knows it; else the rows of this
    tenant name another one, which nobody can enter."""
    member, user = found.membership, found.user
    if member is None or user is None:
        return
    ApiToken.objects.filter(member=member, revoked_at=None).update(revoked_at=timezone.now())
    Membership.objects.filter(pk=member.pk).update(is_active=False, leads_team=False)
    Colleague.objects.filter(membership=member).update(name=NAME)
    note("accounts_membership", 1)
    DirectoryEntry.objects.filter(user=user, slug=tenant.slug).delete()
    address = found.words[user.email]
    if elsewhere:
        stand_in = User.objects.create_user(address, None, name=NAME, is_active=False)
        _name_another(tenant, user, stand_in, note)
        return
    EmailAddress.objects.filter(user=user).delete()
    Authenticator.objects.filter(user=user).delete()
    user.email, user.name, user.is_active = address, NAME, False
    user.timezone = user.language = ""
    user.set_unusable_password()
    user.save()
    note("accounts_user", 1)


def _name_another(
    tenant: Tenant, user: User, stand_in: User, note: Callable[[str, int], None]
) -> None:
    with connection.cursor() as cursor:
        for table in moving_tables():
            for column in table.users:
                cursor.execute(
                    f"UPDATE {quoted(table.name)} SET {quoted(column)} = %s "  # noqa: S608
                    f"WHERE tenant_id = %s AND {quoted(column)} = %s",
                    [stand_in.pk, tenant.pk, user.pk],
                )
                note(table.name, cursor.rowcount)
