"""Whom of customers' people one met lately: by role, over customers, and on the customer page."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import (
    Colleague,
    Contact,
    ContactRole,
    Contract,
    ContractLine,
    Customer,
    Membership,
    Module,
    Touchpoint,
    User,
    VisibilityRule,
)
from accounts.queries.coverage import (
    CoverageQuestion,
    counted,
    coverage_of,
    listed,
    remembered,
)

DAY = date(2026, 6, 15)


def contact(customer: Customer, name: str, role: str, **span: Any) -> Contact:
    made: Contact = Contact.objects.create(customer=customer, key=name, name=name)
    ContactRole.objects.create(contact=made, role=role, **span)
    return made


def touch(who: Contact, days_ago: int, by: Colleague | None = None, day: date = DAY) -> None:
    Touchpoint.objects.create(
        customer=who.customer, key=f"{who.key}-{who.pk}-{days_ago}", kind="call", contact=who,
        happened_on=day - timedelta(days=days_ago), colleague=by,
    )  # fmt: skip


def question(**fields: Any) -> CoverageQuestion:
    usual: dict[str, Any] = {
        "role": "decision_maker", "state": "", "only_current": False, "day": DAY,
    }  # fmt: skip
    return CoverageQuestion(**usual | fields)


@pytest.fixture
def member(bob: User) -> Membership:
    found: Membership = Membership.objects.get(user=bob)
    return found


@pytest.fixture
def four(scope: Any, bob: User) -> dict[str, Customer]:
    """One touched on the first of the ninety days, one the day before it, one never, one of nobody."""
    made = {
        name: Customer.objects.create(key=name, name=name)
        for name in ("touched", "late", "never", "nobody")
    }
    touch(contact(made["touched"], "t", "decision_maker"), 89)
    touch(contact(made["late"], "l", "decision_maker"), 90)
    contact(made["never"], "n", "decision_maker")
    left = contact(made["nobody"], "x", "decision_maker", to_on=DAY - timedelta(days=1))
    touch(left, 3)
    return made


def test_the_last_ninety_days_count(four: dict[str, Customer], member: Membership) -> None:
    def names(state: str) -> list[str]:
        return sorted(one.name for one in listed(member, question(state=state)))

    assert names("touched") == ["touched"]
    assert names("untouched") == ["late", "never"]
    assert names("nobody") == ["nobody"]
    counts = counted(member, question())
    assert (counts.customers, counts.named, counts.touched, counts.untouched, counts.nobody) == (
        4, 3, 1, 2, 1,
    )  # fmt: skip


def test_roles_are_told_with_their_last_touch(
    four: dict[str, Customer], member: Membership
) -> None:
    one = four["touched"]
    contact(one, "second", "decision_maker")
    user = contact(one, "u", "key_user")
    touch(user, 200)
    touch(user, -2)  # after the day
    makers, users, enders = coverage_of([one.pk], member, DAY)[one.pk]
    assert (makers.contacts, makers.touched) == (2, 1)
    assert makers.last_on == DAY - timedelta(days=89)
    assert (users.contacts, users.touched, users.state) == (1, 0, "untouched")
    assert users.last_on == DAY - timedelta(days=200)
    assert enders.state == "nobody"


def test_only_customers_with_a_running_contract(
    four: dict[str, Customer], member: Membership
) -> None:
    module = Module.objects.create(key="hr", name="HR")
    for name, ends, trial in (
        ("late", DAY, False),
        ("never", DAY - timedelta(days=1), False),
        ("nobody", None, True),
    ):
        bought = Contract.objects.create(customer=four[name], key=name)
        ContractLine.objects.create(
            contract=bought, module=module, signed_on="2025-01-01", starts_on="2025-01-01",
            ends_on=ends, is_trial=trial,
        )  # fmt: skip
    found = listed(member, question(only_current=True))
    assert [one.name for one in found] == ["late"]


def test_only_touchpoints_that_one_may_see_count(
    four: dict[str, Customer], tenant: Any, make_member: Any
) -> None:
    VisibilityRule.objects.create(role="executive", record="touchpoints", visibility="mine")
    dora = make_member(tenant, "dora@acme.example", "executive")
    assert counted(dora, question()).touched == 0
    mine = Colleague.objects.get(membership=dora.pk)
    touch(Contact.objects.get(key="n"), 5, by=mine)
    assert counted(dora, question()).touched == 1


# --- Screen ---------------------------------------------------------------------------------------


@pytest.fixture
def page(client: Client, bob: User) -> Any:
    client.force_login(bob)

    def get(query: str = "") -> str:
        answer = client.get(f"/t/acme/coverage/{query}")
        assert answer.status_code == 200
        return answer.content.decode()

    return get


def test_the_screen_lists_who_was_not_touched(four: dict[str, Customer], page: Any) -> None:
    today = timezone.localdate()
    Touchpoint.objects.filter(contact__key="t").update(happened_on=today)
    shown = page("?contracts=any&view=all")
    assert "late</a>" in shown
    assert "never</a>" in shown
    assert "touched</a>" not in shown
    assert "touched</a>" in page("?contracts=any&view=all&state=touched")
    # Of nonsense the usual question is asked.
    assert "late</a>" in page("?contracts=any&view=all&role=king&state=odd")


def test_mine_are_mine(four: dict[str, Customer], page: Any, bob: User) -> None:
    four["never"].service_manager = Colleague.objects.get(membership__user=bob)
    four["never"].save()
    shown = page("?contracts=any")
    assert "never</a>" in shown
    assert "late</a>" not in shown


def test_customers_that_one_does_not_see_are_not_there(
    four: dict[str, Customer], page: Any
) -> None:
    VisibilityRule.objects.create(role="service_manager", record="customers", visibility="mine")
    assert "late</a>" not in page("?contracts=any&view=all")


def test_as_many_statements_for_many_customers_as_for_few(
    four: dict[str, Customer], page: Any
) -> None:
    page("?contracts=any&view=all")
    with CaptureQueriesContext(connection) as few:
        page("?contracts=any&view=all")
    for number in range(30):
        touch(
            contact(Customer.objects.create(key=f"N{number}", name=f"N{number}"), "d",
                    "decision_maker"),
            150,
        )  # fmt: skip
    page("?contracts=any&view=all")
    with CaptureQueriesContext(connection) as many:
        page("?contracts=any&view=all")
    assert len(many) == len(few)


def test_the_customer_page_says_it_by_role(
    four: dict[str, Customer], client: Client, bob: User
) -> None:
    client.force_login(bob)
    shown = client.get(f"/t/acme/customers/{four['never'].pk}/?part=service").content.decode()
    part = shown.split('id="touchpoints"')[1].split("</table>")[0]
    assert "0 of 1" in part
    assert "untouched" in part
    assert "nobody" in part


def test_figures_of_everybody_are_remembered_until_somebody_is_met(
    four: dict[str, Customer], member: Membership, scope: Any
) -> None:
    assert remembered(member, question(), scope).touched == 1
    with CaptureQueriesContext(connection) as again:
        assert remembered(member, question(), scope).touched == 1
    assert len(again) == 1
    touch(Contact.objects.get(key="n"), 5)
    assert remembered(member, question(), scope).touched == 2


def test_mine_are_counted_among_mine(four: dict[str, Customer], member: Membership) -> None:
    mine = (four["never"].pk, four["touched"].pk)
    counts = counted(member, question(ids=mine))
    assert (counts.customers, counts.named, counts.touched) == (2, 2, 1)
    assert [one.name for one in listed(member, question(ids=mine, state="untouched"))] == ["never"]
