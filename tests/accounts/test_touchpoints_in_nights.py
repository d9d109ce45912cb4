"""Past nights know touchpoints as they were known then, whatever becomes of them by hand."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.actions.touchpoints import (
    TouchpointValues,
    change_touchpoint,
    log_touchpoint,
    remove_touchpoint,
)
from accounts.models import Contact, ContactRole, Customer, Tenant, Touchpoint, User
from segmentation.frames.asof import AsOf
from segmentation.frames.reading import gather_facts

DAY = timedelta(days=1)
LONG_AGO = timezone.now() - 900 * DAY


@pytest.fixture
def people(scope: Any) -> list[Contact]:
    customer = Customer.objects.create(key="C1", name="Blue Harbour", known_from=LONG_AGO)
    made = []
    for name, role in (("Ann", "decision_maker"), ("Ben", "key_user")):
        contact = Contact.objects.create(
            customer=customer, key=name, name=name, known_from=LONG_AGO
        )
        ContactRole.objects.create(contact=contact, role=role, known_from=LONG_AGO)
        made.append(contact)
    return made


def measured(tenant: Tenant, name: str, day: date, known_at: datetime) -> Any:
    """The customer's measure in a night of the day as known at a moment; None: unknown."""
    facts = gather_facts(AsOf(tenant.id, day, known_at, tenant.zone))
    column = facts.table.column(name).dropna()
    found = dict(zip(facts.keys[column.index], column, strict=True))
    return found.get("C1")


def test_past_nights_know_what_was_known(scope: Tenant, people: list[Contact], bob: User) -> None:
    ann, ben = people
    day = date(2026, 6, 30)
    moments = [timezone.now()]
    kept = log_touchpoint(
        customer=ann.customer,
        values=TouchpointValues("visit", day - 4 * DAY, contacts=[ann, ben]),
        by=bob,
    )
    moments.append(timezone.now())
    # It was Ben alone, and later.
    kept = change_touchpoint(
        touchpoint=kept, values=TouchpointValues("call", day - DAY, contacts=[ben]), by=bob
    )
    moments.append(timezone.now())
    remove_touchpoint(touchpoint=kept, by=bob)
    moments.append(timezone.now())
    assert not Touchpoint.objects.exists()

    touched = [measured(scope, "decision_maker_touch_days", day, at) for at in moments]
    assert touched == [None, 4, None, None]
    coverage = [measured(scope, "key_user_coverage", day, at) for at in moments]
    assert coverage == [None, 1.0, 1.0, None]
