"""Screens of cases: lists by clock, a case's page and its verbs, targets, departments, figures."""

from __future__ import annotations

import html
import re
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import (
    Case,
    Department,
    Membership,
    Tenant,
    Touchpoint,
    TouchpointTie,
    User,
    Visibility,
    VisibilityRule,
)
from accounts.tenancy import tenant_scope
from projects.models import Project
from segmentation.models import MeasureRow, Night
from service.actions.case_sync import sync_cases
from service.models import CaseEntry, CaseWork
from tests.service.case_world import (
    colleague_of,
    make_contact,
    make_customer,
    page,
    report,
    send,
    signed_in,
)


@pytest.fixture(autouse=True)
def fresh_cache() -> None:
    cache.clear()


@pytest.fixture
def work(tenant: Tenant, bob: User) -> CaseWork:
    with tenant_scope(tenant.id):
        customer = make_customer(owner=Membership.objects.get(user=bob))
        return report(
            customer, tenant, contact=make_contact(customer), now=timezone.now(), text="Line 7"
        )


def again(tenant: Tenant, work: CaseWork) -> CaseWork:
    with tenant_scope(tenant.id):
        return CaseWork.objects.select_related("case", "owner").get(pk=work.pk)


def test_the_list_begins_with_ones_own_most_urgent(
    tenant: Tenant, work: CaseWork, bob: User
) -> None:
    with tenant_scope(tenant.id):
        late = report(
            work.case.customer, tenant, title="Long late", now=timezone.now() - timedelta(days=30)
        )
        assert late.owner_id == work.owner_id
    shown = page(bob, "cases/")
    assert shown.index("Long late") < shown.index("Payroll is wrong")
    assert "Overdue to answer" in shown
    only = page(bob, "cases/", only="late")
    assert "Long late" in only
    assert "Payroll is wrong" not in only
    assert "Long late" not in page(bob, "cases/", q="payroll")
    assert "No case matches" in page(bob, "cases/", state="waiting")


def test_other_peoples_cases_are_under_all(
    tenant: Tenant, work: CaseWork, bob: User, make_member: Any
) -> None:
    carol = make_member(tenant, "carol@acme.example", "service_manager").user
    assert "Payroll is wrong" not in page(carol, "cases/", view="mine")
    assert "Payroll is wrong" in page(carol, "cases/", view="all")


def test_who_may_not_see_the_customer_does_not_see_its_cases(
    tenant: Tenant, work: CaseWork, make_member: Any
) -> None:
    carol = make_member(tenant, "carol@acme.example", "service_manager").user
    with tenant_scope(tenant.id):
        VisibilityRule.objects.create(
            role="service_manager", record="customers", visibility=Visibility.MINE
        )
    assert "Payroll is wrong" not in page(carol, "cases/", view="all")
    client = signed_in(carol)
    assert client.get(f"/t/acme/cases/{work.case_id}/").status_code == 404
    assert client.post(f"/t/acme/cases/{work.case_id}/notes/", {"text": "x"}).status_code == 404


def test_the_list_leaves_as_a_file(tenant: Tenant, work: CaseWork, bob: User) -> None:
    answer = signed_in(bob).get("/t/acme/cases/", {"format": "csv"})
    text = answer.content.decode("utf-8-sig")
    assert text.splitlines()[1].startswith(f"{work.case.key},Payroll is wrong,Customer C1,Problem")
    assert signed_in(bob).get("/t/acme/cases/", {"format": "pdf"}).status_code == 404


def test_ticked_cases_are_handed_on(tenant: Tenant, work: CaseWork, alice: User, bob: User) -> None:
    with tenant_scope(tenant.id):
        owner = colleague_of(Membership.objects.get(user=alice))
    send(bob, "cases/assignments/", case=[work.case_id], owner=owner.pk, why="Holiday")
    assert again(tenant, work).owner == owner
    assert send(bob, "cases/assignments/", case=["9" * 5000], owner=owner.pk).status_code == 302
    # Nothing ticked, and nobody named.
    assert send(bob, "cases/assignments/", owner=owner.pk).status_code == 302
    assert send(bob, "cases/assignments/", case=[work.case_id]).status_code == 302
    assert again(tenant, work).owner == owner


def test_projects_that_one_does_not_see_are_not_offered(
    tenant: Tenant, work: CaseWork, bob: User
) -> None:
    with tenant_scope(tenant.id):
        project = Project.objects.create(
            customer=work.case.customer,
            key="p",
            name="Quiet launch",
            starts_on="2026-01-05",
            due_on="2026-03-01",
        )
    customer = work.case.customer_id
    paths = (f"customers/{customer}/cases/new/", f"cases/{work.case_id}/edit/")
    for path in paths:
        assert "Quiet launch" in page(bob, path)
    with tenant_scope(tenant.id):
        VisibilityRule.objects.create(role="service_manager", record="projects", visibility="mine")
    for path in paths:
        assert "Quiet launch" not in page(bob, path)
    with tenant_scope(tenant.id):
        CaseWork.objects.filter(pk=work.pk).update(project=project)
    # What it is tied to stays when it is saved.
    assert "Quiet launch" in page(bob, paths[1])


def test_a_case_is_reported_from_its_customer(tenant: Tenant, work: CaseWork, bob: User) -> None:
    path = f"customers/{work.customer_id}/cases/new/"
    assert "Suggested priority" in page(bob, path)
    given = {"title": "New one", "kind": "question"}
    assert send(bob, path, **given).status_code == 302
    with tenant_scope(tenant.id):
        made = CaseWork.objects.select_related("case").get(case__title="New one")
        assert (made.priority, made.case.kind) == ("low", "question")
    refused = send(bob, path, **given, priority="urgent")
    assert "Say why it is not as suggested" in refused.content.decode()


def test_a_case_is_reported_from_the_list_by_looking_for_the_customer(
    tenant: Tenant, work: CaseWork, alice: User, bob: User, make_member: Any
) -> None:
    with tenant_scope(tenant.id):
        other = make_customer("Far-off")
        VisibilityRule.objects.create(
            role="service_manager", record="customers", visibility=Visibility.MINE
        )
    assert "/t/acme/cases/new/" in page(bob, "cases/")
    own, others = (f"customers/{one}/cases/new/" for one in (work.customer_id, other.pk))
    shown = page(alice, "cases/new/")
    assert own in shown
    assert others in shown
    assert own not in page(alice, "cases/new/", q="far-off")
    assert others in page(alice, "cases/new/", q="far-off")
    assert "No customer matches" in page(alice, "cases/new/", q="nobody of this name")
    # Who sees only own customers is offered no others.
    offered = page(bob, "cases/new/")
    assert own in offered
    assert others not in offered
    reader = make_member(tenant, "reader@acme.example", "executive").user
    assert "/t/acme/cases/new/" not in page(reader, "cases/")
    assert signed_in(reader).get("/t/acme/cases/new/").status_code == 404


def test_a_request_that_comes_of_a_case_is_written_down_from_its_page(
    tenant: Tenant, work: CaseWork, bob: User
) -> None:
    shown = page(bob, f"cases/{work.case_id}/")
    found = re.search(r'href="/t/acme/(customers/\d+/requests/new/)\?([^"]+)"', shown)
    assert found
    assert "Nothing was asked of the product because of it" in shown
    path, asked = found[1], dict(parse_qsl(html.unescape(found[2])))
    assert asked == {
        "case": str(work.case_id), "title": work.case.title, "contact": str(work.case.contact_id),
    }  # fmt: skip
    form = page(bob, path, **asked)
    assert f'value="{work.case_id}" selected' in form
    assert f'value="{work.case.contact_id}" selected' in form
    given = asked | {"title": "Check the file first", "made_on": "2026-11-17"}
    answer = send(bob, path, **given)
    assert answer.status_code == 302
    there = answer.headers["Location"].removeprefix("/t/acme/")
    assert f'/t/acme/cases/{work.case_id}/">{work.case.title}</a>' in page(bob, there)
    shown = page(bob, f"cases/{work.case_id}/")
    assert f"/t/acme/{there}" in shown
    assert "Check the file first" in shown
    told = page(bob, f"customers/{work.customer_id}/timeline/")
    assert "Asked for: Check the file first" in told
    assert f"Came of the case: {work.case.title}" in told
    with tenant_scope(tenant.id):
        # It is no longer among the latest of its customer.
        for number in range(50):
            Case.objects.create(
                customer=work.case.customer, key=f"later{number}", opened_at=timezone.now()
            )
    assert f'value="{work.case_id}" selected' in page(bob, path, **asked)


def test_every_verb_is_on_the_page(tenant: Tenant, work: CaseWork, bob: User, alice: User) -> None:
    case = f"cases/{work.case_id}/"
    assert "Line 7" in page(bob, case)
    send(bob, f"{case}notes/", text="Only ours")
    send(bob, f"{case}answers/", text="Which file?", then="waiting", after=2**40)
    assert again(tenant, work).state == "waiting"
    send(bob, f"{case}customer-words/", text="July's", who="Li")
    found = again(tenant, work)
    assert found.state == "open"
    send(bob, f"{case}priorities/", priority="high", why="Payday", seen=found.version)
    assert again(tenant, work).priority == "high"
    with tenant_scope(tenant.id):
        department = Department.objects.create(name="Payroll")
    send(bob, f"{case}escalations/", department=department.pk, why="Data")
    with tenant_scope(tenant.id):
        ((escalation,),) = work.case.escalations.values_list("pk")
    assert "Payroll" in page(bob, case)
    send(alice, f"{case}escalations/{escalation}/answers/", answer="Corrected")
    send(bob, f"{case}answers/", text="Done", then="solved", after=2**40)
    assert again(tenant, work).state == "solved"
    send(bob, f"{case}states/", state="reopened", why="Not yet", seen=0)
    found = again(tenant, work)
    assert (found.state, found.number) == ("reopened", 2)
    send(bob, f"{case}states/", state="closed", why="Enough", seen=found.version)
    shown = page(bob, case)
    for words in ("Only ours", "Which file?", "Corrected", "Not yet", "Priority: Medium → High"):
        assert words in shown


def test_meetings_about_a_case_are_on_its_page(tenant: Tenant, work: CaseWork, bob: User) -> None:
    with tenant_scope(tenant.id):
        touch = Touchpoint.objects.create(
            customer=work.case.customer, key="T", kind="call", happened_on=date(2026, 11, 17)
        )
        TouchpointTie.objects.create(touchpoint=touch, kind="case", object_id=work.case_id)
    shown = page(bob, f"cases/{work.case_id}/")
    assert f"touchpoints/{touch.pk}/" in shown
    assert f"touchpoints/new/?case={work.case_id}" in shown


def test_the_customers_timeline_tells_every_opening(
    tenant: Tenant, work: CaseWork, bob: User
) -> None:
    case = f"cases/{work.case_id}/"
    send(bob, f"{case}answers/", text="Done", then="solved", after=2**40)
    send(bob, f"{case}states/", state="reopened", why="Not yet", seen=0)
    shown = page(bob, f"customers/{work.customer_id}/timeline/")
    for words in ("Case opened: Payroll", "Case solved: Payroll", "Case opened again: Payroll"):
        assert words in shown
    assert f"/t/acme/{case}" in shown


def test_what_crossed_is_shown_and_nothing_is_sent(
    tenant: Tenant, work: CaseWork, bob: User
) -> None:
    case = f"cases/{work.case_id}/"
    answer = send(bob, f"{case}answers/", text="My long answer", then="open", after=0)
    assert answer.status_code == 409
    shown = answer.content.decode()
    assert "Something was said meanwhile" in shown
    assert "My long answer" in shown
    with tenant_scope(tenant.id):
        assert not CaseEntry.objects.filter(kind="answer").exists()
    stale = send(bob, f"{case}priorities/", priority="low", why="Old", seen=0)
    assert stale.status_code == 409
    assert "Somebody changed this case meanwhile" in stale.content.decode()


def test_roles_that_do_not_work_on_cases_only_read(
    tenant: Tenant, work: CaseWork, make_member: Any
) -> None:
    executive = make_member(tenant, "eve@acme.example", "executive").user
    shown = page(executive, f"cases/{work.case_id}/")
    assert "Send to the customer" not in shown
    assert send(executive, f"cases/{work.case_id}/notes/", text="x").status_code == 404
    assert signed_in(executive).get("/t/acme/cases/targets/").status_code == 404


def test_details_are_changed_and_another_customers_contact_is_refused(
    tenant: Tenant, work: CaseWork, bob: User
) -> None:
    path = f"cases/{work.case_id}/edit/"
    with tenant_scope(tenant.id):
        other = make_contact(make_customer("C2"))
    given = {"title": "Renamed", "kind": "other", "seen": work.version}
    assert send(bob, path, **given, contact=other.pk).status_code == 200
    assert send(bob, path, **given).status_code == 302
    assert again(tenant, work).case.title == "Renamed"
    assert send(bob, path, **(given | {"title": "Later"})).status_code == 409


def test_links_are_given_shown_once_and_revoked(tenant: Tenant, work: CaseWork, bob: User) -> None:
    client = signed_in(bob)
    path = f"/t/acme/customers/{work.customer_id}/case-links/"
    client.post(path, {"contact": work.case.contact_id, "language": "zh-hans"})
    shown = client.get(path)
    assert "/r/" in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    assert "/r/" not in client.get(path).content.decode()
    with tenant_scope(tenant.id):
        ((link,),) = work.case.customer.case_links.values_list("pk")
    assert client.get(f"{path}{link}/revocations/").status_code == 200
    client.post(f"{path}{link}/revocations/")
    assert "Taken back" in client.get(path).content.decode()


def test_the_customers_page_and_the_first_screen_lead_to_the_case(
    tenant: Tenant, work: CaseWork, bob: User
) -> None:
    urgent = page(bob, f"customers/{work.customer_id}/").partition('id="open_cases"')[2]
    assert f"cases/{work.case_id}/" in urgent
    assert f"customers/{work.customer_id}/?part=service#cases" in urgent
    assert f"cases/{work.case_id}/" in page(bob, f"customers/{work.customer_id}/?part=service")
    with tenant_scope(tenant.id):
        Night.objects.create(
            as_of=date(2026, 1, 31), state="done", known_at=timezone.now(), digest="d"
        )
        MeasureRow.objects.create(customer=work.case.customer, as_of=date(2026, 1, 31))
    assert f"/t/acme/cases/{work.case_id}/" in page(bob, "customers/")


@pytest.mark.parametrize("path", ["cases/", "cases/?state=all&view=all"])
def test_the_list_asks_the_same_whatever_its_length(
    tenant: Tenant,
    work: CaseWork,
    bob: User,
    path: str,
) -> None:
    client = signed_in(bob)
    client.get(f"/t/acme/{path}")
    numbers = []
    for size in (3, 30):
        with tenant_scope(tenant.id):
            for number in range(size):
                Case.objects.create(
                    customer=work.case.customer, key=f"{size}-{number}", opened_at=timezone.now()
                )
        sync_cases(tenant)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(f"/t/acme/{path}").status_code == 200
        numbers.append(len(asked))
    assert numbers[0] == numbers[1]


def test_a_cases_page_asks_the_same_whatever_was_said(
    tenant: Tenant, work: CaseWork, bob: User
) -> None:
    client, numbers = signed_in(bob), []
    path = f"/t/acme/cases/{work.case_id}/"
    client.get(path)
    for _round in range(2):
        for number in range(5):
            client.post(f"{path}notes/", {"text": f"Note {number}"})
        with CaptureQueriesContext(connection) as asked:
            client.get(path)
        numbers.append(len(asked))
    assert numbers[0] == numbers[1]
