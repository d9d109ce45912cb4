"""Load sources that move: off, without their secrets, and with what is known of their files."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from accounts.actions.load_source_values import RuleValues, SourceValues
from accounts.actions.load_sources import make_source, switch_source_on
from accounts.models import LoadMapping, LoadSource, LoadSourceFile, Tenant, User
from accounts.tenancy import tenant_scope
from tests.config.moving.moving_world import moved


@pytest.mark.django_db(transaction=True)
def test_a_source_comes_off_and_without_its_secret(
    tenant: Tenant, alice: User, tmp_path: Path
) -> None:
    with tenant_scope(tenant.pk):
        ledger = LoadMapping.objects.create(kind="payments", name="Ledger", mapping={})
        values = SourceValues(
            name="CRM", place="bucket", endpoint="https://s3.example.com", bucket="exports",
            access_key="AK", secret="s3kr3t",
            rules=[RuleValues("pay*", "payments", mapping=ledger)],
        )  # fmt: skip
        source = make_source(values=values, by=alice)
        switch_source_on(source=source, by=alice)
        LoadSource.objects.update(claim="c6a4ac1e-0000-4000-8000-000000000000")
        source.refresh_from_db()
        sealed = source.sealed_secret
        LoadSourceFile.objects.create(
            source=source, name="pay1.csv", mark="m", size=1, kind="payments", state="waiting"
        )
    folder = tmp_path / "out"
    moved("export_tenant", tenant.slug, folder)
    for file in folder.rglob("*"):
        if file.is_file():
            data = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
            assert sealed.encode() not in data
            assert b"s3kr3t" not in data
    moved("import_tenant", folder, slug="moved")
    with tenant_scope(Tenant.objects.get(slug="moved").pk):
        there = LoadSource.objects.get()
        assert (there.is_active, there.next_look_at, there.sealed_secret) == (False, None, "")
        assert (there.claim, there.access_key) == (None, "AK")
        assert there.rules.get().mapping == LoadMapping.objects.get()
        assert there.files.get().name == "pay1.csv"
