"""Which score a report asks its reader for: by the tenant's rules of surveys and their limit."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from accounts.models import Colleague, Contact, Customer, Notification, Responsibility, Tenant, User
from accounts.tenancy import tenant_scope
from reports.actions.report_answers import score_by_link
from reports.actions.report_changes import approve
from reports.actions.report_letters import write_letters
from reports.actions.report_sending import send_reports
from reports.models import Report, ReportAnswer, ReportLink
from service.actions.survey_sending import ask_contact
from service.actions.surveys import change_survey_settings, keep_shipped_survey
from service.models import SurveyAnswer
from service.queries.surveys import survey_settings
from tests.reports.report_world import MORNING, made

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("november")]
RECOMMEND = "How likely are you to recommend us"
SATISFIED = "How satisfied are you with what we did for you?"


@pytest.fixture
def path(tenant: Tenant, anna: Customer, bob: User) -> str:
    """The key user's link to a report that was sent."""
    report: Report = made(tenant)
    with tenant_scope(tenant.pk):
        approve(seen={report.pk: report.revision}, by=bob)
        send_reports(seen={report.pk: report.revision + 1}, tenant=tenant, by=bob)
    write_letters(tenant_id=tenant.pk)
    [letter] = [one for one in mail.outbox if one.to == ["li@anna.example"]]
    found = re.search(r"/r/\S+", letter.body)
    assert found
    return found[0]


def ask_quarterly(tenant: Tenant, by: User, **values: Any) -> None:
    with tenant_scope(tenant.pk):
        survey = keep_shipped_survey(key="relationship", language="en")
        change_survey_settings(
            seen=survey_settings().version, values={"quarterly": survey, **values},
            today=date(2026, 11, 19), by=by,
        )  # fmt: skip


def page(path: str) -> str:
    return Client().get(path).content.decode()


def scored(tenant: Tenant) -> list[tuple[str, int]]:
    with tenant_scope(tenant.pk):
        return list(SurveyAnswer.objects.order_by("pk").values_list("kind", "score"))


def told(tenant: Tenant, kind: str) -> list[tuple[str, int]]:
    with tenant_scope(tenant.pk):
        found = Notification.objects.filter(kind=kind).order_by("pk")
        return [(one.values["contact"], one.values["score"]) for one in found]


def test_who_is_asked_nothing_each_quarter_says_how_satisfied_it_is(path: str) -> None:
    shown = page(path)
    assert SATISFIED in shown
    assert shown.count('name="survey-score"') == 5


def test_the_survey_of_the_quarter_is_asked(tenant: Tenant, path: str, alice: User) -> None:
    ask_quarterly(tenant, alice)
    shown = page(path)
    assert RECOMMEND in shown
    assert SATISFIED not in shown
    assert shown.count('name="survey-score"') == 11
    assert "Not at all likely" in shown
    Client().post(path, {"act": "survey", "survey-kind": "nps", "survey-score": "9"})
    assert scored(tenant) == [("nps", 9)]


def test_whom_the_rules_do_not_name_is_asked_how_satisfied_it_is(
    tenant: Tenant, path: str, alice: User
) -> None:
    ask_quarterly(tenant, alice, quarterly_roles=["decision_maker"])
    assert SATISFIED in page(path)


def test_what_was_given_stays_on_its_scale(tenant: Tenant, path: str, alice: User) -> None:
    client = Client()
    client.post(path, {"act": "survey", "survey-score": "4"})
    ask_quarterly(tenant, alice)
    assert SATISFIED in page(path)
    client.post(path, {"act": "survey", "survey-kind": "csat", "survey-score": "5"})
    assert scored(tenant) == [("csat", 5)]


def test_a_score_of_another_question_is_not_taken(tenant: Tenant, path: str, alice: User) -> None:
    ask_quarterly(tenant, alice)
    answer = Client().post(path, {"act": "survey", "survey-kind": "csat", "survey-score": "5"})
    assert answer.status_code == 200
    assert "The question has changed meanwhile" in answer.content.decode()
    assert RECOMMEND in answer.content.decode()
    assert not scored(tenant)


def test_who_was_asked_lately_is_not_asked_again(
    tenant: Tenant, path: str, alice: User, time_machine: Any
) -> None:
    ask_quarterly(tenant, alice, cap_days=60)
    with tenant_scope(tenant.pk):
        survey = survey_settings().quarterly
        assert survey is not None
        ask_contact(
            survey=survey, contact=Contact.objects.get(name="Li Wei"), language="en",
            tenant=tenant, by=alice,
        )  # fmt: skip
    shown = page(path)
    assert 'name="survey-score"' not in shown
    assert "Tell us what you wish" in shown
    time_machine.move_to(MORNING + timedelta(days=61), tick=False)
    assert RECOMMEND in page(path)


def test_who_answered_may_still_change_it(tenant: Tenant, path: str) -> None:
    Client().post(path, {"act": "survey", "survey-score": "3"})
    assert 'aria-current="true">3</button>' in page(path)


def test_the_face_hears_of_a_low_score_once(
    tenant: Tenant, anna: Customer, path: str, bob: User
) -> None:
    with tenant_scope(tenant.pk):
        Responsibility.objects.create(
            customer=anna, colleague=Colleague.objects.get(membership__user=bob),
            capacity="service_manager", from_on=date(2020, 1, 1), why="contract",
        )  # fmt: skip
    client = Client()
    for score in (3, 2, 1):
        client.post(path, {"act": "survey", "survey-kind": "csat", "survey-score": str(score)})
    assert told(tenant, "survey.dissatisfied") == [("Li Wei", 2)]
    with tenant_scope(tenant.pk):
        found = Notification.objects.get(kind="survey.dissatisfied")
        assert found.member.user == bob
        assert (found.values["survey"], found.values["most"]) == ("CSAT", 5)


def test_the_face_hears_of_who_advises_against_us(
    tenant: Tenant, anna: Customer, path: str, bob: User, alice: User
) -> None:
    ask_quarterly(tenant, alice)
    with tenant_scope(tenant.pk):
        Responsibility.objects.create(
            customer=anna, colleague=Colleague.objects.get(membership__user=bob),
            capacity="service_manager", from_on=date(2020, 1, 1), why="contract",
        )  # fmt: skip
        link = ReportLink.objects.get(name="Li Wei")
        score_by_link(link=link, score=4, comment="Slow.", tenant=tenant)
        assert ReportAnswer.objects.get().score.comment == "Slow."
    assert told(tenant, "survey.detractor") == [("Li Wei", 4)]
    assert not told(tenant, "survey.dissatisfied")
