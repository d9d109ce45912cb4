"""Lists of the API of service cost as many statements for a long page as for a short one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from api_program import program
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Case, Contact, Customer, Module, Tenant, User
from accounts.rest.scopes import scopes
from accounts.tenancy import tenant_scope
from service.actions.case_escalations import escalate_case
from service.actions.case_links import give_case_link
from service.actions.case_rules import save_department
from service.actions.case_words import note_internally
from service.actions.cases import report_case
from service.actions.requests import Asking, capture_ask, vote
from service.actions.suggestions import show_suggestions
from service.actions.updates import UpdateValues, draft_update
from service.models import UpdateRecipient

DAY = date(2026, 11, 2)
ROWS = 9
Made = Callable[[Tenant, User], str]


def customers() -> list[Customer]:
    found = []
    for number in range(ROWS):
        customer = Customer.objects.create(key=f"C{number}", name=f"C{number}")
        Contact.objects.create(
            customer=customer, key=f"a{number}", name="Ann", email=f"a{number}@c.example"
        )
        found.append(customer)
    return found


def the_case(tenant: Tenant, by: User) -> Case:
    customer = Customer.objects.create(key="A", name="A")
    return report_case(customer=customer, title="Empty", kind="problem", tenant=tenant, by=by).case


def entries(tenant: Tenant, by: User) -> str:
    case = the_case(tenant, by)
    for number in range(ROWS):
        note_internally(case=case, text=f"Note {number}", by=by)
    return f"cases/{case.key}/entries"


def escalations(tenant: Tenant, by: User) -> str:
    case = the_case(tenant, by)
    for number in range(ROWS):
        department = save_department(
            department=None, name=f"D{number}", lead=None, kinds=[], priorities=[],
            takes_cases=True, is_active=True, by=by,
        )  # fmt: skip
        escalate_case(case=case, department=department, why="Stuck", tenant=tenant, by=by)
    return f"cases/{case.key}/escalations"


def case_links(tenant: Tenant, by: User) -> str:
    for customer in customers():
        contact = customer.contacts.get()
        give_case_link(customer=customer, contact=contact, language="en", by=by)
    return "case-links"


def votes(tenant: Tenant, by: User) -> str:
    asker, *others = customers()
    asking = Asking(title="Excel", text="", made_on=DAY, contact=None)
    request = capture_ask(customer=asker, asking=asking, today=DAY, by=by).request
    for customer in others:
        vote(request=request, customer=customer, contact=customer.contacts.get(), by=by)
    return f"requests/{request.pk}/votes"


def recipients(tenant: Tenant, by: User) -> str:
    module = Module.objects.create(key="m", name="M")
    update = draft_update(
        values=UpdateValues(
            titles={"en": "New"}, texts={"en": "Words"}, language="en", shipped_on=DAY,
            modules=[module],
        ),
        by=by,
    )  # fmt: skip
    for customer in customers():
        UpdateRecipient.objects.create(
            update=update, contact=customer.contacts.get(), customer=customer, name="Ann",
            language="en", because="owns",
        )  # fmt: skip
    return f"updates/{update.pk}/recipients"


def suggestions(tenant: Tenant, by: User) -> str:
    module = Module.objects.create(key="m", name="M")
    for customer in customers():
        show_suggestions(
            customer=customer, shown={(module.pk, "buy"): {"peers": 12}}, today=DAY, by=by,
            contact=customer.contacts.get(),
        )  # fmt: skip
    return "suggestions"


@pytest.mark.parametrize("made", [entries, escalations, case_links, votes, recipients, suggestions])
def test_a_long_page_costs_what_a_short_one_does(tenant: Tenant, alice: User, made: Made) -> None:
    with tenant_scope(tenant.id):
        path = f"/api/v1/{made(tenant, alice)}"
    crm = program(tenant, *scopes)
    crm.get(path)
    counts = []
    for limit in (3, ROWS - 1):
        with CaptureQueriesContext(connection) as queries:
            assert len(crm.get(path, limit=limit).json()["results"]) == limit
        counts.append(len(queries))
    assert counts[0] == counts[1]
