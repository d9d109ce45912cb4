"""Load sources for programs: the same as on screen, without secrets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from api_program import Program, program
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from load_source_world import ANN, customers, look_again, the_source, write
from members import make_member

from accounts.models import LoadMapping, LoadSource, LoadSourceFile, Tenant
from accounts.tenancy import tenant_scope

SOURCES = "/api/v1/load-sources"
RULE = {"pattern": "customers*.csv", "kind": "customers"}
FOLDER = {"name": "Night", "place": "folder", "rules": [RULE]}
BUCKET = {
    "name": "CRM", "place": "bucket", "endpoint": "https://s3.example.com", "bucket": "exports",
    "access_key": "AK", "secret": "s3kr3t-key", "rules": [RULE],
}  # fmt: skip


@pytest.fixture
def folder(tenant: Tenant, tmp_path: Path, settings: Any) -> Path:
    settings.LOAD_FOLDER_ROOT = str(tmp_path)
    made = tmp_path / tenant.slug
    made.mkdir()
    return made


@pytest.fixture
def crm(tenant: Tenant) -> Program:
    cache.clear()
    return program(tenant, "load-sources:read", "load-sources:write", path=SOURCES)


def test_a_source_is_made_looked_at_changed_and_removed(
    tenant: Tenant, crm: Program, folder: Path
) -> None:
    made = crm.post(FOLDER)
    assert made.status_code == 201, made.content
    told = made.json()
    assert (told["active"], told["state"], told["where"]) == (False, "off", "/")
    assert told["rules"] == [
        {**RULE, "recipe": None, "mapping": None, "dates": None, "decimal": None, "skip_bad": False}
    ]
    here = f"{SOURCES}/{told['id']}"
    assert crm.post({}, path=f"{here}/look").status_code == 409, "it is off"
    write(folder, "customers.csv", ANN)
    trial = crm.get(f"{here}/trial")
    assert trial.status_code == 200, trial.content
    assert [(one["name"], one["would"]) for one in trial.json()["files"]] == [
        ("customers.csv", "load")
    ]
    on = crm.patch(here, {"active": True}, if_match=made["ETag"])
    assert (on.status_code, on.json()["active"]) == (200, True), on.content
    look_again(tenant)
    assert customers(tenant) == {"A1": "Ann"}
    (row,) = crm.get(f"{here}/files").json()["results"]
    assert (row["name"], row["state"], row["current"]) == ("customers.csv", "loaded", True)
    assert row["words"] == "1 created, 0 changed, 0 unchanged"
    assert crm.post({}, path=f"{here}/files/{row['id']}/try").status_code == 409
    assert crm.post({}, path=f"{here}/look").status_code == 200
    read = crm.get(here)
    assert crm.patch(here, {"minutes": 5}, if_match='"old"').status_code == 412
    changed = crm.patch(here, {"minutes": 5, "name": "Often"}, if_match=read["ETag"])
    assert changed.status_code == 200, changed.content
    assert (changed.json()["minutes"], changed.json()["rules"]) == (5, told["rules"])
    assert crm.delete(here, if_match=changed["ETag"]).status_code == 204
    assert crm.get(here).status_code == 404
    assert crm.get(f"{here}/files").status_code == 404
    assert customers(tenant) == {"A1": "Ann"}


def test_secrets_are_told_to_nobody(tenant: Tenant, crm: Program) -> None:
    made = crm.post(BUCKET)
    assert made.status_code == 201, made.content
    assert made.json()["has_secret"] is True
    said = (
        made.content + crm.get(SOURCES).content + crm.get(f"{SOURCES}/{made.json()['id']}").content
    )
    with tenant_scope(tenant.pk):
        sealed = LoadSource.objects.get().sealed_secret
    assert b"s3kr3t" not in said
    assert sealed.encode() not in said


def test_a_refused_file_is_tried_again(tenant: Tenant, crm: Program, folder: Path) -> None:
    crm.post({**FOLDER, "active": True})
    write(folder, "customers.csv", "key,name\nA1,\n")
    look_again(tenant)
    files = f"{SOURCES}/{the_source(tenant).pk}/files"
    (row,) = crm.get(files, state="refused").json()["results"]
    assert "Line 2" in row["words"]
    again = crm.post({}, path=f"{files}/{row['id']}/try")
    assert (again.status_code, again.json()["state"]) == (200, "waiting")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({**FOLDER, "path": "../x"}, "path"),
        ({**FOLDER, "rules": []}, "rules"),
        ({**FOLDER, "rules": [{"pattern": "*"}]}, "rules.0.kind"),
        ({**FOLDER, "rules": [{**RULE, "mapping": "none"}]}, "rules.0.mapping"),
        ({**FOLDER, "rules": [{**RULE, "recipe": "hubspot-deals"}]}, "rules"),
        ({**FOLDER, "minutes": 1}, "minutes"),
        ({**FOLDER, "schedule": "daily"}, "hour"),
        ({**FOLDER, "name": "a\x00"}, "name"),
        ({**BUCKET, "endpoint": "https://192.168.1.1"}, "endpoint"),
        ({**BUCKET, "secret": ""}, "secret"),
    ],
)
def test_what_is_no_source_is_refused(crm: Program, body: dict[str, Any], field: str) -> None:
    answer = crm.post(body)
    assert answer.status_code == 400, answer.content
    assert [one["field"].rpartition(".")[0] or one["field"] for one in answer.json()["errors"]] in (
        [field], [field.rpartition(".")[0]],
    )  # fmt: skip


def test_rules_of_a_change_are_whole(tenant: Tenant, crm: Program) -> None:
    with tenant_scope(tenant.pk):
        LoadMapping.objects.create(kind="payments", name="Ledger", mapping={"key": "No"})
    made = crm.post(FOLDER)
    here = f"{SOURCES}/{made.json()['id']}"
    bad = crm.patch(here, {"rules": [{"pattern": "x"}]}, if_match=made["ETag"])
    assert bad.status_code == 400, bad.content
    rules = [{"pattern": "pay*", "kind": "payments", "mapping": "Ledger", "skip_bad": True}]
    changed = crm.patch(here, {"rules": rules}, if_match=made["ETag"])
    assert changed.status_code == 200, changed.content
    (rule,) = changed.json()["rules"]
    assert (rule["mapping"], rule["skip_bad"]) == ("Ledger", True)


def test_sources_are_for_who_may_load(
    tenant: Tenant, crm: Program, make_tenant: Callable[..., Tenant]
) -> None:
    made = crm.post(FOLDER).json()["id"]
    member = make_member(tenant, "sam@acme.example", "service_manager")
    his = program(tenant, "load-sources:read", "load-sources:write", member=member, path=SOURCES)
    assert his.get(SOURCES).status_code == 403
    assert his.post(FOLDER).status_code == 403
    reader = program(tenant, "load-sources:read", path=SOURCES)
    assert reader.post(FOLDER).status_code == 403
    assert reader.post({}, path=f"{SOURCES}/{made}/look").status_code == 403
    stranger = program(make_tenant("other"), "load-sources:read", "load-sources:write")
    assert stranger.get(SOURCES).json()["results"] == []
    for path in (f"{SOURCES}/{made}", f"{SOURCES}/{made}/files", f"{SOURCES}/{made}/trial"):
        assert stranger.get(path).status_code == 404


def test_lists_ask_the_database_as_often_for_many_as_for_few(tenant: Tenant, crm: Program) -> None:
    source = crm.post(FOLDER).json()["id"]

    def statements(path: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert crm.get(path).status_code == 200
        return len(asked)

    def files(first: int, last: int) -> None:
        with tenant_scope(tenant.pk):
            LoadSourceFile.objects.bulk_create(
                LoadSourceFile(
                    source_id=source, name=f"{number}.csv", mark="1", size=1, kind="customers",
                    state="waiting",
                )
                for number in range(first, last)
            )  # fmt: skip

    files(0, 3)
    few = statements(f"{SOURCES}/{source}/files")
    files(3, 30)
    assert statements(f"{SOURCES}/{source}/files") == few
    one = statements(SOURCES)
    for number in range(5):
        crm.post({**FOLDER, "name": f"S{number}"})
    assert statements(SOURCES) == one


def test_rows_of_a_crms_export_are_loaded_by_its_recipe(tenant: Tenant) -> None:
    loads = program(tenant, "loads:read", "loads:write", path="/api/v1/loads")
    companies = {
        "kind": "customers",
        "recipe": "hubspot-companies",
        "csv": "Record ID,Company name,Lifecycle Stage\n71,Aurora,Customer\n72,Bo,Lead\n",
    }
    answer = loads.post(companies)
    assert answer.status_code == 201, answer.content
    assert customers(tenant) == {"71": "Aurora"}
    assert answer.json()["left_out"][0]["rows"] == 1
    wrong = loads.post({**companies, "kind": "contacts"})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (400, "recipe")
    unknown = loads.post({**companies, "recipe": "nobody"})
    assert (unknown.status_code, unknown.json()["errors"][0]["field"]) == (400, "recipe")


def test_looks_and_trials_are_as_many_a_minute_as_by_hand(crm: Program, folder: Path) -> None:
    here = f"{SOURCES}/{crm.post({**FOLDER, 'active': True}).json()['id']}"
    assert crm.get(f"{here}/trial").status_code == 200
    answers = [crm.post({}, path=f"{here}/look").status_code for _time in range(4)]
    assert answers == [200, 200, 200, 429]
