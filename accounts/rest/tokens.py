"""How a program says who it is: a bearer token.

``tnr_<tenant id>_<secret>``: the tenant stands in clear, since the secret can only be looked up in a
tenant's scope.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import authentication, exceptions
from rest_framework.request import Request

from accounts.models import ApiToken, Tenant
from accounts.models.members import hash_secret
from accounts.tenancy import tenant_scope

PREFIX = "tnr"
_TOKEN = re.compile(rf"{PREFIX}_([0-9]{{1,18}})_([A-Za-z0-9_-]{{20,100}})", re.ASCII)
# So often at most the last use is written down.
NOTE_EVERY = timedelta(minutes=1)


def written(tenant_id: int, secret: str) -> str:
    """The token as it is given to a program."""
    return f"{PREFIX}_{tenant_id}_{secret}"


def parts_of(header: str) -> tuple[int, str] | None:
    """Tenant id and secret of an Authorization header; None where it is not one of ours."""
    scheme, _space, token = header.partition(" ")
    found = _TOKEN.fullmatch(token.strip()) if scheme.lower() == "bearer" else None
    return (int(found[1]), found[2]) if found else None


def tenant_of(header: str) -> Tenant | None:
    """The tenant that a header names, whether or not its secret is right."""
    parts = parts_of(header)
    return Tenant.objects.filter(pk=parts[0]).first() if parts else None


class TokenAuthentication(authentication.BaseAuthentication):
    """The token of a request, in the open scope of its tenant. ``request.user`` is the person that the
    token is of, or None; ``request.auth`` the token."""

    def authenticate(self, request: Request) -> tuple[Any, ApiToken] | None:
        """
        Raises:
            AuthenticationFailed: there is a header, and no token that lets in.
        """
        header = request.headers.get("Authorization", "")
        if not header:
            return None
        parts = parts_of(header)
        found = None
        if parts and getattr(request._request, "tenant", None) is not None:
            found = (
                ApiToken.objects.select_related("member__user", "member__team")
                .filter(secret_hash=hash_secret(parts[1]))
                .first()
            )
        now = timezone.now()
        if found is None or not found.is_open(now):
            raise exceptions.AuthenticationFailed(_("This token opens nothing."))
        return (found.member.user if found.member else None), found

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def note_use(token: ApiToken) -> None:
    """Write down that a token was used now, once a minute, in a transaction of its own; whoever does
    so at the same time is not waited for."""
    now = timezone.now()
    if token.last_used_at is not None and now - token.last_used_at < NOTE_EVERY:
        return
    with tenant_scope(token.tenant_id):
        free = ApiToken.objects.select_for_update(skip_locked=True).filter(pk=token.pk)
        if list(free.values_list("pk", flat=True)):
            ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)


class TokenInSchema(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the OpenAPI document says it."""

    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}
