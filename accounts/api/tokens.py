"""Which programs are let in, for other programs. Tokens are made on screen: one that could make others
would outlive its own end."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from accounts.actions.tokens import revoke_token
from accounts.models import ApiToken
from accounts.rest import filters
from accounts.rest.shapes import Shaped
from accounts.rest.views import Collection, Given, Item, Resource, Verb

EXAMPLE: dict[str, Any] = {
    "id": 9,
    "name": "Tickets",
    "scopes": ["cases:read", "cases:write"],
    "member": "ben@vendor.example",
    "is_open": True,
    "made_by": "ida@vendor.example",
    "made_at": "2026-01-05T10:00:00+08:00",
    "expires_at": None,
    "last_used_at": "2026-10-05T09:30:00+08:00",
    "revoked_at": None,
}


@extend_schema_serializer(examples=[OpenApiExample("A token", EXAMPLE, response_only=True)])
class TokenRowFields(Shaped):
    """The right of a program to come in; never its secret. ``member``: whom it is of; null: the
    tenant's own."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    scopes = serializers.ListField(child=serializers.CharField())
    member = serializers.CharField(source="member.user.email", allow_null=True, default=None)
    is_open = serializers.SerializerMethodField()
    made_by = serializers.CharField(source="made_by.email", allow_null=True, default=None)
    made_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
    last_used_at = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)

    @extend_schema_field({"type": "boolean"})
    def get_is_open(self, row: ApiToken) -> bool:
        return row.is_open(timezone.now())


class TokenRows(Resource):
    noun, plural = "token", "tokens"
    scope_to_read, scope_to_write = "tokens:read", "tokens:write"
    shape = TokenRowFields

    def found(self) -> QuerySet[Any]:
        return ApiToken.objects.select_related("member__user", "made_by")


class Tokens(TokenRows, Collection):
    """Tokens of programs, the latest first."""

    sorts = {"-made_at": "made_at", "last_used_at": "last_used_at", "name": "name"}
    filters = (
        filters.text("name"),
        filters.text("member", "member__user__email", help="E-mail of the person."),
        filters.flag("kept", "revoked_at__isnull", help="Whether nobody revoked it."),
    )


class OneToken(TokenRows, Item):
    """One token."""


class RevokeToken(TokenRows, Verb):
    """Its end."""

    verb = "revoke"

    def act(self, row: Any, given: Given) -> None:
        """From now on a token opens nothing; also the one that asks for it."""
        revoke_token(token=row, by=self.person)
