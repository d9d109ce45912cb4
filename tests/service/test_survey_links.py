"""Answering a survey by a link: once, twice, too late, in a flood."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.actions.contacts import remove_contact
from accounts.contact_links import contact_path
from accounts.models import (
    AuditRecord,
    Colleague,
    Notification,
    Responsibility,
    RowVersion,
    Tenant,
    User,
)
from accounts.tenancy import tenant_scope
from service.actions.survey_answers import MOST_CHANGES, give_score
from service.actions.survey_notices import is_detractor
from service.actions.survey_sending import close_round, give_link_again, revoke_link
from service.actions.surveys import keep_shipped_survey, make_survey
from service.models import SurveyAnswer, SurveyInvitation, SurveyRound
from tests.service.survey_world import SurveyWorld, late, page, scored, survey_world


@pytest.fixture(autouse=True)
def _no_rates() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def world(tenant: Tenant, bob: User) -> SurveyWorld:
    with tenant_scope(tenant.id):
        return survey_world(tenant, bob)


@pytest.fixture
def asked(world: SurveyWorld) -> tuple[SurveyInvitation, str]:
    with tenant_scope(world.tenant.id):
        return world.asked()


def test_the_face_is_told_of_who_advises_against_us(world: SurveyWorld, bob: User) -> None:
    with tenant_scope(world.tenant.id):
        face = Colleague.objects.get(membership__user=bob)
        Responsibility.objects.create(
            customer=world.ann.customer, colleague=face, capacity="service_manager",
            from_on=date(2020, 1, 1), why="contract",
        )  # fmt: skip
        (_link, path), (_other, dans) = world.asked(), world.asked(world.dan)

    def told() -> list[dict[str, Any]]:
        with tenant_scope(world.tenant.id):
            found = Notification.objects.filter(kind="survey.detractor", member__user=bob)
            return [one.values for one in found.order_by("pk")]

    client = Client()
    client.post(dans, {"score": "7"})
    client.post(path, {"score": "8"})
    assert told() == []
    client.post(path, {"score": "6"})
    client.post(path, {"score": "2"})
    assert [(one["contact"], one["score"]) for one in told()] == [("Ann", 6)], "once"
    client.post(path, {"score": "9"})
    client.post(path, {"score": "0"})
    assert [one["score"] for one in told()] == [6, 0]
    with tenant_scope(world.tenant.id):
        page = Notification.objects.filter(kind="survey.detractor")[0].path
    assert as_(bob).get(f"/t/acme{page}").status_code == 200


@pytest.mark.parametrize(("kind", "score"), [("csat", 1), ("ces", 2)])
def test_other_scales_have_no_detractors(kind: str, score: int) -> None:
    assert not is_detractor(kind, score)
    assert is_detractor("nps", 6)


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def answers(world: SurveyWorld) -> list[tuple[int, str]]:
    with tenant_scope(world.tenant.id):
        return list(SurveyAnswer.objects.order_by("pk").values_list("score", "comment"))


def test_one_tap_is_an_answer(world: SurveyWorld, asked: Any) -> None:
    link, path = asked
    client = Client()
    assert 'name="score" value="10"' in page(client, path)
    response = client.post(path, {"score": "9"})
    assert (response.status_code, response["Location"]) == (302, path)
    with tenant_scope(world.tenant.id):
        answer = SurveyAnswer.objects.get()
        assert (answer.kind, answer.score, answer.customer.key) == ("nps", 9, "A")
        assert (answer.contact, answer.roles) == (world.ann, ["key_user"])
        assert answer.answered_on == world.tenant.local_date(timezone.now())
        assert answer.invitation_id == link.pk
        assert SurveyInvitation.objects.get().answered_at == answer.answered_at
        assert AuditRecord.objects.filter(verb="survey.answered", actor=None).count() == 1
    assert "Your answer is 9." in page(client, path)


def test_opening_a_link_records_no_answer_whatever_it_says(world: SurveyWorld, asked: Any) -> None:
    _link, path = asked
    text = page(Client(), f"{path}?score=3")
    assert "You chose 3." in text
    assert "Yes, send 3" in text
    assert answers(world) == []
    for nonsense in ("11", "-1", "x", "", "9" * 30, "٣"):
        assert "You chose" not in page(Client(), f"{path}?score={nonsense}")


def test_words_come_after_the_score(world: SurveyWorld, asked: Any) -> None:
    _link, path = asked
    client = Client()
    client.post(path, {"score": "4"})
    response = client.post(path, {"comment": " Slow payroll run \n"})
    assert response["Location"] == f"{path}?told=1"
    assert answers(world) == [(4, "Slow payroll run")]
    assert "Your words have arrived." in page(client, f"{path}?told=1")
    assert "Slow payroll run" in page(client, path)


def test_words_without_a_score_are_no_answer(world: SurveyWorld, asked: Any) -> None:
    _link, path = asked
    text = Client().post(path, {"comment": "Hello"}).content.decode()
    assert answers(world) == []
    assert 'name="score"' in text


def test_further_questions_are_answered_by_their_place(world: SurveyWorld) -> None:
    with tenant_scope(world.tenant.id):
        survey = keep_shipped_survey(key="acceptance", language="en")
        _link, path = world.asked(survey=survey)
    client = Client()
    client.post(path, {"score": "2"})
    assert "Which open point matters most to you now?" in page(client, path)
    client.post(path, {"comment": "", "further-0": "Attendance", "further-7": "no such question"})
    with tenant_scope(world.tenant.id):
        assert SurveyAnswer.objects.get().further == {"0": "Attendance"}


@pytest.mark.parametrize("score", ["11", "-1", "", "x", "9.5", "1e1", "99999999999999999999"])
def test_what_is_no_score_is_refused_and_said(world: SurveyWorld, asked: Any, score: str) -> None:
    _link, path = asked
    response = Client().post(path, {"score": score})
    assert "Choose one of the scores." in response.content.decode()
    assert answers(world) == []


# Twice


def test_answering_twice_changes_the_one_answer_and_keeps_what_it_was(
    world: SurveyWorld, asked: Any
) -> None:
    _link, path = asked
    client = Client()
    client.post(path, {"score": "3"})
    client.post(path, {"comment": "Slow"})
    Client().post(path, {"score": "8"})
    assert answers(world) == [(8, "Slow")]
    with tenant_scope(world.tenant.id):
        kept = RowVersion.objects.filter(table="service_surveyanswer", before__isnull=False)
        assert [
            (version.before["score"], version.before["comment"]) for version in kept.order_by("pk")
        ] == [(3, ""), (3, "Slow")]
        answer = SurveyAnswer.objects.get()
        # The day is that of the first answer.
        assert answer.answered_at is not None
        assert answer.answered_at < answer.known_from


def test_the_same_score_again_changes_nothing(world: SurveyWorld, asked: Any) -> None:
    _link, path = asked
    for _time in range(3):
        Client().post(path, {"score": "3"})
    with tenant_scope(world.tenant.id):
        assert RowVersion.objects.filter(table="service_surveyanswer").count() == 1


def test_an_answer_that_is_changed_without_end_stays_as_it_is(
    world: SurveyWorld, asked: Any
) -> None:
    link, path = asked
    with tenant_scope(world.tenant.id):
        for time in range(MOST_CHANGES + 1):
            give_score(invitation=link, score=time % 2, tenant=world.tenant)
    text = Client().post(path, {"score": "9"}).content.decode()
    assert "changed so often" in text
    assert [score for score, _comment in answers(world)] == [0]


# Too late


def test_an_expired_link_says_so_kindly_and_takes_nothing(world: SurveyWorld, asked: Any) -> None:
    link, path = asked
    late(link, world.tenant)
    response = Client().get(path)
    assert response.status_code == 410
    assert "This survey has ended" in response.content.decode()
    assert Client().post(path, {"score": "9"}).status_code == 410
    assert answers(world) == []


def test_what_was_written_too_late_is_shown_to_be_copied(world: SurveyWorld, asked: Any) -> None:
    link, path = asked
    client = Client()
    client.post(path, {"score": "2"})
    late(link, world.tenant)
    response = client.post(path, {"comment": "The payroll <b> run"})
    text = response.content.decode()
    assert response.status_code == 410
    assert "The payroll &lt;b&gt; run" in text
    assert "Your answer, 2, has arrived" in text
    assert answers(world) == [(2, "")]


def test_a_round_that_was_closed_takes_nothing(world: SurveyWorld, asked: Any) -> None:
    link, path = asked
    with tenant_scope(world.tenant.id):
        close_round(survey_round=link.round, by=world.by)
    assert Client().post(path, {"score": "9"}).status_code == 410
    assert answers(world) == []


def test_a_link_taken_back_opens_nothing_and_the_answer_stays(
    world: SurveyWorld, asked: Any
) -> None:
    link, path = asked
    Client().post(path, {"score": "9"})
    with tenant_scope(world.tenant.id):
        revoke_link(invitation=link, by=world.by)
    response = Client().post(path, {"score": "0"})
    assert (response.status_code, "taken back" in response.content.decode()) == (410, True)
    assert answers(world) == [(9, "")]


def test_who_is_no_contact_any_more_answers_nothing(world: SurveyWorld, asked: Any) -> None:
    _link, path = asked
    with tenant_scope(world.tenant.id):
        remove_contact(contact=world.ann, by=world.by)
    assert Client().post(path, {"score": "9"}).status_code == 410
    assert answers(world) == []


def test_a_new_link_stops_the_old_one(world: SurveyWorld, asked: Any) -> None:
    link, path = asked
    with tenant_scope(world.tenant.id):
        before = SurveyInvitation.objects.get().sent_at
        secret = give_link_again(invitation=link, tenant=world.tenant, by=world.by)
        # The limit between two surveys counts from the asking.
        assert SurveyInvitation.objects.get().sent_at == before
    assert Client().post(path, {"score": "9"}).status_code == 404
    Client().post(contact_path(world.tenant.pk, secret), {"score": "7"})
    assert answers(world) == [(7, "")]


# Who may not


def test_nobody_of_the_vendor_answers_for_the_customer(world: SurveyWorld, asked: Any) -> None:
    _link, path = asked
    client = Client()
    client.force_login(world.by)
    assert client.get(path).status_code == 200
    response = client.post(path, {"score": "10"})
    assert (response.status_code, answers(world)) == (403, [])


def test_another_tenants_number_opens_nothing(
    world: SurveyWorld, asked: Any, make_tenant: Any
) -> None:
    _link, path = asked
    other = make_tenant("other")
    secret = path.strip("/").split(".", 1)[1]
    assert Client().get(contact_path(other.pk, secret)).status_code == 404


def test_what_is_not_sent_yet_cannot_be_opened(world: SurveyWorld) -> None:
    with tenant_scope(world.tenant.id):
        world.round([world.ann])
        link = SurveyInvitation.objects.get()
        assert (link.state, len(link.secret_hash)) == ("queued", 64)


# A flood


def test_a_flood_of_guesses_keeps_no_valid_answer_out(world: SurveyWorld, asked: Any) -> None:
    _link, path = asked
    bot = Client()
    statuses = [bot.post(f"{path[:-4]}x{n:02}/", {"score": "0"}).status_code for n in range(40)]
    assert statuses == [404] * 30 + [429] * 10
    # From the very address of the flood.
    response = Client().post(path, {"score": "9"})
    assert response.status_code == 302
    assert answers(world) == [(9, "")]


def test_a_flood_on_one_link_leaves_one_answer_and_others_theirs(
    world: SurveyWorld, asked: Any
) -> None:
    _link, path = asked
    Client().post(path, {"score": "9"})
    bot = Client()
    statuses = [bot.post(path, {"score": str(n % 11)}).status_code for n in range(60)]
    assert statuses.count(429) >= 30
    with tenant_scope(world.tenant.id):
        assert SurveyAnswer.objects.count() == 1
        # What was answered first is known for ever.
        first = RowVersion.objects.filter(
            table="service_surveyanswer", before__isnull=False
        ).earliest("pk")
        assert first.before["score"] == 9
        _other, others = world.asked(world.ben)
    assert Client().post(others, {"score": "6"}).status_code == 302


def test_a_flood_of_openings_writes_nothing_but_the_first(world: SurveyWorld, asked: Any) -> None:
    _link, path = asked
    client = Client()
    client.get(path)
    with tenant_scope(world.tenant.id):
        first = SurveyInvitation.objects.get().opened_at
        assert first is not None
    for _time in range(5):
        client.get(f"{path}?score=0")
    with tenant_scope(world.tenant.id):
        assert SurveyInvitation.objects.get().opened_at == first
        assert not SurveyAnswer.objects.exists()


# On the page


def test_the_page_speaks_the_language_of_the_link(world: SurveyWorld, asked: Any) -> None:
    _link, path = asked
    with tenant_scope(world.tenant.id):
        SurveyInvitation.objects.update(language="zh-hans")
    response = Client().get(path)
    assert "您有多大可能向同行推荐我们？" in response.content.decode()
    assert response["Content-Language"] == "zh-hans"
    assert response["Cache-Control"] == "no-store"
    assert "<script" not in response.content.decode()


def test_a_survey_in_one_language_is_asked_in_it(world: SurveyWorld) -> None:
    words = {"question": "说说看？", "low": "差", "high": "好", "why": "为什么？", "thanks": ""}
    with tenant_scope(world.tenant.id):
        survey = make_survey(name="自定", kind="csat", document={"zh-hans": words}, by=world.by)
        _link, path = world.asked(survey=survey)
    assert "说说看？" in page(Client(), path)


def test_the_page_asks_a_fixed_number_of_statements(
    world: SurveyWorld, asked: Any, django_assert_max_num_queries: Any
) -> None:
    _link, path = asked
    with django_assert_max_num_queries(16):
        Client().get(path)


@pytest.mark.django_db(transaction=True)
def test_two_taps_at_once_are_one_answer(make_tenant: Any, make_member: Any) -> None:
    tenant = make_tenant("acme")
    by = make_member(tenant, "bob@acme.example", "service_manager").user
    with tenant_scope(tenant.id):
        link, path = survey_world(tenant, by).asked()
    start = threading.Barrier(6)
    statuses: list[int] = []

    def tap(score: int) -> None:
        try:
            start.wait(timeout=10)
            statuses.append(Client().post(path, {"score": str(score)}).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=tap, args=(5 + n % 2,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert statuses == [302] * 6
    with tenant_scope(tenant.id):
        assert len(scored(link)) == 1
        assert SurveyRound.objects.count() == 1
