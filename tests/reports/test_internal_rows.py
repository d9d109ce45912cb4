"""The rows behind the figures of the operations report and of the product digest sum up to them."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from night_facts import LONG_AGO, customer, sign

from accounts.actions.facts import keep_versions
from accounts.models import (
    Colleague,
    Contact,
    Customer,
    Department,
    Membership,
    Team,
    Tenant,
    Touchpoint,
    User,
    VisibilityRule,
)
from accounts.tenancy import tenant_scope
from reports.actions.internal_figures import make_operations_figures, make_product_figures
from reports.catalogue import figure, figures_of
from reports.compute.stored_documents import as_json
from reports.documents import operations, product
from reports.models import FigureSet
from reports.queries.figure_rows import read_behind, rows_behind
from reports.rendering.html import body_html
from service.models import (
    Ask,
    CaseEscalation,
    Play,
    PlayFiring,
    PlayVersion,
    ProductUpdate,
    Request,
    RequestDigest,
    Survey,
    SurveyInvitation,
    SurveyRound,
    SurveyVersion,
)
from tests.reports.test_internal_reports import NOVEMBER, OCTOBER, case, done, work

FIRST = datetime(2026, 8, 20, tzinfo=UTC)
SHARES = {
    "work_in_time", "case_targets_met", "case_resolutions_met", "touch_coverage",
    "acceptance_rate", "acceptance_rate_12m", "survey_response_rate",
}  # fmt: skip


class Months:
    """Three random months of service, October in the middle of them."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.customers = [customer(f"c{number}") for number in range(6)]
        self.owners = [Colleague.objects.create(key=name, name=name) for name in ("ann", "bob")]
        self.plays = [Play.objects.create(key=name, trigger_kind="tier") for name in ("a", "b")]
        PlayVersion.objects.create(
            play=self.plays[0], version=1, document={"names": {"en": "Quiet ones"}}
        )
        for who in self.customers[:4]:
            sign(who, date(2026, 1, 1), date(2027, 12, 31))
        for number in range(60):
            self.work()
            self.case()
            self.wish(number)
        self.ask_opinions()

    def ask_opinions(self) -> None:
        survey = Survey.objects.create(kind="nps", name="NPS")
        version = SurveyVersion.objects.create(survey=survey, version=1, document={})
        asked = SurveyRound.objects.create(
            survey=survey, version=version, why="hand", key="2026Q4", label="Q4",
            opened_at=FIRST, closes_at=NOVEMBER,
        )  # fmt: skip
        for number in range(20):
            who, sent = self.chance.choice(self.customers), self.moment()
            contact = Contact.objects.create(customer=who, key=f"k{number}", name="Kim")
            SurveyInvitation.objects.create(
                round=asked, customer=who, contact=contact, name="Kim", language="en",
                secret_hash=f"{number:064}", state="sent", sent_at=sent, expires_at=NOVEMBER,
                answered_at=self.chance.choice([None, sent]),
                revoked_at=self.chance.choice([None, None, sent]),
            )  # fmt: skip

    def moment(self) -> datetime:
        return FIRST + timedelta(minutes=self.chance.randrange(60 * 24 * 90))

    def later(self, begin: datetime) -> datetime | None:
        if self.chance.random() < 0.3:
            return None
        return begin + timedelta(hours=self.chance.randrange(1, 24 * 40))

    def work(self) -> None:
        chance, opened, who = self.chance, self.moment(), self.chance.choice(self.customers)
        end = self.later(opened)
        state = chance.choice(["done", "done", "dismissed", "condition_gone", "expired"])
        play = chance.choice([None, *self.plays]) if end else None
        work(
            who, opened.date(), opened.date() + timedelta(chance.randrange(30)),
            chance.choice([None, *self.owners]), **({"play": play} if play else {}),
            **(done(end, state) if end else {}),
        )  # fmt: skip
        PlayFiring.objects.get_or_create(
            play=chance.choice(self.plays), customer=who, as_of=opened.date(),
            defaults={"event_key": str(opened), "version": 1, "outcome": "opened",
                      "taken_back_at": chance.choice([None, None, opened])},
        )  # fmt: skip
        Touchpoint.objects.create(
            customer=who, key=f"t{Touchpoint.objects.count()}", kind="call", happened_on=opened.date(),
            known_from=LONG_AGO,
        )  # fmt: skip

    def case(self) -> None:
        chance, opened = self.chance, self.moment()
        clock: dict[str, Any] = {"response_minutes": 60, "resolution_minutes": 600}
        for name in ("responded_at", "solved_at"):
            if (at := self.later(opened)) is not None:
                clock[name] = at
        for name in ("response_breached_at", "resolution_breached_at"):
            if chance.random() < 0.3:
                clock[name] = opened + timedelta(hours=chance.randrange(48))
        made = case(chance.choice(self.customers), opened, **clock)
        if chance.random() < 0.4:
            CaseEscalation.objects.create(
                case=made, cause="by_hand", at=self.moment(),
                department=chance.choice([None, Department.objects.get_or_create(name="Bugs")[0]]),
            )  # fmt: skip

    def wish(self, number: int) -> None:
        raised = self.moment().date()
        wanted = Request.objects.create(
            title=f"Wish {number}", raised_on=raised, known_from=LONG_AGO,
            status=self.chance.choice(["new", "review", "planned", "shipped", "declined"]),
        )  # fmt: skip
        Ask.objects.create(
            customer=self.chance.choice(self.customers), request=wanted, key=f"a{number}",
            title="Wish", made_on=raised, known_from=LONG_AGO,
        )  # fmt: skip


@pytest.fixture
def whole(scope: Tenant, executive: object) -> Membership:
    return Membership.objects.get(user=executive)


def made(kind: str) -> FigureSet:
    make = make_operations_figures if kind == "operations" else make_product_figures
    return make(period=OCTOBER, known_at=NOVEMBER)


@pytest.mark.parametrize("kind", ["operations", "product"])
@pytest.mark.parametrize("seed", range(3))
def test_rows_sum_up_to_every_figure(
    scope: Tenant, whole: Membership, time_machine: Any, kind: str, seed: int
) -> None:
    time_machine.move_to(NOVEMBER, tick=False)
    Months(seed)
    one, told = made(kind), set()
    for key in figures_of(kind):
        listing, value = rows_behind(one, key, scope), one.value(key)
        assert listing is not None, key
        page = read_behind(listing, whole, None)
        assert len(page.rows) == page.total, key
        first = read_behind(listing, whole, slice(0, 2))
        assert (first.total, len(first.rows)) == (page.total, min(page.total, 2))
        assert first.rows == page.rows[:2]
        if value is None:
            assert not page.total, key
        elif figure(kind, key).adds_up:
            assert (page.value or Decimal(0)) == value, key
        elif key in SHARES:
            assert abs(Fraction(page.value) / page.total - Fraction(value)) < Fraction(1, 10**9)  # type: ignore[arg-type]
        if value:
            told.add(key)
    assert len(told) >= (19 if kind == "operations" else 6), told


def test_counts_are_counts_of_their_rows() -> None:
    """A figure that counts something says so, and is held against its rows above."""
    for kind in ("operations", "product"):
        counted = {key for key, one in figures_of(kind).items() if one.unit == "count"}
        assert counted == {key for key, one in figures_of(kind).items() if one.adds_up}


def test_mean_hours_are_those_of_the_rows(scope: Tenant, whole: Membership) -> None:
    Months(5)
    one = made("operations")
    rows = read_behind(rows_behind(one, "case_resolution_hours", scope), whole, None).rows  # type: ignore[arg-type]
    mean = sum(row[-1] for row in rows) / len(rows)
    assert abs(mean - one.value("case_resolution_hours")) < Decimal("0.01")


def test_requests_not_decided_are_those_of_the_moment(scope: Tenant, whole: Membership) -> None:
    wish = Request.objects.create(title="Export", raised_on=date(2026, 8, 3), known_from=LONG_AGO)
    one = made("product")
    decided = NOVEMBER + timedelta(1)
    keep_versions([wish], until=decided)
    wish.status, wish.known_from = "declined", decided
    wish.save()
    Request.objects.create(title="Later", raised_on=date(2026, 8, 3), known_from=decided)
    for key in ("requests_undecided", "requests_aging"):
        page = read_behind(rows_behind(one, key, scope), whole, None)  # type: ignore[arg-type]
        assert [row[2:4] for row in page.rows] == [("Export", "new")]
        assert page.value == one.value(key) == 1


def test_a_digest_of_a_letter_has_the_rows_of_the_letter(scope: Tenant, whole: Membership) -> None:
    Request.objects.create(title="Export", raised_on=date(2026, 8, 3), known_from=LONG_AGO)
    facts = made("product").details["digest"]
    Request.objects.create(title="Later", raised_on=date(2026, 8, 3), known_from=NOVEMBER)
    told = NOVEMBER - timedelta(1)
    RequestDigest.objects.create(month=date(2026, 9, 1), facts=facts, made_at=told)
    make_product_figures(period=OCTOBER, known_at=NOVEMBER)
    before = FigureSet.objects.get(kind="product", period="2026-09")
    page = read_behind(rows_behind(before, "requests_undecided", scope), whole, None)  # type: ignore[arg-type]
    assert [row[2] for row in page.rows] == ["Export"]
    assert page.total == before.value("requests_undecided")


def test_releases_are_those_that_the_digest_told(scope: Tenant, whole: Membership) -> None:
    update = ProductUpdate.objects.create(
        titles={"en": "Export as PDF"},
        shipped_on=date(2026, 9, 2),
        state="sent",
        sent_at=NOVEMBER,
    )
    one = made("product")
    ProductUpdate.objects.filter(pk=update.pk).update(titles={"en": "Renamed"})
    page = read_behind(rows_behind(one, "updates_shipped", scope), whole, None)  # type: ignore[arg-type]
    assert [row[2:] for row in page.rows] == [("Export as PDF", date(2026, 9, 2))]


@pytest.mark.parametrize(("kind", "composer"), [("operations", operations), ("product", product)])
def test_every_figure_of_the_document_leads_to_its_page(
    client: Client, tenant: Tenant, executive: User, time_machine: Any, kind: str, composer: Any
) -> None:
    time_machine.move_to(NOVEMBER, tick=False)
    with tenant_scope(tenant.pk):
        Months(1)
        one = made(kind)
        document = as_json(
            composer.compose(
                tenant=tenant, period=OCTOBER, figures=one, before=None, year_before=None,
                template=None, language="en", known_at=NOVEMBER,
            )
        )  # fmt: skip
    client.force_login(executive)
    assert document["figures"]
    shown = body_html(document, {}, "", link_paths=True)
    assert all(f'{told["path"]}"' in shown for told in document["figures"] if told["value"])
    for told in document["figures"]:
        page = client.get(f"/t/acme{told['path']}")
        assert page.status_code == 200, told
        text = page.content.decode()
        if figure(kind, told["key"]).adds_up and told["value"] is not None:
            assert f"The rows add up to {told['value']}." in text, told["key"]
            assert not page.context["differs"]
    work_page = client.get(f"/t/acme/figures/{one.pk}/work_open/?format=csv")
    assert work_page.status_code == (200 if kind == "operations" else 404)


def test_rows_are_of_customers_that_one_sees(
    client: Client, tenant: Tenant, make_member: Callable[..., Membership]
) -> None:
    with tenant_scope(tenant.pk):
        months = Months(1)
        one = made("operations")
        VisibilityRule.objects.create(role="service_manager", visibility="mine")
        member = make_member(tenant, "lea@acme.example", "service_manager")
        team = Team.objects.create(name="North")
        Membership.objects.filter(pk=member.pk).update(leads_team=True, team=team)
        mine = months.customers[0]
        Customer.objects.filter(pk=mine.pk).update(
            service_manager=Colleague.objects.get(membership=member)
        )
    client.force_login(member.user)
    page = client.get(f"/t/acme/figures/{one.pk}/cases_open/")
    assert {name for _pk, name, _cells in page.context["rows"]} == {mine.name}
    other = make_member(tenant, "pam@acme.example", "product_manager")
    client.force_login(other.user)
    assert client.get(f"/t/acme/figures/{one.pk}/cases_open/").status_code == 404


def test_a_page_costs_as_many_statements_at_any_volume(scope: Tenant, whole: Membership) -> None:
    months = Months(2)
    one = made("operations")
    assert whole.sees("customers") == "all"
    for _round in range(2):
        with CaptureQueriesContext(connection) as asked:
            page = read_behind(rows_behind(one, "work_open", scope), whole, slice(0, 25))  # type: ignore[arg-type]
        # How many there are, and the page.
        assert len(asked) == 2
        assert len(page.rows) <= 25
        for _number in range(40):
            months.work()
