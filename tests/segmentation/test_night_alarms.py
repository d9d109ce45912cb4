"""Nights that need somebody: alarms are raised once, told once, and the probes show how nights stand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from night_facts import customer, pay
from structlog.testing import capture_logs

from accounts.models import Tenant
from accounts.tenancy import tenant_scope
from segmentation import tasks
from segmentation.actions import alarms, claims, tries
from segmentation.actions.alarms import raise_alarm, raise_late_alarms, tell_alarm
from segmentation.actions.claims import is_long, work_on_night
from segmentation.actions.nights import run_night
from segmentation.models import Night, NightAlarm
from segmentation.queries.pulse import last_pulse
from segmentation.tasks import compute_night, enqueue_due, sweep_nights, tell_night_alarm

pytestmark = pytest.mark.django_db(transaction=True)

DAY = timedelta(days=1)


@pytest.fixture
def enqueued(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, Any]]]:
    """What was handed to the broker, which sees none of it."""
    found: list[tuple[str, Any]] = []
    monkeypatch.setattr(compute_night, "delay", lambda *ids: found.append(("night", ids)))
    monkeypatch.setattr(
        compute_night, "apply_async", lambda ids, queue: found.append((queue, tuple(ids)))
    )
    monkeypatch.setattr(tell_night_alarm, "delay", lambda *ids: found.append(("alarm", ids)))
    yield found
    cache.clear()


@pytest.fixture
def paid(tenant: Tenant) -> Tenant:
    # Whatever the hour at which the tests run, its last night is due.
    tenant.night_hour = 0
    tenant.save()
    yesterday = tenant.last_ended_day(timezone.now())
    with tenant_scope(tenant.id):
        for number in range(6):
            pay(customer(f"c{number}"), yesterday - number * DAY, number)
    return tenant


def fails(*args: Any, **kwargs: Any) -> None:
    raise RuntimeError("no")


def a_night(tenant: Tenant, **given: Any) -> Night:
    with tenant_scope(tenant.id):
        return Night.objects.create(**{"as_of": tenant.last_ended_day(timezone.now()), **given})


def alarms_of(tenant: Tenant) -> list[NightAlarm]:
    with tenant_scope(tenant.id):
        return list(NightAlarm.objects.select_related("night").order_by("pk"))


def test_a_night_that_is_given_up_raises_one_alarm(
    paid: Tenant, enqueued: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "compute_and_store", fails)
    night = a_night(paid)
    for attempt in range(tries.MOST_ATTEMPTS):
        assert alarms_of(paid) == [], f"before try {attempt}"
        with tenant_scope(paid.id):
            Night.objects.update(not_before=None)
        work_on_night(tenant=paid, night_id=night.pk)
    (alarm,) = alarms_of(paid)
    assert alarm.kind == "given_up"
    assert alarm.night.state == Night.State.DEAD
    enqueue_due(paid)
    assert ("alarm", (paid.id, alarm.pk)) in enqueued


def test_only_the_newest_of_late_nights_is_alarmed_of_and_once(
    paid: Tenant, enqueued: list[Any]
) -> None:
    yesterday = paid.last_ended_day(timezone.now())
    long_ago = timezone.now() - alarms.LATE_AFTER - timedelta(minutes=1)
    a_night(paid, as_of=yesterday - DAY, created_at=long_ago)
    a_night(paid, as_of=yesterday, created_at=long_ago)
    enqueue_due(paid)
    enqueue_due(paid)
    (alarm,) = alarms_of(paid)
    assert (alarm.kind, alarm.night.as_of) == ("late", yesterday)


def test_a_night_that_waits_a_little_is_not_late(paid: Tenant, enqueued: list[Any]) -> None:
    a_night(paid, created_at=timezone.now() - alarms.LATE_AFTER + timedelta(minutes=1))
    enqueue_due(paid)
    assert alarms_of(paid) == []


def test_every_administrator_is_told_once_in_their_language(
    paid: Tenant, make_member: Callable[..., Any]
) -> None:
    english = make_member(paid, "alice@acme.example", "admin")
    chinese = make_member(paid, "li@acme.example", "admin")
    make_member(paid, "bob@acme.example", "service_manager")
    chinese.user.language = "zh-hans"
    chinese.user.save()
    english.user.language = "en"
    english.user.save()
    night = a_night(paid, as_of=date(2026, 5, 1), error="RuntimeError in x, line 3", attempts=4)
    with tenant_scope(paid.id):
        raise_alarm(night=night, kind=NightAlarm.Kind.GIVEN_UP, now=timezone.now())
    (alarm,) = alarms_of(paid)
    tell_alarm(tenant=paid, alarm_id=alarm.pk)
    tell_alarm(tenant=paid, alarm_id=alarm.pk)
    letters = {message.to[0]: message for message in mail.outbox}
    assert sorted(letters) == ["alice@acme.example", "li@acme.example"]
    assert len(mail.outbox) == 2
    letter = letters["alice@acme.example"]
    assert "given up" in letter.subject
    assert f"/t/{paid.slug}/nights/2026-05-01/" in letter.body
    assert "RuntimeError in x, line 3" in letter.body
    assert letters["li@acme.example"].subject != letter.subject
    assert alarms_of(paid)[0].told_at is not None


def test_a_letter_that_cannot_be_sent_is_tried_again(
    paid: Tenant, make_member: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_member(paid, "alice@acme.example", "admin")
    night = a_night(paid)
    with tenant_scope(paid.id):
        raise_alarm(night=night, kind=NightAlarm.Kind.LATE, now=timezone.now())
    (alarm,) = alarms_of(paid)

    def refuse(*args: Any, **kwargs: Any) -> None:
        raise ConnectionRefusedError

    with monkeypatch.context() as patched:
        patched.setattr(alarms, "get_connection", refuse)
        tell_alarm(tenant=paid, alarm_id=alarm.pk)
    (alarm,) = alarms_of(paid)
    assert (alarm.told_at, alarm.tries) == (None, 1)
    assert alarm.not_before is not None
    # The broker may bring it many times; it is tried when its time has come.
    for _ in range(12):
        tell_alarm(tenant=paid, alarm_id=alarm.pk)
    assert (alarms_of(paid)[0].tries, len(mail.outbox)) == (1, 0)
    its_time_comes(paid)
    tell_alarm(tenant=paid, alarm_id=alarm.pk)
    assert len(mail.outbox) == 1
    assert alarms_of(paid)[0].told_at is not None


def its_time_comes(tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        NightAlarm.objects.update(not_before=timezone.now())


def refusing(self: mail.EmailMessage, fail_silently: bool = False) -> int:
    raise ConnectionRefusedError


def test_an_alarm_is_tried_for_as_long_as_the_night_is_missing(
    paid: Tenant, make_member: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_member(paid, "alice@acme.example", "admin")
    night = a_night(paid)
    with tenant_scope(paid.id):
        alarm = NightAlarm.objects.create(night=night, kind=NightAlarm.Kind.LATE)
    hours = []
    with monkeypatch.context() as patched:
        patched.setattr(mail.EmailMessage, "send", refusing)
        for _ in range(12):
            its_time_comes(paid)
            began = timezone.now()
            tell_alarm(tenant=paid, alarm_id=alarm.pk)
            not_before = alarms_of(paid)[0].not_before
            assert not_before is not None
            hours.append(round((not_before - began) / timedelta(hours=1), 2))
    assert hours == [0.25, 0.5, 1, 2, 4, 8, 16, 24, 24, 24, 24, 24]
    its_time_comes(paid)
    tell_alarm(tenant=paid, alarm_id=alarm.pk)
    assert [message.to for message in mail.outbox] == [["alice@acme.example"]]


def test_the_pause_stays_a_day_after_any_number_of_tries(
    paid: Tenant, make_member: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_member(paid, "alice@acme.example", "admin")
    night = a_night(paid)
    with tenant_scope(paid.id):
        alarm = NightAlarm.objects.create(night=night, kind=NightAlarm.Kind.LATE, tries=30_000)
    monkeypatch.setattr(mail.EmailMessage, "send", refusing)
    tell_alarm(tenant=paid, alarm_id=alarm.pk)
    not_before = alarms_of(paid)[0].not_before
    assert not_before is not None
    assert timedelta(hours=23) < not_before - timezone.now() <= DAY


def test_the_nights_screen_names_whom_an_alarm_did_not_reach(
    paid: Tenant,
    make_member: Callable[..., Any],
    settings: Any,
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import apprise

    alice = make_member(paid, "alice@acme.example", "admin")
    make_member(paid, "bad@acme.example", "admin")
    settings.ALERT_URLS = ["json://localhost/up", "json://localhost/down"]
    client.force_login(alice.user)
    page = f"/t/{paid.slug}/nights/"

    def send(self: mail.EmailMessage, fail_silently: bool = False) -> int:
        return refusing(self) if "bad" in self.to[0] else 1

    def notify(self: apprise.Apprise, *, title: str, body: str) -> bool:
        return "/down" not in self.urls()[0]

    monkeypatch.setattr(mail.EmailMessage, "send", send)
    monkeypatch.setattr(apprise.Apprise, "notify", notify)
    night = a_night(paid)
    with tenant_scope(paid.id):
        raise_alarm(night=night, kind=NightAlarm.Kind.LATE, now=timezone.now())
    (alarm,) = alarms_of(paid)
    assert "Not everybody could be told" not in client.get(page).content.decode()
    tell_alarm(tenant=paid, alarm_id=alarm.pk)
    shown = client.get(page).content.decode()
    assert "is late" in shown.partition("Not everybody could be told")[2][:80]
    named = "Not reached so far (tries: 1): bad, channel 2 of the operator."
    assert named in shown
    run_night(tenant=paid)
    assert "Not everybody could be told" not in client.get(page).content.decode()


def test_one_address_that_fails_repeats_no_letter_to_the_others(
    paid: Tenant,
    make_member: Callable[..., Any],
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import apprise

    for name in ("alice", "bad", "carol"):
        make_member(paid, f"{name}@acme.example", "admin")
    settings.ALERT_URLS = ["json://localhost/down", "json://localhost/up"]
    notified: list[str] = []
    down = {"bad@acme.example", "down"}

    def notify(self: apprise.Apprise, *, title: str, body: str) -> bool:
        (url,) = self.urls()
        name = "down" if "down" in url else "up"
        if name not in down:
            notified.append(name)
        return name not in down

    def send(self: mail.EmailMessage, fail_silently: bool = False) -> int:
        if self.to[0] in down:
            # Neither of the mail server nor of the network: it counts all the same.
            raise ValueError(f"no such mailbox: {self.to[0]}")
        return really(self)

    really = mail.EmailMessage.send
    monkeypatch.setattr(mail.EmailMessage, "send", send)
    monkeypatch.setattr(apprise.Apprise, "notify", notify)
    night = a_night(paid)
    with tenant_scope(paid.id):
        raise_alarm(night=night, kind=NightAlarm.Kind.LATE, now=timezone.now())
    (alarm,) = alarms_of(paid)
    for tried in (1, 2):
        with capture_logs() as logs:
            tell_alarm(tenant=paid, alarm_id=alarm.pk)
        assert (alarms_of(paid)[0].tries, alarms_of(paid)[0].told_at) == (tried, None)
        assert [entry["error"] for entry in logs] == ["ValueError", "AlarmNotSent"]
        assert "acme.example" not in str(logs)
        its_time_comes(paid)
    down.clear()
    tell_alarm(tenant=paid, alarm_id=alarm.pk)
    letters = [message.to[0] for message in mail.outbox]
    assert letters == ["alice@acme.example", "carol@acme.example", "bad@acme.example"]
    assert notified == ["up", "down"]
    assert alarms_of(paid)[0].told_at is not None


def test_of_a_night_that_is_done_by_then_nobody_is_told(
    paid: Tenant, make_member: Callable[..., Any]
) -> None:
    make_member(paid, "alice@acme.example", "admin")
    night = a_night(paid)
    with tenant_scope(paid.id):
        raise_alarm(night=night, kind=NightAlarm.Kind.LATE, now=timezone.now())
    (alarm,) = alarms_of(paid)
    run_night(tenant=paid)
    tell_alarm(tenant=paid, alarm_id=alarm.pk)
    (alarm,) = alarms_of(paid)
    assert mail.outbox == []
    assert (alarm.told_at, alarm.tries, alarm.withdrawn_at is None) == (None, 0, False)
    with tenant_scope(paid.id):
        assert alarms.alarms_to_tell(now=timezone.now() + DAY) == []


def test_channels_of_the_operator_are_told(
    paid: Tenant, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import apprise

    told: list[tuple[str, str]] = []

    def notify(self: apprise.Apprise, *, title: str, body: str) -> bool:
        told.append((title, body))
        return len(self) == 1

    monkeypatch.setattr(apprise.Apprise, "notify", notify)
    settings.ALERT_URLS = ["json://localhost/nights"]
    night = a_night(paid)
    with tenant_scope(paid.id):
        raise_late_alarms(now=timezone.now() + alarms.LATE_AFTER)
        (alarm,) = NightAlarm.objects.all()
    tell_alarm(tenant=paid, alarm_id=alarm.pk)
    assert len(told) == 1
    assert night.as_of.isoformat() in told[0][1]
    assert alarms_of(paid)[0].told_at is not None


def test_the_overview_shows_an_alarm_until_the_night_is_done(
    paid: Tenant, make_member: Callable[..., Any], client: Client
) -> None:
    client.force_login(make_member(paid, "alice@acme.example", "admin").user)
    night = a_night(paid)
    with tenant_scope(paid.id):
        raise_alarm(night=night, kind=NightAlarm.Kind.LATE, now=timezone.now())
    page = f"/t/{paid.slug}/overview/"
    assert "is late" in client.get(page).content.decode()
    run_night(tenant=paid)
    assert "is late" not in client.get(page).content.decode()


def test_long_nights_have_a_queue_of_their_own(
    paid: Tenant, enqueued: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    yesterday = paid.last_ended_day(timezone.now())
    run_night(tenant=paid, as_of=yesterday - DAY)
    enqueue_due(paid)
    assert [queue for queue, _ in enqueued] == ["night"]
    with tenant_scope(paid.id):
        Night.objects.filter(state=Night.State.DONE).update(seconds=claims.LONG_SECONDS)
        Night.objects.update(queued_at=None)
    enqueue_due(paid)
    assert [queue for queue, _ in enqueued] == ["night", tasks.LONG_NIGHTS]


def test_before_the_first_night_the_number_of_customers_tells_whether_it_is_long(
    paid: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tenant_scope(paid.id):
        assert not is_long()
        monkeypatch.setattr(claims, "LONG_CUSTOMERS", 6)
        assert is_long()


def test_the_worker_reads_both_queues_unless_told_otherwise(settings: Any) -> None:
    assert {queue.name for queue in settings.CELERY_TASK_QUEUES} == {"celery", tasks.LONG_NIGHTS}


def test_probes_tell_how_the_nights_stand(
    paid: Tenant,
    make_tenant: Callable[..., Tenant],
    enqueued: list[Any],
    client: Client,
    settings: Any,
) -> None:
    cache.clear()
    assert client.get("/readyz").json()["nights"] is None
    other = make_tenant("other")
    with tenant_scope(other.id):
        customer("x")
    a_night(other, state=Night.State.DEAD)
    sweep_nights()
    sweep_nights()
    nights = client.get("/readyz").json()["nights"]
    assert (nights["tenants"], nights["nights_waiting"], nights["nights_dead"]) == (2, 1, 1)
    assert last_pulse() is not None

    assert client.get("/metrics").status_code == 404
    settings.METRICS_TOKEN = "secret"
    assert client.get("/metrics").status_code == 404
    wrong = client.get("/metrics", headers={"authorization": "Bearer other"})
    assert wrong.status_code == 404
    right = client.get("/metrics", headers={"authorization": "Bearer secret"})
    assert right.status_code == 200
    lines = right.content.decode().splitlines()
    assert "tenure_nights_waiting 1" in lines
    assert "tenure_nights_dead 1" in lines
    assert any(line.startswith("tenure_sweep_age_seconds ") for line in lines)


def test_a_tenant_with_nothing_to_do_costs_a_sweep_two_questions(
    paid: Tenant, enqueued: list[Any], django_assert_num_queries: Any
) -> None:
    run_night(tenant=paid)
    now = timezone.now()
    assert isinstance(now, datetime)
    # Begin, the tenant, its nights, its replays, commit.
    with django_assert_num_queries(5):
        enqueue_due(paid)
    assert enqueued == []
