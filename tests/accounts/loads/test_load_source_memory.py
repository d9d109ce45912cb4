"""What is remembered of files: nothing is loaded again because it was away, or only touched, for long."""

from __future__ import annotations

import os
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from load_source_world import (
    ANN,
    customers,
    files,
    look_again,
    looking,
    of_folder,
    states,
    the_source,
    write,
)

from accounts.actions.load_source_files import KEPT_FORMER
from accounts.actions.load_sources import try_file_again
from accounts.load_places import Unreadable, folders
from accounts.load_places.folders import Folder
from accounts.models import Load, LoadSourceFile, Tenant, User
from accounts.tenancy import tenant_scope


def months_pass(tenant: Tenant) -> None:
    """Since everything that was written down."""
    earlier = KEPT_FORMER + timedelta(days=30)
    with tenant_scope(tenant.pk):
        for row in LoadSourceFile.objects.all():
            for name in ("seen_at", "taken_at", "settled_at", "gone_at"):
                if getattr(row, name, None) is not None:
                    setattr(row, name, getattr(row, name) - earlier)
            row.save()


def loads(tenant: Tenant) -> int:
    with tenant_scope(tenant.pk):
        return Load.objects.count()


def test_an_old_file_that_is_away_for_a_moment_is_not_loaded_again(
    tenant: Tenant, alice: User, folder: Path, tmp_path: Path
) -> None:
    """Else old values would be written over newer ones, e.g. after a folder was not mounted."""
    looking(tenant, of_folder(), alice)
    write(folder, "customers-1.csv", ANN)
    look_again(tenant)
    months_pass(tenant)
    write(folder, "customers-2.csv", "key,name\nA1,Anna\n")
    look_again(tenant)
    away = shutil.move(folder, tmp_path / "away")
    folder.mkdir()
    look_again(tenant)
    folder.rmdir()
    shutil.move(away, folder)
    look_again(tenant)
    assert customers(tenant) == {"A1": "Anna"}
    assert loads(tenant) == 2


def test_an_old_file_that_is_only_touched_is_not_loaded_again(
    tenant: Tenant, alice: User, folder: Path
) -> None:
    looking(tenant, of_folder(), alice)
    write(folder, "customers.csv", ANN)
    look_again(tenant)
    months_pass(tenant)
    write(folder, "customers.csv", ANN, age=600)
    for _again in range(2):
        look_again(tenant)
    assert loads(tenant) == 1
    assert [(row.state, row.is_current) for row in files(tenant)] == [("loaded", True)]


def test_a_content_that_could_not_be_had_between_does_not_hide_what_was_loaded(
    tenant: Tenant, alice: User, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looking(tenant, of_folder(), alice)
    write(folder, "customers.csv", ANN)
    look_again(tenant)
    months_pass(tenant)
    path = write(folder, "customers.csv", ANN, age=1800)
    listed = Folder.listed

    def then_swapped(self: Folder) -> Any:
        found = listed(self)
        path.unlink()
        path.symlink_to("elsewhere")
        return found

    monkeypatch.setattr(Folder, "listed", then_swapped)
    look_again(tenant)
    assert states(tenant) == {"customers.csv": "failed"}
    monkeypatch.undo()
    path.unlink()
    write(folder, "customers.csv", ANN, age=900)
    for _again in range(2):
        look_again(tenant)
    assert states(tenant) == {"customers.csv": "loaded"}
    assert loads(tenant) == 1


def test_a_file_that_was_gone_before_its_turn_and_is_back_is_loaded(
    tenant: Tenant, alice: User, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(folder, "customers.csv", ANN)
    looking(tenant, of_folder(), alice)
    listed = Folder.listed

    def then_gone(self: Folder) -> Any:
        found = listed(self)
        os.rename(path, folder / ".away")
        return found

    monkeypatch.setattr(Folder, "listed", then_gone)
    look_again(tenant)
    monkeypatch.undo()
    os.rename(folder / ".away", path)
    look_again(tenant)
    assert customers(tenant) == {"A1": "Ann"}
    assert states(tenant) == {"customers.csv": "loaded"}


def test_one_that_is_listed_and_never_there_is_given_up(
    tenant: Tenant, alice: User, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, "customers.csv", ANN)
    looking(tenant, of_folder(), alice)
    tried = []

    def gone(self: Folder, *_given: Any, **_named: Any) -> str:
        tried.append(1)
        raise Unreadable("gone")

    monkeypatch.setattr(Folder, "read", gone)
    for _again in range(8):
        look_again(tenant)
    assert len(tried) == 5
    (row,) = files(tenant)
    assert (row.state, row.trouble) == ("failed", "error")


@pytest.mark.parametrize("state", ["queued", "running", "done"])
def test_a_refused_file_that_somebody_loads_by_hand_is_not_loaded_beside_it(
    tenant: Tenant, alice: User, folder: Path, state: str
) -> None:
    looking(tenant, of_folder(), alice)
    write(folder, "customers.csv", "key;title\nA1;Ann\n")
    look_again(tenant)
    (row,) = files(tenant)
    assert row.state == "refused"
    with tenant_scope(tenant.pk):
        Load.objects.update(state=state)
        with pytest.raises(ValidationError):
            try_file_again(file=row, by=alice)
        Load.objects.update(state="dead")
        try_file_again(file=row, by=alice)


def test_what_is_gone_for_long_is_forgotten(tenant: Tenant, alice: User, folder: Path) -> None:
    looking(tenant, of_folder(), alice)
    path = write(folder, "customers.csv", ANN)
    look_again(tenant)
    path.unlink()
    look_again(tenant)
    assert states(tenant) == {"customers.csv": "loaded"}
    months_pass(tenant)
    look_again(tenant)
    assert files(tenant) == []


def test_a_maze_of_folders_is_cut(
    tenant: Tenant, alice: User, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many there are without a file: a look ends before another worker takes it over."""
    monkeypatch.setattr(folders, "MOST_ENTRIES", 20)
    for number in range(10):
        for further in range(10):
            (folder / f"{number}" / f"{further}").mkdir(parents=True)
    looking(tenant, of_folder(), alice)
    opened: list[Any] = []
    real = os.open

    def counted(*given: Any, **named: Any) -> int:
        opened.append(given)
        return real(*given, **named)

    monkeypatch.setattr(os, "open", counted)
    look_again(tenant)
    assert the_source(tenant).last_look["cut"] is True
    assert len(opened) < 40
