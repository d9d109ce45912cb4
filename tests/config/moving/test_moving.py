"""A tenant that was exported and brought in again counts, decides and reports as it did."""

from __future__ import annotations

import io
import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from accounts.models import (
    AuditRecord,
    Channel,
    Customer,
    DirectoryEntry,
    Load,
    Membership,
    OutgoingMail,
    RowVersion,
    Tenant,
    User,
)
from accounts.tenancy import tenant_scope
from config.moving import exporting, reading
from config.moving.tables import moving_tables
from reports.models import Report
from segmentation.models import Night, UsageEvent
from service.models import WorkChange
from tests.config.moving.moving_world import (
    NIGHTS,
    NOVEMBER,
    fill,
    manifest_of,
    moved,
    rows_of,
    write_manifest,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def november(time_machine: Any) -> None:
    time_machine.move_to(NOVEMBER, tick=False)


@pytest.fixture
def folder(tenant: Tenant, alice: User, bob: User, tmp_path: Path) -> Path:
    fill(tenant, bob)
    moved("export_tenant", tenant.slug, tmp_path / "out")
    return tmp_path / "out"


def bring_in(folder: Path, slug: str = "copy") -> Tenant:
    moved("import_tenant", folder, slug=slug)
    return Tenant.objects.get(slug=slug)


def night(tenant: Tenant, day: date) -> str:
    out = io.StringIO()
    call_command("run_night", tenant=tenant.slug, as_of=day.isoformat(), stdout=out)
    return str(json.loads(out.getvalue())["digest"])


def told(rows: list[dict[str, str]], tenant_id: int) -> list[str]:
    """Rows of a file in an order of their own, without the tenant's id in former images."""
    images = re.compile(rf'"tenant_id": {tenant_id}\b')
    return sorted(
        images.sub('"tenant_id": 0', json.dumps(row)).replace(
            f'\\"tenant_id\\": {tenant_id}', '\\"tenant_id\\": 0'
        )
        for row in rows
    )


def test_every_row_comes_back_as_it_was(tenant: Tenant, folder: Path, tmp_path: Path) -> None:
    copy = bring_in(folder)
    moved("export_tenant", copy.slug, tmp_path / "again")
    filled = 0
    for table in moving_tables():
        before, after = rows_of(folder, table.name), rows_of(tmp_path / "again", table.name)
        filled += bool(before)
        if table.name == "accounts_auditrecord":
            after = [row for row in after if row["verb"] != "tenant.imported"]
        assert told(after, copy.pk) == told(before, tenant.pk), table.name
    assert filled > 25
    first, second = manifest_of(folder), manifest_of(tmp_path / "again")
    assert second["people"] == first["people"]
    same = {"id", "slug"}
    assert {k: v for k, v in second["tenant"].items() if k not in same} == {
        k: v for k, v in first["tenant"].items() if k not in same
    }


def test_nights_are_equal_stored_and_new(tenant: Tenant, folder: Path) -> None:
    copy = bring_in(folder)
    for day in (*NIGHTS, date(2026, 11, 19)):
        assert night(copy, day) == night(tenant, day), day
    with tenant_scope(copy.pk):
        assert Night.objects.filter(as_of__in=NIGHTS, restated_at=None).count() == len(NIGHTS)
        assert UsageEvent.objects.count() > 20


@pytest.mark.parametrize("format_", ["html", "json", "xlsx", "pdf"])
def test_reports_are_equal_to_the_byte(tenant: Tenant, folder: Path, format_: str) -> None:
    copy = bring_in(folder)
    with tenant_scope(tenant.pk):
        reports = list(Report.objects.values_list("pk", "kind"))
    assert {kind for _, kind in reports} >= {"customer", "executive"}
    for pk, _ in reports:
        first, second = (_report(each, pk, format_) for each in (tenant, copy))
        assert first == second
        assert len(first) > 500


def _report(tenant: Tenant, pk: int, format_: str) -> bytes:
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    call_command("report", pk, tenant=tenant.slug, format=format_, stdout=out)
    out.flush()
    return out.buffer.getvalue()  # type: ignore[attr-defined,no-any-return]


def test_what_is_made_after_it_takes_no_number_twice(tenant: Tenant, folder: Path) -> None:
    copy = bring_in(folder)
    with tenant_scope(copy.pk):
        highest = Customer.objects.order_by("-pk").values_list("pk", flat=True)[0]
        assert Customer.objects.create(key="new", name="New").pk > highest
    assert Tenant.objects.create(slug="next", name="Next").pk > copy.pk
    with tenant_scope(tenant.pk):
        assert not Customer.objects.filter(key="new").exists()


def test_secrets_of_the_installation_stay_behind(tenant: Tenant, folder: Path) -> None:
    everything = b"".join(
        json.dumps(rows_of(folder, table.name)).encode() for table in moving_tables()
    )
    assert b"sealed" not in everything.replace(b"sealed_", b"")
    entry = next(e for e in manifest_of(folder)["tables"] if e["table"] == "accounts_channel")
    assert "sealed" in entry["changed"]["sealed_address"]
    assert "password" not in (folder / "manifest.json").read_text()
    copy = bring_in(folder)
    with tenant_scope(copy.pk):
        assert not Channel.objects.get().is_active
        states = OutgoingMail.objects.order_by("message_id").values_list("state", flat=True)
        assert list(states.filter(message_id__in=["<0>", "<1>", "<2>"])) == [
            "dropped",
            "unclear",
            "sent",
        ]
        assert not OutgoingMail.objects.exclude(sealed_body="").exists()


def test_users_are_those_of_the_same_address(
    tenant: Tenant, alice: User, bob: User, folder: Path
) -> None:
    """Bob has another address there, so he is another person here: a new one without a password."""
    manifest = manifest_of(folder)
    for person in manifest["people"]:
        if person["id"] == bob.pk:
            person["email"], person["name"] = "Bob2@Acme.example", "Bob the second"
    write_manifest(folder, manifest)
    copy = bring_in(folder)
    other = User.objects.get(email="bob2@acme.example")
    assert other.pk != bob.pk
    assert not other.has_usable_password()
    with tenant_scope(copy.pk):
        members = set(Membership.objects.values_list("user_id", flat=True))
        assert members == {alice.pk, other.pk}
        assert Load.objects.get(filename="c.csv").notes == {"undone_by": other.pk}
        change = WorkChange.objects.get()
        assert change.by_id == other.pk
        assert [row["before"]["closed_by_id"] for row in change.rows] == [other.pk, None]
        [image] = RowVersion.objects.filter(table="service_request")
        assert image.before["captured_by_id"] == other.pk
        assert image.before["tenant_id"] == copy.pk
        images = RowVersion.objects.filter(before__isnull=False)
        # The random world's own images were made without one.
        assert {row.before["tenant_id"] for row in images} == {copy.pk, None}
    entries = DirectoryEntry.objects.filter(slug=copy.slug)
    assert set(entries.values_list("user_id", flat=True)) == members


def test_moving_is_in_the_audit(tenant: Tenant, folder: Path) -> None:
    copy = bring_in(folder)
    with tenant_scope(tenant.pk):
        assert AuditRecord.objects.filter(verb="tenant.exported").count() == 1
    with tenant_scope(copy.pk):
        [record] = AuditRecord.objects.filter(verb="tenant.imported")
        assert record.data == {"slug": "acme"}


def test_all_tables_are_of_one_moment(
    tenant: Tenant, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What somebody writes while the files are written is in none of them."""
    write = exporting._write_table

    def interrupted(table: Any, *rest: Any) -> Any:
        if table.name == moving_tables()[0].name:
            other = connection.copy()
            try:
                with other.cursor() as cursor:
                    cursor.execute("BEGIN")
                    cursor.execute("SET LOCAL app.tenant_id = %s", [tenant.pk])
                    cursor.execute("UPDATE accounts_customer SET name = 'Meanwhile'")
                    cursor.execute("COMMIT")
            finally:
                other.close()
        return write(table, *rest)

    monkeypatch.setattr(exporting, "_write_table", interrupted)
    moved("export_tenant", tenant.slug, tmp_path / "second")
    names = {row["name"] for row in rows_of(tmp_path / "second", "accounts_customer")}
    assert "Meanwhile" not in names
    with tenant_scope(tenant.pk):
        assert Customer.objects.filter(name="Meanwhile").exists()


def test_files_in_many_pieces_come_in_the_same(
    tenant: Tenant, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "ROWS_AT_ONCE", 3)
    copy = bring_in(folder)
    with tenant_scope(copy.pk):
        anna = Customer.objects.get(key="anna")
        assert anna.name == 'Anna, "the\nfirst"'
        assert anna.attributes == {"note": 'a "b"\n\\c', "no": None}
    assert night(copy, NIGHTS[1]) == night(tenant, NIGHTS[1])
