"""A real file set moves, and its nights stay equal; skipped where the files are not there."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from tests.config.moving.moving_world import moved
from tests.segmentation.test_ravenstack import FILES, LOADS, D, run

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not FILES.is_dir(), reason="the RavenStack files are not here"),
]


def night(slug: str, back: int) -> str:
    said = run("run_night", f"--tenant={slug}", f"--as-of={D - timedelta(back)}")
    return str(json.loads(said)["digest"])


def test_nights_are_equal(make_tenant, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    make_tenant("raven", currency="USD", timezone="America/New_York")
    for kind, (file, mapping) in LOADS.items():
        maps = [f"--map={pair}" for pair in mapping]
        run("load", kind, str(FILES / file), "--tenant=raven", "--dates=dmy", "--skip-bad", *maps)
    stored = night("raven", 1)
    told = moved("export_tenant", "raven", tmp_path / "out")
    assert told["rows"] > 25_000
    assert moved("import_tenant", tmp_path / "out", slug="copy")["rows"] == told["rows"]
    assert night("copy", 1) == stored
    assert night("copy", 0) == night("raven", 0)
    tiers = (run("tiers", f"--tenant={slug}") for slug in ("raven", "copy"))
    assert len(set(tiers)) == 1
