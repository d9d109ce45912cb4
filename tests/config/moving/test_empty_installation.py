"""From one installation into an empty one: other servers, another key, the same numbers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from config import embedded

LAST_DAY = "2026-10-31"


class Installation:
    """Embedded servers and a key of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            name: value
            for name, value in os.environ.items()
            if name not in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")
        } | {"DATA_DIR": str(folder), "SECRET_KEY": f"key of {folder.name}"}

    def run(self, *arguments: str) -> bytes:
        done = subprocess.run(
            [sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), *arguments],
            env=self.environment,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    def digest(self, day: str) -> str:
        told = json.loads(self.run("run_night", "--tenant", "acme", "--as-of", day))
        assert told["customers"] >= 12
        return str(told["digest"])


@pytest.fixture
def installations(tmp_path: Path) -> Iterator[tuple[Installation, Installation]]:
    both = Installation(tmp_path / "one"), Installation(tmp_path / "two")
    yield both
    for installation in both:
        embedded.stop(installation.folder)


def test_an_empty_installation_counts_and_reports_the_same(
    installations: tuple[Installation, Installation], tmp_path: Path
) -> None:
    one, two = installations
    one.run("create_tenant", "acme", "--name", "Acme", "--admin", "ann@acme.example")
    seed = ("--customers", "12", "--months", "3", "--until", LAST_DAY)
    one.run("seed_demo", "--tenant", "acme", *seed)
    stored = one.digest(LAST_DAY)
    made = one.run("make_reports", "--tenant", "acme", "--period", "2026-10").splitlines()
    reports = [str(json.loads(line)["report"]) for line in made]
    assert len(reports) > 1
    out = str(tmp_path / "out")
    one.run("export_tenant", "acme", out)
    told = json.loads(two.run("import_tenant", out))
    assert told["rows"] > 1000
    assert told["people_made"] == told["people"]
    assert two.digest(LAST_DAY) == stored
    assert two.digest("2026-11-01") == one.digest("2026-11-01")
    for form in ("json", "pdf"):
        asked = ("report", reports[-1], "--tenant", "acme", "--format", form)
        assert two.run(*asked) == one.run(*asked), form
