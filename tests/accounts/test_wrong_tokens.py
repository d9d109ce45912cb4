"""Who comes with wrong tokens is told to wait, and holds nobody else up."""

from __future__ import annotations

from typing import Any

import pytest
import redis
from api_program import Program, program
from django.core.cache import cache
from django.test import Client, RequestFactory

from accounts import guessing
from accounts.guessing import network_of, wrong_one
from accounts.models import Tenant

ME = "/api/v1/me"
PROBLEM = "application/problem+json"


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    monkeypatch.setattr(guessing, "MOST_WRONG", 3)
    monkeypatch.setattr(guessing._buckets, "silent_until", 0.0)


def ask(token: str, address: str = "192.0.2.1", **further: Any) -> Any:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return Client().get(ME, headers=headers | further, REMOTE_ADDR=address)


@pytest.mark.parametrize("guess", ["", "nonsense", "tnr_1_" + "x" * 40])
def test_a_flood_of_wrong_tokens_waits_and_right_ones_go_on(tenant: Tenant, guess: str) -> None:
    right = program(tenant, "modules:read").token
    assert [ask(guess).status_code for _ in range(3)] == [401, 401, 401]
    refused = ask(guess)
    assert (refused.status_code, refused["Content-Type"]) == (429, PROBLEM)
    assert 1 <= int(refused["Retry-After"]) <= guessing.LONGEST_WAIT_SECONDS + 1
    assert refused.json()["code"] == "throttled"
    assert ask(right).status_code == 200, "from the same address"
    assert ask(guess, "192.0.2.2").status_code == 401, "another address guesses by itself"


def test_right_tokens_count_for_nothing(tenant: Tenant) -> None:
    right = program(tenant, "modules:read").token
    assert {ask(right).status_code for _ in range(6)} == {200}
    # Refused for want of a scope, which is no guess.
    crm = Program(right)
    assert {crm.get("/api/v1/customers").status_code for _ in range(6)} == {403}
    assert ask("nonsense").status_code == 401


def test_tries_while_waiting_make_the_wait_longer_up_to_a_bound(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guessing, "LONGEST_WAIT_SECONDS", 5)
    request = RequestFactory().get(ME, REMOTE_ADDR="192.0.2.7")
    waits = [wrong_one(request, "api-token") for _ in range(12)]
    assert waits[:3] == [0, 0, 0]
    assert waits == sorted(waits)
    assert waits[-1] == 5
    assert wrong_one(request, "write-key") == 0, "each kind of secret by itself"


def test_behind_proxies_the_operator_says_whose_address_counts(
    tenant: Tenant, settings: Any
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for last in range(6):
        answer = ask("nonsense", "10.0.0.1", **{"X-Forwarded-For": f"203.0.113.{last}"})
        assert answer.status_code == 401, "each is somebody else behind the proxy"
    forged = [
        ask("nonsense", "10.0.0.1", **{"X-Forwarded-For": f"198.51.100.{n}, 203.0.113.99"})
        for n in range(5)
    ]
    assert forged[-1].status_code == 429, "what a stranger writes in front counts for nothing"
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 2
    lacking = ask("nonsense", "10.0.0.9", **{"X-Forwarded-For": "203.0.113.5"})
    assert lacking.status_code == 401, "too few proxies: no error, the nearest address counts"


def test_a_network_of_version_6_is_one_guesser() -> None:
    def of(address: str) -> str:
        return network_of(RequestFactory().get(ME, REMOTE_ADDR=address))

    assert of("2001:db8:1:2::3") == of("2001:db8:1:2:ffff::9") != of("2001:db8:1:3::3")
    assert of("::ffff:192.0.2.1") == of("192.0.2.1") != of("192.0.2.2")
    assert of("unix:") == "unix:"


def test_without_redis_nothing_is_limited(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(**_given: Any) -> int:
        raise redis.ConnectionError

    monkeypatch.setattr(guessing._buckets, "script", gone)
    assert {ask("nonsense").status_code for _ in range(6)} == {401}
