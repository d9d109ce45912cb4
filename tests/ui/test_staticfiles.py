"""In production a page asks for one style sheet, and what it names exists under hashed names."""

from __future__ import annotations

import re
from pathlib import Path

from django.core.management import call_command
from django.test import override_settings

from ui.staticfiles import IMPORT, joined

CSS = Path(__file__).parents[2] / "static" / "css"


# What pages link: the product's sheet, and that of reports, which stays as it is with its format.
ENTRIES = {"tenure.css", "report-1.css"}


def test_every_sheet_is_imported_once_and_none_is_left_behind() -> None:
    entry = (CSS / "tenure.css").read_text()
    imported = [match["name"] for match in IMPORT.finditer(entry)]
    present = {str(path.relative_to(CSS)) for path in CSS.rglob("*.css")} - ENTRIES
    assert sorted(imported) == sorted(present)
    assert entry.count("@import") == len(imported)


def test_the_joined_sheet_keeps_layers_and_media() -> None:
    sheet = joined(CSS / "tenure.css")
    assert "@import" not in sheet
    assert sheet.index("@layer reset, tokens") < sheet.index("@layer reset {")
    assert "@media print {" in sheet
    assert sheet.count("{") == sheet.count("}")


def test_collected_files_are_hashed_joined_and_stay_so_when_collected_again(tmp_path: Path) -> None:
    storages = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "ui.staticfiles.StaticFilesStorage"},
    }
    with override_settings(STATIC_ROOT=str(tmp_path), STORAGES=storages):
        call_command("collectstatic", interactive=False, verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
    sheets = list((tmp_path / "css").glob("tenure.*.css"))
    assert len(sheets) == 1
    assert ".table-wrap" in sheets[0].read_text()
    assert (sheets[0].parent / f"{sheets[0].name}.gz").exists()
    [entry] = (tmp_path / "js").glob("tenure.*.js")
    names = re.findall(r'import "\./([\w.-]+)"', entry.read_text())
    assert names
    assert all((tmp_path / "js" / name).exists() and name.count(".") == 2 for name in names)
