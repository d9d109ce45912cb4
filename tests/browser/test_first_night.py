"""The main job in a real browser: an empty tenant, files in, a night, the tiers and their reasons."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest
from celery import Task
from django.utils import timezone
from playwright.sync_api import Page, expect
from workers import start_worker

from accounts.tasks import run_load
from segmentation.actions.nights import run_night
from segmentation.tasks import compute_night

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def worker(live_server, monkeypatch) -> Iterator[None]:  # type: ignore[no-untyped-def]
    """A real worker on a queue of its own: other tests share the broker, not the database."""
    queue = f"browser-{uuid4()}"
    for task in (run_load, compute_night):
        monkeypatch.setattr(task, "delay", partial(enqueue, task, queue))
    process = start_worker(queue)
    yield
    process.terminate()
    process.wait(timeout=30)


def enqueue(task: Task, queue: str, *ids: int) -> None:
    task.apply_async(ids, queue=queue)


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """A small vendor's customers, contracts and usage; theirs are not our column names."""
    today = timezone.localdate()
    customers = [[f"A-{n}", f"Company {n}", "EdTech"] for n in range(1, 13)]
    contracts = [
        [
            f"A-{n}",
            f"S-{n}",
            # Days after the twelfth, so that the file shows its order of dates.
            (today - timedelta(days=500)).replace(day=25).strftime("%d-%m-%Y"),
            # The last one's contract has ended.
            (today + timedelta(days=200 if n < 12 else -60)).replace(day=26).strftime("%d-%m-%Y"),
            "Core",
            str(1000 * n),
            "10",
        ]
        for n in range(1, 13)
    ]
    usage = [
        [f"S-{n}", (today - timedelta(days=day)).isoformat(), "opened", f"person {n}", f"{n}-{day}"]
        for n in range(6, 12)
        for day in range(1, 30)
    ]
    written = {}
    for name, header, rows in (
        ("customers", ["account_id", "account_name", "industry"], customers),
        (
            "contracts",
            ["account_id", "key", "start_date", "end_date", "plan", "arr", "seats"],
            contracts,
        ),
        ("usage", ["contract", "occurred_at", "event", "person", "message_id"], usage),
    ):
        written[name] = tmp_path / f"{name}.csv"
        with written[name].open("w", encoding="utf-8-sig", newline="") as handle:
            csv.writer(handle).writerows([header, *rows])
    return written


def load(page: Page, server: str, kind: str, path: Path, columns: dict[str, str]) -> None:
    """Upload, match, check, load; ends on the page of the result."""
    page.goto(f"{server}/t/acme/loads/new/")
    page.locator("select[name=kind]").select_option(kind)
    page.locator("input[name=file]").set_input_files(path)
    page.get_by_role("button", name="Upload").click()
    for ours, theirs in columns.items():
        page.locator(f"select[name='column_{ours}']").select_option(theirs)
    page.get_by_role("button", name="Check the file").click()
    page.get_by_role("button", name="Load", exact=True).click(timeout=60_000)
    expect(page.get_by_text("Done").first).to_be_visible(timeout=60_000)


def test_from_an_empty_tenant_to_the_reason_of_a_tier(  # type: ignore[no-untyped-def]
    visit, live_server, worker, make_tenant, make_member, files
) -> None:
    tenant = make_tenant("acme", timezone="UTC", currency="USD")
    make_member(tenant, "alice@acme.example", "admin")
    make_member(tenant, "bob@acme.example", "service_manager")
    admin = visit()
    page = admin.sign_in_by_form("alice@acme.example")
    # An empty tenant is led to its first night in three steps.
    expect(page.get_by_text("first night").first).to_be_visible()

    server = live_server.url
    load(
        page, server, "customers", files["customers"], {"key": "account_id", "name": "account_name"}
    )
    load(
        page,
        server,
        "contracts",
        files["contracts"],
        {
            "customer": "account_id",
            "starts_on": "start_date",
            "signed_on": "start_date",
            "ends_on": "end_date",
            "module": "plan",
            "annual_fee": "arr",
        },
    )
    load(page, server, "usage", files["usage"], {})

    # While the last one's contract still ran.
    run_night(tenant=tenant, as_of=timezone.localdate() - timedelta(days=120))

    page.goto(f"{server}/t/acme/nights/")
    page.get_by_role("button", name="Run the night").click()
    expect(page.get_by_text("Done").first).to_be_visible(timeout=60_000)

    manager = visit()
    page = manager.sign_in("bob@acme.example")
    page.goto(f"{server}/t/acme/customers/?scope=all")
    expect(page.get_by_role("link", name="Company 11").first).to_be_visible()
    # Who moved that night, and why: the first few here, all of them on a page of their own.
    page.get_by_role("link", name="for the worse").click()
    moved = page.get_by_role("row").filter(has_text="Company 12")
    expect(moved.filter(has_text="Stage Active → Churned")).to_be_visible()
    expect(moved.filter(has_text="The contract ended and was not renewed")).to_be_visible()
    page.get_by_role("link", name="Company 12").first.click()
    expect(page.get_by_role("heading", name="Company 12")).to_be_visible()
    # The contract ended: lost, and the page says so and why.
    expect(page.get_by_text("Lost").first).to_be_visible()
    expect(page.locator(".tier-rule")).to_have_text("Stage: Churned")
