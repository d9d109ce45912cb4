"""What sets a play off, trigger by trigger, and when it holds no longer."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.models import (
    Contact,
    ContactRole,
    Contract,
    ContractLine,
    Instalment,
    Module,
    Payment,
    Touchpoint,
)
from projects.models import Project
from segmentation.models import (
    UsageState,
)
from service.compute.play_documents import End
from service.labels.plays import reason_words, trigger_words
from service.models import Cta, SurveyAnswer
from service.triggers import Names
from tests.service.play_world import (
    DAY,
    LONG_AGO,
    MORNING,
    later,
    make_customer,
    make_play,
    run,
    store_night,
)

pytestmark = pytest.mark.django_db
NAMES = Names("CNY")


@pytest.fixture
def customer(scope):
    return make_customer()


def make_contract(customer, key: str = "K1", **line):
    contract = Contract.objects.create(customer=customer, key=key, known_from=LONG_AGO)
    module = Module.objects.get_or_create(key="core", defaults={"name": "Core"})[0]
    ContractLine.objects.create(
        contract=contract,
        module=module,
        known_from=LONG_AGO,
        annual_fee=line.pop("annual_fee", 5000),
        **{"signed_on": date(2024, 1, 1), "starts_on": date(2024, 1, 1), **line},
    )
    return contract


def words() -> str:
    return reason_words(Cta.objects.get().reason, NAMES)


def test_a_renewal_comes_and_is_done(scope, customer) -> None:
    ends = later(90)
    contract = make_contract(customer, ends_on=ends)
    make_contract(customer, "trial", ends_on=ends, is_trial=True)
    make_play({"kind": "renewal", "days": 90})
    store_night(later(-1))
    run(scope, later(-1))
    assert not Cta.objects.exists()
    store_night()

    run(scope)

    cta = Cta.objects.get()
    assert cta.value_at_stake == 5000
    assert cta.event_key == f"renewal:{contract.pk}:{ends}"
    assert "K1" in words()
    follower = make_contract(
        customer, "K2", signed_on=later(1), starts_on=ends + timedelta(1), ends_on=later(500)
    )
    store_night(later(1))
    run(scope, later(1))
    assert Cta.objects.get().state == "open"
    Contract.objects.filter(pk=follower.pk).update(renewal_of=contract)
    store_night(later(2))
    run(scope, later(2))
    assert Cta.objects.get().state == "condition_gone"


def test_a_contract_that_is_renewed_already_sets_nothing_off(scope, customer) -> None:
    contract = make_contract(customer, ends_on=later(90))
    follower = make_contract(customer, "K2", starts_on=later(91), ends_on=later(500))
    Contract.objects.filter(pk=follower.pk).update(renewal_of=contract)
    make_play({"kind": "renewal", "days": 90})
    store_night()

    run(scope)

    assert not Cta.objects.exists()


def test_a_contract_that_became_known_a_little_late_sets_it_off_then(scope, customer) -> None:
    make_contract(customer, ends_on=later(85))
    ContractLine.objects.update(known_from=MORNING - timedelta(hours=6))
    make_play({"kind": "renewal", "days": 90})
    store_night()

    run(scope)

    assert Cta.objects.count() == 1


def test_a_payment_comes_and_is_paid(scope, customer) -> None:
    contract = make_contract(customer)
    due = Instalment.objects.create(
        contract=contract, due_on=later(30), amount=700, known_from=LONG_AGO
    )
    make_play({"kind": "payment", "days": 30})
    store_night()
    run(scope)
    assert Cta.objects.get().value_at_stake == 700
    assert "700" in words()
    due.paid_by = Payment.objects.create(customer=customer, key="P", paid_on=later(1), amount=700)
    due.save()
    store_night(later(1))

    run(scope, later(1))

    assert Cta.objects.get().state == "condition_gone"


def test_an_instalment_that_is_paid_sets_nothing_off(scope, customer) -> None:
    paid = Payment.objects.create(customer=customer, key="P", paid_on=later(-3), amount=700)
    Instalment.objects.create(
        contract=make_contract(customer),
        due_on=later(30),
        amount=700,
        paid_by=paid,
        known_from=LONG_AGO,
    )
    make_play({"kind": "payment", "days": 30})
    store_night()

    run(scope)

    assert not Cta.objects.exists()


def test_a_handover_welcomes_once(scope, customer) -> None:
    project = Project.objects.create(
        customer=customer,
        key="P1",
        name="Payroll",
        starts_on=date(2026, 1, 1),
        due_on=DAY,
        accepted_on=later(-5),
        awaits_handover=True,
        known_from=LONG_AGO,
    )
    make_play({"kind": "handover"})
    store_night(later(-1))
    run(scope, later(-1))
    assert not Cta.objects.exists()
    Project.objects.update(handed_over_on=DAY)
    store_night()

    run(scope)

    assert Cta.objects.get().event_key == f"handover:{project.pk}"
    assert "Payroll" in words()


def test_a_key_user_falls_silent_and_is_heard_again(scope, customer) -> None:
    key_user = Contact.objects.create(
        customer=customer, key="wang", name="Wang", email="Wang@c1.example", known_from=LONG_AGO
    )
    active = Contact.objects.create(customer=customer, key="li", name="Li", known_from=LONG_AGO)
    for contact in (key_user, active):
        ContactRole.objects.create(contact=contact, role="key_user", known_from=LONG_AGO)
    _met(customer, key_user, later(-60))
    _met(customer, active, later(-60))
    UsageState.objects.create(
        customer=customer,
        as_of=DAY,
        persons=["li", "wang@c1.example"],
        last_at=[_noon(later(-1)), _noon(later(-70))],
        days=[0, 0],
        modules=[],
        used_on=[],
        has_modules=False,
        used_at=_noon(later(-1)),
        person_count=2,
        active_persons=1,
        person_days=1,
    )
    make_play({"kind": "silent_key_user", "days": 60})
    store_night()

    run(scope)

    cta = Cta.objects.get()
    assert cta.reason["names"] == ["Wang"]
    store_night(later(1))
    run(scope, later(1))
    assert Cta.objects.get().state == "open"
    _met(customer, key_user, later(2))
    store_night(later(2))
    run(scope, later(2))
    assert Cta.objects.get().state == "condition_gone"


def _met(customer, contact, day: date) -> None:
    Touchpoint.objects.create(
        customer=customer,
        key=f"{contact.key}-{day}",
        kind="call",
        happened_on=day,
        contact=contact,
        known_from=LONG_AGO,
    )


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)


def test_a_survey_answer_of_a_detractor(scope, customer) -> None:
    for key, kind, score in (("a", "nps", 3), ("b", "nps", 9), ("c", "csat", 1)):
        SurveyAnswer.objects.create(
            customer=customer, key=key, kind=kind, score=score, answered_on=DAY, known_from=MORNING
        )
    SurveyAnswer.objects.update(known_from=_noon(DAY))
    make_play({"kind": "survey", "survey": "nps", "way": "at_most", "score": 6})
    store_night()

    run(scope)

    assert Cta.objects.get().reason["score"] == 3
    # The answer is changed: the same answer.
    Cta.objects.update(state="done", closed_at=MORNING)
    SurveyAnswer.objects.filter(key="a").update(score=2, known_from=_noon(later(1)))
    store_night(later(1))
    run(scope, later(1))
    assert Cta.objects.get().state == "done"


def test_a_date_every_year_and_a_date_of_the_customer(scope, customer) -> None:
    other = make_customer("C2", attributes={"founded": "2001-11-18", "note": "18 November"})
    make_customer("C3", attributes={"founded": "the 18th of 11"})
    make_play({"kind": "date", "day": "2020-11-18", "yearly": True, "attribute": ""})
    make_play({"kind": "date", "day": "", "yearly": True, "attribute": "founded"}, key="own")
    make_play({"kind": "date", "day": "2020-11-18", "yearly": False, "attribute": ""}, key="no")
    store_night()

    run(scope)

    opened = {(cta.play.key, cta.customer.key) for cta in Cta.objects.all()}
    assert opened == {("p", "C1"), ("p", "C2"), ("p", "C3"), ("own", other.key)}


@pytest.mark.parametrize(
    ("trigger", "said"),
    [
        ({"kind": "renewal", "days": 90}, "90 days before a contract ends"),
        ({"kind": "payment", "days": 1}, "1 day before a payment is due"),
        (
            {"kind": "measure", "measure": "arr", "way": "falls", "number": 500},
            "ARR falls to at most ¥500",
        ),
        (
            {"kind": "silent_key_user", "days": 60},
            "A key user was neither met nor active for 60 days",
        ),
    ],
)
def test_triggers_in_words(scope, trigger, said: str) -> None:
    assert trigger_words(trigger, NAMES).replace("\xa0", " ") == said


def test_an_end_that_looks_at_nothing_closes_nothing(scope, customer) -> None:
    make_play({"kind": "handover"}, end=End(trigger_gone=True, expires_days=None))
    Project.objects.create(
        customer=customer, key="P", name="P", starts_on=DAY, due_on=DAY, accepted_on=DAY,
        known_from=LONG_AGO,
    )  # fmt: skip
    store_night()
    run(scope)
    store_night(later(1))

    run(scope, later(1))

    assert Cta.objects.get().state == "open"
