"""Another program that talks to the API with one token."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client

from accounts.actions.tokens import make_token
from accounts.models import Tenant
from accounts.rest.tokens import written
from accounts.tenancy import tenant_scope

JSON = "application/json"


class Program:
    def __init__(self, token: str, path: str = "") -> None:
        self.token = token
        # Where it posts to unless told otherwise.
        self.path = path

    def get(self, path: str, *, if_none_match: str = "", **query: Any) -> Any:
        return Client().get(path, query, headers=self.headers(if_none_match=if_none_match))

    def post(self, body: object, key: str = "", path: str = "", if_match: str = "") -> Any:
        return Client().post(
            path or self.path, json.dumps(body), content_type=JSON,
            headers=self.headers(idempotency_key=key, if_match=if_match),
        )  # fmt: skip

    def patch(self, path: str, body: object, *, if_match: str = "") -> Any:
        return Client().patch(
            path, json.dumps(body), content_type=JSON, headers=self.headers(if_match=if_match)
        )

    def delete(self, path: str, *, if_match: str = "") -> Any:
        return Client().delete(path, headers=self.headers(if_match=if_match))

    def headers(self, **further: str) -> dict[str, str]:
        given = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return given | {
            name.replace("_", "-").title(): value for name, value in further.items() if value
        }


def program(tenant: Tenant, *scopes: str, path: str = "", **further: Any) -> Program:
    """A program with a new token that has these scopes."""
    with tenant_scope(tenant.id):
        _token, secret = make_token(name="tickets", scopes=scopes, by=None, **further)
    return Program(written(tenant.pk, secret), path)
