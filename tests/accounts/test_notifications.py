"""People are told once, as they want it; the morning's letter comes once, whatever dies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.test import Client
from django.utils.translation import gettext_lazy

from accounts.actions import notifications
from accounts.actions.notifications import (
    choose_notifications,
    mark_read,
    notify,
    write_digests,
)
from accounts.letter_texts import without_letters
from accounts.models import Membership, Notification, OutgoingMail, Tenant
from accounts.notification_kinds import (
    NotificationKind,
    Topic,
    notification_kinds,
    register_kind,
    register_topic,
    topics,
    words_of,
)
from accounts.tasks import sweep_digests
from accounts.tenancy import tenant_scope

SHANGHAI = ZoneInfo("Asia/Shanghai")
TUESDAY = datetime(2026, 11, 17, 15, tzinfo=SHANGHAI)


@pytest.fixture(autouse=True)
def kinds() -> Iterator[None]:
    register_topic(Topic("tests", "Tests", 1))
    register_kind(
        NotificationKind("tests.saved", "tests", gettext_lazy("Saved: %(name)s."), "check")
    )
    yield
    del topics["tests"], notification_kinds["tests.saved"]


@pytest.fixture
def bea(tenant: Tenant, make_member: Callable[..., Membership]) -> Membership:
    return make_member(tenant, "bea@acme.example", "service_manager")


def tell(tenant: Tenant, member: Membership, name: str, **more: object) -> Notification | None:
    with tenant_scope(tenant.pk):
        return notify(
            member=member, kind="tests.saved", values={"name": name}, path="/customers/", **more  # type: ignore[arg-type]
        )  # fmt: skip


def told(tenant: Tenant) -> list[str]:
    with tenant_scope(tenant.pk):
        return [one.values["name"] for one in Notification.objects.order_by("id")]


def signed_in(member: Membership) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def test_with_a_key_it_is_told_once(tenant: Tenant, bea: Membership) -> None:
    assert tell(tenant, bea, "A", key="k")
    assert tell(tenant, bea, "A", key="k") is None
    assert tell(tenant, bea, "B")
    assert tell(tenant, bea, "B")
    assert told(tenant) == ["A", "B", "B"]


def test_nobody_is_told_what_they_did_or_after_they_left(tenant: Tenant, bea: Membership) -> None:
    assert tell(tenant, bea, "own", by=bea.user) is None
    with without_letters():
        assert tell(tenant, bea, "demo") is None
    bea.is_active = False
    assert tell(tenant, bea, "left") is None
    with pytest.raises(KeyError), tenant_scope(tenant.pk):
        notify(member=bea, kind="nobody.registered")


def test_words_come_in_the_readers_language_and_never_fail() -> None:
    assert words_of("tests.saved", {"name": "100 %"}) == "Saved: 100 %."
    assert words_of("tests.saved", {}) == "Saved: –."
    assert words_of("gone.kind", {}) == "gone.kind"


def test_the_bell_counts_and_the_list_shows_only_ones_own(
    tenant: Tenant, bea: Membership, make_member: Callable[..., Membership]
) -> None:
    cem = make_member(tenant, "cem@acme.example", "service_manager")
    tell(tenant, bea, "for Bea")
    tell(tenant, cem, "for Cem")
    client = signed_in(bea)
    page = client.get("/t/acme/notifications/").content.decode()
    assert "Saved: for Bea." in page
    assert "for Cem" not in page
    assert '1 new notification"' in page
    with tenant_scope(tenant.pk):
        own, other = Notification.objects.get(member=bea), Notification.objects.get(member=cem)
    assert client.post(f"/t/acme/notifications/{other.pk}/readings/").status_code == 404
    answer = client.post(f"/t/acme/notifications/{own.pk}/readings/")
    assert answer["Location"] == "/t/acme/customers/"
    assert "0 new notifications" in client.get("/t/acme/notifications/").content.decode()
    with tenant_scope(tenant.pk):
        other.refresh_from_db()
        assert other.read_at is None


def test_the_list_costs_the_same_for_few_and_many(
    tenant: Tenant, bea: Membership, django_assert_max_num_queries: Callable
) -> None:
    client, counts = signed_in(bea), []
    for size in (2, 40):
        for number in range(size):
            tell(tenant, bea, str(number))
        client.get("/t/acme/notifications/")
        with django_assert_max_num_queries(40) as asked:
            client.get("/t/acme/notifications/")
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_a_person_chooses_by_topic(tenant: Tenant, bea: Membership) -> None:
    client = signed_in(bea)
    page = client.get("/t/acme/notifications/settings/").content.decode()
    assert "Trouble with letters" not in page, "that is the administrators'"
    client.post("/t/acme/notifications/settings/", {"for_digest": ["tests"]})
    quiet = tell(tenant, bea, "only by letter")
    assert quiet is not None
    assert (quiet.is_in_app, quiet.is_for_digest) == (False, True)
    assert "only by letter" not in client.get("/t/acme/notifications/").content.decode()
    client.post("/t/acme/notifications/settings/", {})
    assert tell(tenant, bea, "not at all") is None


def test_the_morning_tells_what_was_not_read_once(
    tenant: Tenant, bea: Membership, time_machine, django_capture_on_commit_callbacks: Callable
) -> None:  # type: ignore[no-untyped-def]
    def morning(moment: datetime) -> list[str]:
        time_machine.move_to(moment, tick=False)
        mail.outbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            sweep_digests()
            sweep_digests()
        return [letter.body for letter in mail.outbox]

    time_machine.move_to(TUESDAY, tick=False)
    tell(tenant, bea, "first")
    tell(tenant, bea, "read")
    with tenant_scope(tenant.pk):
        mark_read(member=bea, notification=Notification.objects.get(values__name="read"))
    assert morning(TUESDAY + timedelta(hours=1)) == [], "not on the same day"
    assert morning(TUESDAY.replace(day=18, hour=7)) == []
    (letter,) = morning(TUESDAY.replace(day=18, hour=8, minute=5))
    assert "Saved: first." in letter
    assert "/t/acme/customers/" in letter
    assert "read." not in letter
    assert morning(TUESDAY.replace(day=18, hour=9)) == []
    tell(tenant, bea, "later that day")
    assert morning(TUESDAY.replace(day=18, hour=23)) == []
    (letter,) = morning(TUESDAY.replace(day=19, hour=12))
    assert "later that day" in letter
    assert "first" not in letter


def test_on_quiet_days_it_waits_and_comes_as_one(
    tenant: Tenant, bea: Membership, time_machine, django_capture_on_commit_callbacks: Callable
) -> None:  # type: ignore[no-untyped-def]
    friday = TUESDAY.replace(day=20)
    for day in range(3):
        time_machine.move_to(friday + timedelta(days=day), tick=False)
        tell(tenant, bea, f"day {day}")
        with django_capture_on_commit_callbacks(execute=True):
            sweep_digests()
    assert mail.outbox == []
    time_machine.move_to(TUESDAY.replace(day=23, hour=8, minute=1), tick=False)
    with django_capture_on_commit_callbacks(execute=True):
        sweep_digests()
    (letter,) = mail.outbox
    assert all(f"day {day}" in letter.body for day in range(3))


def test_the_readers_clock_says_when_it_is_morning(
    tenant: Tenant, bea: Membership, time_machine
) -> None:  # type: ignore[no-untyped-def]
    bea.user.timezone = "Europe/Berlin"
    bea.user.save()
    time_machine.move_to(TUESDAY, tick=False)
    tell(tenant, bea, "first")
    time_machine.move_to(TUESDAY.replace(day=18, hour=14), tick=False)
    assert write_digests(tenant_id=tenant.pk) == 0, "seven in Berlin"
    time_machine.move_to(TUESDAY.replace(day=18, hour=15, minute=30), tick=False)
    assert write_digests(tenant_id=tenant.pk) == 1


def test_a_worker_that_dies_writes_no_second_letter(
    tenant: Tenant, bea: Membership, time_machine, monkeypatch: pytest.MonkeyPatch
) -> None:  # type: ignore[no-untyped-def]
    """The letter and the mark on what it tells are one transaction."""
    time_machine.move_to(TUESDAY, tick=False)
    tell(tenant, bea, "first")
    time_machine.move_to(TUESDAY.replace(day=18, hour=9), tick=False)
    really = notifications.queue_mail

    def dying(**given: object) -> None:
        really(**given)  # type: ignore[arg-type]
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(notifications, "queue_mail", dying)
        with pytest.raises(RuntimeError):
            write_digests(tenant_id=tenant.pk)
    with tenant_scope(tenant.pk):
        assert not OutgoingMail.objects.exists()
    assert write_digests(tenant_id=tenant.pk) == 1
    assert write_digests(tenant_id=tenant.pk) == 0


def test_nobody_of_a_demo_gets_a_letter(tenant: Tenant, bea: Membership, time_machine) -> None:  # type: ignore[no-untyped-def]
    time_machine.move_to(TUESDAY, tick=False)
    tell(tenant, bea, "first")
    Tenant.objects.update(is_demo=True)
    time_machine.move_to(TUESDAY.replace(day=18, hour=9), tick=False)
    assert write_digests(tenant_id=tenant.pk) == 0


def test_choosing_is_kept_for_every_topic(tenant: Tenant, bea: Membership) -> None:
    with tenant_scope(tenant.pk):
        choose_notifications(member=bea, in_app=["tests"], for_digest=[])
        choose_notifications(member=bea, in_app=[], for_digest=["tests"])
        assert bea.notification_preferences.count() == len(topics)
