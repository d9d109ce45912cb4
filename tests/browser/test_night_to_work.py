"""A customer drops a tier overnight; its service manager sees it first in the morning, with the reason,
works it, and the customer's timeline tells the story. The night replayed sets nothing off again."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from sales import sells

from accounts.models import Colleague, Customer, Membership, Tenant, Touchpoint
from accounts.signals import customer_facts_changed
from accounts.tenancy import tenant_scope
from segmentation.actions.nights import run_night
from segmentation.models import Move
from service.actions.ctas import open_cta
from service.actions.play_runs import run_plays
from service.actions.plays import add_shipped_plays, switch_on
from service.models import Cta, Play, PlayFiring, PlayRun
from service.tasks import run_night_plays, sweep_plays

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = "/t/acme"
LONG_AGO = datetime(2020, 1, 1, tzinfo=timezone.get_default_timezone())


@pytest.fixture
def sam(tenant: Tenant, make_member: Callable[..., Membership]) -> Membership:
    return make_member(tenant, "sam@acme.example", "service_manager")


@pytest.fixture
def yesterday(tenant: Tenant) -> date:
    return tenant.last_ended_day(timezone.now())


@pytest.fixture
def lantern(tenant: Tenant, sam: Membership, yesterday: date) -> Customer:
    """A new customer whose only contract ended the day before yesterday, and one that stays."""
    with tenant_scope(tenant.id):
        person = Colleague.objects.get(membership=sam)
        start, end = yesterday - timedelta(days=60), yesterday - timedelta(days=1)
        made = Customer.objects.create(key="L1", name="Lantern", service_manager=person)
        stays = Customer.objects.create(key="S1", name="Steady", service_manager=person)
        sells(made, start, end, 240_000)
        sells(stays, start, None, 60_000)
        for model in {type(row) for row in (made, *_facts(made), *_facts(stays))}:
            model.objects.update(known_from=LONG_AGO)
        customer_facts_changed.send(sender=Customer, customer_ids=[made.pk, stays.pk])
        open_cta(
            customer=stays, title="Say hello", due_on=yesterday + timedelta(days=30),
            owner=person, by=sam.user,
        )  # fmt: skip
        return made


def _facts(customer: Customer) -> list[Any]:
    contract = customer.contracts.get()
    return [contract, *contract.lines.all()]


def run_due_plays(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """What beat and a worker do, in this process."""
    monkeypatch.setattr(run_night_plays, "delay", run_night_plays)
    sweep_plays()


def counts(tenant: Tenant) -> tuple[int, int]:
    """How often plays were set off, and how much work they opened."""
    with tenant_scope(tenant.id):
        return PlayFiring.objects.count(), Cta.objects.exclude(play=None).count()


def test_from_the_night_to_work_that_is_done(
    tenant: Tenant,
    sam: Membership,
    lantern: Customer,
    yesterday: date,
    visit: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
):
    run_night(tenant=tenant, as_of=yesterday - timedelta(days=1))
    with tenant_scope(tenant.id):
        add_shipped_plays()
        _switch_on_lost(timezone.now() - timedelta(days=3))
    run_due_plays(tenant, monkeypatch)
    assert counts(tenant) == (0, 0)

    # Overnight.
    run_night(tenant=tenant, as_of=yesterday)
    with tenant_scope(tenant.id):
        move = Move.objects.get(customer=lantern, kind="tier", as_of=yesterday)
        assert (move.from_value, move.to_value) == ("new", "lost")
    run_due_plays(tenant, monkeypatch)
    assert counts(tenant) == (1, 1)

    # In the morning: first on the first screen, with its reason.
    window = visit()
    window.sign_in("sam@acme.example")
    page = window.go(f"{ROOT}/customers/")
    first = page.locator(".work-line").first
    expect(first).to_contain_text("Lantern")
    expect(first).to_contain_text("Moved from New to Lost")
    expect(page.locator(".work-line")).to_have_count(2)

    # Why it ranks there: what the customer paid, how likely it is to be lost, how soon it is due.
    first.locator(".work-todo a").click()
    arithmetic = page.locator(".work-formula")
    expect(arithmetic).to_contain_text("240,000")
    expect(page.locator("main")).to_contain_text("when its last contract ended")
    numbers = [_number(text) for text in re.split(r"[×=]", arithmetic.inner_text())]
    assert numbers[0] * numbers[1] * numbers[2] == pytest.approx(numbers[3], rel=0.02)

    _log_touchpoint(page)
    _tick_all_steps(page)
    with tenant_scope(tenant.id):
        done = Cta.objects.get(customer=lantern)
        assert (done.state, done.closed_by) == ("done", sam.user)
        touched = Touchpoint.objects.get(customer=lantern)
        assert "new contact" in touched.note

    # The story, on the customer's page.
    page = window.go(f"{ROOT}/customers/{lantern.pk}/timeline/")
    story = page.locator("main")
    for told in ("Lost", "Work opened", "Moved from New to Lost", "new contact", "Done: "):
        expect(story).to_contain_text(told)
    page = window.go(f"{ROOT}/customers/")
    expect(page.locator(".work-line")).to_have_count(1)
    expect(page.locator(".work-line").first).to_contain_text("Steady")

    # The night again, and its plays again: nothing more.
    assert run_night(tenant=tenant, as_of=yesterday).stored == "unchanged"
    run_due_plays(tenant, monkeypatch)
    with tenant_scope(tenant.id):
        run_plays(tenant=tenant, run=PlayRun.objects.get(as_of=yesterday))
    assert counts(tenant) == (1, 1)


def _switch_on_lost(since: datetime) -> None:
    """The shipped play for who is lost, of the scheme in force."""
    for play in Play.objects.filter(trigger_kind="tier"):
        trigger = play.versions.get().document["trigger"]
        if (trigger["way"], trigger["value"], trigger["scheme"]) == ("enters", "lost", "a"):
            switch_on(play=play, seen=play.version, by=None, now=since)
            return
    raise AssertionError("no play for who is lost ships")


def _number(text: str) -> float:
    """120,000 or ¥120,000 or 45%."""
    plain = float(re.sub(r"[^0-9.]", "", text))
    return plain / 100 if "%" in text else plain


def _log_touchpoint(page: Page) -> None:
    """Two keystrokes, the words, and kept."""
    page.locator("body").press("t")
    dialog = page.locator("#touch-dialog")
    note = dialog.locator("textarea[name=note]")
    expect(note).to_be_focused()
    note.fill("Spoke with the new contact: they come back if payroll runs in January.")
    note.press("Control+Enter")
    expect(dialog).to_be_hidden()


def _tick_all_steps(page: Page) -> None:
    ticks = page.locator(".step-tick[aria-pressed=false]")
    for _step in range(ticks.count()):
        page.locator(".step-tick[aria-pressed=false]").first.click()
    expect(page.locator("#messages")).to_contain_text("the work is done")


def test_work_is_done_and_put_off_by_keyboard(
    tenant: Tenant, sam: Membership, lantern: Customer, visit: Callable[..., Any], accessible: Any
):
    with tenant_scope(tenant.id):
        owner, day = Colleague.objects.get(membership=sam), tenant.local_date(timezone.now())
        for title in ("Call about payroll", "Write about the offer"):
            open_cta(customer=lantern, title=title, due_on=day, owner=owner, by=sam.user)
    window = visit()
    window.sign_in("sam@acme.example")
    page = window.go(f"{ROOT}/work/")
    accessible(page)
    rows = page.locator("a[data-row]")
    expect(rows).to_have_count(3)
    title = rows.first.inner_text()
    page.keyboard.press("j")
    page.keyboard.press("e")
    expect(page.locator("#messages")).to_contain_text("Work done: 1.")
    expect(rows).to_have_count(2)
    page.locator("#messages").get_by_role("button", name="Undo").click()
    expect(rows).to_have_count(3)
    expect(rows.first).to_have_text(title)

    # Two rows at once, until next week.
    for key in ("j", "x", "j", "x", "s"):
        page.keyboard.press(key)
    until = page.locator("#until")
    expect(until).to_be_focused()
    until.fill((day + timedelta(days=7)).isoformat())
    until.press("Enter")
    expect(page.locator("#messages")).to_contain_text("Work put off: 2.")
    expect(rows).to_have_count(1)

    page = window.go(f"{ROOT}/work/?state=snoozed")
    expect(rows).to_have_count(2)
    rows.first.click()
    accessible(page)
    page.get_by_role("button", name="Bring it back now").click()
    expect(page.locator("#messages")).to_contain_text("Work put off: 1.")


def test_on_a_phone_work_is_read_and_done_without_scripts(
    sam: Membership, lantern: Customer, visit: Callable[..., Any]
):
    window = visit(width=390, height=844, scripts=False)
    window.sign_in("sam@acme.example")
    page = window.go(f"{ROOT}/work/")
    page.locator("a[data-row]").first.click()
    expect(page.locator("h1")).to_have_text("Say hello")
    wide = page.locator("html").evaluate("page => page.scrollWidth > page.clientWidth")
    assert not wide
    page.locator("summary", has_text="Done").click()
    page.locator("button[value=done]").click()
    expect(page.locator("main")).to_contain_text("Open again")
