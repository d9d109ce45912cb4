"""Loading a text as a file into the tenant of the test."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from accounts.actions.loads import load_file
from accounts.loads.reading import DateOrder, DecimalMark, parse_mapping
from accounts.loads.recipes import find_recipe
from accounts.loads.registry import find_kind
from accounts.loads.running import LoadOptions
from accounts.models import Load, Tenant


@dataclass
class Loaded:
    """What came of a load, as the command prints it."""

    load: Load | None
    refused: bool
    answer: dict[str, Any]
    preview: Any = None
    codes: list[tuple[int, str, str]] = field(default_factory=list)

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """(created, updated, unchanged, rejected)"""
        names = ("created", "updated", "unchanged", "rejected")
        return tuple(self.answer[name] for name in names)  # type: ignore[return-value]


@pytest.fixture
def load(scope: Any) -> Callable[..., Loaded]:
    """`load("customers", "key,name\\n…", skip_bad=True, map=["id=key"], dates="dmy")`"""

    def run(
        kind: str,
        content: str | bytes,
        *,
        map: list[str] | None = None,
        dates: str = "",
        decimal: str = "",
        skip_bad: bool = False,
        dry_run: bool = False,
    ) -> Loaded:
        found = find_kind(kind)
        assert found is not None
        data = content.encode() if isinstance(content, str) else content
        loaded, result = load_file(
            handle=io.BytesIO(data),
            filename=f"{kind}.csv",
            kind=found,
            options=LoadOptions(
                mapping=parse_mapping(map or [], found.columns),
                dates=DateOrder(dates) if dates else None,
                decimal=DecimalMark(decimal) if decimal else None,
                skip_bad=skip_bad,
            ),
            tenant=scope,
            by=None,
            dry_run=dry_run,
        )
        answer = result.as_json(loaded.pk if loaded else None)
        codes = [(error["line"], error["column"], error["code"]) for error in answer["errors"]]
        return Loaded(loaded, result.refused, answer, result.preview, codes)

    return run


@pytest.fixture
def bring(scope: Any) -> Callable[..., dict[str, Any]]:
    """`bring("hubspot-companies", text)` → what the command prints"""

    def run(recipe: str, text: str, **options: Any) -> dict[str, Any]:
        found = find_recipe(recipe)
        assert found
        kind = find_kind(found.kind)
        assert kind
        load, result = load_file(
            handle=io.BytesIO(text.encode()),
            filename="export.csv",
            kind=kind,
            options=LoadOptions(recipe=recipe, **options),
            tenant=scope,
            by=None,
        )
        return result.as_json(load.pk if load else None)

    return run


@pytest.fixture
def folder(tenant: Tenant, tmp_path: Path, settings: Any) -> Path:
    """The tenant's own below the operator's, where files arrive."""
    settings.LOAD_FOLDER_ROOT = str(tmp_path / "root")
    made = tmp_path / "root" / tenant.slug
    made.mkdir(parents=True)
    return made
