"""`load` and `undo_load` as programs call them."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.loads import registry
from accounts.models import Customer, Load, Tenant
from accounts.tenancy import tenant_scope


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "customers.csv"
    path.write_text("id,name\nA,Alpha\nB,Beta\n")
    return path


def run(*arguments: str, tenant: str = "acme", **options: Any) -> dict[str, Any]:
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command(*arguments, "--tenant", tenant, stdout=out, stderr=err, **options)
    finally:
        run.out, run.err = out.getvalue(), err.getvalue()  # type: ignore[attr-defined]
    return json.loads(out.getvalue().splitlines()[-1])


def failure(*arguments: str, **options: Any) -> CommandError:
    with pytest.raises(CommandError) as caught:
        run(*arguments, **options)
    return caught.value


def test_the_last_line_is_the_result(tenant: Tenant, file: Path) -> None:
    answer = run("load", "customers", str(file), "--map", "id=key")
    assert {name: answer[name] for name in ("kind", "read", "created", "errors")} == {
        "kind": "customers",
        "read": 2,
        "created": 2,
        "errors": [],
    }
    assert "Reading" in run.err  # type: ignore[attr-defined]
    with tenant_scope(tenant.id):
        stored = Load.objects.get(pk=answer["load"])
        assert (stored.state, stored.filename, stored.created) == ("done", "customers.csv", 2)
    undone = run("undo_load", str(answer["load"]))
    assert undone == {"load": answer["load"], "removed": 2, "restored": 0}
    assert failure("undo_load", str(answer["load"])).returncode == 1
    assert failure("undo_load", "999999").returncode == 1


def test_a_dry_run_has_no_load(tenant: Tenant, file: Path) -> None:
    answer = run("load", "customers", str(file), "--map", "id=key", "--dry-run")
    assert (answer["load"], answer["created"]) == (None, 2)
    with tenant_scope(tenant.id):
        assert not Customer.objects.exists()
        assert not Load.objects.exists()


def test_a_refusal_prints_the_result_and_ends_with_one(tenant: Tenant, file: Path) -> None:
    error = failure("load", "customers", str(file))
    assert error.returncode == 1
    assert "key" in str(error)
    answer = json.loads(run.out.splitlines()[-1])  # type: ignore[attr-defined]
    assert (answer["created"], answer["errors"][0]["line"]) == (0, 1)
    assert answer["errors"][0].keys() >= {"line", "column", "value", "reason"}


def test_errors_are_the_first_hundred(tenant: Tenant, tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("key,name\n" + ",x\n" * 250)
    failure("load", "customers", str(path))
    answer = json.loads(run.out.splitlines()[-1])  # type: ignore[attr-defined]
    assert (answer["rejected"], len(answer["errors"])) == (250, 100)
    assert [error["line"] for error in answer["errors"]] == list(range(2, 102))


def test_standard_input_is_a_file(
    tenant: Tenant, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(file.read_bytes())))
    assert run("load", "customers", "-", "--map", "id=key")["created"] == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("load", "customers", "{file}", "--map", "id=nothing"),
        ("load", "customers", "{file}", "--map", "id"),
        ("load", "customers", "/nowhere.csv"),
        ("load", "elephants", "{file}"),
        ("load", "customers", "{file}", "--dates", "ymd"),
    ],
)
def test_wrong_usage_ends_with_two(tenant: Tenant, file: Path, arguments: tuple[str, ...]) -> None:
    error = failure(*(argument.format(file=file) for argument in arguments))
    assert getattr(error, "returncode", 2) == 2 or "invalid choice" in str(error)


def test_a_kind_that_comes_later_is_refused_with_the_kinds_there_are(
    tenant: Tenant, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(registry._kinds, "surveys")
    error = failure("load", "surveys", str(file))
    assert error.returncode == 1
    for kind in ("customers", "contacts", "modules", "contracts", "instalments", "payments"):
        assert kind in str(error)
    assert "usage" in str(error)
    assert "projects" in str(error)


def test_an_unknown_tenant_is_refused(tenant: Tenant, file: Path) -> None:
    assert failure("load", "customers", str(file), tenant="nobody").returncode == 1


def test_one_tenants_load_is_not_anothers(tenant: Tenant, make_tenant: Any, file: Path) -> None:
    make_tenant("other")
    answer = run("load", "customers", str(file), "--map", "id=key")
    assert failure("undo_load", str(answer["load"]), tenant="other").returncode == 1
    assert run("load", "customers", str(file), "--map", "id=key", tenant="other")["created"] == 2
