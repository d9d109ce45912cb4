"""Results, rounds, questions and rules as members see them."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from night_facts import LONG_AGO, customer

from accounts.models import (
    Colleague,
    Contact,
    Membership,
    OutgoingMail,
    Tenant,
    Unsubscription,
    User,
    VisibilityRule,
)
from accounts.tenancy import tenant_scope
from segmentation.models import MeasureRow, Night
from service.actions.survey_letters import survey_letter
from service.actions.surveys import keep_shipped_survey
from service.models import (
    Cta,
    Survey,
    SurveyAnswer,
    SurveyInvitation,
    SurveyRound,
    SurveySettings,
    SurveyVersion,
)
from service.queries.survey_results import Chosen, survey_results, trend
from tests.service.survey_world import SurveyWorld, person, survey_world

SURVEYS = "/t/acme/surveys/"


@pytest.fixture
def world(tenant: Tenant, bob: User) -> SurveyWorld:
    with tenant_scope(tenant.id):
        return survey_world(tenant, bob)


@pytest.fixture
def client(world: SurveyWorld) -> Client:
    found = Client()
    found.force_login(world.by)
    return found


def answered(
    world: SurveyWorld, whom: Any, score: int, *, roles: tuple[str, ...] = (), days_ago: int = 1,
    kind: str = "nps", comment: str = "",
) -> SurveyAnswer:  # fmt: skip
    return SurveyAnswer.objects.create(
        customer=whom, key=f"k{SurveyAnswer.objects.count()}", kind=kind, score=score,
        roles=list(roles), comment=comment, known_from=LONG_AGO,
        answered_on=world.tenant.local_date(timezone.now()) - timedelta(days=days_ago),
    )  # fmt: skip


def results(world: SurveyWorld, **chosen: Any) -> Any:
    today = world.tenant.local_date(timezone.now())
    over = Chosen("nps", today - timedelta(days=364), today, **chosen)
    return survey_results(Membership.objects.get(user=world.by), over, world.tenant.zone)


def text(client: Client, path: str = "", **data: Any) -> str:
    response = client.get(f"{SURVEYS}{path}", data)
    assert response.status_code == 200, response.status_code
    return str(response.content.decode())


# Results


def test_results_by_role_count_each_role_of_the_day(world: SurveyWorld) -> None:
    with tenant_scope(world.tenant.id):
        for score in (10, 9, 9, 8, 3):
            answered(world, world.ann.customer, score, roles=("key_user", "decision_maker"))
        answered(world, world.ben.customer, 0, roles=("end_user",))
        answered(world, world.ben.customer, 10)
        found = results(world)
        assert found.total.counts == {10: 2, 9: 2, 8: 1, 3: 1, 0: 1}
        assert found.total.value == pytest.approx(100 * (4 - 2) / 7)
        assert found.by_role["key_user"].value == pytest.approx(40)
        assert found.by_role["decision_maker"].total == 5
        assert found.by_role["end_user"].is_too_few
        assert found.by_role["unknown"].counts == {10: 1}
        assert results(world, role="end_user").total.counts == {0: 1}
        assert results(world, role="unknown").total.counts == {10: 1}


def test_results_by_tier_are_those_of_the_latest_night(world: SurveyWorld) -> None:
    with tenant_scope(world.tenant.id):
        for day, tier in ((date(2026, 5, 1), "low"), (date(2026, 5, 2), "high")):
            Night.objects.create(as_of=day, digest="x", state="done")
            MeasureRow.objects.create(customer=world.ann.customer, as_of=day, tier=tier)
        answered(world, world.ann.customer, 9)
        answered(world, world.ben.customer, 2)
        found = results(world)
        assert {tier: one.counts for tier, one in found.by_tier.items()} == {
            "high": {9: 1}, "none": {2: 1},
        }  # fmt: skip
        assert results(world, tier="high").total.counts == {9: 1}
        assert results(world, tier="none").total.counts == {2: 1}


def test_the_response_rate_is_of_links_that_were_sent(world: SurveyWorld) -> None:
    with tenant_scope(world.tenant.id):
        link, _path = world.asked(world.ann)
        world.asked(world.ben)
        SurveyInvitation.objects.filter(pk=link.pk).update(answered_at=timezone.now())
        answered(world, world.ann.customer, 9)
        # Not sent yet: not asked.
        world.round([world.dan])
        total = results(world).total
        assert (total.asked, total.responded) == (2, 1)
        assert results(world, role="key_user").total.asked == 1


def test_a_trend_has_a_value_where_a_quarter_has_five_answers(world: SurveyWorld) -> None:
    with tenant_scope(world.tenant.id):
        for number in range(5):
            SurveyAnswer.objects.create(
                customer=world.ann.customer, key=f"q{number}", kind="nps", score=10,
                answered_on=date(2026, 2, 1),
            )  # fmt: skip
        SurveyAnswer.objects.create(
            customer=world.ann.customer, key="one", kind="nps", score=0,
            answered_on=date(2026, 4, 1),
        )  # fmt: skip
        over = Chosen("nps", date(2026, 1, 1), date(2026, 6, 30))
        member = Membership.objects.get(user=world.by)
        quarters = [date(2025, 10, 1), date(2026, 1, 1), date(2026, 4, 1)]
        assert [one.value for one in trend(member, over, quarters)] == [None, 100, None]


def test_below_five_answers_no_figure_is_shown(world: SurveyWorld, client: Client) -> None:
    with tenant_scope(world.tenant.id):
        for _number in range(4):
            answered(world, world.ann.customer, 10)
    page = text(client)
    assert "Too few" in page
    assert "Five answers are needed." in page
    with tenant_scope(world.tenant.id):
        answered(world, world.ann.customer, 0)
    page = text(client)
    assert ">60<" in page.replace("\n", "")
    assert "with 95 % certainty" in page


def test_answers_are_listed_narrowed_and_taken_away(world: SurveyWorld, client: Client) -> None:
    with tenant_scope(world.tenant.id):
        bad = answered(world, world.ann.customer, 2, comment="=slow <payroll>")
        answered(world, world.ben.customer, 10)
        Cta.objects.create(
            customer=world.ann.customer, title="Call", event_key=f"survey:{bad.pk}",
            opened_on=date(2026, 1, 6), due_on=date(2026, 1, 9),
        )  # fmt: skip
    page = text(client, standing="bad")
    assert "=slow &lt;payroll&gt;" in page
    assert "Open" in page
    assert ">B</a>" not in page
    response = client.get(SURVEYS, {"format": "csv", "commented": "on"})
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert [row[1:3] + row[6:8] for row in rows[1:]] == [["A", "A", "2", "'=slow <payroll>"]]
    assert client.get(SURVEYS, {"format": "exe"}).status_code == 404


@pytest.mark.parametrize(
    "query",
    ["kind=xyz", "period=2026-Q9", "round=999999999999999999999", "tier=x&role=y", "page=z"],
)
def test_what_is_asked_wrongly_counts_as_not_asked(
    world: SurveyWorld, client: Client, query: str
) -> None:
    assert client.get(f"{SURVEYS}?{query}").status_code == 200


def only_mine(world: SurveyWorld) -> None:
    """The service managers see only their own customers; bob looks after B."""
    VisibilityRule.objects.update_or_create(
        role="service_manager", record="customers", defaults={"visibility": "mine"}
    )
    colleague, _made = Colleague.objects.get_or_create(
        membership=Membership.objects.get(user=world.by),
        defaults={"key": "bob@acme.example", "name": "Bob"},
    )
    whom = world.ben.customer
    whom.service_manager = colleague
    whom.save()


def test_nobody_sees_answers_of_customers_that_they_do_not_see(
    world: SurveyWorld, client: Client, alice: User
) -> None:
    with tenant_scope(world.tenant.id):
        only_mine(world)
        answered(world, world.ann.customer, 2, comment="Hidden")
        answered(world, world.ben.customer, 9, comment="Shown")
        others = SurveyWorld(**{**vars(world), "by": alice}).asked(world.ann)[0]
    page = text(client)
    assert "Shown" in page
    assert "Hidden" not in page
    assert client.get(f"{SURVEYS}rounds/{others.round_id}/").status_code == 404
    url = f"{SURVEYS}rounds/{others.round_id}/links/{others.pk}/renewals/"
    assert client.post(url).status_code == 404
    assert client.get(f"/t/acme/customers/{world.ann.customer_id}/surveys/new/").status_code == 404
    page = client.post(f"{SURVEYS}rounds/new/", sending(world)).content.decode()
    assert "Ben" in page
    assert "Ann" not in page


def test_rounds_of_customers_that_one_does_not_see_are_neither_named_nor_closed(
    world: SurveyWorld, client: Client, alice: User
) -> None:
    with tenant_scope(world.tenant.id):
        only_mine(world)
        theirs = SurveyWorld(**{**vars(world), "by": alice})
        theirs.asked(world.ann)
        both = theirs.round([world.dan, world.ben])
        mine = world.asked(person(world.ben.customer, "fay"))[0].round
        assert both is not None
        own = theirs.round([person(world.ben.customer, "eve")])
        assert own is not None
    # A round that asked one contact bears their name.
    assert "Ann" not in text(client)
    assert "Fay" in text(client)
    url = f"{SURVEYS}rounds/{both.pk}/closures/"
    assert url not in text(client, f"rounds/{both.pk}/")
    assert client.post(url).status_code == 404
    with tenant_scope(world.tenant.id):
        assert SurveyRound.objects.get(pk=both.pk).closes_at == both.closes_at
    for closed in (mine, own):
        url = f"{SURVEYS}rounds/{closed.pk}/closures/"
        assert url in text(client, f"rounds/{closed.pk}/")
        assert client.post(url).status_code == 302


def test_a_page_of_results_asks_as_often_for_many_answers_as_for_few(
    world: SurveyWorld, client: Client, django_assert_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with tenant_scope(world.tenant.id):
        for number in range(6):
            answered(world, world.ann.customer, number, roles=("key_user",))
    with CaptureQueriesContext(connection) as few:
        text(client)
    with tenant_scope(world.tenant.id):
        for number in range(60):
            answered(world, customer(f"c{number}"), number % 11, roles=("end_user",))
    with CaptureQueriesContext(connection) as many:
        text(client)
    assert len(many) == len(few)


# Rounds


def sending(world: SurveyWorld, **further: Any) -> dict[str, Any]:
    return {"survey": world.survey.reference, "label": "Spring", "language": "en", **further}


def test_whom_it_asks_is_shown_before_anything_is_sent(world: SurveyWorld, client: Client) -> None:
    with tenant_scope(world.tenant.id):
        Unsubscription.objects.create(contact=world.dan, purpose="survey")
        person(world.ben.customer, "mute", email="")
    page = client.post(f"{SURVEYS}rounds/new/", sending(world)).content.decode()
    assert "2 contacts are asked." in page
    assert "2 are left out" in page
    assert "Wants no surveys" in page
    assert "No e-mail address" in page
    # And the letter, with a link that opens nothing.
    assert "Acme has one question for you" in page
    with tenant_scope(world.tenant.id):
        assert not SurveyRound.objects.exists()
    response = client.post(f"{SURVEYS}rounds/new/", sending(world, send="1"))
    with tenant_scope(world.tenant.id):
        made = SurveyRound.objects.get()
        assert response["Location"].endswith(f"/surveys/rounds/{made.pk}/")
        assert made.label == "Spring"
        links = SurveyInvitation.objects.order_by("name")
        assert [(link.name, link.state) for link in links] == [("Ann", "sent"), ("Ben", "sent")]
    page = text(client, f"rounds/{made.pk}/")
    assert "Wants no surveys: 1" in page
    assert "Spring" in text(client, "rounds/")


def test_a_test_goes_to_who_asks_and_to_nobody_else(world: SurveyWorld, client: Client) -> None:
    page = client.post(f"{SURVEYS}rounds/new/", sending(world, test="1")).content.decode()
    assert "A test is on its way to you." in page
    with tenant_scope(world.tenant.id):
        letter = OutgoingMail.objects.get()
        assert (letter.to, letter.purpose) == (world.by.email, "notice")
        assert not SurveyInvitation.objects.exists()


def test_a_letter_is_queued_once_for_each_who_is_asked(world: SurveyWorld, client: Client) -> None:
    client.post(f"{SURVEYS}rounds/new/", sending(world, send="1"))
    with tenant_scope(world.tenant.id):
        letters = OutgoingMail.objects.order_by("to")
        assert [(letter.to, letter.purpose) for letter in letters] == [
            ("ann@a.example", "survey"), ("ben@b.example", "survey"), ("dan@a.example", "survey"),
        ]  # fmt: skip
        link = SurveyInvitation.objects.get(contact=world.ann)
        body = survey_letter(invitation=link, secret="s", tenant=world.tenant).html()
        assert f"/r/{world.tenant.pk}.s/?score=10" in body
        assert "/mail/unsubscribe/" in body


def test_a_round_goes_to_roles_and_tiers(world: SurveyWorld, client: Client) -> None:
    with tenant_scope(world.tenant.id):
        Night.objects.create(as_of=date(2026, 5, 2), digest="x", state="done")
        MeasureRow.objects.create(customer=world.ann.customer, as_of=date(2026, 5, 2), tier="high")
    data = sending(world, roles=["key_user", "end_user"], tiers=["high"], send="1")
    client.post(f"{SURVEYS}rounds/new/", data)
    with tenant_scope(world.tenant.id):
        assert [link.name for link in SurveyInvitation.objects.all()] == ["Ann"]


def test_a_round_that_would_ask_nobody_is_refused(world: SurveyWorld, client: Client) -> None:
    with tenant_scope(world.tenant.id):
        Unsubscription.objects.bulk_create(
            Unsubscription(contact=contact, purpose="survey") for contact in Contact.objects.all()
        )
    page = client.post(f"{SURVEYS}rounds/new/", sending(world, send="1")).content.decode()
    assert "Nobody would be asked." in page
    with tenant_scope(world.tenant.id):
        assert not SurveyRound.objects.exists()


@pytest.mark.parametrize(
    "data", [{"survey": "999999"}, {"survey": "shipped-none"}, {"language": "xx"}]
)
def test_a_round_needs_a_survey_and_a_language(
    world: SurveyWorld, client: Client, data: dict[str, str]
) -> None:
    response = client.post(f"{SURVEYS}rounds/new/", sending(world, send="1", **data))
    assert response.status_code == 200
    with tenant_scope(world.tenant.id):
        assert not SurveyRound.objects.exists()


def test_a_link_is_shown_once_with_its_code_and_words_for_a_chat(
    world: SurveyWorld, client: Client
) -> None:
    url = f"/t/acme/customers/{world.ann.customer_id}/surveys/new/"
    assert "Ann" in client.get(url).content.decode()
    response = client.post(
        url, {"survey": "shipped-effort", "contact": str(world.ann.pk), "language": "en"}
    )
    assert response.status_code == 302
    first = client.get(response["Location"])
    page = first.content.decode()
    assert "signing-code" in page
    assert f"/r/{world.tenant.pk}." in page
    assert "one tap is enough" in page
    assert first["Cache-Control"] == "no-store"
    assert f"/r/{world.tenant.pk}." not in client.get(response["Location"]).content.decode()
    # Asked just now: not again.
    page = client.post(
        url, {"survey": "shipped-effort", "contact": str(world.ann.pk), "language": "en"}
    ).content.decode()
    assert "Asked not long ago" in page


def test_links_are_given_again_and_taken_back(world: SurveyWorld, client: Client) -> None:
    with tenant_scope(world.tenant.id):
        link, path = world.asked()
    base = f"{SURVEYS}rounds/{link.round_id}/links/{link.pk}/"
    assert "signing-code" in client.post(f"{base}renewals/", follow=True).content.decode()
    assert Client().get(path).status_code == 404
    assert "Revoke the link of Ann?" in client.get(f"{base}revocations/").content.decode()
    client.post(f"{base}revocations/")
    client.post(f"{base}revocations/")
    with tenant_scope(world.tenant.id):
        assert SurveyInvitation.objects.get().revoked_at is not None
    assert client.post(f"{base}renewals/", follow=True).status_code == 200


def test_a_round_is_closed_after_being_asked(world: SurveyWorld, client: Client) -> None:
    with tenant_scope(world.tenant.id):
        link, path = world.asked()
    url = f"{SURVEYS}rounds/{link.round_id}/closures/"
    assert client.get(url).status_code == 200
    assert Client().get(path).status_code == 200
    client.post(url)
    assert Client().get(path).status_code == 410


# Questions and rules


def words(**further: str) -> dict[str, str]:
    return {
        "name": "Ours", "en-question": "How?", "en-low": "Bad", "en-high": "Good",
        "en-why": "Why?", "en-thanks": "Ta", "is_active": "on", **further,
    }  # fmt: skip


def test_an_administrator_changes_a_shipped_survey(
    world: SurveyWorld, client: Client, alice: User
) -> None:
    admin = Client()
    admin.force_login(alice)
    assert "How much effort" in text(client, "questions/")
    assert client.get(f"{SURVEYS}questions/shipped-effort/").status_code == 404
    url = f"{SURVEYS}questions/shipped-effort/"
    assert admin.get(url).status_code == 200
    data = words(**{"en-further": "One?\nTwo?", "seen": "1"})
    assert admin.post(url, data)["Location"].endswith("/surveys/questions/")
    with tenant_scope(world.tenant.id):
        survey = Survey.objects.get(shipped="effort")
        version = SurveyVersion.objects.get(survey=survey, version=2)
        assert (survey.name, survey.kind) == ("Ours", "ces")
        assert version.document["en"]["further"] == ["One?", "Two?"]
        assert "zh-hans" not in version.document
    # Who saw it before is told.
    again = admin.post(f"{SURVEYS}questions/{survey.reference}/", words(seen="1", name="X"))
    assert again.status_code == 409


def test_a_survey_of_ones_own(world: SurveyWorld, client: Client, alice: User) -> None:
    assert client.post(f"{SURVEYS}questions/new/", words(kind="csat")).status_code == 404
    admin = Client()
    admin.force_login(alice)
    page = admin.post(f"{SURVEYS}questions/new/", words(kind="csat", **{"en-why": ""}))
    assert "both ends of the scale" in page.content.decode()
    admin.post(f"{SURVEYS}questions/new/", words(kind="csat"))
    with tenant_scope(world.tenant.id):
        assert Survey.objects.get(name="Ours").kind == "csat"


def test_rules_are_kept_and_nobody_else_sets_them(
    world: SurveyWorld, client: Client, alice: User
) -> None:
    data = {
        "seen": "1", "cap_days": "45", "open_days": "14", "language": "zh-hans",
        "quarterly": "shipped-relationship", "quarterly_roles": ["decision_maker"],
        "acceptance": "shipped-acceptance", "acceptance_days": "7",
        "acceptance_roles": ["key_user"],
    }  # fmt: skip
    with tenant_scope(world.tenant.id):
        reference = world.survey.reference
    assert client.post(f"{SURVEYS}rules/", data).status_code == 404
    admin = Client()
    admin.force_login(alice)
    assert admin.get(f"{SURVEYS}rules/").status_code == 200
    response = admin.post(f"{SURVEYS}rules/", data | {"quarterly": reference})
    assert response.status_code == 302
    with tenant_scope(world.tenant.id):
        rules = SurveySettings.objects.get()
        assert (rules.cap_days, rules.open_days, rules.quarterly) == (45, 14, world.survey)
        assert rules.acceptance == keep_shipped_survey(key="acceptance", language="en")
        assert rules.quarterly_roles == ["decision_maker"]
    assert admin.post(f"{SURVEYS}rules/", data).status_code in (200, 409)
    with tenant_scope(world.tenant.id):
        assert SurveySettings.objects.get().version == rules.version


# On the customer's page


def test_the_customers_page_tells_what_was_answered(world: SurveyWorld, client: Client) -> None:
    with tenant_scope(world.tenant.id):
        answered(world, world.ann.customer, 3, comment="Payroll is slow")
        answered(world, world.ben.customer, 10, comment="Lovely")
    page = client.get(f"/t/acme/customers/{world.ann.customer_id}/?part=voice").content.decode()
    assert "Payroll is slow" in page
    assert "Lovely" not in page
    timeline = client.get(f"/t/acme/customers/{world.ann.customer_id}/timeline/").content.decode()
    assert "NPS answered with 3" in timeline
