"""What a customer's person does by a link: report, follow, answer, open again, rate; and what bots and
others cannot."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import Case, Contact, Customer, Membership, OutgoingMail, Tenant, User
from accounts.tenancy import tenant_scope
from service.actions.case_links import MOST_REPORTS_A_DAY, give_case_link, revoke_case_link
from service.actions.case_states import solve_case
from service.actions.case_words import answer_customer, note_internally
from service.models import CaseEntry, CaseLink, CaseWork, SurveySettings
from tests.service.case_world import make_contact, make_customer, report


class World:
    def __init__(self, tenant: Tenant, bob: User) -> None:
        self.tenant, self.bob = tenant, bob
        with tenant_scope(tenant.id):
            owner = Membership.objects.get(user=bob)
            self.customer: Customer = make_customer(owner=owner)
            self.contact: Contact = make_contact(self.customer)
            self.link, secret = give_case_link(
                customer=self.customer, contact=self.contact, language="en", by=bob
            )
        self.path = f"/r/{tenant.pk}.{secret}/"

    def report(self, **values: Any) -> CaseWork:
        given = {"contact": self.contact, "now": timezone.now()} | values
        with tenant_scope(self.tenant.id):
            return report(self.customer, self.tenant, **given)

    def send(self, act: str, work: CaseWork | None = None, **values: Any) -> Any:
        case = {"case": work.case_id} if work else {}
        return Client().post(self.path, {"act": act, **case, **values})

    def now_of(self, work: CaseWork) -> CaseWork:
        with tenant_scope(self.tenant.id):
            return CaseWork.objects.select_related("case").get(pk=work.pk)

    def solved(self, work: CaseWork) -> CaseWork:
        with tenant_scope(self.tenant.id):
            solve_case(case=work.case, text="Fixed.", tenant=self.tenant, by=self.bob)
        return self.now_of(work)


@pytest.fixture
def world(tenant: Tenant, bob: User) -> World:
    cache.clear()
    return World(tenant, bob)


REPORT = {"title": "Payroll is wrong", "kind": "problem", "text": "Since today", "module": ""}


def test_a_contact_reports_a_problem_and_sees_it(world: World) -> None:
    answer = world.send("report", **REPORT)
    assert answer.status_code == 302
    with tenant_scope(world.tenant.id):
        work = CaseWork.objects.select_related("case", "owner").get()
    assert work.case.contact_id == world.contact.pk
    assert work.owner is not None
    assert work.owner.name == "bob"
    shown = Client().get(f"{world.path}?sent=report").content.decode()
    assert "Payroll is wrong" in shown
    assert "Since today" in shown
    assert "has it now" in shown


def test_the_one_who_looks_after_it_is_written(world: World) -> None:
    world.send("report", **REPORT)
    with tenant_scope(world.tenant.id):
        assert list(OutgoingMail.objects.values_list("to", flat=True)) == ["bob@acme.example"]


def test_bad_input_is_said_and_nothing_is_lost(world: World) -> None:
    answer = world.send("report", **(REPORT | {"title": " "}))
    assert answer.status_code == 400
    assert "Since today" in answer.content.decode()
    with tenant_scope(world.tenant.id):
        assert not Case.objects.exists()


def test_a_program_that_fills_the_trap_sees_success_and_leaves_nothing(world: World) -> None:
    answer = world.send("report", **REPORT, website="https://spam.example")
    assert answer.status_code == 302
    with tenant_scope(world.tenant.id):
        assert not Case.objects.exists()


def test_a_flood_ends_and_what_came_before_stays(world: World, monkeypatch: Any) -> None:
    monkeypatch.setattr("accounts.views.contact_pages.TRIES", 1000)
    for number in range(MOST_REPORTS_A_DAY + 3):
        answer = world.send("report", **(REPORT | {"title": f"No. {number}"}))
    assert answer.status_code == 400
    assert "a lot for one day" in answer.content.decode()
    with tenant_scope(world.tenant.id):
        assert Case.objects.count() == MOST_REPORTS_A_DAY


def test_notes_and_clocks_are_ours(world: World) -> None:
    work = world.report(text="Mine")
    with tenant_scope(world.tenant.id):
        note_internally(case=work.case, text="They always say so", by=world.bob)
        answer_customer(case=work.case, text="We look", tenant=world.tenant, by=world.bob)
    shown = Client().get(world.path).content.decode()
    assert "We look" in shown
    assert "Mine" in shown
    assert "always" not in shown


def test_others_cases_are_not_shown_and_cannot_be_answered(world: World) -> None:
    with tenant_scope(world.tenant.id):
        other = make_contact(world.customer, "P2", "wang@customer.example")
    theirs = world.report(contact=other, title="Secret matter")
    assert "Secret matter" not in Client().get(world.path).content.decode()
    assert world.send("words", theirs, text="Hello").status_code == 404
    with tenant_scope(world.tenant.id):
        elsewhere = report(make_customer("C2"), world.tenant, title="Elsewhere")
    assert world.send("words", elsewhere, text="Hello").status_code == 404


def test_words_start_the_clock_of_a_case_that_waits(world: World) -> None:
    work = world.report()
    with tenant_scope(world.tenant.id):
        answer_customer(
            case=work.case, text="Which?", tenant=world.tenant, by=world.bob, waits=True
        )
    assert "We wait for you" in Client().get(world.path).content.decode()
    assert world.send("words", work, text="July").status_code == 302
    assert world.now_of(work).state == "open"
    assert world.send("words", work, text="").status_code == 400


def test_what_is_pressed_twice_is_said_once(world: World) -> None:
    work = world.report()
    for _number in range(2):
        world.send("words", work, text="July")
    with tenant_scope(world.tenant.id):
        assert CaseEntry.objects.filter(text="July").count() == 1


def test_a_solved_case_is_rated_and_opened_again(world: World) -> None:
    work = world.solved(world.report())
    assert world.send("words", work, text="Still").status_code == 400
    assert world.send("rating", work, score="9").status_code == 400
    assert world.send("rating", work, score="4", text="Quick").status_code == 302
    assert world.now_of(work).case.satisfaction == 4
    assert world.send("reopening", work, why="Again").status_code == 302
    found = world.now_of(work)
    assert (found.state, found.number, found.case.satisfaction) == ("reopened", 2, None)


def test_after_the_days_nothing_is_opened_again(world: World) -> None:
    work = world.solved(world.report())
    with tenant_scope(world.tenant.id):
        CaseWork.objects.update(solved_at=timezone.now() - timedelta(days=15))
    assert world.send("reopening", work, why="Again").status_code == 400
    assert world.now_of(work).state == "solved"


def test_a_letter_leads_to_its_case_alone(world: World) -> None:
    work, other = world.report(), world.report(title="Other matter")
    with tenant_scope(world.tenant.id):
        answer_customer(case=work.case, text="We look", tenant=world.tenant, by=world.bob)
        letter = OutgoingMail.objects.get(to="li@customer.example")
        assert letter.contact_id == world.contact.pk
        link = CaseLink.objects.get(case=work.case)
        link.secret_hash = CaseLink.objects.get(pk=world.link.pk).secret_hash
        CaseLink.objects.filter(pk=world.link.pk).delete()
        link.save()
    shown = Client().get(world.path).content.decode()
    assert "Payroll is wrong" in shown
    assert "Other matter" not in shown
    assert world.send("words", other, text="Hello").status_code == 404
    assert world.send("report", **REPORT).status_code == 404


def test_who_no_longer_brings_a_case_reads_nothing_more_of_it(world: World) -> None:
    work = world.report()
    with tenant_scope(world.tenant.id):
        CaseLink.objects.filter(pk=world.link.pk).update(case=work.case_id)
    assert Client().get(world.path).status_code == 200
    with tenant_scope(world.tenant.id):
        other = make_contact(world.customer, "P2", "wang@customer.example")
        Case.objects.filter(pk=work.case_id).update(contact=other)
    assert Client().get(world.path).status_code == 410
    assert world.send("words", work, text="Still me").status_code == 410


def test_nobody_of_the_vendor_speaks_for_the_customer(world: World) -> None:
    work = world.solved(world.report())
    client = Client()
    client.force_login(world.bob)
    assert client.get(world.path).status_code == 200
    answer = client.post(world.path, {"act": "rating", "case": work.case_id, "score": "5"})
    assert answer.status_code == 410
    assert "Only the customer can answer here" in answer.content.decode()
    assert world.now_of(work).case.satisfaction is None


def test_links_end(world: World) -> None:
    with tenant_scope(world.tenant.id):
        CaseLink.objects.update(expires_at=timezone.now() + timedelta(seconds=1))
        link = CaseLink.objects.get()
        revoke_case_link(link=link, by=world.bob)
    for answer in (Client().get(world.path), world.send("report", **REPORT)):
        assert answer.status_code == 410
        assert world.customer.name not in answer.content.decode()


def test_a_new_link_ends_the_one_before(world: World) -> None:
    with tenant_scope(world.tenant.id):
        give_case_link(customer=world.customer, contact=world.contact, language="en", by=world.bob)
    assert Client().get(world.path).status_code == 410


def test_who_is_no_contact_any_more_reads_nothing(world: World) -> None:
    with tenant_scope(world.tenant.id):
        Contact.objects.filter(pk=world.contact.pk).delete()
    assert Client().get(world.path).status_code == 410


@pytest.mark.django_db(transaction=True)
def test_two_answers_at_once_are_both_kept(tenant: Tenant, bob: User) -> None:
    cache.clear()
    world = World(tenant, bob)
    work = world.report()
    both = threading.Barrier(2)
    states: list[int] = []

    def run(text: str) -> None:
        try:
            both.wait()
            states.append(world.send("words", work, text=text).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(text,)) for text in ("One", "Two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert states == [302, 302]
    with tenant_scope(tenant.id):
        said = CaseEntry.objects.filter(text__in=["One", "Two"])
        assert {entry.text for entry in said} == {"One", "Two"}


@pytest.mark.parametrize(
    ("contact", "customer", "given", "expected"),
    [
        ({"language": "中文"}, {"language": "en"}, "", "zh-hans"),
        ({}, {"language": "English"}, "", "en"),
        ({"language": "Suomi"}, {}, "", "zh-hans"),
        ({}, {}, "", "zh-hans"),
        ({"language": "中文"}, {}, "en", "en"),
    ],
)
def test_a_link_speaks_the_language_of_who_gets_it(
    tenant: Tenant, bob: User, contact: Any, customer: Any, given: str, expected: str
) -> None:
    """Bob reads English; the tenant asks its surveys in Chinese."""
    client = Client()
    client.force_login(bob)
    with tenant_scope(tenant.id):
        SurveySettings.objects.create(language="zh-hans")
        whose = Customer.objects.create(key="one", name="One", attributes=customer)
        ann = Contact.objects.create(customer=whose, key="ann", name="Ann", attributes=contact)
    url = f"/t/acme/customers/{whose.pk}/case-links/"
    assert client.post(url, {"contact": ann.pk, "language": given}).status_code == 302
    with tenant_scope(tenant.id):
        assert CaseLink.objects.get(revoked_at=None).language == expected
        if given:
            return
        SurveySettings.objects.all().delete()
        CaseLink.objects.update(language="en")
    client.post(url, {"contact": ann.pk})
    said = bool(contact.get("language") == "中文")
    with tenant_scope(tenant.id):
        assert CaseLink.objects.get(revoked_at=None).language == ("zh-hans" if said else "en")
