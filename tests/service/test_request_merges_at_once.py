"""Requests are merged, taken out and voted for at once: each stands under one that stands for itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accounts.models import Customer, Membership, Tenant, User
from accounts.tenancy import tenant_scope
from service.actions import requests as request_actions
from service.actions.requests import merge_request, separate_request, vote
from service.models import Request, Vote
from tests.service.at_once import second_waits
from tests.service.request_world import D

# Both rows are held by then, and nothing is written.
HALFWAY = (request_actions, "curated")

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def by(tenant: Tenant, make_member: Callable[..., Membership]) -> User:
    return make_member(tenant, "pia@acme.example", "product_manager").user


@pytest.fixture
def requests(tenant: Tenant, by: User) -> dict[str, Request]:
    """``c`` stands under ``b`` from the start."""
    with tenant_scope(tenant.id):
        made = {name: Request.objects.create(title=name, raised_on=D) for name in "abcd"}
        merge_request(request=made["c"], into=made["b"], by=by)
        return made


def roots(tenant: Tenant) -> dict[str, str | None]:
    with tenant_scope(tenant.id):
        return dict(Request.objects.order_by("title").values_list("title", "root__title"))


@pytest.mark.parametrize("halfway", [None, HALFWAY])
def test_what_is_merged_while_its_target_is_merged_counts_for_the_top(
    tenant: Tenant, requests: dict[str, Request], by: User, halfway: Any
) -> None:
    def merge(one: str, into: str) -> None:
        merge_request(request=requests[one], into=requests[into], by=by)

    second_waits(tenant.id, lambda: merge("b", "a"), lambda: merge("d", "c"), halfway=halfway)
    assert roots(tenant) == {"a": None, "b": "a", "c": "a", "d": "a"}


def test_of_two_merges_crosswise_one_is_refused(
    tenant: Tenant, requests: dict[str, Request], by: User
) -> None:
    with pytest.raises(ValidationError, match="itself"):
        second_waits(
            tenant.id,
            lambda: merge_request(request=requests["a"], into=requests["b"], by=by),
            lambda: merge_request(request=requests["b"], into=requests["a"], by=by),
        )
    assert roots(tenant) == {"a": "b", "b": None, "c": "b", "d": None}


def test_what_is_merged_while_its_target_is_taken_out_goes_with_it(
    tenant: Tenant, requests: dict[str, Request], by: User
) -> None:
    second_waits(
        tenant.id,
        lambda: separate_request(request=requests["c"], by=by),
        lambda: merge_request(request=requests["d"], into=requests["c"], by=by),
    )
    assert roots(tenant) == {"a": None, "b": None, "c": None, "d": "c"}


@pytest.mark.parametrize("halfway", [None, HALFWAY])
@pytest.mark.parametrize("voted_for", ["b", "c"])
def test_a_vote_counts_where_its_request_stands_by_then(
    tenant: Tenant, requests: dict[str, Request], by: User, voted_for: str, halfway: Any
) -> None:
    with tenant_scope(tenant.id):
        customer = Customer.objects.create(key="one", name="One")
    second_waits(
        tenant.id,
        lambda: merge_request(request=requests["b"], into=requests["a"], by=by),
        lambda: vote(request=requests[voted_for], customer=customer, by=by),
        halfway=halfway,
    )
    with tenant_scope(tenant.id):
        assert Vote.objects.get().request == requests["a"]


def test_who_votes_holds_what_the_vote_counts_for(
    tenant: Tenant, requests: dict[str, Request], by: User
) -> None:
    with tenant_scope(tenant.id):
        customer = Customer.objects.create(key="one", name="One")
    second_waits(
        tenant.id,
        lambda: vote(request=requests["c"], customer=customer, by=by),
        lambda: merge_request(request=requests["b"], into=requests["a"], by=by),
    )
    assert roots(tenant) == {"a": None, "b": "a", "c": "a", "d": None}
    with tenant_scope(tenant.id):
        assert Vote.objects.get().request == requests["b"], "counted under the top with the rest"
