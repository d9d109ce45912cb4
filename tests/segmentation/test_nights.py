"""Running nights: what they store, say and refuse."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from night_facts import customer, pay, project, sign, use, use_daily
from night_world import World

from accounts.actions.facts import keep_versions
from accounts.models import AuditRecord, Customer, Payment
from accounts.tenancy import tenant_scope
from projects.models import Project
from segmentation.actions.nights import NightOutcome, NightRefused, run_night
from segmentation.actions.rule_sets import publish_rules
from segmentation.models import Assignment, MeasureRow, Move, Night, NightScores, RuleSet, Scored
from segmentation.queries.printed import TIERS_COLUMNS, moves_of_night, moves_printed, tiers_printed
from segmentation.rules.defaults import default_rules
from segmentation.rules.merging import merge_rules

D = date(2026, 6, 30)
DAY = timedelta(1)


def night(tenant: Any, day: date = D, **more: Any) -> NightOutcome:
    return run_night(tenant=tenant, as_of=day, **more)


def tiers(tenant: Any, day: date = D) -> dict[str, dict[str, str]]:
    rows = tiers_printed(tenant, Night.objects.get(as_of=day))
    return {row[0]: dict(zip(TIERS_COLUMNS, row, strict=True)) for row in rows}


def moves(since: date = date(2020, 1, 1)) -> list[tuple[str, ...]]:
    return [row[:6] for row in moves_printed(since)]


def assignments() -> list[tuple[Any, ...]]:
    """Everything that history says, without ids."""
    rows = Assignment.objects.order_by("customer__key", "valid_from")
    return list(rows.values_list("customer__key", "valid_from", "valid_to", "stage", "tier"))


# --- What a night says ----------------------------------------------------------------------------


def test_a_night_over_nobody_works_and_settles_nothing(scope) -> None:  # type: ignore[no-untyped-def]
    outcome = night(scope)
    assert (outcome.customers, outcome.scored, outcome.moves) == (0, 0, 0)
    assert not RuleSet.objects.exists()
    assert night(scope).stored == "unchanged"


def test_every_customer_has_a_row_with_a_tier_or_the_reason(scope) -> None:  # type: ignore[no-untyped-def]
    World(2, customers=15).save()
    outcome = night(scope)
    rows = tiers(scope)
    assert len(rows) == outcome.customers == Customer.objects.count()
    assert all(row["stage"] and (row["tier"] or row["reason"]) for row in rows.values())


def test_payments_are_scored_as_by_hand(scope) -> None:  # type: ignore[no-untyped-def]
    """Recency, frequency, money and threshold scores, customer by customer."""
    rules = {
        "window_days": 365,
        "rfm": {
            "recency": {
                "measure": "recency_days",
                "method": "thresholds",
                "cuts": [30, 90, 180, 365],
            },
            "frequency": {"measure": "frequency", "method": "thresholds", "cuts": [1, 2, 4, 8]},
            "monetary": {
                "measure": "monetary",
                "method": "thresholds",
                "cuts": [100, 250.5, 1000, 5000],
            },
        },
    }
    publish_rules(rules=merge_rules(default_rules(), rules), by=None)
    chance = random.Random(4)
    paid: dict[str, list[tuple[date, Decimal]]] = {}
    for number in range(60):
        whom = customer(f"c{number}")
        paid[whom.key] = [
            (D - chance.randrange(-20, 800) * DAY, Decimal(chance.randrange(-9000, 90000)) / 100)
            for _ in range(chance.randrange(12))
        ]
        for day, amount in paid[whom.key]:
            pay(whom, day, str(amount))
    night(scope)
    found = tiers(scope)
    assert len(found) == 60
    for key, payments in paid.items():
        seen = [(day, amount) for day, amount in payments if day <= D]
        window = [(day, amount) for day, amount in seen if day > D - 365 * DAY]
        real = [day for day, amount in seen if amount >= 0]
        times = len([amount for _, amount in window if amount >= 0])
        money = sum((amount for _, amount in window), Decimal(0)) if times else None
        days = (D - max(real)).days if real else None
        row = found[key]
        assert row["recency_days"] == ("" if days is None else str(days))
        assert row["frequency"] == (str(times) if times else "")
        assert (Decimal(row["monetary"]) if row["monetary"] else None) == money
        assert row["r"] == (
            "" if days is None else str(5 - sum(cut < days for cut in (30, 90, 180, 365)))
        )
        assert row["f"] == (str(1 + sum(cut < times for cut in (1, 2, 4, 8))) if times else "")
        bounds = (Decimal(100), Decimal("250.5"), Decimal(1000), Decimal(5000))
        assert row["m"] == (
            "" if money is None else str(1 + sum(bound < money for bound in bounds))
        )


def test_the_first_night_settles_the_basis_for_good(make_tenant) -> None:  # type: ignore[no-untyped-def]
    for slug, has_contracts, basis in (("pays", False, "payments"), ("signs", True, "engagement")):
        tenant = make_tenant(slug)
        with tenant_scope(tenant.id):
            whom = customer("a")
            pay(whom, D - DAY)
            if has_contracts:
                sign(whom, D - 400 * DAY)
            night(tenant)
            assert RuleSet.objects.get().rules["rfm"]["basis"] == basis
            sign(whom, D - 300 * DAY)
            night(tenant, D + DAY)
            assert RuleSet.objects.get().rules["rfm"]["basis"] == basis


def test_too_few_customers_is_a_result_with_its_reason(scope) -> None:  # type: ignore[no-untyped-def]
    pay(customer("a"), D)
    outcome = night(scope)
    assert {refusal["code"] for refusal in outcome.refusals} == {"too_few_customers"}
    assert Night.objects.get().refusals == outcome.refusals
    assert "no_recency=too_few_customers" in tiers(scope)["a"]["reason"]


def test_a_day_that_is_not_over_and_a_moment_to_come_are_refused(tenant, time_machine) -> None:  # type: ignore[no-untyped-def]
    time_machine.move_to(datetime(2026, 7, 1, 15, 59, tzinfo=UTC))  # 23:59 on the first in Shanghai
    with pytest.raises(NightRefused, match="not over yet"):
        night(tenant, date(2026, 7, 1))
    with pytest.raises(NightRefused, match="before 1950"):
        night(tenant, date(1, 1, 1))
    with pytest.raises(NightRefused, match="not known yet"):
        night(tenant, known_at=datetime(2026, 7, 2, tzinfo=UTC))
    assert run_night(tenant=tenant).as_of == date(2026, 6, 30)
    time_machine.move_to(datetime(2026, 7, 1, 16, 0, tzinfo=UTC))
    assert run_night(tenant=tenant).as_of == date(2026, 7, 1)


def test_a_sum_that_cannot_be_kept_is_refused_in_words(scope) -> None:  # type: ignore[no-untyped-def]
    whom = customer("a")
    for _ in range(20):
        pay(whom, D, "99999999999999.9999")
    with pytest.raises(NightRefused, match="too large"):
        night(scope)
    assert night(scope, D - DAY).customers == 1


def test_facts_after_the_day_are_not_seen(scope) -> None:  # type: ignore[no-untyped-def]
    World(6, customers=10).save()
    before = night(scope)
    for whom in Customer.objects.all():
        pay(whom, D + DAY, 999)
        use(whom, D + DAY)
        sign(whom, D + DAY)
        project(whom, D + DAY)
    again = night(scope)
    assert (again.digest, again.stored) == (before.digest, "unchanged")


# --- Replaying and restating ----------------------------------------------------------------------


def test_the_order_of_facts_does_not_matter(make_tenant) -> None:  # type: ignore[no-untyped-def]
    digests = set()
    for slug, shuffled in (("one", 1), ("two", 2)):
        tenant = make_tenant(slug)
        with tenant_scope(tenant.id):
            world = World(8, customers=12)
            world.chance = random.Random(shuffled)
            world.save()
            digests.add(night(tenant).digest)
    assert len(digests) == 1


def test_a_night_replayed_with_what_was_known_then_is_the_same(scope) -> None:  # type: ignore[no-untyped-def]
    world = World(9, customers=12)
    world.save()
    known_at = datetime(2026, 3, 1, tzinfo=UTC)
    first = night(scope, known_at=known_at)
    for payment in Payment.objects.all():
        keep_versions([payment], until=datetime(2026, 7, 1, tzinfo=UTC))
    Payment.objects.update(amount=Decimal(1), known_from=datetime(2026, 7, 1, tzinfo=UTC))
    customer("new", known=datetime(2026, 7, 1, tzinfo=UTC))
    assert night(scope, known_at=known_at).digest == first.digest
    with pytest.raises(NightRefused):
        night(scope)


def test_a_stored_night_that_says_the_same_is_not_written_again(scope) -> None:  # type: ignore[no-untyped-def]
    World(9, customers=12).save()
    night(scope)
    before = (
        list(Night.objects.values()),
        list(MeasureRow.objects.order_by("pk").values()),
        list(Assignment.objects.order_by("pk").values()),
        list(NightScores.objects.values()),
    )
    outcome = night(scope)
    assert outcome.stored == "unchanged"
    assert before == (
        list(Night.objects.values()),
        list(MeasureRow.objects.order_by("pk").values()),
        list(Assignment.objects.order_by("pk").values()),
        list(NightScores.objects.values()),
    )


def test_late_facts_restate_a_night_only_with_a_reason(scope, alice) -> None:  # type: ignore[no-untyped-def]
    whom = customer("a")
    pay(whom, D - 10 * DAY)
    first = night(scope)
    pay(whom, D - DAY, known=datetime(2026, 7, 5, tzinfo=UTC))
    with pytest.raises(NightRefused, match="says something else"):
        night(scope)
    assert tiers(scope)["a"]["recency_days"] == "10"
    assert Night.objects.get().digest == first.digest

    outcome = night(scope, restate="the bank was late", by=alice)
    assert outcome.stored == "restated"
    stored = Night.objects.get()
    assert (stored.digest, stored.restated_because) == (outcome.digest, "the bank was late")
    assert stored.restated_at is not None
    assert tiers(scope)["a"]["recency_days"] == "1"
    told = AuditRecord.objects.get(verb="night.restated")
    assert told.actor == alice
    assert told.data["digest"] == [first.digest, outcome.digest]
    assert told.data["reason"] == "the bank was late"


def test_refused_nights_leave_nothing_behind(scope) -> None:  # type: ignore[no-untyped-def]
    whom = customer("a")
    night(scope)
    pay(whom, D)
    with pytest.raises(NightRefused), tenant_scope(scope.id):
        night(scope)
    assert not RuleSet.objects.exists(), "the refused night had settled the basis"


def test_a_customer_that_is_taken_away_holds_up_no_night(scope) -> None:  # type: ignore[no-untyped-def]
    for key in "ab":
        pay(customer(key), D - DAY)
    night(scope)
    gone = Customer.objects.get(key="a")
    keep_versions(list(gone.payments.all()), until=datetime(2026, 7, 2, tzinfo=UTC))
    keep_versions([gone], until=datetime(2026, 7, 2, tzinfo=UTC))
    gone.payments.all().delete()
    gone.delete()
    outcome = night(scope, known_at=datetime(2026, 7, 1, tzinfo=UTC))
    assert outcome.stored == "unchanged", "as known then, the customer was there"
    assert night(scope, D + DAY).customers == 1
    assert set(tiers(scope, D)) == {"b"}


def test_customers_loaded_later_are_not_in_a_night_as_known_then(scope) -> None:  # type: ignore[no-untyped-def]
    customer("old")
    customer("new", known=datetime(2026, 7, 4, tzinfo=UTC))
    night(scope, known_at=datetime(2026, 7, 1, tzinfo=UTC))
    assert set(tiers(scope)) == {"old"}


# --- Moves and hysteresis -------------------------------------------------------------------------


def test_a_stage_gets_worse_after_three_nights_in_a_row_and_better_at_once(scope) -> None:  # type: ignore[no-untyped-def]
    whom = customer("a")
    sign(whom, D - 400 * DAY)
    for week in range(10):
        use(whom, D - 7 * week * DAY)
    after = default_rules()["stages"]["dormant_days"]
    silent = [D + (after + number) * DAY for number in range(4)]
    stages = []
    night(scope, silent[0] - DAY)
    for day in silent[:3]:
        night(scope, day)
        stages.append(Assignment.objects.get(valid_to=None).stage)
    assert stages == ["active", "active", "dormant"]
    assert moves() == [
        ("a", silent[2].isoformat(), "stage", "active", "dormant", "behaviour"),
    ]
    use(whom, silent[3])
    night(scope, silent[3])
    assert moves(silent[3]) == [
        ("a", silent[3].isoformat(), "stage", "dormant", "active", "behaviour"),
    ]


def test_churn_is_followed_at_once_and_moves_the_tier(scope) -> None:  # type: ignore[no-untyped-def]
    whom = customer("a")
    sign(whom, D - 500 * DAY, D)
    use_daily(whom, D - 100 * DAY, D)
    for key in "bcdef":
        other = customer(key)
        sign(other, D - 500 * DAY)
        use_daily(other, D - 20 * DAY, D + DAY)
    night(scope)
    night(scope, D + DAY)
    told = [row for row in moves() if row[0] == "a"]
    assert [row[2:] for row in told] == [
        ("stage", "active", "churned", "commercial"),
        ("tier", told[1][3], "lost", "commercial"),
    ]
    assert tiers(scope, D + DAY)["a"]["tier"] == "lost"


def test_a_move_by_facts_that_came_late_says_so(scope) -> None:  # type: ignore[no-untyped-def]
    whom = customer("a")
    sign(whom, D - 500 * DAY)
    project(whom, D - 30 * DAY)
    night(scope, known_at=datetime(2026, 7, 1, tzinfo=UTC))
    row = whom.projects.get()
    keep_versions([row], until=datetime(2026, 7, 2, tzinfo=UTC))
    whom.projects.update(accepted_on=D - 2 * DAY, known_from=datetime(2026, 7, 2, tzinfo=UTC))
    night(scope, D + DAY)
    assert moves()[0][2:] == ("stage", "onboarding", "new", "late_data")


def test_who_awaits_a_handover_stays_onboarding_until_it_is_accepted(scope) -> None:  # type: ignore[no-untyped-def]
    whom = customer("a")
    sign(whom, D - 100 * DAY)
    row = project(whom, D - 60 * DAY)
    Project.objects.update(awaits_handover=True)
    night(scope)

    def learn(day: date, **values: date) -> None:
        moment = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        keep_versions([row], until=moment)
        Project.objects.update(known_from=moment, **values)

    learn(D + DAY, accepted_on=D + DAY)
    night(scope, D + DAY)
    assert moves() == [], "the customer accepted, the service manager did not"
    learn(D + 3 * DAY, handed_over_on=D + 3 * DAY)
    night(scope, D + 2 * DAY)
    assert moves() == []
    night(scope, D + 3 * DAY)
    assert [found[2:] for found in moves() if found[2] == "stage"] == [
        ("stage", "onboarding", "new", "project")
    ]


def test_a_move_by_changed_rules_says_so(scope) -> None:  # type: ignore[no-untyped-def]
    whom = customer("a")
    sign(whom, D - 100 * DAY)
    use_daily(whom, D - 99 * DAY, D + DAY)
    night(scope)
    rules = merge_rules(RuleSet.objects.get().rules, {"stages": {"new_days": 200}})
    publish_rules(rules=rules, by=None)
    night(scope, D + DAY)
    assert moves()[0][2:] == ("stage", "active", "new", "rules")
    reasons = [row[6] for row in moves_of_night(Night.objects.get(as_of=D + DAY))]
    assert len(reasons) == 2
    assert all("; rules: stages.new_days 90→200" in reason for reason in reasons)
    assert Night.objects.get(as_of=D).rule_set.version == 1
    assert Night.objects.get(as_of=D + DAY).rule_set.version == 2


def test_restating_replaces_the_nights_moves(scope) -> None:  # type: ignore[no-untyped-def]
    whom = customer("a")
    sign(whom, D - 500 * DAY, D)
    night(scope)
    night(scope, D + DAY)
    assert [row[4] for row in moves()] == ["churned", "lost"]
    sign(whom, D, known=datetime(2026, 7, 9, tzinfo=UTC))
    night(scope, D + DAY, restate="the renewal was signed in time")
    assert moves() == []


# --- What is kept ---------------------------------------------------------------------------------


def test_measures_are_kept_for_the_newest_night_and_month_ends(scope) -> None:  # type: ignore[no-untyped-def]
    pay(customer("a"), D - 50 * DAY)
    for day in (date(2026, 5, 30), date(2026, 5, 31), date(2026, 6, 1), date(2026, 6, 2)):
        night(scope, day)
    kept = MeasureRow.objects.order_by("as_of").values_list("as_of", flat=True)
    assert list(kept) == [date(2026, 5, 31), date(2026, 6, 2)]
    night(scope, date(2026, 4, 30))
    night(scope, date(2026, 4, 29))
    assert list(kept.all()) == [date(2026, 4, 30), date(2026, 5, 31), date(2026, 6, 2)]


def test_a_past_night_prints_the_same_when_its_measures_are_not_kept_any_more(scope) -> None:  # type: ignore[no-untyped-def]
    World(11, customers=12).save()
    first = D - 20 * DAY
    night(scope, first)
    before = tiers(scope, first)
    assert any(row["recency_days"] for row in before.values())
    night(scope, first + DAY)
    assert not MeasureRow.objects.filter(as_of=first).exists()
    for payment in Payment.objects.all():
        keep_versions([payment], until=datetime.now(UTC))
    Payment.objects.update(amount=Decimal(1), known_from=datetime.now(UTC))
    assert tiers(scope, first) == before


def test_measure_rows_repeat_what_was_assigned(scope) -> None:  # type: ignore[no-untyped-def]
    World(11, customers=12).save()
    night(scope)
    held = {
        row.customer_id: (row.stage, row.tier, row.tier_a, row.tier_b, row.tier_c)
        for row in Assignment.objects.filter(valid_to=None)
    }
    scored = {
        row.customer_id: (row.r, row.f, row.m, row.eleven, row.class8)
        for row in Scored.objects.filter(as_of=D)
    }
    measured = MeasureRow.objects.all()
    assert held == {
        row.customer_id: (row.stage, row.tier, row.tier_a, row.tier_b, row.tier_c)
        for row in measured
    }
    assert len(scored) == 12
    assert scored == {
        row.customer_id: (row.r, row.f, row.m, row.eleven, row.class8) for row in measured
    }


def test_a_night_that_changes_nothing_adds_no_history(scope) -> None:  # type: ignore[no-untyped-def]
    for number in range(6):
        pay(customer(f"c{number}"), D - number * DAY, number)
    night(scope)
    before = assignments()
    night(scope, D + DAY)
    assert assignments() == before
    assert {row[1] for row in before} == {D}


def test_the_number_of_statements_does_not_grow_with_customers(make_tenant) -> None:  # type: ignore[no-untyped-def]
    counts = []
    for customers in (5, 60):
        tenant = make_tenant(f"with-{customers}")
        with tenant_scope(tenant.id):
            World(1, customers=customers).save()
            night(tenant, D - DAY)
            with CaptureQueriesContext(connection) as queries:
                assert night(tenant).customers == customers
        counts.append(len(queries))
    assert counts[0] == counts[1] < 100


def test_other_tenants_are_neither_read_nor_written(make_tenant) -> None:  # type: ignore[no-untyped-def]
    ours, theirs = make_tenant("ours"), make_tenant("theirs")
    digests = []
    with tenant_scope(ours.id):
        World(1, customers=5).save()
        digests.append(night(ours).digest)
    with tenant_scope(theirs.id):
        World(2, customers=9).save()
        night(theirs)
    with tenant_scope(ours.id):
        digests.append(night(ours).digest)
        assert Night.objects.count() == 1
        assert Move.objects.count() == 0
    assert digests[0] == digests[1]
