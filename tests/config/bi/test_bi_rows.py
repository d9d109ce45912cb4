"""What BI tools read is what commands print, over SQL and in Parquet files alike."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars
import pytest
from django.core.management import call_command

from accounts.management.tenant_command import Refused
from accounts.models import AuditRecord, Contact, Customer, Tenant, User
from accounts.tenancy import tenant_scope
from config.bi.registry import VIEWS
from tests.config.bi.bi_world import NOVEMBER, as_tool, asked, given
from tests.config.moving.moving_world import NIGHTS, fill

ANN = ("Ann Lee", "ann.lee@anna.example", "+1 555 0199 22", "ann-lee-7")


@pytest.fixture(autouse=True)
def november(time_machine: Any) -> None:
    time_machine.move_to(NOVEMBER)


@pytest.fixture
def filled(tenant: Tenant, bob: User) -> Tenant:
    fill(tenant, bob)
    with tenant_scope(tenant.pk):
        first = Customer.objects.order_by("pk").first()
        assert first is not None
        Customer.objects.filter(pk=first.pk).update(name="上海霁格“供应链”,\n有限公司", region="")
        Contact.objects.create(customer=first, key=ANN[3], name=ANN[0], email=ANN[1], phone=ANN[2])
    return tenant


def printed(command: str, *options: str) -> list[dict[str, str]]:
    out = io.StringIO()
    call_command(command, "--tenant", "acme", *options, stdout=out)
    return list(csv.DictReader(io.StringIO(out.getvalue())))


def test_rows_are_those_of_commands_and_files(filled: Tenant, tmp_path: Path) -> None:
    url = given(filled)
    with as_tool(url) as tool:
        rows = {view.name: asked(tool, f'SELECT * FROM "{view.name}"') for view in VIEWS}
    _as_printed(rows)
    _as_in_files(rows, tmp_path / "files")
    _without_persons(rows)
    with as_tool(given(filled, "--rotate", "--with-persons")) as tool:
        told = str(asked(tool, "SELECT * FROM contacts"))
        assert all(word in told for word in ANN)
        assert asked(tool, "SELECT DISTINCT person FROM usage_events") != asked(
            tool, "SELECT DISTINCT left(md5(person), 16) FROM usage_events"
        )


def _as_printed(rows: dict[str, list[tuple[Any, ...]]]) -> None:
    tiers = printed("tiers")
    names = [column.name for view in VIEWS if view.name == "standings" for column in view.columns]
    latest = [row[1:] for row in rows["standings"] if row[0] == NIGHTS[-1]]
    assert names[1:] == list(tiers[0])
    assert sorted(map(_plain, latest)) == sorted(_plain(row.values()) for row in tiers)
    moves = printed("moves", "--since", "2000-01-01")
    assert sorted(_plain(row[:6]) for row in rows["moves"]) == sorted(
        _plain(list(row.values())[:6]) for row in moves
    )
    for view, kind in (("customers", Customer), ("contacts", Contact)):
        assert rows[view], kind
    delivery = {row["project"]: row for row in printed("delivery")}
    [project] = [view for view in VIEWS if view.name == "projects"]
    for row in rows["projects"]:
        held = dict(zip((column.name for column in project.columns), row, strict=True))
        for name in ("baseline_effort", "actual_effort", "in_scope_effort", "unapproved_effort",
                     "approved_change_effort"):  # fmt: skip
            assert _plain([held[name]]) == _plain([delivery[held["key"]][name]]), name
    usage = sum(row[7] for row in rows["usage_events"])
    assert usage == sum(row[3] for row in rows["usage_by_day"])
    assert usage == sum(row[3] for row in rows["usage_by_month"]) > 0
    assert {row[0] for row in rows["nights"]} >= set(NIGHTS)
    assert rows["figures"]
    assert rows["retention"]


def _plain(cells: Any) -> tuple[str, ...]:
    """Numbers without the zeros that a fixed number of places brings."""
    found = []
    for cell in cells:
        text = "" if cell is None else str(cell)
        try:
            found.append(f"{Decimal(text).normalize():f}")
        except ArithmeticError:
            found.append(text)
    return tuple(found)


def _as_in_files(rows: dict[str, list[tuple[Any, ...]]], folder: Path) -> None:
    out = io.StringIO()
    call_command(
        "export_parquet", str(folder), "--tenant", "acme", stdout=out, stderr=io.StringIO()
    )
    told = json.loads(out.getvalue())
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert told["rows"] == sum(map(len, rows.values()))
    assert manifest["night"]["as_of"] == NIGHTS[-1].isoformat()
    for view, entry in zip(VIEWS, manifest["views"], strict=True):
        assert entry["rows"] == len(rows[view.name]), view.name
        assert sum(file["rows"] for file in entry["files"]) == entry["rows"]
        for file in entry["files"]:
            content = (folder / file["file"]).read_bytes()
            assert hashlib.sha256(content).hexdigest() == file["sha256"]
        tables = [polars.read_parquet(folder / file["file"]) for file in entry["files"]]
        found = polars.concat(tables)
        assert found.columns == [column.name for column in view.columns]
        for column in view.columns:
            if column.type.startswith("numeric"):
                assert isinstance(found.schema[column.name], polars.Decimal), column
        as_json = [column.type == "jsonb" for column in view.columns]
        read = [
            tuple(
                json.loads(cell) if packed and cell is not None else cell
                for cell, packed in zip(row, as_json, strict=True)
            )
            for row in found.rows()
        ]
        assert sorted(map(repr, map(_utc, read))) == sorted(map(repr, map(_utc, rows[view.name])))
    with pytest.raises(Refused, match="not empty"):
        call_command("export_parquet", str(folder), "--tenant", "acme", stderr=io.StringIO())
    with tenant_scope(Tenant.objects.get(slug="acme").pk):
        assert AuditRecord.objects.filter(verb="bi_access.files").count() == 1


def _utc(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Cells that compare: moments by their instant, decimals by their value."""
    return tuple(
        cell.timestamp() if hasattr(cell, "timestamp") else
        cell.normalize() if isinstance(cell, Decimal) else cell
        for cell in row
    )  # fmt: skip


def _without_persons(rows: dict[str, list[tuple[Any, ...]]]) -> None:
    told = str(rows)
    assert not [word for word in (*ANN, "bob@acme.example") if word in told]
    assert "上海霁格" in told
    keys = [row[:2] for row in rows["contacts"]]
    assert len(set(keys)) == len(keys)
    assert all(len(key) == 16 for _customer, key in keys)


def test_files_from_a_day_on(filled: Tenant, tmp_path: Path) -> None:
    out = io.StringIO()
    call_command("export_parquet", str(tmp_path / "x"), "--tenant", "acme", "--since", "2026-10-01",
                 stdout=out, stderr=io.StringIO())  # fmt: skip
    payments = polars.read_parquet(tmp_path / "x" / "payments.parquet")
    assert all(day >= date(2026, 10, 1) for day in payments["paid_on"])
    assert sorted(path.name for path in (tmp_path / "x" / "usage_events").iterdir()) in (
        [], ["2026-10.parquet"], ["2026-10.parquet", "2026-11.parquet"],
    )  # fmt: skip
    assert polars.read_parquet(tmp_path / "x" / "customers.parquet").height > 1
