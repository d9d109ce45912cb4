"""Renewals: forecasts equal a computation of their own, calls keep their history, outcomes write
contracts and can be taken back, and what was forecast at a month's end is kept as it was."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from accounts.actions.contracts import NewLine
from accounts.models import (
    AuditRecord,
    Case,
    Contact,
    ContactRole,
    Contract,
    ContractLine,
    Customer,
    Instalment,
    Membership,
    Module,
    Payment,
    RowVersion,
    Tenant,
    Touchpoint,
    User,
)
from accounts.tenancy import tenant_scope
from segmentation.models import MeasureRow, Move, Night
from segmentation.queries.scopes import widest_scope
from service.actions.renewal_calls import CallConflict, make_call, set_weights
from service.actions.renewal_outcomes import NewTerm, churn, renew, undo_outcome
from service.actions.renewal_upkeep import (
    call_renewals,
    is_behind,
    keep_month,
    months_to_keep,
    refresh_renewals,
    sweep_renewals,
)
from service.labels.renewals import reason_words
from service.models import (
    CaseOpening,
    CaseWork,
    Renewal,
    RenewalCall,
    RenewalMonth,
    RenewalOutcome,
    RenewalSnapshot,
)
from service.queries.renewal_states import state_of
from service.queries.renewal_weights import latest_weights
from service.queries.renewals import forecast, forecasts, quarter_of, renewals

TODAY = date(2026, 5, 20)
NIGHT = date(2026, 5, 19)
MONEY = Decimal("0.0001")


@pytest.fixture
def member(tenant: Tenant, make_member: Callable[..., Membership]) -> Membership:
    return make_member(tenant, "bob@acme.example", "service_manager")


@pytest.fixture
def module(scope: None) -> Module:
    return Module.objects.create(key="core", name="Core HR")


def sold(
    customer: Customer, module: Module, key: str, starts: date, ends: date | None, fee: Any,
    **further: Any,
) -> Contract:  # fmt: skip
    renewal_of = further.pop("renewal_of", None)
    contract, _new = Contract.objects.get_or_create(
        key=key, defaults={"customer": customer, "renewal_of": renewal_of}
    )
    ContractLine.objects.create(
        contract=contract, module=module, signed_on=further.pop("signed_on", starts),
        starts_on=starts, ends_on=ends, annual_fee=fee, **further,
    )  # fmt: skip
    return contract


def night_of(day: date = NIGHT) -> Night:
    return Night.objects.create(
        as_of=day, state=Night.State.DONE, digest=f"{day}", known_at=datetime.now(tz=UTC)
    )


def one(customer_key: str = "w", fee: Any = 1000, ends: date = date(2026, 6, 30)) -> Contract:
    customer = Customer.objects.create(key=customer_key, name=customer_key.upper())
    module = Module.objects.get_or_create(key="core", defaults={"name": "Core HR"})[0]
    contract = sold(customer, module, f"ct-{customer_key}", date(2023, 7, 1), ends, fee)
    refresh_renewals()
    return contract


def a_year(contract: Contract, fee: Any, **further: Any) -> NewTerm:
    line = NewLine(
        module=Module.objects.get(key="core"), starts_on=date(2026, 7, 1),
        ends_on=date(2027, 6, 30), annual_fee=Decimal(fee), seats=10,
    )  # fmt: skip
    return NewTerm(key=f"{contract.key}-2", signed_on=TODAY, lines=[line], **further)


# --- The forecast, computed in another way -------------------------------------------------------


def random_world(seed: int, by: User) -> None:
    """Customers with contracts of every kind, calls, outcomes and a night's measures."""
    draw = random.Random(seed)
    modules = [Module.objects.create(key=f"m{n}", name=f"M{n}") for n in range(3)]
    night_of()
    for number in range(40):
        customer = Customer.objects.create(key=f"c{number}", name=f"C{number}")
        contract = Contract.objects.create(customer=customer, key=f"k{number}")
        ends = TODAY + timedelta(days=draw.randint(-460, 460))
        for place in draw.sample(range(3), draw.randint(1, 3)):
            kind = draw.choice(["subscription"] * 5 + ["one_off"])
            ContractLine.objects.create(
                contract=contract, module=modules[place], kind=kind,
                signed_on=ends - timedelta(days=800), starts_on=ends - timedelta(days=700),
                ends_on=draw.choice([ends, ends, ends - timedelta(days=100), None]),
                annual_fee=Decimal(draw.randint(0, 10**7)) / 10**4, amount=5,
                is_trial=draw.random() < 0.1,
            )  # fmt: skip
        for _time in range(draw.choice([0, 0, 1, 2])):
            follower = Contract.objects.create(
                customer=customer, key=f"k{number}-{_time}", renewal_of=contract
            )
            starts = ends + timedelta(days=draw.choice([-20, 1, 60, 89, 90, 91, 200]))
            for module in draw.sample(modules, draw.randint(1, 2)):
                ContractLine.objects.create(
                    contract=follower, module=module, signed_on=starts, starts_on=starts,
                    ends_on=starts + timedelta(days=364),
                    annual_fee=draw.choice([Decimal(draw.randint(0, 10**7)) / 10**4, Decimal(10)]),
                    is_trial=draw.random() < 0.1,
                )  # fmt: skip
        for _time in range(draw.choice([0, 1, 2])):
            RenewalCall.objects.create(
                contract=contract, stage=draw.choice(["talking", "offered", "committed"]),
                percent=draw.choice([None, 0, 10, 49, 50, 90, 100]),
                amount=draw.choice([None, Decimal(draw.randint(0, 10**7)) / 10**4]),
                said_on=TODAY - timedelta(days=_time), said_by=by,
            )  # fmt: skip
        if draw.random() < 0.15:
            RenewalOutcome.objects.create(
                contract=contract, kind="churned", churn_reason="price", arr_before=0,
                said_on=TODAY, said_by=by,
                undone_at=draw.choice([None, datetime.now(tz=UTC)]),
            )  # fmt: skip
        if draw.random() < 0.8:
            MeasureRow.objects.create(
                customer=customer, as_of=NIGHT, tier=draw.choice(["", "high", "low", "mid"]),
                stage=draw.choice(["active", "dormant", "loyal"]),
                usage_trend=draw.choice([None, 0.3, 0.5, 0.79, 0.8, 1.2]),
                days_since_usage=draw.choice([None, 0, 29, 30]),
                seat_utilisation=draw.choice([None, 0.4, 0.5, 0.9]),
                payment_overdue_days=draw.choice([None, 0, 1, 59, 60]),
                further={
                    "open_cases": draw.choice([None, 0, 2, 3]),
                    "open_change_requests": draw.choice([0, 1]),
                    "unapproved_scope_days": draw.choice([0.0, 0.5]),
                },
            )  # fmt: skip
        if draw.random() < 0.3:
            missed_case(customer, f"case{number}", **{
                draw.choice(["response_breached_at", "resolution_breached_at"]):
                    noon(NIGHT - timedelta(days=draw.choice([-1, 0, 40, 89, 91])))
            })  # fmt: skip


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)


def missed_case(customer: Customer, key: str, **breached: datetime) -> Case:
    """A case known for a year, of whose clock these moments are kept."""
    since = noon(NIGHT - timedelta(days=365))
    case = Case.objects.create(
        customer=customer, key=key, title="T", opened_at=since, known_from=since
    )
    CaseWork.objects.create(
        case=case, customer=customer, started_at=since, fact_from=since, **breached
    )
    return case


def missed_lately(customer: Customer) -> int:
    """Cases of which a clock ran out on one of the ninety days that end with the night's."""
    zone = Tenant.objects.get().zone
    late = set()
    for table in (CaseWork, CaseOpening):
        for clock in table.objects.filter(case__customer=customer):
            for moment in (clock.response_breached_at, clock.resolution_breached_at):
                if moment and 0 <= (NIGHT - moment.astimezone(zone).date()).days < 90:
                    late.add(clock.case_id)
    return len(late)


def likelihood_by_hand(customer: Customer) -> int:
    row = MeasureRow.objects.filter(customer=customer).first()
    points = 5 if missed_lately(customer) else 0
    if row is None:
        return 95 - points
    further = row.further
    silent = row.stage == "dormant" or (row.days_since_usage or 0) >= 30
    points += 25 if silent else 0
    if row.usage_trend is not None and not silent:
        points += 20 if row.usage_trend < 0.5 else 10 if row.usage_trend < 0.8 else 0
    points += 15 if row.tier == "low" else 0
    overdue = row.payment_overdue_days or 0
    points += 20 if overdue >= 60 else 10 if overdue else 0
    points += 10 if row.seat_utilisation is not None and row.seat_utilisation < 0.5 else 0
    points += 5 if (further["open_cases"] or 0) >= 3 else 0
    points += 5 if further["open_change_requests"] else 0
    points += 5 if further["unapproved_scope_days"] else 0
    return max(5, 95 - points)


def forecast_by_hand(first: date, last: date) -> dict[str, Any]:
    figures: dict[str, Any] = dict.fromkeys(
        ("due", "renewed", "kept", "lost", "open", "system", "manager", "committed", "at_risk"),
        Decimal(0),
    )
    figures |= {"renewals": 0, "unsaid": 0, "called": 0}
    for contract in Contract.objects.all():
        lines = [
            line
            for line in contract.lines.all()
            if line.kind == "subscription" and not line.is_trial
        ]
        if not lines or any(line.ends_on is None for line in lines):
            continue
        ends = max(line.ends_on for line in lines)
        if not first <= ends <= last:
            continue
        arr = sum((line.annual_fee for line in lines if line.ends_on == ends), Decimal(0))
        followers = [
            line.annual_fee
            for follower in contract.renewals.all()
            for line in follower.lines.all()
            if line.kind == "subscription"
            and not line.is_trial
            and line.starts_on <= ends + timedelta(days=90)
        ]
        told = contract.renewal_outcomes.filter(kind="churned", undone_at=None).exists()
        figures["renewals"] += 1
        figures["due"] += arr
        if followers:
            figures["renewed"] += arr
            for name in ("kept", "system", "manager"):
                figures[name] += sum(followers)
        elif told or ends + timedelta(days=90) < TODAY:
            figures["lost"] += arr
        else:
            figures["open"] += arr
            near = NIGHT - timedelta(days=90) <= ends <= NIGHT + timedelta(days=550)
            likely = likelihood_by_hand(contract.customer) if near else None
            call = contract.renewal_calls.order_by("-pk").first()
            percent = call.percent if call and call.percent is not None else likely
            expected = call.amount if call and call.amount is not None else arr
            figures["unsaid"] += likely is None
            figures["called"] += bool(call and call.percent is not None)
            figures["system"] += arr * (likely or 0) / 100
            figures["manager"] += expected * (percent or 0) / 100
            if call and call.stage == "committed":
                figures["committed"] += expected
            if percent is not None and percent < 50:
                figures["at_risk"] += arr
    return figures


@pytest.mark.parametrize("seed", range(4))
def test_forecasts_equal_a_computation_by_hand(scope: None, member: Membership, seed: int) -> None:
    random_world(seed, member.user)
    call_renewals()
    scoped = widest_scope(member)
    first = quarter_of(TODAY).shifted(-5)
    quarters = [first.shifted(step) for step in range(11)]
    found = forecasts(renewals(scoped, TODAY), quarters)
    assert sum(one.renewals for one in found.values()) > 20
    for quarter, told in found.items():
        expected = forecast_by_hand(quarter.first, quarter.last)
        assert {name: getattr(told, name) for name in expected} == expected, quarter
    # Made anew for each customer or for all: the rows are the same.
    rows = kept_rows()
    for customer in Customer.objects.all():
        refresh_renewals([customer.pk])
    assert kept_rows() == rows


def kept_rows() -> list[dict[str, Any]]:
    return list(Renewal.objects.order_by("contract").values())


def test_an_empty_forecast_is_nothing(scope: None, member: Membership) -> None:
    told = forecast(renewals(widest_scope(member), TODAY))
    assert (told.renewals, told.due, told.system, told.decided_rate) == (0, 0, 0, None)


# --- What the system says -----------------------------------------------------------------------


def test_the_system_says_why(scope: None, member: Membership) -> None:
    contract = one()
    customer = contract.customer
    boss = Contact.objects.create(customer=customer, key="boss", name="Li Lei")
    ContactRole.objects.create(
        contact=boss, role="decision_maker", from_on=date(2023, 1, 1), to_on=date(2026, 4, 1)
    )
    night = night_of()
    MeasureRow.objects.create(
        customer=customer, as_of=NIGHT, tier="low", stage="active", usage_trend=0.4,
        days_since_usage=3, payment_overdue_days=12,
    )  # fmt: skip
    Move.objects.create(
        customer=customer, night=night, as_of=NIGHT, kind="tier", from_value="mid",
        to_value="low", cause="behaviour",
    )  # fmt: skip
    assert is_behind()
    call_renewals()
    assert not is_behind()
    row = Renewal.objects.get(contract=contract)
    assert [(told["key"], told["points"], told["fact"]) for told in row.reasons] == [
        ("usage_collapsed", 20, "0.4"),
        ("sponsor_lost", 15, ""),
        ("tier_low", 15, "low"),
        ("overdue", 10, "12"),
        ("tier_fell", 10, "mid>low"),
    ]
    assert (row.points, row.likelihood, row.as_of, row.tier) == (70, 25, NIGHT, "low")


def test_a_move_that_the_rules_made_is_no_fall(scope: None, member: Membership) -> None:
    contract = one()
    night = night_of()
    Move.objects.create(
        customer=contract.customer, night=night, as_of=NIGHT, kind="tier", from_value="mid",
        to_value="low", cause="rules",
    )  # fmt: skip
    call_renewals()
    assert Renewal.objects.get(contract=contract).reasons == []


def test_targets_missed_lately_are_a_reason(scope: None, member: Membership) -> None:
    customer = one().customer
    yesterday, long_ago = NIGHT - timedelta(days=1), NIGHT - timedelta(days=90)
    twice = missed_case(
        customer, "a", response_breached_at=noon(yesterday), resolution_breached_at=noon(NIGHT)
    )
    CaseOpening.objects.create(
        case=twice, number=1, started_at=noon(long_ago), reopened_at=noon(yesterday),
        response_breached_at=noon(yesterday),
    )  # fmt: skip
    opened_again = missed_case(customer, "b")
    CaseOpening.objects.create(
        case=opened_again, number=1, started_at=noon(long_ago), reopened_at=noon(yesterday),
        resolution_breached_at=noon(yesterday),
    )  # fmt: skip
    missed_case(customer, "c", response_breached_at=noon(long_ago))
    missed_case(customer, "d", response_breached_at=noon(NIGHT + timedelta(days=1)))
    learnt_later = missed_case(customer, "e", response_breached_at=noon(yesterday))
    Case.objects.filter(pk=learnt_later.pk).update(known_from=datetime.now(tz=UTC) + timedelta(1))
    missed_case(Customer.objects.create(key="x"), "f", response_breached_at=noon(NIGHT))
    night_of()
    call_renewals()
    (told,) = Renewal.objects.get(customer=customer).reasons
    assert told == {"key": "breached_cases", "points": 5, "fact": "2"}
    with override("en"):
        assert reason_words(told) == "2 cases answered or solved late within 90 days"


def test_weights_are_the_tenants(scope: None, member: Membership) -> None:
    contract = one()
    night_of()
    MeasureRow.objects.create(customer=contract.customer, as_of=NIGHT, tier="low", stage="active")
    call_renewals()
    assert Renewal.objects.get().likelihood == 80
    assert set_weights(weights={"tier_low": 40}, seen=0, by=member.user)
    assert Renewal.objects.get().likelihood == 55
    with pytest.raises(ValidationError, match="meanwhile"):
        set_weights(weights={"tier_low": 1}, seen=0, by=member.user)
    with pytest.raises(ValidationError, match="0 to 100"):
        set_weights(weights={"tier_low": 101}, seen=latest(), by=member.user)
    assert not set_weights(weights={"tier_low": 40}, seen=latest(), by=member.user)
    set_weights(weights={"tier_low": 0}, seen=latest(), by=member.user)
    assert (Renewal.objects.get().likelihood, Renewal.objects.get().reasons) == (95, [])


def latest() -> int:
    found = latest_weights()
    return found.pk if found else 0


# --- What the manager says ----------------------------------------------------------------------


def called(contract: Contract, by: User, seen: int = 0, **values: Any) -> RenewalCall:
    given = {"stage": "talking", "percent": 70, "amount": None, "note": ""} | values
    return make_call(contract=contract, seen=seen, today=TODAY, by=by, **given)


def test_calls_are_kept_and_nobody_overwrites_unseen(scope: None, member: Membership) -> None:
    contract = one()
    first = called(contract, member.user)
    with pytest.raises(CallConflict) as refused:
        called(contract, member.user, percent=20)
    assert refused.value.call == first
    with pytest.raises(ValidationError, match="Nothing new"):
        called(contract, member.user, seen=first.pk)
    called(contract, member.user, seen=first.pk, stage="committed", amount=Decimal(900))
    row = Renewal.objects.get(contract=contract)
    assert (row.stage, row.percent, row.amount) == ("committed", 70, 900)
    assert RenewalCall.objects.count() == 2
    assert AuditRecord.objects.filter(verb="renewal.called").count() == 2


# --- Outcomes -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fee", "kind"), [(1000, "renewed"), (1200, "expanded"), (Decimal("999.99"), "contracted")]
)
def test_renewing_writes_the_contract_that_follows(
    scope: None, member: Membership, fee: Any, kind: str
) -> None:
    contract = one()
    called(contract, member.user)
    outcome = renew(
        contract=contract, term=a_year(contract, fee, yearly_instalments=True), note="Signed",
        today=TODAY, by=member.user,
    )  # fmt: skip
    assert (outcome.kind, outcome.arr_before, outcome.arr_after) == (kind, 1000, fee)
    assert outcome.called_percent == 70
    follower = Contract.objects.get(key="ct-w-2")
    assert follower.renewal_of == contract
    line = follower.lines.get()
    assert (line.starts_on, line.ends_on, line.seats) == (
        date(2026, 7, 1),
        date(2027, 6, 30),
        10,
    )
    assert Instalment.objects.get(contract=follower).due_on == date(2026, 7, 1)
    assert RowVersion.objects.filter(before__isnull=True, row_id=line.pk).exists()
    assert state_of(Renewal.objects.get(contract=contract), TODAY) == kind
    # The new term is up for renewal in its turn.
    assert Renewal.objects.get(contract=follower).due_on == date(2027, 6, 30)
    with pytest.raises(ValidationError, match="decided"):
        called(contract, member.user, seen=RenewalCall.objects.get().pk, percent=1)
    with pytest.raises(ValidationError, match="decided"):
        churn(contract=contract, reason="price", last_day=TODAY, note="", today=TODAY,
              by=member.user)  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"key": "ct-w"}, "with this key"),
        ({"key": " "}, "needs a key"),
        ({"lines": []}, "at least one module"),
        ({"signed_on": TODAY + timedelta(days=1)}, "not come yet"),
    ],
)
def test_what_makes_no_contract_writes_nothing(
    scope: None, member: Membership, changes: dict[str, Any], words: str
) -> None:
    contract = one()
    term = NewTerm(**{**vars(a_year(contract, 10)), **changes})
    with pytest.raises(ValidationError, match=words):
        renew(contract=contract, term=term, note="", today=TODAY, by=member.user)
    assert not RenewalOutcome.objects.exists()
    assert Contract.objects.count() == 1


def test_what_starts_later_than_90_days_renews_nothing(scope: None, member: Membership) -> None:
    contract = one()
    (line,) = a_year(contract, 10).lines
    late = NewLine(line.module, date(2026, 9, 29), None, Decimal(10))
    with pytest.raises(ValidationError, match="2026-09-28"):
        renew(contract=contract, term=NewTerm("x", TODAY, [late]), note="", today=TODAY,
              by=member.user)  # fmt: skip
    good = NewLine(line.module, date(2026, 9, 28), None, Decimal(10))
    renew(contract=contract, term=NewTerm("x", TODAY, [good]), note="", today=TODAY, by=member.user)
    assert state_of(Renewal.objects.get(), TODAY) == "contracted"


def test_an_outcome_is_taken_back_while_nothing_depends_on_it(
    scope: None, member: Membership
) -> None:
    contract = one()
    outcome = renew(
        contract=contract, term=a_year(contract, 1000), note="", today=TODAY, by=member.user
    )
    follower = Contract.objects.get(key="ct-w-2")
    payment = Payment.objects.create(
        customer=contract.customer, key="p", paid_on=TODAY, amount=1, contract=follower
    )
    with pytest.raises(ValidationError, match="1 payments depend"):
        undo_outcome(outcome=outcome, by=member.user)
    outcome.refresh_from_db()
    assert outcome.undone_at is None
    payment.delete()
    undo_outcome(outcome=outcome, by=member.user)
    assert not Contract.objects.filter(key="ct-w-2").exists()
    assert state_of(Renewal.objects.get(), TODAY) == "open"
    # Past nights still know it.
    assert RowVersion.objects.filter(before__key="ct-w-2").exists()
    with pytest.raises(ValidationError, match="already"):
        undo_outcome(outcome=outcome, by=member.user)


def test_who_leaves_early_is_shortened_and_can_come_back(scope: None, member: Membership) -> None:
    contract = one()
    with pytest.raises(ValidationError, match="reason of the list"):
        churn(contract=contract, reason="weather", last_day=TODAY, note="", today=TODAY,
              by=member.user)  # fmt: skip
    with pytest.raises(ValidationError, match="term ends on 2026-06-30"):
        churn(contract=contract, reason="price", last_day=date(2026, 7, 1), note="", today=TODAY,
              by=member.user)  # fmt: skip
    outcome = churn(
        contract=contract, reason="price", last_day=date(2026, 5, 31), note="Too dear",
        today=TODAY, by=member.user,
    )  # fmt: skip
    row = Renewal.objects.get()
    assert (row.due_on, state_of(row, TODAY)) == (date(2026, 5, 31), "churned")
    assert contract.lines.get().ends_on == date(2026, 5, 31)
    undo_outcome(outcome=outcome, by=member.user)
    row = Renewal.objects.get()
    assert (row.due_on, state_of(row, TODAY)) == (date(2026, 6, 30), "open")


def test_lines_that_were_changed_since_are_not_given_back(scope: None, member: Membership) -> None:
    contract = one()
    outcome = churn(
        contract=contract, reason="price", last_day=date(2026, 5, 31), note="", today=TODAY,
        by=member.user,
    )  # fmt: skip
    contract.lines.update(known_from=datetime.now(tz=UTC) + timedelta(seconds=1))
    with pytest.raises(ValidationError, match="changed since"):
        undo_outcome(outcome=outcome, by=member.user)


# --- Month-ends ---------------------------------------------------------------------------------


def test_the_forecast_of_a_month_is_kept_once_as_it_was_known(
    scope: None, member: Membership
) -> None:
    contract = one()
    boss = Contact.objects.create(customer=contract.customer, key="boss", name="Li Lei")
    ContactRole.objects.create(contact=boss, role="decision_maker", from_on=date(2023, 1, 1))
    night = night_of(date(2026, 4, 30))
    MeasureRow.objects.create(
        customer=contract.customer, as_of=night.as_of, tier="low", stage="active"
    )
    # Nobody knew of any meeting then, so that nobody was known as not met.
    Touchpoint.objects.create(
        customer=contract.customer, key="old", happened_on=date(2026, 4, 2), kind="call"
    )
    RenewalCall.objects.create(
        contract=contract, stage="offered", percent=60, said_on=date(2026, 4, 29)
    )
    # After the month's end.
    RenewalCall.objects.create(
        contract=contract, stage="committed", percent=100, said_on=date(2026, 5, 2)
    )
    # What becomes known later is not seen, whenever it is dated.
    later = Contract.objects.create(customer=contract.customer, key="x", renewal_of=contract)
    ContractLine.objects.create(
        contract=later, module=Module.objects.get(), signed_on=date(2026, 4, 1),
        starts_on=date(2026, 7, 1), ends_on=date(2027, 6, 30), annual_fee=5,
    )  # fmt: skip
    assert months_to_keep() == [night.as_of]
    assert keep_month(night.as_of)
    assert not keep_month(night.as_of)
    assert months_to_keep() == []
    kept = RenewalSnapshot.objects.get()
    assert (kept.due_on, kept.arr, kept.renewed_arr) == (date(2026, 6, 30), 1000, None)
    assert (kept.points, kept.likelihood, kept.stage, kept.percent) == (15, 80, "offered", 60)
    assert RenewalMonth.objects.get().renewals == 1


def test_rows_of_contracts_that_end_no_more_go(scope: None, member: Membership) -> None:
    contract = one()
    contract.lines.update(ends_on=None)
    refresh_renewals([contract.customer_id])
    assert not Renewal.objects.exists()


def test_a_page_of_forecasts_costs_as_many_queries_for_many(
    scope: None, member: Membership
) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            quarters = [quarter_of(TODAY).shifted(step) for step in range(3)]
            forecasts(renewals(widest_scope(member), TODAY), quarters)
        return len(queries)

    one("a")
    member.sees("customers")
    few = cost()
    for number in range(12):
        one(f"b{number}")
    assert cost() == few


def test_a_contract_of_another_customer_renews_too(scope: None, member: Membership) -> None:
    contract = one()
    heir = Customer.objects.create(key="heir", name="Heir")
    sold(heir, Module.objects.get(), "ct-heir", date(2026, 7, 1), date(2027, 6, 30), 1500,
         renewal_of=contract)  # fmt: skip
    refresh_renewals([heir.pk])
    assert state_of(Renewal.objects.get(contract=contract), TODAY) == "expanded"
    assert Renewal.objects.filter(customer=heir).count() == 1


def test_the_sweeper_does_what_is_due_once(tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        contract = one()
        night_of(date(2026, 4, 30))
        Renewal.objects.all().delete()
    for _time in range(2):
        sweep_renewals(tenant_id=tenant.id)
        with tenant_scope(tenant.id):
            assert Renewal.objects.get(contract=contract).as_of == date(2026, 4, 30)
            assert RenewalSnapshot.objects.count() == RenewalMonth.objects.count() == 1
    with tenant_scope(tenant.id):
        # A later night says something else; only month-ends are kept.
        night_of(date(2026, 5, 3))
    sweep_renewals(tenant_id=tenant.id)
    with tenant_scope(tenant.id):
        assert Renewal.objects.get(contract=contract).as_of == date(2026, 5, 3)
        assert RenewalMonth.objects.count() == 1


def test_a_latest_night_that_is_restated_is_asked_again(tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        contract = one()
        night = night_of(date(2026, 5, 3))
        MeasureRow.objects.create(customer=contract.customer, as_of=night.as_of, tier="high")
    sweep_renewals(tenant_id=tenant.id)
    with tenant_scope(tenant.id):
        assert Renewal.objects.get().tier == "high"
        MeasureRow.objects.update(tier="low")
    sweep_renewals(tenant_id=tenant.id)
    with tenant_scope(tenant.id):
        assert Renewal.objects.get().tier == "high", "the night is as it was"
        Night.objects.update(digest="restated")
    sweep_renewals(tenant_id=tenant.id)
    with tenant_scope(tenant.id):
        assert Renewal.objects.get().tier == "low"
        assert not is_behind()
