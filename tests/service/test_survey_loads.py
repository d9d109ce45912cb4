"""Loading answers to surveys, and how nights count them."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from night_facts import LONG_AGO, customer

from accounts.actions.contacts import remove_contact
from accounts.actions.facts import keep_versions
from accounts.actions.loads import load_file, undo_load
from accounts.loads.dependants import CannotUndo
from accounts.loads.reading.guesses import guess_mapping
from accounts.loads.registry import find_kind
from accounts.loads.running import LoadOptions
from accounts.models import Contact, ContactRole, Customer, RowVersion, Tenant, User
from accounts.tenancy import tenant_scope
from segmentation import catalogue
from segmentation.frames.asof import AsOf
from segmentation.frames.reading import gather_facts
from service.models import SurveyAnswer

HEAD = "customer,kind,score,answered_on,key,contact\n"
D = date(2026, 6, 30)


def load(tenant: Tenant, text: str) -> tuple[Any, dict[str, Any]]:
    kind = find_kind("surveys")
    assert kind is not None
    loaded, result = load_file(
        handle=io.BytesIO(text.encode()), filename="surveys.csv", kind=kind,
        options=LoadOptions(), tenant=tenant, by=None, dry_run=False,
    )  # fmt: skip
    return loaded, result.as_json(loaded.pk if loaded else None)


def counts(answer: dict[str, Any]) -> tuple[int, ...]:
    """(created, updated, unchanged, rejected)"""
    return tuple(answer[name] for name in ("created", "updated", "unchanged", "rejected"))


@pytest.fixture
def world(scope: Tenant) -> Tenant:
    alpha = customer("A")
    customer("B")
    ann = Contact.objects.create(customer=alpha, key="ann", name="Ann", known_from=LONG_AGO)
    ContactRole.objects.create(
        contact=ann, role="key_user", to_on=date(2026, 3, 31), known_from=LONG_AGO
    )
    ContactRole.objects.create(
        contact=ann, role="decision_maker", from_on=date(2026, 3, 1), known_from=LONG_AGO
    )
    return scope


def test_answers_are_loaded_once(world: Tenant) -> None:
    text = HEAD + "A,nps,9,2026-03-10,S1,ann\nB,满意度,4,2026-04-01,S2,\n"
    assert counts(load(world, text)[1]) == (2, 0, 0, 0)
    first, second = SurveyAnswer.objects.order_by("key")
    assert (first.customer.key, first.kind, first.score) == ("A", "nps", 9)
    assert (first.contact.key, first.answered_on) == ("ann", date(2026, 3, 10))
    # The roles are those of the day of the answer.
    assert first.roles == ["decision_maker", "key_user"]
    assert (second.kind, second.contact, second.roles) == ("csat", None, [])
    assert counts(load(world, text)[1]) == (0, 0, 2, 0)


def test_without_keys_equal_rows_stay_as_many_as_they_are(world: Tenant) -> None:
    head = "customer,kind,score,answered_on\n"
    text = head + "A,nps,9,2026-03-10\n" * 3 + "A,nps,8,2026-03-10\n"
    assert counts(load(world, text)[1]) == (4, 0, 0, 0)
    assert counts(load(world, text)[1]) == (0, 0, 4, 0)
    assert counts(load(world, head + "A,nps,9,2026-03-10\n" * 4)[1]) == (1, 0, 3, 0)
    assert SurveyAnswer.objects.filter(score=9).count() == 4


def test_a_corrected_answer_keeps_what_was_known(world: Tenant) -> None:
    load(world, HEAD + "A,nps,3,2026-03-10,S1,ann\n")
    ContactRole.objects.all().delete()
    corrected = "customer,kind,score,answered_on,key,comment\nA,nps,8,2026-03-10,S1,Better\n"
    assert counts(load(world, corrected)[1]) == (0, 1, 0, 0)
    now = SurveyAnswer.objects.get()
    assert (now.score, now.comment, now.contact.key) == (8, "Better", "ann")
    # Roles are as they were found when the answer came.
    assert now.roles == ["decision_maker", "key_user"]
    version = RowVersion.objects.get(table="service_surveyanswer", before__isnull=False)
    assert version.before["score"] == 3
    assert version.known_to == now.known_from
    # Somebody else answered: the roles are theirs.
    Contact.objects.create(customer=now.customer, key="eve", name="Eve")
    load(world, HEAD + "A,nps,8,2026-03-10,S1,eve\n")
    assert SurveyAnswer.objects.get().roles == []


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("A,nps,11,2026-03-10,S1,", (2, "score", "score_off_scale")),
        ("A,csat,0,2026-03-10,S1,", (2, "score", "score_off_scale")),
        ("A,csat,6,2026-03-10,S1,", (2, "score", "score_off_scale")),
        ("A,ces,8,2026-03-10,S1,", (2, "score", "score_off_scale")),
        ("A,nps,-1,2026-03-10,S1,", (2, "score", "not_whole")),
        ("A,fun,5,2026-03-10,S1,", (2, "kind", "not_a_choice")),
        ("A,nps,5,soon,S1,", (2, "answered_on", "not_a_date")),
        ("Z,nps,5,2026-03-10,S1,", (2, "customer", "unknown_customer")),
        ("B,nps,5,2026-03-10,S1,ann", (2, "contact", "unknown_contact")),
        ("A,nps,,2026-03-10,S1,", (2, "score", "empty")),
    ],
)
def test_bad_rows_are_named_and_nothing_is_saved(
    world: Tenant, row: str, fault: tuple[int, str, str]
) -> None:
    _loaded, answer = load(world, HEAD + row + "\nA,nps,5,2026-03-10,S9,\n")
    assert counts(answer)[3] == 1
    error = answer["errors"][0]
    assert (error["line"], error["column"], error["code"]) == fault
    assert error["reason"]
    assert not SurveyAnswer.objects.exists()


def test_an_answer_never_changes_customers(world: Tenant) -> None:
    load(world, HEAD + "A,nps,9,2026-03-10,S1,\n")
    answer = load(world, HEAD + "B,nps,9,2026-03-10,S1,\n")[1]
    assert [error["code"] for error in answer["errors"]] == ["answer_of_another"]


def test_a_key_stands_once_in_a_file(world: Tenant) -> None:
    answer = load(world, HEAD + "A,nps,9,2026-03-10,S1,\nA,nps,8,2026-03-10,S1,\n")[1]
    assert [(e["line"], e["code"]) for e in answer["errors"]] == [(3, "repeated_key")]


def test_a_load_is_taken_back(world: Tenant) -> None:
    load(world, HEAD + "A,nps,9,2026-03-10,S1,\n")
    second = load(world, HEAD + "A,nps,2,2026-03-10,S1,\nA,ces,2,2026-03-10,S2,\n")[0]
    undone = undo_load(load=second, by=None)
    assert (undone.removed, undone.restored) == (1, 1)
    assert [(a.key, a.score) for a in SurveyAnswer.objects.all()] == [("S1", 9)]


def test_a_load_whose_answers_changed_since_is_not_taken_back(world: Tenant) -> None:
    first = load(world, HEAD + "A,nps,9,2026-03-10,S1,\n")[0]
    load(world, HEAD + "A,nps,2,2026-03-10,S1,\n")
    with pytest.raises(CannotUndo, match="survey answers"):
        undo_load(load=first, by=None)


def test_columns_are_recognised() -> None:
    kind = find_kind("surveys")
    assert kind is not None
    header = ["客户编号", "问卷类型", "评分", "答复日期", "意见"]
    assert guess_mapping(header, kind.columns) == {
        "customer": "客户编号",
        "kind": "问卷类型",
        "score": "评分",
        "answered_on": "答复日期",
        "comment": "意见",
    }


def test_a_removed_contact_leaves_its_answers(world: Tenant, alice: User) -> None:
    load(world, HEAD + "A,nps,9,2026-03-10,S1,ann\n")
    remove_contact(contact=Contact.objects.get(key="ann"), by=alice)
    answer = SurveyAnswer.objects.get()
    assert (answer.contact, answer.roles) == (None, ["decision_maker", "key_user"])


@pytest.mark.parametrize(("kind", "score"), [("nps", 11), ("csat", 0), ("csat", 6), ("ces", 8)])
def test_the_database_keeps_scores_on_their_scale(world: Tenant, kind: str, score: int) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        SurveyAnswer.objects.create(
            customer=Customer.objects.get(key="A"), key="x", kind=kind, score=score, answered_on=D
        )


# What nights make of it


def answered(
    key: str, kind: str, score: int, day: date, *, known: datetime = LONG_AGO
) -> SurveyAnswer:
    whom = Customer.objects.get(key=key)
    return SurveyAnswer.objects.create(
        customer=whom, key=f"{key}{SurveyAnswer.objects.count()}", kind=kind, score=score,
        answered_on=day, known_from=known,
    )  # fmt: skip


def measured(tenant: Tenant, name: str, known: datetime | None = None) -> dict[str, Any]:
    """Measure by customer, without those of whom it is unknown."""
    moment = known or datetime(2026, 7, 1, tzinfo=UTC)
    table = gather_facts(AsOf(tenant.id, D, moment, tenant.zone)).table
    values = table.column(name)
    keys = dict(Customer.objects.values_list("pk", "key"))
    return {keys[pk]: value for pk, value in values.dropna().items()}


def test_the_nps_of_a_customer_is_over_the_answers_of_a_year(world: Tenant) -> None:
    for score in (10, 9, 8, 7, 6, 0):
        answered("A", "nps", score, D)
    answered("A", "nps", 10, D - timedelta(days=364))
    answered("A", "nps", 0, D - timedelta(days=365))
    answered("A", "nps", 0, D + timedelta(days=1))
    answered("A", "csat", 1, D)
    assert measured(world, "nps") == {"A": pytest.approx(100 / 7)}


def test_satisfaction_and_effort_are_means(world: Tenant) -> None:
    for score in (5, 4, 4):
        answered("A", "csat", score, D)
    answered("B", "ces", 7, D)
    answered("B", "ces", 2, D)
    assert measured(world, "csat") == {"A": pytest.approx(13 / 3)}
    assert measured(world, "ces") == {"B": 4.5}


def test_answers_of_180_days_are_zero_where_others_have_some(world: Tenant) -> None:
    assert measured(world, "survey_responses_180") == {}
    answered("A", "nps", 9, D - timedelta(days=179))
    answered("A", "ces", 3, D)
    answered("A", "nps", 9, D - timedelta(days=180))
    assert measured(world, "survey_responses_180") == {"A": 2, "B": 0}


def test_long_ago_answers_are_none_of_late(world: Tenant) -> None:
    answered("A", "nps", 9, D - timedelta(days=400))
    assert measured(world, "survey_responses_180") == {"A": 0, "B": 0}
    assert measured(world, "nps") == {}


def test_a_past_night_counts_what_was_known_then(world: Tenant) -> None:
    known = datetime(2026, 7, 1, tzinfo=UTC)
    answer = answered("A", "nps", 10, D)
    answered("B", "nps", 10, D, known=known + timedelta(days=2))
    later = known + timedelta(days=1)
    keep_versions([answer], until=later)
    SurveyAnswer.objects.filter(pk=answer.pk).update(score=0, known_from=later)
    assert measured(world, "nps", known) == {"A": 100}
    assert measured(world, "nps", later) == {"A": -100}
    assert measured(world, "nps", later + timedelta(days=2)) == {"A": -100, "B": 100}


def test_no_other_tenants_answers_count(tenant: Tenant, make_tenant: Any) -> None:
    with tenant_scope(tenant.id):
        customer("A")
        answered("A", "nps", 9, D)
    other = make_tenant("other")
    with tenant_scope(other.id):
        customer("A")
        assert measured(other, "nps") == {}
        assert measured(other, "survey_responses_180") == {}


def test_the_measures_say_what_they_are_over() -> None:
    for key in ("nps", "csat", "ces"):
        assert "365" in str(catalogue.get(key).definition)
        assert catalogue.get(key).has_facts
    assert catalogue.get("survey_responses_180").zero_when_absent
