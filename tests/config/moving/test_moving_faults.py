"""What cannot be brought in is refused in words, and leaves nothing behind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from accounts.actions.facts import note_creation
from accounts.management.tenant_command import Refused
from accounts.models import Customer, Module, Tenant, User
from accounts.tenancy import tenant_scope
from tests.config.moving.moving_world import content, manifest_of, moved, rewrite, write_manifest

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def folder(tenant: Tenant, alice: User, tmp_path: Path) -> Path:
    with tenant_scope(tenant.pk):
        parent = Customer.objects.create(key="a", name="A\nB")
        Customer.objects.create(key="b", name="B", parent=parent)
        note_creation(Module.objects.create(key="m", name="M"), at=parent.known_from)
    moved("export_tenant", tenant.slug, tmp_path / "out")
    return tmp_path / "out"


def refused(folder: Path, **options: Any) -> str:
    before = (Tenant.objects.count(), User.objects.count())
    with pytest.raises(Refused) as refusal:
        moved("import_tenant", folder, **{"slug": "copy", **options})
    assert (Tenant.objects.count(), User.objects.count()) == before
    return str(refusal.value)


def test_what_was_not_touched_comes_in(folder: Path) -> None:
    assert moved("import_tenant", folder, slug="copy")["tenant"] == "copy"


def test_a_slug_that_is_taken(folder: Path) -> None:
    assert "“acme” already. Name another slug with --as" in refused(folder, slug="")


def test_a_slug_that_is_none(folder: Path) -> None:
    assert "small letters" in refused(folder, slug="No Slug")


def test_a_missing_file(folder: Path) -> None:
    (folder / "accounts_customer.csv.gz").unlink()
    assert refused(folder) == "accounts_customer.csv.gz is missing."


def test_no_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()
    assert "There is no manifest.json" in refused(folder)


@pytest.mark.parametrize("cut", [1, 20])
def test_a_cut_file(folder: Path, cut: int) -> None:
    path = folder / "accounts_customer.csv.gz"
    path.write_bytes(path.read_bytes()[:-cut])
    assert "accounts_customer.csv.gz was altered or cut" in refused(folder)


def test_a_changed_byte(folder: Path) -> None:
    path = folder / "accounts_module.csv.gz"
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2] ^= 1
    path.write_bytes(bytes(whole))
    assert "accounts_module.csv.gz was altered or cut" in refused(folder)


def test_a_value_of_another_kind_is_named_by_file_line_and_column(folder: Path) -> None:
    rows = content(folder, "accounts_customer")
    *first, last = rows.splitlines(keepends=True)
    # The first customer goes over three lines: name and search text have two each.
    rewrite(folder, "accounts_customer", b"".join(first) + b"x" + last)
    words = refused(folder)
    assert words.startswith("accounts_customer.csv.gz, line 5, column id: ")


def test_a_row_that_is_too_short(folder: Path) -> None:
    rows = content(folder, "accounts_module")
    rewrite(folder, "accounts_module", rows + b"17\n")
    assert "accounts_module.csv.gz, line 3" in refused(folder)


def test_a_file_that_ends_within_a_row(folder: Path) -> None:
    rewrite(folder, "accounts_module", content(folder, "accounts_module") + b'17,"open')
    assert "line 3: the file ends within a row" in refused(folder)


def test_a_column_of_another_name(folder: Path) -> None:
    rows = content(folder, "accounts_module").replace(b"key", b"kee", 1)
    rewrite(folder, "accounts_module", rows)
    assert "accounts_module.csv.gz, line 1" in refused(folder)
    assert "“kee”" in refused(folder)


def test_a_row_less_than_the_manifest_says(folder: Path) -> None:
    rows = content(folder, "accounts_module").splitlines(keepends=True)
    rewrite(folder, "accounts_module", b"".join(rows[:-1]))
    assert "holds 0 rows; the manifest says 1" in refused(folder)


def test_a_reference_to_nothing(folder: Path) -> None:
    rows = content(folder, "accounts_customer")
    rewrite(folder, "accounts_customer", rows.splitlines(keepends=True)[0])
    manifest = manifest_of(folder)
    for entry in manifest["tables"]:
        if entry["table"] == "accounts_customer":
            entry["rows"] = 0
    write_manifest(folder, manifest)
    # Nobody misses them: only rows that refer to them would.
    moved("import_tenant", folder, slug="copy")
    members = content(folder, "accounts_membership").splitlines(keepends=True)
    rewrite(folder, "accounts_membership", members[0])
    for entry in (manifest := manifest_of(folder))["tables"]:
        if entry["table"] == "accounts_membership":
            entry["rows"] = 0
    write_manifest(folder, manifest)
    words = refused(folder, slug="another")
    assert words.startswith("accounts_colleague.csv.gz, lines 2 to ")
    assert "foreign key" in words


def test_a_person_whom_the_manifest_does_not_know(folder: Path) -> None:
    manifest = manifest_of(folder)
    manifest["people"] = []
    write_manifest(folder, manifest)
    assert "a person is named whom the manifest does not know" in refused(folder)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"format": "other"}, "not that of an exported tenant"),
        ({"version": 2}, "The export has format 2; this program reads 1"),
        ({"people": [{"id": "x"}]}, "people/0"),
        ({"tables": []}, "is missing"),
    ],
)
def test_a_manifest_of_another_kind(folder: Path, change: dict[str, Any], words: str) -> None:
    write_manifest(folder, {**manifest_of(folder), **change})
    assert words in refused(folder)


def test_another_state_of_the_program(folder: Path) -> None:
    manifest = manifest_of(folder)
    taken = manifest["migrations"]["accounts"].pop()
    write_manifest(folder, manifest)
    assert f"older program: accounts.{taken} did not run there" in refused(folder)
    manifest["migrations"]["accounts"] += [taken, "9999_tomorrow"]
    write_manifest(folder, manifest)
    assert "newer program: accounts.9999_tomorrow did not run here" in refused(folder)


def test_a_folder_that_holds_something_is_left_alone(tenant: Tenant, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(Refused, match="is not empty"):
        moved("export_tenant", tenant.slug, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
