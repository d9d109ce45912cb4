"""Who sees the reports that stay inside, and whom they go to."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Membership, Tenant, Visibility, VisibilityRule
from accounts.tenancy import tenant_scope
from reports.compute.report_periods import period_of
from reports.models import Report
from reports.queries.report_kinds import members_for
from tests.reports.report_world import make

OCTOBER = period_of("2026-10")


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        ("executive", {"executive", "operations", "product"}),
        ("service_manager", {"executive"}),
        ("product_manager", {"product"}),
        ("team_member", set()),
    ],
)
def test_who_sees_which(
    client: Client,
    tenant: Tenant,
    make_member: Callable[..., Membership],
    role: str,
    sees: set[str],
) -> None:
    with tenant_scope(tenant.pk):
        reports = {
            kind: Report.objects.create(
                kind=kind, period="2026-10", last_day=OCTOBER.last, language="en", document_hash="x",
                document={"format": 1, "kind": kind, "sections": [], "figures": [], "words": {}},
            ).pk
            for kind in ("executive", "operations", "product")
        }  # fmt: skip
    client.force_login(make_member(tenant, f"{role}@acme.example", role).user)
    listed = client.get("/t/acme/reports/?view=all").content.decode()
    assert {kind for kind, pk in reports.items() if f"/reports/{pk}/" in listed} == sees
    address = client.get("/t/acme/reports/product/2026-10/")
    if "product" in sees:
        assert address["Location"] == f"/t/acme/reports/{reports['product']}/"
        other = client.get("/t/acme/reports/product/2026-09/")
        assert other["Location"] == "/t/acme/requests/digests/2026-09/"
        assert client.get("/t/acme/reports/product/2026-13/").status_code == 404
    else:
        assert address.status_code == 404


@pytest.mark.parametrize(("role", "status"), [("service_manager", 404), ("executive", 200)])
def test_who_sees_own_customers_only_reads_no_names_of_others_in_the_executives_report(
    client: Client,
    tenant: Tenant,
    make_member: Callable[..., Membership],
    role: str,
    status: int,
) -> None:
    make(tenant)
    with tenant_scope(tenant.pk):
        VisibilityRule.objects.create(role=role, visibility=Visibility.MINE)
        report = Report.objects.get(kind="executive")
    client.force_login(make_member(tenant, f"{role}@acme.example", role).user)
    assert client.get(f"/t/acme/reports/{report.pk}/").status_code == status
    assert client.get(f"/t/acme/reports/{report.pk}/files/json/").status_code == status
    listed = client.get("/t/acme/reports/?kind=executive").content.decode()
    assert (f"/reports/{report.pk}/" in listed) == (status == 200)


def test_each_goes_to_those_it_is_for(
    tenant: Tenant, make_member: Callable[..., Membership]
) -> None:
    for role in ("executive", "admin", "product_manager", "service_manager"):
        make_member(tenant, f"{role}@acme.example", role)
    with tenant_scope(tenant.pk):
        told = {
            kind: [one.user.email.split("@")[0] for one in members_for(kind)]
            for kind in ("executive", "operations", "product")
        }
    assert told == {
        "executive": ["executive"],
        "operations": ["executive", "admin"],
        "product": ["executive", "product_manager"],
    }
