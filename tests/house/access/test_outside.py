"""Every URL outside a tenant asks for a sign-in.

A new one needs nothing when it does, and a line in ``PUBLIC`` when it does not.
"""

from __future__ import annotations

import re

import pytest
from access_worlds.urls import OUTSIDE, Url
from django.test import Client

# Outside every tenant, for people who have not signed in. Each is a decision.
PUBLIC = {
    "accept_invitation",  # the secret in the link is the right
    "account_email",  # only leads on to one's own account
    "account_login",
    "account_signup",  # says that people come by invitation
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_confirm_email",  # the secret in the link is the right
    "account_email_verification_sent",
    "account_inactive",
    "components",  # development only
    "demo_sign_in",  # on loopback and as the demo's people only
    "dismiss_hint",  # a cookie
    "healthz",
    "metrics",
    "readyz",
    "rule_schema",  # the same for every tenant; editors fetch it
    "api_docs",  # the same for every tenant
    "api_nothing",  # says that nothing is there
    "api_schema",  # the same for every tenant
    "contact_page",  # the secret in the link is the right
    "mail_bounces",  # a token of the operator's is the right
    "unsubscribe",  # the signed address is the right
    "set_language",  # a cookie
    "set_theme",  # a cookie
}


# The REST API: a token is the right to all of it.
RESOURCES = [url for url in OUTSIDE if url.path.startswith("api/v1/")]


def test_the_walk_finds_what_is_there() -> None:
    assert {"account_login", "healthz", "profile"} <= {url.name for url in OUTSIDE}


@pytest.mark.parametrize("url", OUTSIDE, ids=lambda url: f"{url.name} {url.path}")
def test_outside_a_tenant_what_is_not_public_asks_for_a_sign_in(url: Url, db: None) -> None:
    if url.name in PUBLIC or url in RESOURCES:
        return
    assert not url.arguments, f"{url.path}: an address with an object is public by its secret only"
    answer = Client().get(f"/{url.path}")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("url", RESOURCES, ids=lambda url: f"{url.name} {url.path}")
def test_no_resource_answers_without_a_token(url: Url, db: None) -> None:
    path = "/" + re.sub(
        "<([a-z]+):[a-z_]+>", lambda kind: "1" if kind[1] == "int" else "k", url.path
    )
    for method in ("get", "post", "put", "patch", "delete"):
        answer = getattr(Client(), method)(path)
        assert answer.status_code == 401, method
        assert answer["Content-Type"] == "application/problem+json"
        assert answer["WWW-Authenticate"] == "Bearer"


def test_what_is_public_exists() -> None:
    assert {url.name for url in OUTSIDE} >= PUBLIC
