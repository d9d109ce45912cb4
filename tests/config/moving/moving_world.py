"""A tenant with something of everything that is hard to move."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.utils import timezone
from night_world import World

from accounts.actions.facts import keep_versions
from accounts.models import Channel, Contact, Customer, Load, OutgoingMail, Tenant, User
from accounts.sealing import seal
from accounts.tenancy import tenant_scope
from segmentation.actions.nights import run_night
from service.models import Request, WorkChange
from tests.reports.report_world import make, served

NOVEMBER = datetime(2026, 11, 20, 4, tzinfo=UTC)
NIGHTS = (date(2026, 10, 30), date(2026, 10, 31))


def fill(tenant: Tenant, user: User, *, seed: int = 7) -> None:
    """Facts that changed and came late, two nights, reports, letters, secrets, and users in JSON."""
    with tenant_scope(tenant.pk):
        World(seed, customers=4).save()
        anna = served("anna")
        Customer.objects.filter(pk=anna.pk).update(
            name='Anna, "the\nfirst"', attributes={"note": 'a "b"\n\\c', "no": None}
        )
        _people_in_json(user)
        Channel.objects.create(
            name="Room", service="slack", sealed_address=seal("https://x", purpose="channel")
        )
        letter = {"language": "en", "template": "t", "sealed_body": "sealed", "headers": {}}
        for number, state in enumerate(("queued", "sending", "sent")):
            OutgoingMail.objects.create(
                purpose="work", to="a@b.example", message_id=f"<{number}>", state=state, **letter
            )
    for night in NIGHTS:
        run_night(tenant=tenant, as_of=night)
    make(tenant)


def _people_in_json(user: User) -> None:
    request = Request.objects.create(
        title="Wish", raised_on=date(2026, 1, 1), captured_by=user, known_from=timezone.now()
    )
    keep_versions([request], until=timezone.now())
    Load.objects.create(
        kind="customers", filename="c.csv", size_bytes=1, notes={"undone_by": user.pk}
    )
    rows = [
        {"cta": 1, "before": {"closed_by_id": user.pk}},
        {"cta": 2, "before": {"closed_by_id": None}},
    ]
    WorkChange.objects.create(by=user, verb="cta.closed", rows=rows)


def moved(command: str, *arguments: str | Path, **options: Any) -> dict[str, Any]:
    """What export_tenant and import_tenant print."""
    out = io.StringIO()
    call_command(command, *map(str, arguments), stdout=out, **options)
    told: dict[str, Any] = json.loads(out.getvalue())
    return told


def rows_of(folder: Path, table: str) -> list[dict[str, str]]:
    with gzip.open(folder / f"{table}.csv.gz", "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def manifest_of(folder: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((folder / "manifest.json").read_text("utf-8"))
    return told


def write_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")


def rewrite(folder: Path, table: str, content: bytes) -> None:
    """Another content, of which the manifest knows."""
    path = folder / f"{table}.csv.gz"
    path.write_bytes(gzip.compress(content))
    manifest = manifest_of(folder)
    [entry] = [entry for entry in manifest["tables"] if entry["table"] == table]
    entry["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    write_manifest(folder, manifest)


def content(folder: Path, table: str) -> bytes:
    return gzip.decompress((folder / f"{table}.csv.gz").read_bytes())


def first_contact() -> Contact:
    found: Contact = Contact.objects.order_by("pk").first()
    return found
