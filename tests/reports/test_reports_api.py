"""Reports and stored figures for other programs: the same numbers as in the files, as far as the token
of a person sees, and the same steps as on screen."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from api_program import program
from django.core.management import call_command
from members import make_member

from accounts.models import Tenant, VisibilityRule
from accounts.tenancy import tenant_scope
from reports.models import FigureSet, Report, ReportRecipient
from tests.reports.report_world import make, served

REPORTS, SETS = "/api/v1/reports", "/api/v1/figure-sets"
READ = ("reports:read", "figures:read")
ALL = (*READ, "reports:write")


@pytest.fixture
def month(tenant: Tenant) -> Tenant:
    with tenant_scope(tenant.pk):
        for key in ("anna", "bert"):
            served(key)
    make(tenant)
    return tenant


def printed(tenant: Tenant, pk: int) -> Any:
    out = io.BytesIO()
    text = io.TextIOWrapper(out)
    call_command("report", str(pk), tenant=tenant.slug, format="json", stdout=text)
    text.flush()
    return json.loads(out.getvalue(), parse_float=str)


def test_reports_are_listed_and_read_as_the_command_prints_them(month: Tenant) -> None:
    crm = program(month, *READ)
    rows = crm.get(REPORTS, limit=500).json()["results"]
    assert {(row["kind"], row["customer"]) for row in rows} == {
        ("customer", "anna"), ("customer", "bert"), ("executive", None), ("operations", None),
        ("product", None),
    }  # fmt: skip
    assert "figures" not in rows[0]
    for row in rows:
        whole = json.loads(crm.get(f"{REPORTS}/{row['id']}").content, parse_float=str)
        said = printed(month, row["id"])
        assert whole["figures"] == said["figures"]
        assert whole["sections"] == said["sections"]
        assert (whole["status"], whole["period"]) == (said["status"], said["period"])
        exact = crm.get(f"{REPORTS}/{row['id']}/files/json")
        assert json.loads(exact.content, parse_float=str) == said
    of = crm.get(REPORTS, customer="anna", kind="customer", period="2026-10,2026-Q3").json()
    assert [row["customer"] for row in of["results"]] == ["anna"]


def test_a_figure_is_the_same_number_in_report_and_set(month: Tenant) -> None:
    crm = program(month, *READ)
    sets = crm.get(SETS, kind="executive", period="2026-10")
    held = json.loads(sets.content, parse_float=str)["results"]
    latest = max(held, key=lambda one: one["version"])
    report = crm.get(REPORTS, kind="executive").json()["results"][0]["id"]
    whole = json.loads(crm.get(f"{REPORTS}/{report}").content, parse_float=str)
    of_set = {one["key"]: one["value"] for one in latest["figures"]}
    assert len(whole["figures"]) > 20
    for one in whole["figures"]:
        if one["key"] in of_set:
            assert of_set[one["key"]] == one["value"], one["key"]
    for one in latest["figures"]:
        assert one["formula"]
        assert (one["value"] is None) == ("reason" in one)


def test_files_come_as_what_they_are(month: Tenant) -> None:
    crm = program(month, *READ)
    report = crm.get(REPORTS, customer="anna").json()["results"][0]["id"]
    for name, begin in (("pdf", b"%PDF"), ("xlsx", b"PK"), ("html", b"<!doctype html")):
        answer = crm.get(f"{REPORTS}/{report}/files/{name}")
        assert (answer.status_code, answer.content[: len(begin)].lower()) == (200, begin.lower())
    assert crm.get(f"{REPORTS}/{report}/files/doc").status_code == 404
    assert crm.get(f"{REPORTS}/{report}/files/pdf", audience="all").status_code == 400
    assert crm.get(f"{REPORTS}/99999/files/pdf").status_code == 404


def test_the_steps_of_a_report_are_those_of_the_screen(month: Tenant) -> None:
    member = make_member(month, "sam@acme.example", "service_manager")
    his, programs = program(month, *ALL, member=member), program(month, *ALL)
    report = his.get(REPORTS, customer="anna").json()["results"][0]["id"]
    step = f"{REPORTS}/{report}"
    assert programs.post({}, path=f"{step}/approve").status_code == 403, "nobody's approval"
    assert his.post({}, path=f"{step}/send").status_code == 409, "a draft is not sent"
    tag = his.get(step)["ETag"]
    for verb, state in (
        ("review", "reviewed"), ("approve", "approved"), ("return", "draft"), ("approve", "approved"),
        ("send", "sent"),
    ):  # fmt: skip
        answer = his.post({}, path=f"{step}/{verb}")
        assert (answer.status_code, answer.json()["status"]) == (200, state), answer.content
    assert his.post({}, path=f"{step}/return").status_code == 409, "what is sent never changes"
    assert his.post({}, path=f"{step}/review", if_match=tag).status_code == 412
    with tenant_scope(month.pk):
        assert ReportRecipient.objects.filter(report=report).count() == 2
        assert Report.objects.get(pk=report).approved_by == member.user


def test_a_person_reads_what_the_person_sees(month: Tenant, make_tenant: Any) -> None:
    with tenant_scope(month.pk):
        VisibilityRule.objects.create(role="service_manager", visibility="mine")
        anna = Report.objects.get(customer__key="anna").pk
        figures = FigureSet.objects.filter(customer__key="anna").earliest("pk").pk
    his = program(month, *ALL, member=make_member(month, "sam@acme.example", "service_manager"))
    assert {row["kind"] for row in his.get(REPORTS).json()["results"]} <= {"operations"}
    assert not [row for row in his.get(SETS).json()["results"] if row["kind"] != "operations"]
    for path in (f"{REPORTS}/{anna}", f"{REPORTS}/{anna}/files/pdf", f"{SETS}/{figures}"):
        assert his.get(path).status_code == 404, path
    assert his.post({}, path=f"{REPORTS}/{anna}/approve").status_code == 404
    hers = program(month, *ALL, member=make_member(month, "eve@acme.example", "executive"))
    assert hers.post({}, path=f"{REPORTS}/{anna}/review").status_code == 403, "she edits none"
    other = program(make_tenant("other"), *ALL)
    assert other.get(REPORTS).json()["results"] == []
    assert other.get(f"{REPORTS}/{anna}").status_code == 404


def test_many_reports_ask_no_more_than_few(
    month: Tenant, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    crm = program(month, *READ)
    crm.get(REPORTS)
    with django_assert_max_num_queries(12) as few:
        crm.get(REPORTS, limit=1)
    with django_assert_num_queries(len(few)):
        crm.get(REPORTS, limit=500)
    with django_assert_num_queries(len(few)):
        crm.get(SETS, limit=500)
