"""The operations report and the product digest: counted by hand, made monthly, seen by who may."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from night_facts import LONG_AGO, customer, sign

from accounts.models import Case, Colleague, Customer, Membership, Team, Tenant, Touchpoint
from accounts.tenancy import tenant_scope
from reports.actions.internal_figures import make_operations_figures, make_product_figures
from reports.catalogue import REASONS, figures_of
from reports.compute.report_periods import period_of
from reports.compute.stored_documents import as_json
from reports.documents.composers import kinds_of
from reports.documents.internal_tables import Writer
from reports.documents.operations import _work, compose
from reports.models import FigureSet, Report
from reports.queries.operations import operations_of
from reports.queries.product_digest import used_share
from reports.rendering.pdf import pdf_bytes
from service.models import (
    Ask,
    CaseEscalation,
    CaseWork,
    Cta,
    Play,
    PlayFiring,
    PlayVersion,
    Request,
    RequestDigest,
)
from tests.reports.report_world import make

OCTOBER = period_of("2026-10")
NOVEMBER = datetime(2026, 11, 20, 4, tzinfo=UTC)
numbers = iter(range(10_000))


def at(day: int, hour: int = 4) -> datetime:
    return datetime(2026, 10, day, hour, tzinfo=UTC)


def work(who: Customer, opened: date, due: date, owner: Colleague | None = None, **of: Any) -> Cta:
    made: Cta = Cta.objects.create(
        customer=who, title="Call", opened_on=opened, due_on=due, owner=owner,
        event_key=f"by-hand-{next(numbers)}" if "play" not in of else "e", **of,
    )  # fmt: skip
    return made


def done(on: datetime, state: str = "done") -> dict[str, Any]:
    return {"state": state, "closed_at": on}


def case(who: Customer, opened: datetime, **clock: Any) -> Case:
    closed = clock.get("solved_at")
    made = Case.objects.create(
        customer=who, key=f"s{next(numbers)}", opened_at=opened, closed_at=closed,
        first_response_at=clock.get("responded_at"), known_from=LONG_AGO,
    )  # fmt: skip
    CaseWork.objects.filter(case=made).delete()
    CaseWork.objects.create(
        case=made, customer=who, started_at=opened, fact_from=LONG_AGO,
        state="solved" if closed else "open", **clock,
    )  # fmt: skip
    return made


@pytest.fixture
def worked(scope: Tenant, make_member: Callable[..., Membership]) -> Customer:
    """A month of service, written down by hand."""
    anna, bert = customer("anna"), customer("bert")
    for who in (anna, bert):
        sign(who, date(2026, 1, 1), date(2027, 12, 31))
    north = Team.objects.create(name="North")
    member = make_member(scope, "ann@acme.example", "service_manager")
    Membership.objects.filter(pk=member.pk).update(team=north)
    ann = Colleague.objects.get(membership=member)
    first, soon, late = date(2026, 10, 5), date(2026, 10, 20), date(2026, 12, 1)
    work(anna, date(2026, 9, 1), date(2026, 10, 7), ann)  # overdue
    work(anna, first, late, ann)  # open
    work(anna, first, soon, ann, **done(at(20)))  # in time
    work(anna, first, soon, ann, **done(at(21)))  # late
    work(bert, first, soon, **done(at(10), "dismissed"))  # nobody's
    work(bert, first, soon, **done(datetime(2026, 11, 2, tzinfo=UTC)))  # overdue in October
    work(bert, date(2026, 11, 1), late)  # of November
    work(bert, date(2026, 9, 1), soon, **done(datetime(2026, 9, 9, tzinfo=UTC)))  # of September
    play = Play.objects.create(key="quiet", trigger_kind="measure")
    PlayVersion.objects.create(
        play=play, version=1, document={"names": {"en": "Quiet ones", "zh-hans": "沉默客户"}}
    )
    PlayFiring.objects.create(
        play=play, customer=anna, event_key="a", as_of=first, version=1, outcome="opened"
    )
    PlayFiring.objects.create(
        play=play, customer=bert, event_key="b", as_of=first, version=1, outcome="opened",
        taken_back_at=at(6),
    )  # fmt: skip
    work(anna, first, soon, play=play, **done(at(12), "condition_gone"))
    hour = timedelta(hours=1)
    case(anna, at(2), owner=ann, response_minutes=60, responded_at=at(2) + hour,
         resolution_minutes=600, solved_at=at(2) + 5 * hour)  # fmt: skip
    slow = case(anna, at(3), owner=ann, response_minutes=60, response_breached_at=at(3) + hour,
                responded_at=at(3) + 4 * hour)  # fmt: skip
    CaseEscalation.objects.create(case=slow, cause="response", at=at(3) + 2 * hour)
    case(bert, datetime(2026, 9, 1, tzinfo=UTC), resolution_minutes=600,
         resolution_breached_at=at(4))  # fmt: skip
    Touchpoint.objects.create(
        customer=anna, key="t1", kind="call", happened_on=date(2026, 10, 9), known_from=LONG_AGO
    )
    return anna


def test_every_figure_is_what_was_written_down(scope: Tenant, worked: Customer) -> None:
    made = make_operations_figures(period=OCTOBER, known_at=NOVEMBER)
    expected: dict[str, Any] = {
        "work_opened": 6, "work_closed": 3, "work_open": 3, "work_overdue": 2,
        "work_in_time": Fraction(1, 2), "cases_opened": 2, "cases_solved": 1, "cases_open": 2,
        "case_response_hours": Fraction(5, 2), "case_targets_met": Fraction(1, 2),
        "case_resolution_hours": 5, "case_resolutions_met": Fraction(1, 2), "escalations": 1,
        "plays_fired": 1, "plays_done": 0, "plays_gone": 1, "surveys_sent": 0,
        "survey_response_rate": None, "nps": None, "csat": None, "ces": None, "touchpoints": 1,
        "touch_coverage": Fraction(1, 2), "requests_received": None, "acceptance_rate": None,
    }  # fmt: skip
    assert set(made.figures) == set(expected) == set(figures_of("operations"))
    found = {key: made.value(key) for key in expected}
    wrong = {key: (found[key], value) for key, value in expected.items() if found[key] != value}
    assert wrong == {}
    assert set(made.reasons) == {key for key, value in expected.items() if value is None}
    assert set(made.reasons.values()) <= set(REASONS)


def test_people_and_teams_sum_up_to_the_figures(scope: Tenant, worked: Customer) -> None:
    found = operations_of(OCTOBER, scope.zone, "en")
    by_who = {line.who: line.counts["open"] for line in found.work}
    assert len(by_who) == 2
    assert sum(by_who.values()) == 3
    teams = _work(found.work, Writer("en", "USD"), of_teams=True)
    people = _work(found.work, Writer("en", "USD"))
    assert teams is not None
    assert people is not None
    assert [row[0].text for row in teams.rows] == ["North", "Nobody named"]
    assert teams.total == people.total
    assert [cell.value for cell in people.total[1:5]] == [6, 3, 3, 2]
    [play] = found.plays
    assert (play.who, play.counts["fired"], play.counts["gone"]) == ("Quiet ones", 1, 1)


def test_statements_do_not_grow_with_what_there_is(scope: Tenant, worked: Customer) -> None:
    with CaptureQueriesContext(connection) as few:
        operations_of(OCTOBER, scope.zone, "en")
    for _number in range(20):
        work(worked, date(2026, 10, 2), date(2026, 10, 9))
        case(worked, at(9))
    with CaptureQueriesContext(connection) as many:
        operations_of(OCTOBER, scope.zone, "en")
    assert len(few) == len(many) == 5


def test_made_again_it_is_the_same_set_until_a_figure_differs(
    scope: Tenant, worked: Customer
) -> None:
    first = make_operations_figures(period=OCTOBER, known_at=NOVEMBER)
    assert make_operations_figures(period=OCTOBER, known_at=NOVEMBER).pk == first.pk
    work(worked, date(2026, 10, 2), date(2026, 12, 9))
    later = make_operations_figures(period=OCTOBER, known_at=NOVEMBER)
    assert (later.version, later.value("work_open")) == (2, 4)
    assert FigureSet.objects.filter(kind="operations", period="2026-09").count() == 1


def test_the_product_digest_has_requests_by_weight(scope: Tenant, worked: Customer) -> None:
    wish = Request.objects.create(
        title="Export", raised_on=date(2026, 10, 3), status="new", known_from=LONG_AGO
    )
    Ask.objects.create(
        customer=worked, request=wish, key="a1", title="Export", made_on=date(2026, 10, 3),
        known_from=LONG_AGO,
    )  # fmt: skip
    made = make_product_figures(period=OCTOBER, known_at=NOVEMBER)
    assert set(made.figures) == set(figures_of("product"))
    assert (made.value("requests_received"), made.value("requests_undecided")) == (1, 1)
    assert (made.value("cases_opened"), made.value("cases_breached")) == (2, 2)
    assert made.value("acceptance_rate_12m") == 0
    assert [row["title"] for row in made.details["digest"]["by_customers"]] == ["Export"]


def test_a_month_before_is_told_as_it_was_kept(scope: Tenant, worked: Customer) -> None:
    facts = make_product_figures(period=OCTOBER, known_at=NOVEMBER).details["digest"]
    assert not FigureSet.objects.filter(kind="product", period="2026-09").exists()
    kept = json.loads(json.dumps(facts | {"undecided": 7}))
    RequestDigest.objects.create(month=date(2026, 9, 1), facts=kept)
    make_product_figures(period=OCTOBER, known_at=NOVEMBER)
    before = FigureSet.objects.get(kind="product", period="2026-09")
    assert before.value("requests_undecided") == 7


def test_what_there_was_none_of_is_said_in_a_line(scope: Tenant, worked: Customer) -> None:
    Cta.objects.all().delete()
    PlayFiring.objects.all().delete()
    stored = composed(scope)
    blocks = {one["key"]: one["blocks"] for one in stored["sections"]}
    assert [block["type"] for block in blocks["work"]] == ["table"]
    assert blocks["work"][0]["empty"] == "There was no work in this month."
    assert "work_closed" not in blocks["top"][0]["keys"]


def composed(tenant: Tenant) -> dict[str, Any]:
    made = make_operations_figures(period=OCTOBER, known_at=NOVEMBER)
    return as_json(
        compose(
            tenant=tenant, period=OCTOBER, figures=made, before=None, year_before=None,
            template=None, language="en", known_at=NOVEMBER,
        )
    )  # fmt: skip


def test_use_is_of_those_releases_that_were_there_long_enough() -> None:
    shipped = [
        {"asked": [[30, 4, 3], [90, 4, None]]},
        {"asked": [[30, 6, 1], [90, 6, 2]]},
        {"asked": [[30, 9, None], [90, 9, None]]},
    ]
    assert used_share(shipped, 30) == Fraction(4, 10)
    assert used_share(shipped, 90) == Fraction(2, 6)
    assert used_share([], 30) is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_both_are_made_with_the_months_reports_and_come_out_on_paper(
    tenant: Tenant, time_machine: Any, language: str
) -> None:
    time_machine.move_to(NOVEMBER, tick=False)
    tenant.currency = "USD" if language == "en" else "CNY"
    tenant.save(update_fields=["currency"])
    kinds = {line["kind"]: line["status"] for line in make(tenant)}
    assert kinds["operations"] == kinds["product"] == "draft"
    assert not {"operations", "product"} & set(kinds_of(period_of("2026-Q3")))
    with tenant_scope(tenant.pk):
        for kind in ("operations", "product"):
            report = Report.objects.get(kind=kind)
            assert report.language == language
            assert report.document["figures"]
            assert pdf_bytes(report.document, {}, "").startswith(b"%PDF")
