"""What a token is, told to the program that carries it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Role
from accounts.rest.base import EVERY_PROGRAM, ApiView
from accounts.rest.filters import refuse_unknown
from accounts.rest.schema import refusals

EXAMPLE: dict[str, Any] = {
    "token": {
        "name": "Tickets",
        "scopes": ["cases:read", "cases:write"],
        "made_at": "2026-01-05T10:00:00+08:00",
        "expires_at": None,
        "last_used_at": "2026-10-05T09:30:00+08:00",
    },
    "person": {"email": "ben@vendor.example", "name": "Ben Li", "roles": ["service_manager"]},
    "tenant": {
        "slug": "acme", "name": "Acme", "time_zone": "Asia/Shanghai", "currency": "CNY",
    },
}  # fmt: skip


class TokenFields(serializers.Serializer[Any]):
    name = serializers.CharField()
    scopes = serializers.ListField(child=serializers.CharField())
    made_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
    last_used_at = serializers.DateTimeField(allow_null=True)


class PersonFields(serializers.Serializer[Any]):
    email = serializers.CharField(source="user.email")
    name = serializers.CharField(source="user.name")
    roles = serializers.ListField(child=serializers.ChoiceField(Role.choices))


class TenantFields(serializers.Serializer[Any]):
    slug = serializers.CharField()
    name = serializers.CharField()
    time_zone = serializers.CharField(source="timezone")
    currency = serializers.CharField()


@extend_schema_serializer(examples=[OpenApiExample("A person's token", EXAMPLE)])
class Me(serializers.Serializer[Any]):
    """``person`` is null for a program of the tenant's own."""

    token = TokenFields()
    person = PersonFields(allow_null=True)
    tenant = TenantFields()


class WhoAmI(ApiView):
    """What this token is: its scopes, whose it is, of which tenant."""

    scope_to_read = EVERY_PROGRAM

    @extend_schema(
        operation_id="read_me",
        tags=["me"],
        responses={200: Me, **refusals(400, 401, 429)},
    )
    def get(self, request: Request) -> Response:
        """What this token is: its scopes, whose it is, of which tenant."""
        refuse_unknown(request, ())
        found = {"token": self.token, "person": self.member, "tenant": self.tenant}
        return Response(Me(found).data)
