"""The success plan: goals with a measure, joint milestones, and what of it is shared by a link."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from accounts.actions.contacts import remove_contact
from accounts.contact_links import contact_path
from accounts.models import (
    AuditRecord,
    Colleague,
    Contact,
    Customer,
    Responsibility,
    RowVersion,
    Tenant,
    User,
)
from segmentation.models import MeasureRow, Night
from service.actions.account_files import name_sponsor
from service.actions.success_plans import (
    add_row,
    change_row,
    give_plan_link,
    remove_row,
    revoke_plan_link,
)
from service.models import Goal, JointMilestone, Privilege, SuccessPlanLink
from service.queries.account_files import account_file_of

DAY = date(2026, 6, 15)


@pytest.fixture
def customer(scope: Any) -> Customer:
    made: Customer = Customer.objects.create(key="C1", name="Blue Harbour")
    return made


@pytest.fixture
def ann(customer: Customer) -> Contact:
    made: Contact = Contact.objects.create(customer=customer, key="ann", name="Ann")
    return made


def goal(customer: Customer, by: User, **values: Any) -> Goal:
    made = add_row(
        model=Goal, customer=customer, values={"title": "Payroll in two days"} | values, by=by
    )
    assert isinstance(made, Goal)
    return made


def milestone(customer: Customer, by: User, **values: Any) -> JointMilestone:
    made = add_row(
        model=JointMilestone,
        customer=customer,
        values={"title": "Train the branch", "due_on": DAY} | values,
        by=by,
    )
    assert isinstance(made, JointMilestone)
    return made


# --- Goals and milestones -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "values"),
    [
        ("title", {"title": " "}),
        ("target", {"measure": "arr"}),
        ("measure", {"target": Decimal(3)}),
        ("by_on", {"by_on": date(1999, 1, 1)}),
    ],
)
def test_a_goal_that_cannot_be_is_refused_by_field(
    customer: Customer, bob: User, fault: str, values: dict[str, Any]
) -> None:
    with pytest.raises(ValidationError) as refused:
        goal(customer, bob, **values)
    assert list(refused.value.error_dict) == [fault]
    assert not Goal.objects.exists()


def test_a_goal_knows_when_it_was_settled_and_what_it_was(customer: Customer, bob: User) -> None:
    made = goal(customer, bob)
    made = change_row(row=made, values={"state": "reached"}, seen=1, by=bob)  # type: ignore[assignment]
    assert made.settled_on is not None
    kept = RowVersion.objects.get(table="service_goal", before__isnull=False)
    assert kept.before["state"] == "open"
    change = AuditRecord.objects.get(verb="goal.changed")
    assert change.data["before"] == {"state": "open"}
    with pytest.raises(ValidationError, match="changed meanwhile"):
        change_row(row=made, values={"state": "open"}, seen=1, by=bob)
    made = change_row(row=made, values={"state": "open"}, seen=2, by=bob)  # type: ignore[assignment]
    assert made.settled_on is None


def test_what_belongs_to_another_customer_is_refused(
    customer: Customer, ann: Contact, bob: User
) -> None:
    other = Customer.objects.create(key="C2", name="Other")
    mine = goal(customer, bob)
    for field, value in (("contact", ann), ("goal", mine)):
        with pytest.raises(ValidationError) as refused:
            milestone(other, bob, **{field: value})
        assert list(refused.value.error_dict) == [field]


def test_milestones_outlive_their_goal_and_their_contact(
    customer: Customer, ann: Contact, bob: User
) -> None:
    made = goal(customer, bob)
    milestone(customer, bob, goal=made, contact=ann)
    remove_row(row=made, by=bob)
    remove_contact(contact=ann, by=bob)
    left = JointMilestone.objects.get()
    assert (left.goal, left.contact) == (None, None)
    assert RowVersion.objects.filter(table="service_jointmilestone").count() == 3


@pytest.mark.parametrize(
    ("measure", "value", "target", "is_met"),
    [
        ("active_users_30", 80, 100, False),
        ("active_users_30", 100, 100, True),
        ("days_since_usage", 5, 7, True),  # less is better
        ("days_since_usage", 9, 7, False),
        ("seat_utilisation", None, Decimal("0.8"), None),
        ("open_cases", 0, 2, True),  # of another app's measures
    ],
)
def test_a_goal_is_measured_by_the_latest_night(
    customer: Customer, bob: User, measure: str, value: Any, target: Any, is_met: bool | None
) -> None:
    goal(customer, bob, measure=measure, target=target)
    for day, found in ((DAY - timedelta(days=1), 3), (DAY, value)):
        Night.objects.create(as_of=day, state="done", known_at=timezone.now(), digest="x")
        row = MeasureRow(customer=customer, as_of=day)
        if hasattr(row, measure):
            setattr(row, measure, found)
        else:
            row.further = {measure: found}
        row.save()
    (view,) = account_file_of(customer, DAY).goals
    assert (view.value, view.as_of, view.is_met) == (value, DAY, is_met)


def test_a_goal_without_a_night_is_unknown_and_late_after_its_day(
    customer: Customer, bob: User
) -> None:
    goal(customer, bob, measure="arr", target=1, by_on=DAY - timedelta(days=1))
    (view,) = account_file_of(customer, DAY).goals
    assert (view.value, view.is_met, view.is_late) == (None, None, True)
    (view,) = account_file_of(customer, DAY - timedelta(days=1)).goals
    assert view.is_late is False


def test_shares_are_typed_in_percent(client: Client, bob: User, customer: Customer) -> None:
    client.force_login(bob)
    address = f"/t/acme/customers/{customer.pk}/account-file/goals/"
    given = {"title": "Use", "measure": "seat_utilisation", "target": "80", "state": "open"}
    assert client.post(f"{address}new/", given).status_code == 302
    made = Goal.objects.get()
    assert made.target == Decimal("0.8")
    assert 'name="target" value="80"' in client.get(f"{address}{made.pk}/").content.decode()


def test_a_milestone_is_ticked_off_and_not_after_all(
    client: Client, bob: User, customer: Customer
) -> None:
    made = milestone(customer, bob)
    client.force_login(bob)
    file = f"/t/acme/customers/{customer.pk}/account-file/"
    address = f"{file}milestones/{made.pk}/completions/"
    assert client.post(address, {"seen": 1}).status_code == 302
    made.refresh_from_db()
    assert made.done_on is not None
    client.post(address, {"seen": 1, "undo": "1"})
    assert "changed meanwhile" in client.get(file).content.decode()
    client.post(address, {"seen": 2, "undo": "1"})
    made.refresh_from_db()
    assert made.done_on is None


def test_the_timeline_tells_of_it(
    client: Client, bob: User, customer: Customer, ann: Contact
) -> None:
    goal(customer, bob, state="reached")
    milestone(customer, bob, done_on=date(2026, 2, 2), contact=ann)
    name_sponsor(customer=customer, contact=ann, from_on=date(2026, 1, 1), by=bob)
    client.force_login(bob)
    page = client.get(f"/t/acme/customers/{customer.pk}/timeline/?kind=success").content.decode()
    for words in (
        "Goal reached: Payroll in two days",
        "Joint milestone done: Train the branch",
        "Sponsor named: Ann",
    ):
        assert words in page


# --- Shared by a link -----------------------------------------------------------------------------


@pytest.fixture
def shared(customer: Customer, ann: Contact, bob: User, tenant: Tenant) -> dict[str, Any]:
    """A plan of which one goal, milestone and privilege each is shared, and its page's address."""
    open_goal = goal(customer, bob, title="Shared goal", is_shared=True)
    secret_goal = goal(customer, bob, title="Secret goal")
    milestone(customer, bob, title="Shared step", is_shared=True, goal=secret_goal)
    milestone(customer, bob, title="Secret step", goal=open_goal)
    for word in ("Shared", "Secret"):
        add_row(
            model=Privilege,
            customer=customer,
            values={"title": f"{word} favour", "from_on": DAY, "is_shared": word == "Shared"},
            by=bob,
        )
    name_sponsor(customer=customer, contact=ann, from_on=date(2026, 1, 1), by=bob)
    Responsibility.objects.create(
        customer=customer, colleague=Colleague.objects.get(membership__user=bob),
        capacity="service_manager", from_on="2026-01-01", why="contract",
    )  # fmt: skip
    link, secret = give_plan_link(customer=customer, contact=ann, language="en", by=bob)
    return {"link": link, "address": contact_path(tenant.pk, secret)}


def test_the_page_shows_only_what_is_shared(client: Client, shared: dict[str, Any]) -> None:
    answer = client.get(shared["address"])
    assert answer.status_code == 200
    page = answer.content.decode()
    assert len(re.findall("Shared (goal|step|favour)", page)) == 3
    assert "Secret" not in page
    assert "bob@acme.example" in page
    assert "Sponsor on your side" not in page
    link = SuccessPlanLink.objects.get()
    assert link.opened_count == 1
    assert client.post(shared["address"]).status_code == 405


def test_a_link_that_was_revoked_or_replaced_opens_nothing(
    client: Client,
    shared: dict[str, Any],
    customer: Customer,
    ann: Contact,
    bob: User,
    tenant: Tenant,
) -> None:
    link, secret = give_plan_link(customer=customer, contact=ann, language="zh-hans", by=bob)
    assert client.get(shared["address"]).status_code == 410
    newer = contact_path(tenant.pk, secret)
    page = client.get(newer)
    assert page.status_code == 200
    assert page["Content-Language"] == "zh-hans"
    revoke_plan_link(link=link, by=bob)
    assert client.get(newer).status_code == 410
    with pytest.raises(ValidationError):
        revoke_plan_link(link=link, by=bob)


def test_who_is_no_longer_a_contact_reads_nothing(
    client: Client, shared: dict[str, Any], ann: Contact, bob: User
) -> None:
    remove_contact(contact=ann, by=bob)
    assert client.get(shared["address"]).status_code == 410


def test_a_link_is_shown_once_with_a_code_and_words(
    client: Client, customer: Customer, ann: Contact, bob: User
) -> None:
    client.force_login(bob)
    file = f"/t/acme/customers/{customer.pk}/account-file/"
    answer = client.post(f"{file}links/new/", {"contact": ann.pk, "language": "en"})
    assert answer.status_code == 302
    first = client.get(file)
    assert first["Cache-Control"] == "no-store"
    page = first.content.decode()
    assert "signing-code" in page
    assert "here is our success plan" in page
    assert "/r/" in page
    assert "signing-code" not in client.get(file).content.decode()


def test_no_link_for_a_contact_of_another_customer(
    customer: Customer, ann: Contact, bob: User
) -> None:
    other = Customer.objects.create(key="C2", name="Other")
    with pytest.raises(ValidationError):
        give_plan_link(customer=other, contact=ann, language="en", by=bob)
