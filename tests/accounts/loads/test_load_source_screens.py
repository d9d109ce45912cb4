"""Load sources on screen, and by the command."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from load_source_world import ANN, customers, look_again, looking, of_folder, the_source, write

from accounts.actions.load_source_schedule import next_look_after, next_try_after
from accounts.actions.load_work import work_on_load
from accounts.actions.loads import ask_for_check, ask_for_run
from accounts.loads.running import LoadOptions
from accounts.management.tenant_command import Refused
from accounts.models import Load, LoadMapping, LoadSource, LoadSourceFile, Tenant, User
from accounts.tenancy import tenant_scope

LIST = "/t/acme/settings/load-sources/"


@pytest.fixture
def folder(tenant: Tenant, tmp_path: Path, settings: Any) -> Path:
    settings.LOAD_FOLDER_ROOT = str(tmp_path)
    made = tmp_path / tenant.slug
    made.mkdir()
    return made


@pytest.fixture
def browser(client: Client, alice: User) -> Client:
    client.force_login(alice)
    cache.clear()
    return client


def form(**further: Any) -> dict[str, Any]:
    return {
        "name": "Night", "place": "folder", "path": "", "schedule": "every", "minutes": "60",
        "hour": "6", "rules-TOTAL_FORMS": "2", "rules-INITIAL_FORMS": "0",
        "rules-0-pattern": "customers*.csv", "rules-0-kind": "customers", "rules-0-match": "",
        "rules-0-ORDER": "2", "rules-1-pattern": "", "rules-1-kind": "customers", **further,
    }  # fmt: skip


def test_a_source_is_set_up_tried_switched_on_and_taken_away(
    tenant: Tenant, browser: Client, folder: Path
) -> None:
    assert b"Nothing is loaded by itself yet" in browser.get(LIST).content
    answer = browser.post(f"{LIST}new/", form())
    assert answer.status_code == 302, answer.content.decode()
    source = the_source(tenant)
    here = f"{LIST}{source.pk}/"
    assert answer["Location"] == here
    assert (source.is_active, source.made_by is not None) == (False, True)
    write(folder, "customers.csv", ANN)
    write(folder, "x.txt", ANN)
    page = browser.get(f"{here}trial/").content.decode()
    assert "would be loaded" in page
    assert "no rule fits: would be left alone" in page
    assert customers(tenant) == {}

    assert browser.post(f"{here}looks/").status_code == 302, "it is off"
    assert browser.get(f"{here}activations/").status_code == 200
    browser.post(f"{here}activations/")
    look_again(tenant)
    assert customers(tenant) == {"A1": "Ann"}
    page = browser.get(here).content.decode()
    assert "customers.csv" in page
    assert "1 created, 0 changed, 0 unchanged" in page
    assert "x.txt" in page, "what was left is named"
    assert b"Looked at" in browser.get(LIST).content

    browser.post(f"{here}edit/", form(schedule="daily", hour="5", name="Morning"))
    changed = the_source(tenant)
    assert (changed.name, changed.minutes, changed.hour) == ("Morning", None, 5)
    assert "every day at 05:00" in browser.get(here).content.decode()
    browser.post(f"{here}deactivations/")
    assert the_source(tenant).next_look_at is None
    browser.post(f"{here}removal/")
    with tenant_scope(tenant.pk):
        assert not LoadSource.objects.exists()
        assert not LoadSourceFile.objects.exists()
    assert customers(tenant) == {"A1": "Ann"}, "what was loaded stays"


def test_rules_are_kept_in_their_order_and_dropped_without_a_pattern(
    tenant: Tenant, browser: Client, folder: Path
) -> None:
    with tenant_scope(tenant.pk):
        kept = LoadMapping.objects.create(kind="payments", name="Ledger", mapping={})
    given = form(
        **{
            "rules-TOTAL_FORMS": "3",
            "rules-1-pattern": "p*.csv", "rules-1-kind": "payments", "rules-1-ORDER": "1",
            "rules-1-match": f"mapping:{kept.pk}", "rules-1-dates": "dmy", "rules-1-skips_bad": "on",
            "rules-2-pattern": "companies*", "rules-2-kind": "customers",
            "rules-2-match": "recipe:hubspot-companies",
        }
    )  # fmt: skip
    browser.post(f"{LIST}new/", given)
    source = the_source(tenant)
    with tenant_scope(tenant.pk):
        told = [
            (rule.pattern, rule.mapping_id, rule.recipe, rule.dates, rule.skips_bad)
            for rule in source.rules.all()
        ]
    assert told == [
        ("p*.csv", kept.pk, "", "dmy", True),
        ("customers*.csv", None, "", "", False),
        ("companies*", None, "hubspot-companies", "", False),
    ]
    page = browser.get(f"{LIST}{source.pk}/edit/").content.decode()
    assert 'value="companies*"' in page
    assert "Ledger (Payments)" in page


def test_what_is_wrong_is_said_beside_its_field(browser: Client, folder: Path) -> None:
    page = browser.post(f"{LIST}new/", form(path="../other")).content.decode()
    assert "without “..”" in page
    page = browser.post(f"{LIST}new/", form(**{"rules-0-pattern": ""})).content.decode()
    assert "At least one rule is needed" in page
    bucket = {
        "place": "bucket",
        "endpoint": "https://10.1.2.3",
        "bucket": "b/c",
        "secret": "s3kr3t",
    }
    page = browser.post(f"{LIST}new/", form(**bucket)).content.decode()
    assert "private network" in page
    assert "This is no name of a bucket." in page
    assert "s3kr3t" not in page


def test_a_refused_file_is_tried_again_by_hand(
    tenant: Tenant, browser: Client, alice: User, folder: Path
) -> None:
    source = looking(tenant, of_folder(), alice)
    write(folder, "customers.csv", "key,name\nA1,\n")
    look_again(tenant)
    here = f"{LIST}{source.pk}/"
    page = browser.get(here).content.decode()
    assert "Refused" in page
    assert "Line 2" in page
    with tenant_scope(tenant.pk):
        row = LoadSourceFile.objects.get()
    page = browser.get(f"/t/acme/loads/{row.load_id}/").content.decode()
    assert f'From the load source <a href="{here}">Exports</a>.' in page
    browser.post(f"{here}files/{row.pk}/tries/")
    with tenant_scope(tenant.pk):
        assert LoadSourceFile.objects.get().state == "waiting"
    page = browser.post(f"{here}files/{row.pk}/tries/", follow=True).content.decode()
    assert "cannot be tried again now" in page
    assert browser.post(f"{LIST}{source.pk + 1}/files/{row.pk}/tries/").status_code == 404


def test_a_refused_file_that_was_loaded_by_hand_is_loaded(
    tenant: Tenant, browser: Client, alice: User, folder: Path
) -> None:
    """Its columns were matched anew on the page of its load."""
    looking(tenant, of_folder(), alice)
    write(folder, "customers.csv", "key,title\nA1,Ann\n")
    look_again(tenant)
    with tenant_scope(tenant.pk):
        load = Load.objects.get()
        assert load.state == "refused"
        ask_for_check(load=load, options=LoadOptions(mapping={"name": "title"}), by=alice)
    work_on_load(tenant_id=tenant.pk, load_id=load.pk)
    with tenant_scope(tenant.pk):
        ask_for_run(load=Load.objects.get(), skip_bad=False, by=alice)
    work_on_load(tenant_id=tenant.pk, load_id=load.pk)
    assert customers(tenant) == {"A1": "Ann"}
    look_again(tenant)
    with tenant_scope(tenant.pk):
        assert LoadSourceFile.objects.get().state == "loaded"


def test_a_folder_that_is_not_there_is_said_on_the_page(
    tenant: Tenant, browser: Client, alice: User, tmp_path: Path, settings: Any
) -> None:
    settings.LOAD_FOLDER_ROOT = str(tmp_path)
    source = looking(tenant, of_folder(), alice)
    look_again(tenant)
    page = browser.get(f"{LIST}{source.pk}/").content.decode()
    assert "There is no such folder" in page
    assert "It is tried again on" in page


def run(*arguments: str) -> tuple[list[dict[str, Any]], str]:
    """The lines of the command, and why it refused."""
    out, refusal = io.StringIO(), ""
    try:
        call_command("fetch_loads", *arguments, stdout=out, stderr=io.StringIO())
    except Refused as error:
        refusal = str(error)
    return [json.loads(line) for line in out.getvalue().splitlines()], refusal


def test_the_command_loads_here_and_now(tenant: Tenant, alice: User, folder: Path) -> None:
    looking(tenant, of_folder(), alice)
    write(folder, "customers.csv", ANN)
    write(folder, "customers2.csv", "key;name\nA2;\n")
    lines, refusal = run("--tenant", tenant.slug)
    assert [(one["file"], one["state"], one["created"]) for one in lines] == [
        ("customers.csv", "loaded", 1),
        ("customers2.csv", "refused", 0),
    ]
    assert lines[0]["source"] == "Exports"
    assert "Line 2" in lines[1]["reason"]
    assert refusal == "Exports: Files refused or not taken: 1."
    assert run("--tenant", tenant.slug, "--source", "Exports") == ([], "")
    assert "There is no load source" in run("--tenant", tenant.slug, "--source", "Nobody\x00")[1]


def test_the_command_says_what_cannot_be_looked_at(
    tenant: Tenant, alice: User, settings: Any
) -> None:
    settings.LOAD_FOLDER_ROOT = ""
    assert run("--tenant", tenant.slug) == ([], "")
    looking(tenant, of_folder(), alice)
    lines, refusal = run("--tenant", tenant.slug)
    assert lines == []
    assert refusal.startswith("Exports: The operator has named no folder")


def test_looks_are_regular_and_rest_after_failures() -> None:
    zone = ZoneInfo("Asia/Shanghai")
    now = datetime(2026, 11, 23, 20, 30, tzinfo=UTC)  # 04:30 on the 24th there
    daily = LoadSource(schedule="daily", hour=5)
    assert next_look_after(daily, now, zone) == datetime(2026, 11, 23, 21, tzinfo=UTC)
    daily.hour = 4
    assert next_look_after(daily, now, zone) == datetime(2026, 11, 24, 20, tzinfo=UTC)
    often = LoadSource(schedule="every", minutes=5)
    assert (next_look_after(often, now, zone) - now).total_seconds() == 300
    rests = []
    for failures in (1, 2, 3, 20):
        often.failures = daily.failures = failures
        rests.append((next_try_after(often, now, zone) - now).total_seconds() / 60)
        assert next_try_after(daily, now, zone) <= next_look_after(daily, now, zone)
    assert rests == [5, 10, 20, 240]
