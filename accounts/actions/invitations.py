"""Letting people in: a link for one address, good once, for a while.

The link carries the tenant's id in clear, since a secret can only be looked up in a tenant's scope.
Only the SHA-256 of the secret is kept.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.actions.tenants import add_member
from accounts.models import Invitation, Membership, Role, Team, User
from accounts.models.members import hash_secret
from accounts.models.users import normalise_email

VALID_FOR = timedelta(days=14)


def _new_secret() -> str:
    return secrets.token_urlsafe(32)


@transaction.atomic
def invite(
    *,
    email: str,
    roles: Sequence[str],
    name: str = "",
    team: Team | None = None,
    language: str = "",
    by: User | None,
) -> tuple[Invitation, str]:
    """Invite an address into the tenant of the open scope.

    Returns the invitation and the secret of its link, which cannot be had again.

    Raises:
        ValidationError: no or unknown roles; the address is a member's, or invited already.
    """
    address = normalise_email(email)
    if not roles or set(roles) - set(Role.values):
        raise ValidationError({"roles": _("Choose at least one role.")})
    if Membership.objects.filter(user__email=address, is_active=True).exists():
        raise ValidationError(
            {"email": _("This person is a member already; change the roles there.")}
        )
    now = timezone.now()
    if Invitation.objects.open(now).filter(email=address).exists():
        raise ValidationError({"email": _("This address is invited already; send the link again.")})
    secret = _new_secret()
    invitation = Invitation.objects.create(
        email=address,
        name=name,
        roles=list(roles),
        team=team,
        language=language,
        secret_hash=hash_secret(secret),
        invited_by=by,
        created_at=now,
        expires_at=now + VALID_FOR,
    )
    record("invitation.sent", by=by, about=invitation, roles=list(roles))
    return invitation, secret


@transaction.atomic
def renew_invitation(*, invitation: Invitation, by: User | None) -> str:
    """A new link for the same invitation, good for the whole time again; the old link ends.

    Returns the new secret.

    Raises:
        ValidationError: it was accepted or revoked.
    """
    secret = _new_secret()
    renewed = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, revoked_at=None).update(
        secret_hash=hash_secret(secret), expires_at=timezone.now() + VALID_FOR
    )
    if not renewed:
        raise ValidationError(_("This invitation was accepted or revoked; make a new one."))
    invitation.refresh_from_db()
    record("invitation.renewed", by=by, about=invitation)
    return secret


@transaction.atomic
def revoke_invitation(*, invitation: Invitation, by: User | None) -> None:
    """End an invitation that nobody has accepted.

    Raises:
        ValidationError: it was accepted or revoked before.
    """
    revoked = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, revoked_at=None).update(
        revoked_at=timezone.now()
    )
    if not revoked:
        raise ValidationError(_("This invitation was accepted or revoked before."))
    invitation.refresh_from_db()
    record("invitation.revoked", by=by, about=invitation)


@transaction.atomic
def accept_invitation(*, invitation: Invitation, by: User) -> Membership:
    """``by``, whose address is the invited one, becomes a member.

    Raises:
        ValidationError: the invitation is for another address, or no longer open.
    """
    if by.email != invitation.email:
        raise ValidationError(_("This invitation is for another address."))
    now = timezone.now()
    # Claimed by update, so that two clicks at once let one person in once.
    if not Invitation.objects.open(now).filter(pk=invitation.pk).update(accepted_at=now):
        raise ValidationError(_("This invitation is no longer open."))
    invitation.refresh_from_db()
    member = Membership.objects.filter(user=by, is_active=True).first()
    if member is not None:
        # Let in by other means meanwhile: what they were given there stays.
        return member
    member = add_member(user=by, roles=invitation.roles, team=invitation.team, by=by)
    record("invitation.accepted", by=by, about=invitation)
    return member


@transaction.atomic
def join_by_invitation(
    *, invitation: Invitation, name: str, password: str, language: str
) -> Membership:
    """A new person of the invited address, who becomes a member. The password was validated.

    Raises:
        ValidationError: somebody has this address already, or the invitation is no longer open.
    """
    # First the claim: whoever loses it makes no account.
    if (
        not Invitation.objects.open(timezone.now())
        .select_for_update()
        .filter(pk=invitation.pk)
        .exists()
    ):
        raise ValidationError(_("This invitation is no longer open."))
    if User.objects.filter(email=invitation.email).exists():
        raise ValidationError(_("There is an account with this address: sign in with it."))
    user = User.objects.create_user(invitation.email, password, name=name, language=language)
    # The link came by mail, which proves the address.
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return accept_invitation(invitation=invitation, by=user)
