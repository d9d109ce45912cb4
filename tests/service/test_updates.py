"""Product updates: whom they go to, once each, what they say of it, and whether it is used."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import (
    AuditRecord,
    Contact,
    Customer,
    Module,
    OutgoingMail,
    Tenant,
    UnreachableAddress,
    Unsubscription,
    User,
)
from accounts.queries.audit import entry
from segmentation.models import UsageEvent
from service.actions import update_sending
from service.actions.requests import Asking, capture_ask, merge_request, vote
from service.actions.update_sending import write_letters
from service.actions.updates import (
    UpdateConflict,
    UpdateValues,
    audience_of,
    change_update,
    draft_update,
    send_update,
)
from service.compute.update_use import use_of
from service.models import ProductUpdate, Request, RequestDecision, UpdateRecipient
from service.queries.update_people import counted
from service.queries.update_use import users_of, uses
from tests.service.request_world import LONG_AGO, D, contact, customer, module, owns

pytestmark = pytest.mark.usefixtures("scope")


def asked_by(
    who: Contact | None, whom: Customer, *, by: User, onto: Request | None = None
) -> Request:
    asking = Asking("Export", D - timedelta(30), contact=who)
    return capture_ask(customer=whom, asking=asking, today=D, onto=onto, by=by).request


def drafted(
    by: User, *, modules: tuple[Module, ...] = (), requests: tuple[Request, ...] = (), **more: Any
) -> ProductUpdate:
    values = {
        "titles": {"en": "Export is there", "zh-hans": "导出上线了"},
        "texts": {"en": "Press Export.", "zh-hans": "点击“导出”。"},
        "language": "zh-hans",
        "shipped_on": D,
    } | more
    return draft_update(values=UpdateValues(modules=modules, requests=requests, **values), by=by)


def sent(update: ProductUpdate, by: User) -> dict[str, tuple[str, str, str]]:
    """Name → why, state, why not."""
    send_update(update=update, seen=update.version, today=D, by=by)
    rows = UpdateRecipient.objects.filter(update=update)
    return {row.name: (row.because, row.state, row.why) for row in rows}


def test_what_was_sent_reads_in_the_audit(alice: User) -> None:
    one = customer("one")
    ann, ben = contact(one, "ann"), contact(one, "ben")
    request = asked_by(ann, one, by=alice)
    vote(request=request, customer=one, contact=ben, by=alice)
    sent(drafted(alice, requests=(request,)), alice)
    told = entry(AuditRecord.objects.get(verb="update.sent"))
    assert dict(told.details)["Contacts"] == str(UpdateRecipient.objects.count())


def test_it_goes_to_who_asked_and_who_owns_the_module_and_to_nobody_else(alice: User) -> None:
    pay, other = module("pay"), module("other")
    one, two, three, four = (customer(key) for key in ("one", "two", "three", "four"))
    ann, ben = contact(one, "ann"), contact(two, "ben", "key_user")
    contact(one, "colleague")
    contact(two, "end", "end_user")
    contact(three, "key", "key_user", "end_user")
    contact(four, "stranger", "key_user")
    request = asked_by(ann, one, by=alice)
    part = asked_by(ben, two, by=alice)
    merge_request(request=part, into=request, by=alice)
    for whom in (two, three):
        owns(whom, pay)
    owns(four, other)
    owns(customer("ended"), pay, until=D - timedelta(1))
    contact(Customer.objects.get(key="ended"), "past", "key_user")
    owns(customer("trying"), pay, is_trial=True)
    contact(Customer.objects.get(key="trying"), "tried", "key_user")
    update = drafted(alice, modules=(pay,), requests=(request,))
    found = counted(audience_of(update), D)
    assert (found.asked, found.owns, found.nobody_owns) == (2, 1, 0)
    assert sent(update, alice) == {
        "Ann": ("asked", "waiting", ""),
        "Ben": ("asked", "waiting", ""),
        "Key": ("owns", "waiting", ""),
    }


def test_who_voted_asked_and_where_nobody_is_named_key_users_do(alice: User) -> None:
    one, two, three = customer("one"), customer("two"), customer("three")
    request = asked_by(None, one, by=alice)
    contact(one, "key", "key_user")
    contact(one, "end", "end_user")
    vote(request=request, customer=two, contact=contact(two, "voter"), by=None)
    contact(two, "other", "key_user")
    vote(request=request, customer=three, by=alice)
    update = drafted(alice, requests=(request,))
    assert counted(audience_of(update), D).nobody_asked == 1
    assert set(sent(update, alice)) == {"Key", "Voter"}
    assert ProductUpdate.objects.get().left_out == {"nobody_asked": 1}


def test_who_cannot_or_will_not_be_written_is_left_out_and_told_why(alice: User) -> None:
    one = customer("one")
    pay = module("pay")
    owns(one, pay)
    contact(one, "mute", "key_user", email="")
    contact(one, "gone", "key_user")
    quiet = contact(one, "quiet", "key_user")
    contact(one, "fine", "key_user")
    owns(customer("nobody"), pay)
    UnreachableAddress.objects.create(address="gone@one.example", kind="refused")
    Unsubscription.objects.create(contact=quiet, purpose="update")
    update = drafted(alice, modules=(pay,))
    found = counted(audience_of(update), D)
    assert (found.total, found.nobody_owns) == (1, 1)
    assert found.left_out == {"no_address": 1, "unreachable": 1, "declined": 1}
    assert sent(update, alice) == {
        "Mute": ("owns", "left_out", "no_address"),
        "Gone": ("owns", "left_out", "unreachable"),
        "Quiet": ("owns", "left_out", "declined"),
        "Fine": ("owns", "waiting", ""),
    }


def test_each_contact_is_written_once_in_their_language(
    scope: Tenant, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(update_sending, "AT_ONCE", 2)
    one = customer("one")
    pay = module("pay")
    owns(one, pay)
    english = contact(one, "english", "key_user")
    english.attributes = {"language": "English"}
    english.save()
    for number in range(4):
        contact(one, f"c{number}", "key_user")
    asked = asked_by(english, one, by=alice)
    update = drafted(alice, modules=(pay,), requests=(asked,))
    sent(update, alice)
    assert write_letters(tenant_id=scope.pk, most_batches=1) == 2
    assert ProductUpdate.objects.get().state == "sending"
    for _again in range(2):
        write_letters(tenant_id=scope.pk)
    mails = OutgoingMail.objects.filter(purpose="update")
    assert mails.count() == 5
    assert mails.values("contact").distinct().count() == 5
    assert dict(mails.values_list("to", "language"))["english@one.example"] == "en"
    assert mails.get(contact=english).subject == "Acme: Export is there"
    assert ProductUpdate.objects.get().state == "sent"
    assert set(UpdateRecipient.objects.values_list("state", flat=True)) == {"queued"}


def test_sending_ships_the_requests_once(alice: User) -> None:
    one = customer("one")
    request = asked_by(contact(one, "ann"), one, by=alice)
    update = drafted(alice, requests=(request,))
    sent(update, alice)
    request.refresh_from_db()
    assert (request.status, request.shipped_on) == ("shipped", D)
    assert RequestDecision.objects.get().status == "shipped"
    update.refresh_from_db()
    for seen, refused in ((1, UpdateConflict), (update.version, ValidationError)):
        with pytest.raises(refused):
            send_update(update=update, seen=seen, today=D, by=alice)
    with pytest.raises(ValidationError):
        change_update(
            update=update, seen=update.version, values=UpdateValues({}, {}, "en", D), by=alice
        )
    assert UpdateRecipient.objects.count() == 1


@pytest.mark.parametrize(
    "more",
    [
        {"titles": {"en": "x"}},
        {"language": "fr"},
        {"modules": ()},
    ],
)
def test_an_update_that_says_too_little_is_refused(alice: User, more: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        drafted(alice, **{"modules": (module("pay"),)} | more)
    assert not ProductUpdate.objects.exists()


def test_what_is_not_there_yet_is_not_announced(alice: User) -> None:
    update = drafted(alice, modules=(module("pay"),), shipped_on=D + timedelta(1))
    with pytest.raises(ValidationError, match="only later"):
        send_update(update=update, seen=1, today=D, by=alice)


Used = Callable[..., None]


@pytest.fixture
def use() -> Used:
    def write(whom: Customer, day: date, *, event: str = "export", what: str = "pay") -> None:
        UsageEvent.objects.create(
            message_id=f"m{UsageEvent.objects.count()}",
            customer=whom,
            module=module(what),
            event=event,
            received_at=LONG_AGO,
            # 01:00 of the day in Shanghai, where it is still the day before in UTC.
            occurred_at=datetime(day.year, day.month, day.day, 17, tzinfo=UTC) - timedelta(1),
        )

    return write


def shares(update: ProductUpdate, today: date, tenant: Tenant) -> list[tuple[int, int | None]]:
    """(of how many, used) of who asked within 30 and 90 days, then of owners who did not ask."""
    found = uses([update], today=today, zone=tenant.zone)[update.pk]
    return [(one.total, one.used) for one in (*found.asked, *found.owners)]


def test_use_is_told_of_who_asked_and_of_other_owners(
    scope: Tenant, alice: User, use: Used
) -> None:
    pay = module("pay")
    early, late, never, owner, idle = (
        customer(key) for key in ("early", "late", "never", "owner", "idle")
    )
    for whom in (early, owner, idle):
        owns(whom, pay)
    request = asked_by(contact(early, "a"), early, by=alice)
    for whom in (late, never):
        asked_by(None, whom, by=alice, onto=request)
    update = drafted(alice, modules=(pay,), requests=(request,), event="export")
    sent(update, alice)
    use(early, D)
    use(late, D + timedelta(30))
    use(never, D - timedelta(1))
    use(never, D + timedelta(90))
    use(never, D + timedelta(1), event="other")
    use(owner, D + timedelta(29))
    assert shares(update, D + timedelta(29), scope) == [(3, None), (3, None), (2, None), (2, None)]
    assert shares(update, D + timedelta(30), scope) == [(3, 1), (3, None), (2, 1), (2, None)]
    assert shares(update, D + timedelta(90), scope) == [(3, 1), (3, 2), (2, 1), (2, 1)]
    rows = users_of(update, Customer.objects.exclude(pk=idle.pk), zone=scope.zone, most=10)
    assert [(row.name, row.asked, row.used_on) for row in rows] == [
        ("Early", True, D),
        ("Late", True, D + timedelta(30)),
        ("Never", True, None),
        ("Owner", False, D + timedelta(29)),
    ]


def test_without_an_event_any_use_of_its_modules_counts(
    scope: Tenant, alice: User, use: Used
) -> None:
    one, two = customer("one"), customer("two")
    for whom in (one, two):
        owns(whom, module("pay"))
    update = drafted(alice, modules=(module("pay"),))
    sent(update, alice)
    use(one, D, event="whatever")
    use(two, D, event="whatever", what="other")
    assert shares(update, D + timedelta(90), scope)[2:] == [(2, 1), (2, 1)]


def test_without_module_and_event_nothing_can_be_seen() -> None:
    found = use_of(asked=(3, 0, 0), owners=(0, 0, 0), days=365, is_measured=False)
    assert [one.used for one in found.asked] == [None, None]
    told = use_of(asked=(4, 1, 2), owners=(0, 0, 0), days=30, is_measured=True)
    assert [one.share for one in told.asked] == [0.25, None]
    assert told.owners[0].share is None, "of nobody there is no share"


def test_the_use_of_many_takes_as_many_statements_as_that_of_one(
    scope: Tenant, alice: User
) -> None:
    def statements(updates: list[ProductUpdate]) -> int:
        with CaptureQueriesContext(connection) as found:
            uses(updates, today=D, zone=scope.zone)
        return len(found)

    made = [drafted(alice, modules=(module("pay"),)) for _number in range(4)]
    assert statements(made[:1]) == statements(made)
