"""A play on the past: the events that a night would have seen, and whom they would have burdened."""

from __future__ import annotations

import pandas as pd
import pytest
from django.test import Client

from accounts.tenancy import tenant_scope
from segmentation.models import MeasureRow
from service.actions.plays import make_play
from service.compute.play_documents import End, Step
from service.compute.play_dry_runs import load, opened
from service.models import Cta, PlayFiring
from service.queries.play_dry_runs import dry_run
from service.triggers import Unasked
from tests.service.play_world import (
    DAY,
    document,
    later,
    make_customer,
    move,
    run,
    stand,
    store_night,
)
from tests.service.play_world import (
    make_play as play_on,
)


def events(*rows: tuple[int, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["customer", "day"])


def test_open_work_keeps_further_events_from_opening_more() -> None:
    found = opened(events((1, 100), (1, 109), (1, 110), (2, 105), (1, 125)), expires_days=10)

    assert list(found.itertuples(index=False, name=None)) == [
        (1, 100), (2, 105), (1, 110), (1, 125),
    ]  # fmt: skip


def test_work_that_never_expires_is_opened_once() -> None:
    assert len(opened(events((1, 100), (1, 400)), expires_days=None)) == 1
    assert opened(events(), expires_days=None).empty


def test_load_by_week_and_person() -> None:
    monday = 739_943  # 2026-11-23
    ctas = pd.DataFrame({"person": [7, 7, 8], "day": [monday, monday + 6, monday + 14]})
    steps = pd.DataFrame({"person": [7, 7, 0], "day": [monday + 7, monday + 8, monday + 14]})

    found = load(ctas, steps)

    assert found.weeks == [(monday, 2, 0), (monday + 7, 0, 2), (monday + 14, 1, 1)]
    assert [(one.person, one.ctas, one.steps, one.most_steps) for one in found.persons] == [
        (7, 2, 2, 2),
        (0, 0, 1, 1),
        (8, 1, 0, 0),
    ]


@pytest.fixture
def moved(scope):
    """C1 entered Lost two nights ago and again last night; C2 last night."""
    one, two = make_customer("C1", face="eve@acme.example"), make_customer("C2")
    store_night(later(-3))
    for customer in (one, two):
        stand(customer, later(-3), tier="active")
    move(one, store_night(later(-2)), "active", "lost")
    move(one, store_night(later(-1)), "lost", "active")
    night = store_night()
    move(one, night, "active", "lost")
    move(two, night, "active", "lost")
    return one, two


@pytest.mark.django_db
def test_it_says_what_nights_would_have_said(scope, moved, alice) -> None:
    text = document(
        steps=(Step({"en": "Call"}, due=3), Step({"en": "Meet"}, due=5)), end=End(expires_days=30)
    )
    membership = alice.memberships.get()

    found = dry_run(tenant=scope, document=text, membership=membership)

    assert found is not None
    assert (found.nights, found.events, found.opened, found.customers) == (3, 3, 2, 2)
    assert [one.customer.key for one in found.listed] == ["C2", "C1"]
    assert {found.names.get(one.person, ""): one.steps for one in found.load.persons} == {
        "Eve@Acme.Example": 2,
        "": 2,
    }
    assert not PlayFiring.objects.exists()
    # The night itself, with the play on, opens for the same customers.
    play_on(end=End(trigger_gone=False, expires_days=30))
    for day in (later(-2), later(-1), DAY):
        run(scope, day)
    assert Cta.objects.count() == found.opened


@pytest.mark.django_db
def test_shorter_expiry_means_more_work(scope, moved, alice) -> None:
    text = document(end=End(expires_days=1))

    found = dry_run(tenant=scope, document=text, membership=alice.memberships.get())

    assert found is not None
    assert found.opened == 3


@pytest.mark.django_db
def test_measures_of_the_past_are_those_of_month_ends(scope, alice) -> None:
    customer = make_customer()
    for day, arr in ((later(-49), 10), (later(-18), 1000)):
        store_night(day)
        MeasureRow.objects.filter(as_of=day).update(arr=arr)
    store_night()
    MeasureRow.objects.create(customer=customer, as_of=later(-49), arr=10)
    MeasureRow.objects.create(customer=customer, as_of=later(-18), arr=1000)
    text = document({"kind": "measure", "measure": "arr", "way": "rises", "number": 500})

    found = dry_run(tenant=scope, document=text, membership=alice.memberships.get())

    assert found is not None
    assert [one.first for one in found.listed] == [later(-18)]


@pytest.mark.django_db
def test_what_cannot_be_asked_is_refused(scope, moved, alice) -> None:
    text = document({"kind": "tier", "way": "enters", "scheme": "c", "value": "vip"})

    with pytest.raises(Unasked):
        dry_run(tenant=scope, document=text, membership=alice.memberships.get())


@pytest.mark.django_db
def test_before_the_second_night_nothing_is_said(scope, alice) -> None:
    store_night()

    assert dry_run(tenant=scope, document=document(), membership=alice.memberships.get()) is None


@pytest.mark.django_db
def test_statements_do_not_grow_with_customers(
    scope, moved, alice, django_assert_max_num_queries
) -> None:
    membership = alice.memberships.get()
    with django_assert_max_num_queries(40) as few:
        dry_run(tenant=scope, document=document(), membership=membership)
    night = store_night(later(1))
    for number in range(5):
        customer = make_customer(f"D{number}")
        stand(customer, later(-1), tier="active")
        move(customer, night, "active", "lost")

    with django_assert_max_num_queries(len(few.captured_queries)):
        dry_run(tenant=scope, document=document(), membership=membership)


@pytest.mark.django_db
def test_the_page_says_it_with_its_limits(tenant, alice) -> None:
    with tenant_scope(tenant.id):
        customer = make_customer("C1", face="eve@acme.example")
        store_night(later(-1))
        stand(customer, later(-1), tier="active")
        move(customer, store_night(), "active", "lost")
        play = make_play(document=document(), by=alice)
    client = Client()
    client.force_login(alice)

    page = client.get(f"/t/acme/plays/{play.pk}/dry-run/").content.decode()

    assert "Customer C1" in page
    assert "Eve@Acme.Example" in page
    assert "People are those who would be named today." in page
