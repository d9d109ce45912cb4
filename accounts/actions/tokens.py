"""Letting programs in, and no longer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.contact_links import new_secret
from accounts.models import ApiToken, Membership, User
from accounts.rest.scopes import scopes as known_scopes


@transaction.atomic
def make_token(
    *,
    name: str,
    scopes: Sequence[str],
    member: Membership | None = None,
    expires_at: datetime | None = None,
    by: User | None,
) -> tuple[ApiToken, str]:
    """Make a token for a program.

    Args:
        scopes: keys of accounts.rest.scopes; at least one.
        member: whom it is of, and whose rights it has at most; None: the tenant's own.

    Returns the token and its secret, which cannot be had again.

    Raises:
        ValidationError: no name; no or unknown scopes; it would have ended already.
    """
    wanted = sorted(set(scopes))
    unknown = [scope for scope in wanted if scope not in known_scopes]
    if not name.strip():
        raise ValidationError({"name": _("Say what it is for.")})
    if not wanted:
        raise ValidationError({"scopes": _("Choose at least one scope.")})
    if unknown:
        raise ValidationError(
            {
                "scopes": _("Unknown: %(unknown)s. Known: %(known)s.")
                % {"unknown": ", ".join(unknown), "known": ", ".join(sorted(known_scopes))}
            }
        )
    if expires_at is not None and expires_at <= timezone.now():
        raise ValidationError({"expires_at": _("This has passed already.")})
    secret, secret_hash = new_secret()
    token = ApiToken.objects.create(
        name=name.strip(),
        scopes=wanted,
        member=member,
        secret_hash=secret_hash,
        made_by=by,
        expires_at=expires_at,
    )
    record("api_token.made", by=by, about=token, scopes=wanted)
    return token, secret


@transaction.atomic
def revoke_token(*, token: ApiToken, by: User | None) -> None:
    """From now on the token opens nothing. Once revoked, nothing more happens."""
    if ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now()):
        record("api_token.revoked", by=by, about=token)
