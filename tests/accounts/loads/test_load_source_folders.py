"""Files that arrive in a tenant's folder: each content once, and nothing from outside of it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from load_source_world import (
    ANN,
    CONTACTS,
    customers,
    files,
    fresh,
    look_again,
    looking,
    of_folder,
    states,
    the_source,
    write,
)

from accounts.actions.load_source_files import STAYS
from accounts.actions.load_source_values import RuleValues
from accounts.actions.load_sources import change_source, switch_source_off, try_file_again
from accounts.actions.loads import undo_load
from accounts.load_places import BadPlace
from accounts.load_places.folders import Folder, steps_of
from accounts.models import AuditRecord, Contact, Load, LoadSourceFile, Notification, Tenant, User
from accounts.tenancy import tenant_scope


def a_minute_passes(tenant: Tenant) -> None:
    with tenant_scope(tenant.pk):
        for row in LoadSourceFile.objects.all():
            LoadSourceFile.objects.filter(pk=row.pk).update(seen_at=row.seen_at - STAYS)


def test_what_lies_there_is_loaded_once_and_again_when_it_changed(
    tenant: Tenant, alice: User, folder: Path
) -> None:
    looking(tenant, of_folder(), alice)
    write(folder, "customers.csv", ANN)
    assert look_again(tenant) is False
    assert customers(tenant) == {"A1": "Ann"}
    for _again in range(3):
        look_again(tenant)
    assert [row.state for row in files(tenant)] == ["loaded"]
    with tenant_scope(tenant.pk):
        load = Load.objects.get()
        assert (load.state, load.filename, load.created_by) == ("done", "customers.csv", alice)
        assert AuditRecord.objects.get(verb="load.done").data["program"] == "Exports"

    write(folder, "customers.csv", "key,name\nA1,Anna\n", age=1800)
    look_again(tenant)
    assert customers(tenant) == {"A1": "Anna"}
    assert [(row.state, row.is_current) for row in files(tenant)] == [
        ("loaded", False),
        ("loaded", True),
    ]
    # Back to what it was is a change, too.
    write(folder, "customers.csv", ANN, age=900)
    look_again(tenant)
    assert customers(tenant) == {"A1": "Ann"}
    assert (folder / "customers.csv").read_text() == ANN, "it is only read"


def test_a_file_that_was_only_touched_is_the_same(
    tenant: Tenant, alice: User, folder: Path
) -> None:
    looking(tenant, of_folder(), alice)
    write(folder, "customers.csv", ANN)
    look_again(tenant)
    write(folder, "customers.csv", ANN, age=600)
    for _again in range(2):
        look_again(tenant)
    assert [(row.state, row.is_current) for row in files(tenant)] == [("loaded", True)]
    with tenant_scope(tenant.pk):
        assert Load.objects.count() == 1


def test_a_file_that_grows_waits_until_it_stays(tenant: Tenant, alice: User, folder: Path) -> None:
    looking(tenant, of_folder(), alice)
    write(folder, "customers.csv", "key,na", age=1)
    look_again(tenant)
    assert states(tenant) == {"customers.csv": "growing"}
    source = the_source(tenant)
    assert source.next_look_at is not None
    assert source.looked_at is not None
    assert (source.next_look_at - source.looked_at).total_seconds() < 70, "not only in an hour"
    write(folder, "customers.csv", ANN, age=0)
    look_again(tenant)
    # Somebody who asks for looks at once must not have half of it.
    look_again(tenant)
    assert states(tenant) == {"customers.csv": "growing"}
    assert customers(tenant) == {}
    a_minute_passes(tenant)
    look_again(tenant)
    assert states(tenant) == {"customers.csv": "loaded"}
    assert customers(tenant) == {"A1": "Ann"}
    assert len(files(tenant)) == 1


def test_a_clock_that_is_ahead_does_not_keep_a_file_out(
    tenant: Tenant, alice: User, folder: Path
) -> None:
    looking(tenant, of_folder(), alice)
    write(folder, "customers.csv", ANN, age=-86_400)
    look_again(tenant)
    a_minute_passes(tenant)
    look_again(tenant)
    assert customers(tenant) == {"A1": "Ann"}


def test_a_file_that_changes_while_it_is_read_waits(
    tenant: Tenant, alice: User, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looking(tenant, of_folder(), alice)
    path = write(folder, "customers.csv", ANN)
    read = Folder.read

    def slowly(self: Folder, found: Any, into: Any, **named: Any) -> str:
        def beat() -> None:
            with path.open("a") as file:
                file.write("A2,Bo\n")

        return read(self, found, into, **{**named, "beat": beat})

    monkeypatch.setattr(Folder, "read", slowly)
    look_again(tenant)
    assert states(tenant) == {"customers.csv": "growing"}
    assert customers(tenant) == {}
    monkeypatch.undo()
    look_again(tenant)
    a_minute_passes(tenant)
    look_again(tenant)
    assert customers(tenant) == {"A1": "Ann", "A2": "Bo"}


def test_customers_come_before_what_names_them_whatever_files_are_called(
    tenant: Tenant, alice: User, folder: Path
) -> None:
    looking(tenant, of_folder(CONTACTS, RuleValues("*.csv", "customers")), alice)
    write(folder, "contacts.csv", "customer,key,name\nB1,1,Bea\n")
    write(folder, "zz/later.csv", "key,name\nB1,Beta\n")
    look_again(tenant)
    assert states(tenant) == {"contacts.csv": "loaded", "zz/later.csv": "loaded"}
    with tenant_scope(tenant.pk):
        assert Contact.objects.get().customer.key == "B1"


def test_a_refused_file_stays_and_is_tried_again_when_somebody_says_so(
    tenant: Tenant, alice: User, folder: Path
) -> None:
    source = looking(tenant, of_folder(), alice)
    write(folder, "customers.csv", "key;title\nA1;Ann\n")
    for _again in range(2):
        look_again(tenant)
    (row,) = files(tenant)
    assert (row.state, row.load.state if row.load else "") == ("refused", "refused")
    with tenant_scope(tenant.pk):
        told = Notification.objects.get(kind="load_source.refused")
        assert told.member.user == alice
        assert told.values == {"source": "Exports", "file": "customers.csv"}
        values = of_folder(RuleValues("customers*", "customers", mapping=_mapping()))
        change_source(source=fresh(source), values=values, by=alice)
        try_file_again(file=row, by=alice)
    look_again(tenant)
    assert states(tenant) == {"customers.csv": "loaded"}
    assert customers(tenant) == {"A1": "Ann"}
    assert len(files(tenant)) == 1


def _mapping() -> Any:
    from accounts.models import LoadMapping

    return LoadMapping.objects.create(kind="customers", name="CRM", mapping={"name": "title"})


def test_a_load_that_was_taken_back_comes_again_only_when_somebody_says_so(
    tenant: Tenant, alice: User, folder: Path
) -> None:
    looking(tenant, of_folder(), alice)
    write(folder, "customers.csv", ANN)
    look_again(tenant)
    (row,) = files(tenant)
    with tenant_scope(tenant.pk):
        assert row.load is not None
        undo_load(load=row.load, by=alice)
    look_again(tenant)
    assert customers(tenant) == {}
    with tenant_scope(tenant.pk):
        try_file_again(file=row, by=alice)
    look_again(tenant)
    assert customers(tenant) == {"A1": "Ann"}


def test_what_no_rule_fits_is_left_and_told(tenant: Tenant, alice: User, folder: Path) -> None:
    looking(tenant, of_folder(RuleValues("crm/*.CSV", "customers")), alice)
    write(folder, "customers.csv", ANN)
    write(folder, "crm/deep/all.csv", ANN)
    write(folder, ".hidden.csv", ANN)
    look_again(tenant)
    assert states(tenant) == {"crm/deep/all.csv": "loaded"}
    last = the_source(tenant).last_look
    assert (last["seen"], last["left"], last["names"]) == (2, 1, ["customers.csv"])


def test_what_is_too_large_is_not_taken(
    tenant: Tenant, alice: User, folder: Path, settings: Any
) -> None:
    settings.LOAD_UPLOAD_LIMIT_BYTES = 20
    looking(tenant, of_folder(), alice)
    write(folder, "customers.csv", ANN + "A2,Bo\n")
    for _again in range(2):
        look_again(tenant)
    (row,) = files(tenant)
    assert (row.state, row.trouble, row.load) == ("failed", "too_large", None)


def test_a_source_that_is_off_is_not_looked_at(tenant: Tenant, alice: User, folder: Path) -> None:
    source = looking(tenant, of_folder(), alice)
    with tenant_scope(tenant.pk):
        switch_source_off(source=source, by=alice)
    write(folder, "customers.csv", ANN)
    look_again(tenant)
    assert files(tenant) == []


def test_links_lead_nowhere(tenant: Tenant, alice: User, folder: Path, tmp_path: Path) -> None:
    """Not to another tenant's folder, not out of the root, not as a folder on the way."""
    outside = tmp_path / "outside"
    write(outside, "customers.csv", "key,name\nX1,Secret\n")
    write(folder.parent / "other", "customers.csv", "key,name\nX2,Theirs\n")
    (folder / "customers.csv").symlink_to(outside / "customers.csv")
    (folder / "customers2.csv").symlink_to("../other/customers.csv")
    (folder / "way").symlink_to(outside)
    os.mkfifo(folder / "customers-pipe.csv")
    source = looking(tenant, of_folder(), alice)
    look_again(tenant)
    assert customers(tenant) == {}
    assert the_source(tenant).last_look["names"] == ["customers.csv", "customers2.csv", "way"]
    with tenant_scope(tenant.pk):
        change_source(source=fresh(source), values=of_folder(path="way"), by=alice)
    look_again(tenant)
    assert (the_source(tenant).trouble, customers(tenant)) == ("link", {})


def test_a_file_that_becomes_a_link_before_it_is_read_is_not_followed(
    tenant: Tenant, alice: User, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "outside", "customers.csv", "key,name\nX1,Secret\n")
    path = write(folder, "customers.csv", ANN)
    looking(tenant, of_folder(), alice)
    listed = Folder.listed

    def then_swapped(self: Folder) -> Any:
        found = listed(self)
        path.unlink()
        path.symlink_to(tmp_path / "outside" / "customers.csv")
        return found

    monkeypatch.setattr(Folder, "listed", then_swapped)
    look_again(tenant)
    (row,) = files(tenant)
    assert (row.state, row.trouble) == ("failed", "link")
    assert customers(tenant) == {}


@pytest.mark.parametrize(
    "path",
    ["..", "a/../../b", "/etc", "a/..", "a\\b", "a\x00b", "./a", "a/ b", "/".join("abcdefghi")],
)
def test_paths_lead_down_only(path: str) -> None:
    with pytest.raises(BadPlace):
        steps_of(path)


def test_paths_that_lead_down() -> None:
    assert steps_of("") == steps_of(" ") == []
    assert steps_of("crm/exports/") == ["crm", "exports"]


def test_without_a_root_or_a_folder_it_is_said(
    tenant: Tenant, alice: User, tmp_path: Path, settings: Any
) -> None:
    settings.LOAD_FOLDER_ROOT = ""
    looking(tenant, of_folder(), alice)
    look_again(tenant)
    assert the_source(tenant).trouble == "no_root"
    settings.LOAD_FOLDER_ROOT = str(tmp_path)
    look_again(tenant)
    source = the_source(tenant)
    assert (source.trouble, source.failures) == ("no_folder", 2)
    with tenant_scope(tenant.pk):
        assert Notification.objects.filter(kind="load_source.failing").count() == 1, "told once"
    (tmp_path / tenant.slug).mkdir()
    look_again(tenant)
    assert (the_source(tenant).trouble, the_source(tenant).failing_since) == ("", None)


def test_names_of_any_kind(tenant: Tenant, alice: User, folder: Path) -> None:
    looking(tenant, of_folder(RuleValues("*", "customers")), alice)
    names = [
        "客户 [1].csv",
        "customers;rm -rf.csv",
        "a'b\"c<script>.csv",
        "line\nbreak.csv",
        "%2e%2e",
    ]
    for number, name in enumerate(names):
        write(folder, name, f"key,name\nK{number},N\n")
    nobody = os.fsencode(folder) + b"/bad\xff.csv"
    with open(nobody, "wb") as file:
        file.write(ANN.encode())
    look_again(tenant)
    look_again(tenant)
    assert set(states(tenant)) == set(names)
    assert set(states(tenant).values()) == {"loaded"}


def test_a_file_that_is_gone_before_its_turn_is_said_so(
    tenant: Tenant, alice: User, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(folder, "customers.csv", ANN)
    looking(tenant, of_folder(), alice)
    listed = Folder.listed

    def then_gone(self: Folder) -> Any:
        found = listed(self)
        path.unlink(missing_ok=True)
        return found

    monkeypatch.setattr(Folder, "listed", then_gone)
    look_again(tenant)
    (row,) = files(tenant)
    assert (row.state, row.trouble) == ("failed", "gone")
