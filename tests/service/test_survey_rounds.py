"""Who is asked, who is left out and why, and what is asked by itself."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import connection
from night_facts import LONG_AGO, customer

from accounts.models import (
    AuditRecord,
    Contact,
    ContactRole,
    OutgoingMail,
    Tenant,
    UnreachableAddress,
    Unsubscription,
    User,
)
from accounts.tenancy import tenant_scope
from projects.models import Project
from segmentation.models import MeasureRow, Night
from service.actions.survey_answers import give_score
from service.actions.survey_sending import (
    ask_contact,
    close_round,
    give_link_again,
    revoke_link,
    send_queued,
    start_round,
)
from service.actions.survey_sweep import next_quarterly, start_due, sweep_surveys
from service.actions.surveys import (
    SurveyChanged,
    change_survey,
    change_survey_settings,
    keep_shipped_survey,
    make_survey,
)
from service.models import Survey, SurveyAnswer, SurveyInvitation, SurveyRound, SurveySettings
from service.queries.survey_recipients import Asking, judged
from service.queries.surveys import latest_words, offered_surveys, survey_settings
from tests.service.survey_world import NOW, TODAY, SurveyWorld, person, survey_world

WORDS = {"en": {"question": "How?", "low": "Bad", "high": "Good", "why": "Why?", "thanks": "Ta"}}


@pytest.fixture
def world(scope: Tenant, bob: User) -> SurveyWorld:
    return survey_world(scope, bob)


def asked(made: SurveyRound | None) -> list[str]:
    assert made is not None
    links = SurveyInvitation.objects.filter(round=made).order_by("name")
    return [link.name for link in links]


def stage(name: str, *customers: Any, tier: str = "") -> None:
    Night.objects.get_or_create(
        as_of=TODAY - timedelta(days=1), defaults={"digest": "x", "state": "done"}
    )
    for whom in customers:
        MeasureRow.objects.create(
            customer=whom, as_of=TODAY - timedelta(days=1), stage=name, tier=tier
        )


def rules(world: SurveyWorld, **values: Any) -> SurveySettings:
    seen = survey_settings().version
    return change_survey_settings(seen=seen, values=values, today=date(2026, 1, 1), by=world.by)


# Who is asked


def test_a_round_asks_each_once_and_says_whom_not(world: SurveyWorld) -> None:
    alpha = world.ann.customer
    person(alpha, "mute", email="")
    person(alpha, "twin", email="ANN@a.example")
    declined = person(alpha, "declined")
    Unsubscription.objects.create(contact=declined, purpose="survey")
    person(alpha, "gone", email="Gone@a.example")
    UnreachableAddress.objects.create(address="gone@a.example", kind="bounced")
    made = world.round(Contact.objects.all())
    assert asked(made) == ["Ann", "Ben", "Dan"]
    assert made.left_out == {
        "no_address": 1, "same_address": 1, "unsubscribed": 1, "unreachable": 1,
    }  # fmt: skip
    link = SurveyInvitation.objects.get(contact=world.ann)
    assert (link.roles, link.email, link.customer) == (["key_user"], "ann@a.example", alpha)
    assert AuditRecord.objects.get(verb="survey.sent").data["asked"] == 3


def test_nobody_is_asked_twice_within_the_cap_whatever_the_survey(world: SurveyWorld) -> None:
    world.round([world.ann], now=NOW - timedelta(days=89))
    other = keep_shipped_survey(key="effort", language="en")
    assert asked(world.round([world.ann, world.dan], survey=other, now=NOW)) == ["Dan"]
    assert asked(world.round([world.ann], now=NOW + timedelta(days=2))) == ["Ann"]


def test_the_cap_is_the_tenants(world: SurveyWorld) -> None:
    rules(world, cap_days=10)
    world.round([world.ann], now=NOW - timedelta(days=11))
    assert asked(world.round([world.ann], now=NOW)) == ["Ann"]
    with pytest.raises(ValidationError, match="Nobody would be asked"):
        world.round([world.ann], now=NOW + timedelta(days=1))


def test_what_was_answered_elsewhere_counts_for_the_cap(world: SurveyWorld) -> None:
    SurveyAnswer.objects.create(
        customer=world.ann.customer, contact=world.ann, key="f", kind="csat", score=4,
        answered_on=TODAY - timedelta(days=30),
    )  # fmt: skip
    assert asked(world.round([world.ann, world.dan], now=NOW)) == ["Dan"]


def test_one_address_is_one_person_whatever_customer_it_stands_under(world: SurveyWorld) -> None:
    beta = world.ben.customer
    again = person(beta, "ann2", email=f" {world.ann.email.upper()} ")
    nobody, nobody_else = (person(beta, key, email=" ") for key in ("nemo", "nemo2"))
    world.round([world.ann], now=NOW)
    later = world.round([again, world.ben], now=NOW + timedelta(days=89))
    assert later is not None
    assert later.left_out == {"capped": 1}
    with pytest.raises(ValidationError):
        world.asked(again, now=NOW + timedelta(days=89))
    world.asked(nobody, now=NOW)
    assert world.asked(nobody_else, now=NOW)[0].contact == nobody_else, "no address is nobody's"
    free = world.round([again], now=NOW + timedelta(days=91))
    assert free is not None
    assert free.left_out == {}


def test_what_the_same_address_answered_elsewhere_counts_for_the_cap(world: SurveyWorld) -> None:
    again = person(world.ben.customer, "ann2", email=world.ann.email.upper())
    SurveyAnswer.objects.create(
        customer=world.ann.customer, contact=world.ann, key="x", kind="nps", score=9,
        answered_on=TODAY - timedelta(days=3), answered_at=NOW,
    )  # fmt: skip
    with pytest.raises(ValidationError):
        world.round([again], now=NOW)


def test_whom_to_ask_is_found_by_indexes_of_the_address(world: SurveyWorld) -> None:
    asking = Asking(now=NOW, today=TODAY, cap_days=90)
    asked = judged(Contact.objects.filter(pk=world.ann.pk), asking)
    # Of a handful any index would do, and which depends on what other tests have left behind.
    many = Contact.objects.bulk_create(
        Contact(
            customer=world.ann.customer, key=f"n{place}", name="N", email=f"n{place}@acme.example",
            known_from=LONG_AGO,
        )
        for place in range(3000)
    )  # fmt: skip
    world.round(many, now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SELECT refresh_statistics()")
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = asked.explain()
    assert "survey_invitation_address_ix" in plan
    assert "contact_address_ix" in plan


def test_roles_are_those_of_the_day(world: SurveyWorld) -> None:
    ContactRole.objects.filter(contact=world.ann).update(to_on=date(2020, 1, 1))
    ContactRole.objects.create(contact=world.ann, role="end_user", from_on=date(2025, 1, 1))
    world.round([world.ann])
    assert SurveyInvitation.objects.get().roles == ["end_user"]


def test_the_same_reason_asks_once(world: SurveyWorld) -> None:
    assert world.round([world.ann], key="play:x") is not None
    assert world.round([world.dan], key="play:x") is None
    assert SurveyInvitation.objects.count() == 1


def test_a_survey_that_is_not_in_use_is_not_sent(world: SurveyWorld) -> None:
    Survey.objects.update(is_active=False)
    with pytest.raises(ValidationError, match="not in use"):
        world.round([world.ann])


def test_who_has_no_address_gets_a_link_by_hand(world: SurveyWorld) -> None:
    mute = person(world.ann.customer, "mute", email="")
    link, secret = ask_contact(
        survey=world.survey, contact=mute, language="zh-hans", tenant=world.tenant, by=world.by
    )
    assert (link.contact, link.state, len(secret) > 30) == (mute, "sent", True)


# Sending


def test_letters_are_written_once(world: SurveyWorld) -> None:
    world.round([world.ann, world.ben])
    hashes = set(SurveyInvitation.objects.values_list("secret_hash", flat=True))
    assert send_queued(tenant=world.tenant, most=1) == 1
    assert send_queued(tenant=world.tenant) == 1
    assert send_queued(tenant=world.tenant) == 0
    assert set(SurveyInvitation.objects.values_list("state", flat=True)) == {"sent"}
    assert not hashes & set(SurveyInvitation.objects.values_list("secret_hash", flat=True))


def test_what_waits_until_the_end_is_not_sent(world: SurveyWorld) -> None:
    world.round([world.ann])
    assert send_queued(tenant=world.tenant, now=NOW + timedelta(days=3650)) == 0


def test_a_closed_round_gives_no_new_links(world: SurveyWorld) -> None:
    made = world.round([world.ann])
    link = SurveyInvitation.objects.get()
    close_round(survey_round=made, by=world.by)
    assert send_queued(tenant=world.tenant) == 0
    with pytest.raises(ValidationError):
        give_link_again(invitation=link, tenant=world.tenant, by=world.by)
    with pytest.raises(ValidationError, match="closed already"):
        close_round(survey_round=made, by=world.by)


def test_letters_that_wait_are_dropped_when_their_round_is_closed(world: SurveyWorld) -> None:
    closed, open_still = world.asked()[0].round, world.asked(world.ben)[0].round
    close_round(survey_round=closed, by=world.by)
    states = OutgoingMail.objects.order_by("to").values_list("to", "state", "reason")
    assert list(states) == [
        ("ann@a.example", "dropped", "dropped"),
        ("ben@b.example", "queued", ""),
    ]
    assert OutgoingMail.objects.get(to="ann@a.example").sealed_body == ""
    assert open_still.closes_at > NOW


@pytest.mark.parametrize("ends", ["renewed", "revoked"])
def test_a_letter_that_waits_does_not_bring_a_link_that_has_ended(
    world: SurveyWorld, ends: str
) -> None:
    link, _path = world.asked()
    world.asked(world.ben)
    if ends == "renewed":
        give_link_again(invitation=link, tenant=world.tenant, by=world.by)
    else:
        revoke_link(invitation=link, by=world.by)
    states = OutgoingMail.objects.order_by("to").values_list("to", "state")
    assert list(states) == [("ann@a.example", "dropped"), ("ben@b.example", "queued")]


@pytest.mark.django_db(transaction=True)
def test_two_rounds_at_once_ask_a_contact_once(make_tenant: Any, make_member: Any) -> None:
    tenant = make_tenant("acme")
    by = make_member(tenant, "bob@acme.example", "service_manager").user
    with tenant_scope(tenant.id):
        world = survey_world(tenant, by)
        everybody = [world.ann.pk, world.dan.pk, world.ben.pk]
    start = threading.Barrier(3)
    outcomes: list[str] = []

    def ask(number: int) -> None:
        try:
            start.wait(timeout=10)
            with tenant_scope(tenant.id):
                start_round(
                    survey=world.survey, why="hand", key=f"hand:{number}", language="en",
                    contacts=Contact.objects.filter(pk__in=everybody), tenant=tenant, by=by,
                )  # fmt: skip
            outcomes.append("asked")
        except ValidationError:
            outcomes.append("nobody")
        finally:
            connection.close()

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(outcomes) == ["asked", "nobody", "nobody"]
    with tenant_scope(tenant.id):
        assert SurveyInvitation.objects.count() == 3


# By itself


def test_a_quarter_is_asked_once_on_its_first_working_morning(world: SurveyWorld) -> None:
    rules(world, quarterly=world.survey, quarterly_roles=["key_user", "decision_maker"])
    # Saturday to Wednesday are holidays or weekend: 1 January 2028 is a Saturday.
    before = datetime(2028, 1, 3, 0, 59, tzinfo=UTC)
    assert start_due(tenant=world.tenant, now=before) == []
    first = datetime(2028, 1, 4, 2, tzinfo=UTC)
    made = start_due(tenant=world.tenant, now=first)
    assert [one.label for one in made] == ["2028-Q1"]
    assert asked(made[0]) == ["Ann", "Dan"]
    assert start_due(tenant=world.tenant, now=first + timedelta(days=1)) == []
    # Three weeks later nobody is asked for what was missed.
    SurveyInvitation.objects.all().delete()
    SurveyRound.objects.all().delete()
    assert start_due(tenant=world.tenant, now=first + timedelta(days=21)) == []


def test_the_quarter_asks_customers_of_the_chosen_tiers(world: SurveyWorld) -> None:
    stage("active", world.ann.customer, tier="high")
    stage("churned", world.ben.customer, tier="high")
    rules(world, quarterly=world.survey, quarterly_roles=[], quarterly_tiers=["high"])
    day = datetime(2028, 1, 4, 2, tzinfo=UTC)
    (made,) = start_due(tenant=world.tenant, now=day)
    assert asked(made) == ["Ann", "Dan"]
    assert made.left_out == {"no_customer": 1}


def test_the_next_quarter_is_told(world: SurveyWorld) -> None:
    from accounts.compute.working_days import MONDAY_TO_FRIDAY

    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert next_quarterly(now, world.tenant, MONDAY_TO_FRIDAY) == date(2027, 1, 1)
    early = datetime(2027, 1, 1, 0, tzinfo=UTC)
    assert next_quarterly(early, world.tenant, MONDAY_TO_FRIDAY) == date(2027, 1, 1)
    assert next_quarterly(early + timedelta(hours=2), world.tenant, MONDAY_TO_FRIDAY) == date(
        2027, 4, 1
    )


def project(world: SurveyWorld, key: str, accepted_on: date | None) -> Project:
    return Project.objects.create(
        customer=world.ann.customer, key=key, name=key.title(), starts_on=date(2026, 1, 5),
        due_on=date(2026, 10, 30), accepted_on=accepted_on, known_from=LONG_AGO,
    )  # fmt: skip


def test_an_acceptance_is_asked_about_once_some_working_days_later(world: SurveyWorld) -> None:
    acceptance = keep_shipped_survey(key="acceptance", language="en")
    rules(world, acceptance=acceptance, acceptance_days=5)
    done = project(world, "done", date(2026, 11, 3))
    project(world, "running", None)
    project(world, "long-done", date(2026, 1, 9))
    assert start_due(tenant=world.tenant, now=datetime(2026, 11, 9, 9, tzinfo=UTC)) == []
    # Asked lately, and all the same about this.
    world.round([world.ann], now=NOW - timedelta(days=1))
    assert start_due(tenant=world.tenant, now=NOW - timedelta(hours=2)) == []
    (made,) = start_due(tenant=world.tenant, now=NOW)
    assert (made.project, made.label, asked(made)) == (done, "Done", ["Ann", "Dan"])
    assert start_due(tenant=world.tenant, now=NOW + timedelta(days=1)) == []
    link = SurveyInvitation.objects.filter(round=made).first()
    answer = give_score(invitation=link, score=5, tenant=world.tenant, now=NOW)
    assert (answer.kind, answer.project) == ("csat", done)


def test_switching_it_on_asks_nobody_of_the_past(world: SurveyWorld) -> None:
    project(world, "done", date(2026, 10, 20))
    seen = survey_settings().version
    acceptance = keep_shipped_survey(key="acceptance", language="en")
    change_survey_settings(
        seen=seen, values={"acceptance": acceptance, "acceptance_days": 1}, today=TODAY, by=world.by
    )
    assert start_due(tenant=world.tenant, now=NOW) == []


def test_nothing_is_asked_by_itself_before_somebody_says_so(world: SurveyWorld) -> None:
    project(world, "done", date(2026, 10, 20))
    assert start_due(tenant=world.tenant, now=datetime(2028, 1, 4, 2, tzinfo=UTC)) == []


def test_the_sweep_starts_and_sends(tenant: Tenant, bob: User) -> None:
    with tenant_scope(tenant.id):
        world = survey_world(tenant, bob)
        rules(world, quarterly=world.survey)
    day = datetime(2028, 1, 4, 2, tzinfo=UTC)
    assert sweep_surveys(tenant_id=tenant.pk, now=day) == 2
    assert sweep_surveys(tenant_id=tenant.pk, now=day) == 0


# Their words and rules


def test_shipped_surveys_are_there_before_anybody_used_them(scope: Tenant) -> None:
    offered = offered_surveys("zh-hans")
    assert [one.kind for one in offered] == ["nps", "csat", "ces"]
    assert offered[0].words("zh-hans")["question"].startswith("您")
    keep_shipped_survey(key="relationship", language="zh-hans")
    keep_shipped_survey(key="relationship", language="en")
    assert Survey.objects.count() == 1
    assert len(offered_surveys("en")) == 3


def test_new_words_leave_those_of_earlier_rounds(world: SurveyWorld, alice: User) -> None:
    made = world.round([world.ann])
    change_survey(
        survey=world.survey, seen=1, name="Ours", is_active=True, document=WORDS, by=alice
    )
    assert latest_words(Survey.objects.get(pk=world.survey.pk)).document["en"]["question"] == "How?"
    assert SurveyRound.objects.get(pk=made.pk).version.version == 1
    with pytest.raises(SurveyChanged):
        change_survey(
            survey=world.survey, seen=1, name="X", is_active=True, document=WORDS, by=alice
        )


@pytest.mark.parametrize(
    ("name", "document", "message"),
    [
        ("", WORDS, "Give a name"),
        ("A", {}, "in one language at least"),
        ("A", {"en": {"question": "How?"}}, "both ends"),
        ("A", {"en": {**WORDS["en"], "further": ["a", "b", "c", "d"]}}, "At most 3"),
        ("A", {"en": {**WORDS["en"], "why": "x" * 301}}, "longer than 300"),
    ],
)
def test_words_that_do_not_do_are_refused(
    scope: Tenant, alice: User, name: str, document: Any, message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        make_survey(name=name, kind="nps", document=document, by=alice)
    assert not Survey.objects.exists()


def test_a_name_stands_once(world: SurveyWorld, alice: User) -> None:
    with pytest.raises(ValidationError, match="of this name"):
        make_survey(name=world.survey.name, kind="nps", document=WORDS, by=alice)


@pytest.mark.parametrize("values", [{"cap_days": 731}, {"open_days": 0}, {"open_days": 181}])
def test_rules_out_of_range_are_refused(world: SurveyWorld, values: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        rules(world, **values)


def test_of_two_who_change_the_rules_one_is_told(world: SurveyWorld) -> None:
    rules(world, cap_days=60)
    with pytest.raises(SurveyChanged):
        change_survey_settings(seen=1, values={"cap_days": 30}, today=TODAY, by=world.by)
    assert survey_settings().cap_days == 60
    assert AuditRecord.objects.get(verb="survey.settings_changed").data["after"] == {"cap_days": 60}


def test_another_tenants_contacts_are_not_asked(
    tenant: Tenant, bob: User, make_tenant: Any
) -> None:
    with tenant_scope(tenant.id):
        survey_world(tenant, bob)
    other = make_tenant("other")
    with tenant_scope(other.id):
        customer("Z")
        survey = keep_shipped_survey(key="effort", language="en")
        assert start_round(
            survey=survey, why="play", key="play:1", contacts=Contact.objects.all(),
            language="en", tenant=other, by=None,
        )  # fmt: skip
        assert not SurveyInvitation.objects.exists()
    assert mail.outbox == []
