"""Stored nights computed again: as known then they are equal to the byte, whatever arrived since; as
known now they differ for whom it touched, and say why."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from night_facts import customer, numbers, pay, project, sign, use, use_daily

from accounts.models import (
    AuditRecord,
    Contact,
    ContactRole,
    Contract,
    Customer,
    Instalment,
    Payment,
    RowVersion,
    Tenant,
)
from projects.models import Project
from segmentation.actions.nights import NightRefused, run_night
from segmentation.actions.replay_claims import retry_replay
from segmentation.actions.replay_requests import ReplayRefused, request_replay, request_restating
from segmentation.actions.replays import compute_replay
from segmentation.actions.rule_sets import publish_rules
from segmentation.models import (
    Assignment,
    MeasureRow,
    Move,
    Night,
    NightScores,
    Replay,
    RuleSet,
    UsageEvent,
)
from segmentation.queries.rules import current_rules
from segmentation.rules.merging import merge_rules

DAY = timedelta(1)
BEFORE, TONIGHT, AFTER = date(2026, 6, 16), date(2026, 6, 17), date(2026, 6, 18)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)

# Nobody's tier depends on the others: what differs is who was touched.
LEVELS = ["low", "mid", "high"]
THRESHOLDS: dict[str, Any] = {
    "rfm": {
        "basis": "engagement",
        "recency": {"measure": "auto", "method": "thresholds", "cuts": [2, 7, 14, 30]},
        "frequency": {"measure": "auto", "method": "thresholds", "cuts": [5, 20, 45, 70]},
        "monetary": {"measure": "auto", "method": "thresholds", "cuts": [500, 1500, 5000, 20000]},
    },
    "class8": {"high": 4},
    "dimensions": {
        "value": {
            "combine": "highest",
            "measures": {
                "arr": {"method": "thresholds", "cuts": [2000, 50_000], "levels": LEVELS},
                "monetary": {"method": "thresholds", "cuts": [500, 5000], "levels": LEVELS},
            },
        }
    },
}


@pytest.fixture
def world(scope: Tenant) -> dict[str, Customer]:
    """Five customers with facts of every kind, and three stored nights."""
    publish_rules(rules=merge_rules(current_rules(), THRESHOLDS), by=None)
    found = {}
    for number, key in enumerate(("ann", "ben", "cat", "dan", "eve")):
        whom = found[key] = customer(key)
        contract = sign(whom, TONIGHT - 500 * DAY, fee=1000 + number, seats=10)
        payment = pay(whom, TONIGHT - 400 * DAY, 1000)
        for due, paid_by in ((400, payment), (35, None)):
            Instalment.objects.create(
                contract=contract,
                due_on=TONIGHT - due * DAY,
                amount=Decimal(1000),
                paid_by=paid_by,
                known_from=LONG_AGO,
            )
        project(whom, TONIGHT - 490 * DAY, TONIGHT - 400 * DAY)
        for day in range(0, 90, 9):
            use(whom, TONIGHT - day * DAY, person=f"{key}@x.example")
    for day in (BEFORE, TONIGHT, AFTER):
        run_night(tenant=scope, as_of=day)
    return found


def replayed(tenant: Tenant, day: date, facts: str, rules: str = "then") -> Replay:
    night = Night.objects.get(as_of=day)
    replay = request_replay(night=night, facts=facts, rules=rules, by=None)
    compute_replay(tenant=tenant, replay=replay)
    replay.refresh_from_db()
    return replay


def everything() -> list[Any]:
    """All that is stored of nights, but what they cost."""
    return [
        list(model.objects.order_by("pk").values())
        for model in (Night, Assignment, NightScores, MeasureRow, Move, RuleSet)
    ]


def correct(row: Any, **values: Any) -> None:
    """Change a fact now, as loads do: the row as it was is kept."""
    keep(row)
    type(row).objects.filter(pk=row.pk).update(**values, known_from=timezone.now())


def keep(row: Any) -> None:
    table = row._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO accounts_rowversion ("table", row_id, before, known_from, known_to) '
            f"SELECT %s, id, to_jsonb(t), known_from, %s FROM {table} t WHERE id = %s",
            [table, timezone.now(), row.pk],
        )


def test_a_night_keeps_the_zone_in_which_its_day_ended(scope: Tenant) -> None:
    """The vendor moves: an evening of Shanghai is the morning after in Kiritimati, and yet nothing of
    the past differs."""
    publish_rules(rules=merge_rules(current_rules(), THRESHOLDS), by=None)
    whom = customer("ann")
    sign(whom, TONIGHT - 500 * DAY, fee=1000, seats=10)
    use(whom, TONIGHT - 9 * DAY)
    UsageEvent.objects.filter(customer=whom).update(
        occurred_at=datetime(TONIGHT.year, TONIGHT.month, TONIGHT.day, 12, tzinfo=UTC)
    )
    for day in (BEFORE, TONIGHT, AFTER):
        run_night(tenant=scope, as_of=day)
    night = Night.objects.get(as_of=TONIGHT)
    assert night.zone == scope.timezone == "Asia/Shanghai"
    scope.timezone = "Pacific/Kiritimati"
    scope.save()
    assert replayed(scope, TONIGHT, "then").digest == night.digest
    assert run_night(tenant=scope, as_of=TONIGHT).stored == "unchanged"
    assert run_night(tenant=scope, as_of=AFTER + DAY).stored == "new"
    assert Night.objects.get(as_of=AFTER + DAY).zone == "Pacific/Kiritimati"


def late_payment(world: dict[str, Customer]) -> set[str]:
    pay(world["ann"], TONIGHT - 20 * DAY, 70_000, known=timezone.now())
    return {"payments"}


def corrected_payment(world: dict[str, Customer]) -> set[str]:
    correct(Payment.objects.get(customer=world["ann"]), amount=Decimal(5))
    return {"payments"}


def removed_payment(world: dict[str, Customer]) -> set[str]:
    Instalment.objects.filter(contract__customer=world["ann"]).update(paid_by=None)
    row = Payment.objects.get(customer=world["ann"])
    keep(row)
    row.delete()
    return {"payments"}


def late_line(world: dict[str, Customer]) -> set[str]:
    sign(world["ann"], TONIGHT - 10 * DAY, fee=90_000, known=timezone.now())
    return {"contracts"}


def corrected_line(world: dict[str, Customer]) -> set[str]:
    line = Contract.objects.get(customer=world["ann"]).lines.get()
    correct(line, annual_fee=Decimal(99_000))
    return {"contracts"}


def late_usage(world: dict[str, Customer]) -> set[str]:
    use_daily(world["ann"], TONIGHT - 80 * DAY, TONIGHT - 3 * DAY, known=timezone.now())
    return {"usage"}


def removed_usage(world: dict[str, Customer]) -> set[str]:
    events = UsageEvent.objects.filter(customer=world["ann"], occurred_at__lt=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO accounts_rowversion ("table", before, known_from, known_to) '
            "SELECT 'usage_event', to_jsonb(t), received_at, %s FROM usage_event t "
            "WHERE customer_id = %s",
            [timezone.now(), world["ann"].pk],
        )
    events.delete()
    return {"usage"}


def late_project(world: dict[str, Customer]) -> set[str]:
    correct(Project.objects.get(customer=world["ann"]), accepted_on=None)
    return {"projects"}


def test_a_handover_on_the_day_of_the_acceptance_leaves_the_night_as_it_was(
    scope: Tenant, world: dict[str, Customer]
) -> None:
    row = Project.objects.get(customer=world["ann"])
    assert row.accepted_on is not None
    Project.objects.update(awaits_handover=True, handed_over_on=row.accepted_on)
    assert replayed(scope, TONIGHT, "then").is_same
    Project.objects.update(handed_over_on=None)
    assert not replayed(scope, TONIGHT, "then").is_same, "awaiting it, the customer is onboarding"


def test_rows_kept_before_there_were_handovers_await_none(
    scope: Tenant, world: dict[str, Customer]
) -> None:
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO accounts_rowversion ("table", row_id, before, known_from, known_to) '
            "SELECT 'projects_project', id, to_jsonb(t) - 'awaits_handover' - 'handed_over_on', "
            "known_from, %s FROM projects_project t",
            [now],
        )
    Project.objects.update(awaits_handover=True, known_from=now)
    assert replayed(scope, TONIGHT, "then").is_same
    assert not replayed(scope, TONIGHT, "now").is_same


CHANGES = [
    late_payment,
    corrected_payment,
    removed_payment,
    late_line,
    corrected_line,
    late_usage,
    removed_usage,
    late_project,
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_late_facts_leave_the_night_as_known_then_and_touch_one_as_known_now(
    scope: Tenant, world: dict[str, Customer], change: Callable[[dict[str, Customer]], set[str]]
) -> None:
    families = change(world)
    stored = everything()

    then = replayed(scope, TONIGHT, "then")
    assert then.is_same
    assert not then.is_alarm
    assert then.differing == 0

    now = replayed(scope, TONIGHT, "now")
    assert not now.is_same
    [difference] = now.differences.all()
    assert difference.customer == world["ann"]
    assert difference.reasons == ["late_data"]
    assert families <= set(difference.late_facts)
    assert difference.stored != difference.computed
    assert everything() == stored, "a replay writes nothing of a night"


def test_an_instalment_corrected_late_is_told_from_one_that_fell_due(
    scope: Tenant, world: dict[str, Customer]
) -> None:
    overdue = Instalment.objects.get(contract__customer=world["ann"], paid_by=None)
    correct(overdue, amount=Decimal(7))
    rules = merge_rules(current_rules(), {"rfm": {"monetary": {"measure": "payment_overdue_days"}}})
    publish_rules(rules=rules, by=None)
    assert replayed(scope, TONIGHT, "then").is_same
    correct(overdue, due_on=TONIGHT - 5 * DAY)
    ruled = replayed(scope, TONIGHT, "now", "now")
    found = {one.key: one for one in ruled.differences.all()}
    assert "instalments" in found["ann"].late_facts
    assert set(found["ann"].reasons) == {"late_data", "rules"}
    assert all(found[key].reasons == ["rules"] for key in found if key != "ann")


def test_key_users_named_late_are_late_contacts(scope: Tenant, world: dict[str, Customer]) -> None:
    rules = merge_rules(
        current_rules(),
        {"rfm": {"monetary": {"measure": "key_user_coverage", "cuts": [0.2, 0.4, 0.6, 0.8]}}},
    )
    publish_rules(rules=rules, by=None)
    for day in (BEFORE, TONIGHT, AFTER):
        run_night(tenant=scope, as_of=day, restate="coverage")
    contact = Contact.objects.create(
        customer=world["ann"],
        key="c1",
        name="Ann",
        email="ann@x.example",
        known_from=timezone.now(),
    )
    ContactRole.objects.create(
        contact=contact, role="key_user", from_on=TONIGHT - 300 * DAY, known_from=timezone.now()
    )
    assert replayed(scope, TONIGHT, "then").is_same
    [difference] = replayed(scope, TONIGHT, "now").differences.all()
    assert (difference.key, difference.late_facts) == ("ann", ["contacts"])
    assert "scores" in difference.parts


def test_a_fact_sent_again_changes_nothing(scope: Tenant, world: dict[str, Customer]) -> None:
    event = UsageEvent.objects.filter(customer=world["ann"]).first()
    UsageEvent.objects.bulk_create(
        [
            UsageEvent(
                message_id=event.message_id,
                customer=world["ann"],
                event="opened",
                occurred_at=event.occurred_at,
                received_at=timezone.now(),
            )
        ],
        ignore_conflicts=True,
    )
    correct(Payment.objects.get(customer=world["ann"]), amount=Decimal(1000))
    assert replayed(scope, TONIGHT, "then").is_same
    assert replayed(scope, TONIGHT, "now").is_same


def test_a_customer_known_later_is_added(scope: Tenant, world: dict[str, Customer]) -> None:
    new = customer("new", known=timezone.now())
    sign(new, TONIGHT - 50 * DAY, known=timezone.now())
    found = {one.key: one for one in replayed(scope, TONIGHT, "now").differences.all()}
    assert found["new"].presence == "added"
    assert found["new"].reasons == ["late_data"]


def test_changed_rules_are_the_only_reason_where_no_facts_came(
    scope: Tenant, world: dict[str, Customer]
) -> None:
    cuts = {"monetary": {"method": "thresholds", "cuts": [1, 2, 3, 4]}}
    publish_rules(rules=merge_rules(current_rules(), {"rfm": cuts}), by=None)
    assert replayed(scope, TONIGHT, "now").is_same
    ruled = replayed(scope, TONIGHT, "now", "now")
    assert ruled.differing
    assert {tuple(one.reasons) for one in ruled.differences.all()} == {("rules",)}
    assert {tuple(one.late_facts) for one in ruled.differences.all()} == {()}


def test_restating_is_logged_and_leaves_other_nights_alone(
    scope: Tenant, world: dict[str, Customer], alice: Any
) -> None:
    late_usage(world)
    replay = replayed(scope, TONIGHT, "now")
    night = Night.objects.get(as_of=TONIGHT)
    others = list(Night.objects.exclude(pk=night.pk).order_by("pk").values())
    with pytest.raises(ReplayRefused):
        request_restating(replay=replay, reason=" ", following=False, by=alice)
    request_restating(replay=replay, reason="Usage came late", following=False, by=alice)
    replay.refresh_from_db()
    before = night.digest
    compute_replay(tenant=scope, replay=replay)
    night.refresh_from_db()
    assert night.digest == replay.digest != before
    assert night.restated_because == "Usage came late"
    logged = AuditRecord.objects.get(verb="night.restated")
    assert logged.actor == alice
    assert logged.data["digest"] == [before, night.digest]
    assert list(Night.objects.exclude(pk=night.pk).order_by("pk").values()) == others
    assert replay.differences.exists(), "what the night said before is kept"
    assert replayed(scope, TONIGHT, "then").is_same
    # The night after compared itself with what this one said before.
    later = replayed(scope, AFTER, "then")
    assert later.is_earlier_changed
    assert not later.is_alarm
    with pytest.raises(ReplayRefused):
        request_restating(replay=replay, reason="again", following=False, by=alice)


def test_following_nights_are_restated_in_order_each_by_its_own_replay(
    scope: Tenant, world: dict[str, Customer], alice: Any
) -> None:
    late_usage(world)
    replay = replayed(scope, BEFORE, "now")
    request_restating(replay=replay, reason="Usage came late", following=True, by=alice)
    done = []
    while (waiting := Replay.objects.filter(state="queued").first()) is not None:
        compute_replay(tenant=scope, replay=waiting)
        done.append(waiting.night.as_of)
    assert done == [BEFORE, TONIGHT, AFTER]
    assert AuditRecord.objects.filter(verb="night.restated").count() == 3
    for day in done:
        assert replayed(scope, day, "then").is_same
        assert replayed(scope, day, "now").is_same


def test_nights_are_restated_in_their_order_by_one_chain_at_a_time(
    scope: Tenant, world: dict[str, Customer], alice: Any
) -> None:
    late_usage(world)
    first, second = (replayed(scope, day, "now") for day in (BEFORE, TONIGHT))
    request_restating(replay=first, reason="Late", following=True, by=alice)
    with pytest.raises(ReplayRefused, match="chained"):
        request_restating(replay=second, reason="Late too", following=True, by=alice)
    second.refresh_from_db()
    assert (second.state, second.restate_because) == ("done", "")
    # Behind the first, its follower is under way.
    first.refresh_from_db()
    compute_replay(tenant=scope, replay=first)
    with pytest.raises(ReplayRefused, match="chained"):
        request_restating(replay=second, reason="Late too", following=True, by=alice)
    request_restating(replay=second, reason="This one alone", following=False, by=alice)

    # A chain that was given up waits until the other one is done.
    given_up = Replay.objects.create(
        night=second.night, facts="now", state="dead", restates_following=True
    )
    with pytest.raises(ReplayRefused, match="chained"):
        retry_replay(replay=given_up)
    Replay.objects.filter(state="queued").update(state="done")
    retry_replay(replay=given_up)
    given_up.refresh_from_db()
    assert given_up.state == "queued"


def test_a_restatement_that_was_refused_compares_again_and_is_asked_for_again(
    scope: Tenant, world: dict[str, Customer], alice: Any
) -> None:
    late_usage(world)
    replay = replayed(scope, TONIGHT, "now")
    request_restating(replay=replay, reason="Late", following=True, by=alice)
    run_night(tenant=scope, as_of=TONIGHT, restate="Somebody was quicker")
    replay.refresh_from_db()
    with pytest.raises(NightRefused):
        compute_replay(tenant=scope, replay=replay)
    late_usage(world)
    Replay.objects.filter(pk=replay.pk).update(state="dead")
    retry_replay(replay=replay)
    replay.refresh_from_db()
    night = Night.objects.get(as_of=TONIGHT)
    restated_at = night.restated_at
    compute_replay(tenant=scope, replay=replay)
    night.refresh_from_db()
    assert replay.stored_digest == night.digest
    assert replay.digest
    assert (night.restated_at, replay.restated_at) == (restated_at, None)
    assert not Replay.objects.filter(night__as_of=AFTER).exists()


def test_a_restatement_that_waits_after_a_failure_is_still_one(
    scope: Tenant, world: dict[str, Customer], alice: Any
) -> None:
    late_usage(world)
    replay = replayed(scope, TONIGHT, "now")
    request_restating(replay=replay, reason="Late", following=False, by=alice)
    Replay.objects.filter(pk=replay.pk).update(state="failed", attempts=1)
    retry_replay(replay=replay)
    replay.refresh_from_db()
    compute_replay(tenant=scope, replay=replay)
    assert replay.restated_at is not None


def test_what_was_not_shown_is_not_stored(
    scope: Tenant, world: dict[str, Customer], alice: Any
) -> None:
    late_usage(world)
    replay = replayed(scope, TONIGHT, "now")
    request_restating(replay=replay, reason="Late", following=False, by=alice)
    replay.refresh_from_db()
    # The night before says something else by now.
    run_night(tenant=scope, as_of=BEFORE, restate="Late")
    Night.objects.filter(as_of=TONIGHT).update(digest="0" * 64)
    with pytest.raises(NightRefused):
        compute_replay(tenant=scope, replay=replay)


def test_a_digest_that_nobody_can_explain_is_an_alarm(
    scope: Tenant, world: dict[str, Customer]
) -> None:
    # Somebody changed a fact behind everybody's back, without keeping what it was.
    UsageEvent.objects.filter(customer=world["ann"]).delete()
    replay = replayed(scope, TONIGHT, "then")
    assert replay.is_alarm
    assert {one.key for one in replay.differences.all()} == {"ann"}


def test_rows_of_versions_are_not_touched(scope: Tenant, world: dict[str, Customer]) -> None:
    late_usage(world)
    versions = RowVersion.objects.count()
    replayed(scope, TONIGHT, "now")
    assert RowVersion.objects.count() == versions
    assert next(numbers) > 0
