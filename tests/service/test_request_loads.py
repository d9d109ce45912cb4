"""Loading what customers asked for, and how nights count it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone
from night_facts import sign

from accounts.actions.contacts import remove_contact
from accounts.actions.facts import keep_versions
from accounts.actions.loads import undo_load
from accounts.loads.dependants import CannotUndo
from accounts.loads.reading.guesses import guess_mapping
from accounts.loads.registry import find_kind
from accounts.models import Module, RowVersion, Tenant, User
from segmentation import catalogue
from segmentation.actions.nights import run_night
from segmentation.frames.asof import AsOf
from segmentation.frames.reading import gather_facts
from segmentation.models import Assignment, MeasureRow
from service.models import Ask, Request, RequestDecision
from tests.service.request_world import KNOWN, LONG_AGO, D, contact, counts, customer, load

HEAD = "customer,key,title,made_on,contact,module,status\n"
TEXT = HEAD + (
    "A,R1,Export payslips,2026-06-01,ann,pay,accepted\n"
    "A,R2,Dark theme,2026-06-02,,,\n"
    "B,R3,Export payslips,2026-06-03,,pay,已上线\n"
)


@pytest.fixture
def world(scope: Tenant) -> Tenant:
    contact(customer("A"), "ann", "key_user")
    customer("B")
    return scope


def board() -> dict[str, str]:
    """Key of the asking → state of its request."""
    return {ask.key: ask.request.status for ask in Ask.objects.select_related("request")}


def test_a_row_is_an_asking_with_a_request_of_its_own(world: Tenant) -> None:
    _, dry = load(world, TEXT, dry_run=True)
    assert counts(dry) == (3, 0, 0, 0)
    assert not Request.objects.exists()
    _, answer = load(world, TEXT)
    assert counts(answer) == (3, 0, 0, 0)
    assert answer["created_modules"] == ["pay"]
    assert board() == {"R1": "accepted", "R2": "new", "R3": "shipped"}
    ask = Ask.objects.select_related("contact", "request__module").get(key="R1")
    assert (ask.title, ask.made_on, ask.channel) == ("Export payslips", date(2026, 6, 1), "file")
    assert ask.contact.key == "ann"
    assert (ask.request.title, ask.request.module) == (ask.title, Module.objects.get(key="pay"))
    assert ask.request.raised_on == ask.made_on


def test_the_same_file_again_changes_nothing(world: Tenant) -> None:
    load(world, TEXT)
    versions = RowVersion.objects.count()
    assert counts(load(world, TEXT)[1]) == (0, 0, 3, 0)
    assert RowVersion.objects.count() == versions
    assert Request.objects.count() == 3


def test_a_changed_row_changes_the_board_until_somebody_did_so_on_screen(world: Tenant) -> None:
    load(world, TEXT)
    Request.objects.filter(asks__key="R2").update(is_curated=True)
    changed = TEXT.replace("accepted", "planned").replace(",,,\n", ",,,declined\n")
    assert counts(load(world, changed)[1]) == (0, 2, 1, 0)
    assert board() == {"R1": "planned", "R2": "new", "R3": "shipped"}
    # The asking itself is what the file says.
    assert Ask.objects.get(key="R2").status == "declined"
    # A file without these columns leaves them alone.
    load(world, "customer,key,title,made_on\nA,R1,Payslips as PDF,2026-06-01\n")
    ask = Ask.objects.select_related("request", "contact").get(key="R1")
    assert (ask.title, ask.contact.key, ask.status) == ("Payslips as PDF", "ann", "planned")
    assert (ask.request.title, ask.request.status) == ("Payslips as PDF", "planned")


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ("Z,R9,x,2026-06-01,,,", "customer", "unknown_customer"),
        ("A,R9,x,2026-06-01,nobody,,", "contact", "unknown_contact"),
        ("B,R1,x,2026-06-01,,,", "customer", "request_of_another"),
        ("A,R9,,2026-06-01,,,", "title", "empty"),
        ("A,R9,x,soon,,,", "made_on", "not_a_date"),
        ("A,R9,x,2026-06-01,,,perhaps", "status", "not_a_choice"),
    ],
)
def test_faults_by_line(world: Tenant, row: str, column: str, code: str) -> None:
    load(world, TEXT)
    _, answer = load(world, HEAD + "A,R8,fine,2026-06-01,,,\n" + row + "\n")
    assert [(one["line"], one["column"], one["code"]) for one in answer["errors"]] == [
        (3, column, code)
    ]
    assert answer["errors"][0]["reason"] != code
    assert not Ask.objects.filter(key="R8").exists(), "nothing is saved when a row is refused"


def test_a_key_repeated_with_other_words_is_refused(world: Tenant) -> None:
    _, answer = load(world, HEAD + "A,R1,x,2026-06-01,,,\nA,R1,y,2026-06-01,,,\n")
    assert [(one["line"], one["code"]) for one in answer["errors"]] == [(3, "repeated_key")]


def test_columns_are_found_by_what_files_call_them() -> None:
    kind = find_kind("requests")
    assert kind is not None
    header = ["客户编号", "需求编号", "需求标题", "提出日期", "提出人", "模块", "采纳状态"]
    guessed = guess_mapping(header, kind.columns)
    assert guessed == dict(
        zip(
            ("customer", "key", "title", "made_on", "contact", "module", "status"),
            header,
            strict=True,
        )
    )


def test_a_load_is_taken_back_with_its_requests(world: Tenant, alice: User) -> None:
    first, _ = load(world, HEAD + "A,R1,Export,2026-06-01,,,\n")
    second, _ = load(world, HEAD + "A,R1,Export it,2026-06-01,,,planned\nB,R2,New,2026-06-01,,,\n")
    undo_load(load=second, by=alice)
    assert board() == {"R1": "new"}
    assert Request.objects.get().title == "Export"
    undo_load(load=first, by=alice)
    assert not Request.objects.exists()
    assert not Ask.objects.exists()


def test_what_was_decided_since_is_not_taken_back(world: Tenant, alice: User) -> None:
    loaded, _ = load(world, TEXT)
    RequestDecision.objects.create(request=Request.objects.first(), status="accepted")
    with pytest.raises(CannotUndo, match="decisions on requests"):
        undo_load(load=loaded, by=alice)
    assert Ask.objects.count() == 3


def asked(tenant: Tenant, day: date = D, known_at: Any = KNOWN) -> dict[str, Any]:
    """Customer → requests_90, of those that have it."""
    facts = gather_facts(AsOf(tenant.id, day, known_at, tenant.zone))
    column = facts.table.column("requests_90").dropna()
    return dict(zip(facts.keys[column.index], column, strict=True))


def ask(key: str, whom: Any, day: date, known: Any = LONG_AGO) -> Ask:
    request = Request.objects.create(title=key, raised_on=day, known_from=known)
    return Ask.objects.create(
        request=request, customer=whom, key=key, title=key, made_on=day, known_from=known
    )


def test_the_last_ninety_days_count(scope: Tenant) -> None:
    assert catalogue.get("requests_90").has_facts
    one, two = customer("one"), customer("two")
    customer("none")
    assert asked(scope) == {}, "nobody has asked for anything: unknown, not zero"
    for number, back in enumerate((0, 89, 90)):
        ask(f"k{number}", one, D - timedelta(back))
    ask("later", two, D + timedelta(1))
    assert asked(scope) == {"one": 2, "two": 0, "none": 0}
    assert asked(scope, D + timedelta(1)) == {"one": 1, "two": 1, "none": 0}


def test_a_past_night_counts_what_was_known_then(world: Tenant, alice: User) -> None:
    moments = [timezone.now()]
    load(world, HEAD + "A,R1,Export,2026-06-01,ann,,\n")
    moments.append(timezone.now())
    load(world, HEAD + "A,R1,Export,2026-01-01,ann,,\nB,R2,Other,2026-06-01,,,\n")
    moments.append(timezone.now())
    remove_contact(contact=Ask.objects.get(key="R1").contact, by=alice)
    gone = Ask.objects.get(key="R2")
    keep_versions([gone], until=timezone.now())
    gone.delete()
    moments.append(timezone.now())
    then = [asked(world, D, at) for at in moments]
    assert then == [{}, {"A": 1, "B": 0}, {"A": 0, "B": 1}, {"A": 0, "B": 0}]


def test_what_customers_ask_for_is_a_contribution(scope: Tenant) -> None:
    for key, number in (("much", 3), ("some", 1), ("none", 0)):
        whom = customer(key)
        sign(whom, D - timedelta(400))
        for ordinal in range(number):
            ask(f"{key}{ordinal}", whom, D - timedelta(ordinal))
    first = run_night(tenant=scope, as_of=D, known_at=KNOWN)
    levels = dict(Assignment.objects.values_list("customer__key", "contribution"))
    assert levels == {"much": "high", "some": "mid", "none": "low"}
    row = MeasureRow.objects.get(customer__key="much")
    assert row.further["requests_90"] == 3
    gone = Ask.objects.filter(customer=row.customer_id)
    keep_versions(list(gone), until=timezone.now())
    gone.delete()
    assert run_night(tenant=scope, as_of=D, known_at=KNOWN).digest == first.digest
