"""What was agreed in a touchpoint becomes work, and a touchpoint knows the work that it was for."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.actions.touchpoints import TouchpointValues, change_touchpoint, log_touchpoint
from accounts.models import Colleague, Customer, Tenant, TouchpointTie, User
from service.actions.ctas import open_cta
from service.models import Cta

DAY = date(2026, 6, 15)


@pytest.fixture
def customer(scope: Any) -> Customer:
    made: Customer = Customer.objects.create(key="C1", name="Blue Harbour")
    return made


def test_the_next_step_of_a_touchpoint_is_work_once(customer: Customer, bob: User) -> None:
    me = Colleague.objects.get(membership__user=bob)
    in_a_week = timezone.localdate() + timedelta(days=7)
    values = TouchpointValues(
        "call", date(2026, 1, 5), colleague=me, next_step="Send the offer", next_on=in_a_week
    )
    kept = log_touchpoint(customer=customer, values=values, by=bob)
    work = Cta.objects.get()
    assert (work.title, work.due_on, work.owner) == ("Send the offer", in_a_week, me)
    kept = change_touchpoint(touchpoint=kept, values=TouchpointValues("call", DAY), by=bob)
    change_touchpoint(touchpoint=kept, values=values, by=bob)
    assert Cta.objects.count() == 1


def test_a_step_whose_day_is_over_is_due_today(
    customer: Customer, bob: User, tenant: Tenant
) -> None:
    values = TouchpointValues(
        "call", date(2026, 1, 5), next_step="Send the offer", next_on=date(2026, 1, 9)
    )
    log_touchpoint(customer=customer, values=values, by=bob)
    assert Cta.objects.get().due_on == tenant.local_date(timezone.now())


def test_a_touchpoint_is_tied_to_the_work_it_was_for(
    client: Client, bob: User, customer: Customer, tenant: Tenant
) -> None:
    today = tenant.local_date(timezone.now())
    work = open_cta(customer=customer, title="Call them", due_on=today, by=bob)
    client.force_login(bob)
    address = f"/t/acme/customers/{customer.pk}/touchpoints/new/"
    page = client.get(f"{address}?cta={work.pk}").content.decode()
    assert f'<option value="{work.pk}" selected>Call them' in page
    given = {"kind": "call", "happened_on": today.isoformat(), "tie_cta": work.pk}
    assert client.post(address, given).status_code == 302
    tie = TouchpointTie.objects.get()
    assert (tie.kind, tie.object_id) == ("cta", work.pk)
    refused = client.post(address, given | {"tie_cta": work.pk + 1})
    assert "Select a valid choice" in refused.content.decode()
