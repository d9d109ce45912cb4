"""The demo's requests: made once, known to nights from the day they were asked."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.letters import without_letters
from accounts.models import Membership, OutgoingMail, RowVersion, Tenant
from config.demo.request_texts import SAME, SHIPPED, WISHES
from config.demo.requests import make_example_requests
from service.models import Ask, ProductUpdate, Request, RequestDecision, UpdateRecipient, Vote
from tests.service.request_world import contact, customer, module, owns


def test_requests_are_made_once_with_askings_decisions_and_updates(
    scope: Tenant, make_member: Any
) -> None:
    manager: Membership = make_member(scope, "pm@acme.example", "product_manager")
    for number in range(12):
        one = customer(f"c{number:02}")
        contact(one, f"k{number}", "key_user")
        for wish in WISHES:
            if not one.contracts.filter(key=f"{one.key}-{wish.module}").exists():
                owns(one, module(wish.module))
    with without_letters():
        make_example_requests(scope)
    assert Request.objects.count() == len(WISHES) + len(SAME)
    assert Request.objects.exclude(root=None).count() == len(SAME)
    wanted = {wish.title: wish.status for wish in WISHES}
    found = dict(Request.objects.filter(root=None).values_list("title", "status"))
    assert found == wanted
    asks = list(Ask.objects.all())
    assert len(asks) > len(WISHES)
    assert all(scope.local_date(ask.known_from) == ask.made_on for ask in asks)
    assert max(ask.made_on for ask in asks) <= scope.last_ended_day()
    noted = RowVersion.objects.filter(table="service_ask", before__isnull=True)
    assert noted.count() == len(asks)
    assert Vote.objects.exists()
    updates = list(ProductUpdate.objects.order_by("shipped_on"))
    assert len(updates) == len(SHIPPED)
    assert {one.state for one in updates} == {"sent"}
    for one in updates:
        assert one.sent_at is not None
        assert scope.local_date(one.sent_at) == one.shipped_on
    assert not UpdateRecipient.objects.filter(state="waiting").exists()
    assert UpdateRecipient.objects.exclude(answer="").exists()
    days = RequestDecision.objects.filter(status="shipped").values_list("decided_at", flat=True)
    assert {scope.local_date(day) for day in days} == {one.shipped_on for one in updates}
    assert RequestDecision.objects.filter(decided_by=manager.user).exists()
    assert not OutgoingMail.objects.exists(), "the people of a demo do not exist"
    with CaptureQueriesContext(connection) as again:
        make_example_requests(scope)
    assert len(again) < 5


def test_without_a_product_manager_nothing_is_made(scope: Tenant) -> None:
    make_example_requests(scope)
    assert not Request.objects.exists()
