"""Links for a customer's people through the API: told once, followed, ended."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from api_program import program
from django.test import Client
from members import make_member

from accounts.models import (
    AuditRecord,
    Colleague,
    Customer,
    OutgoingMail,
    Tenant,
    User,
    VisibilityRule,
)
from accounts.tenancy import tenant_scope
from tests.service.survey_world import survey_world

KINDS = {
    "case-links": ("cases:write", "cases:write", "case_link.given", "case_link.revoked"),
    "request-links": (
        "requests:write", "requests:write", "request_page.shared", "request_page.link_revoked",
    ),
    "success-plan-links": (
        "account_files:read", "account_files:share", "success_plan.shared",
        "success_plan.link_revoked",
    ),
}  # fmt: skip
NEW = {"customer": "A", "contact": "ann", "language": "en"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_link_is_given_followed_and_ended(
    tenant: Tenant, alice: User, kind: str, make_tenant: Callable[..., Tenant]
) -> None:
    with tenant_scope(tenant.id):
        survey_world(tenant, alice)
    read, write, given, ended = KINDS[kind]
    path = f"/api/v1/{kind}"
    crm = program(tenant, read, write)
    made = crm.post(NEW, path=path, key="k")
    assert made.status_code == 201, made.content
    assert made["Cache-Control"] == "no-store"
    one = made.json()
    page = one["address"][one["address"].index("/r/") :]
    assert Client().get(page).status_code == 200
    assert (one["contact"], one["closed"], one["language"]) == ("ann", "", "en")
    assert crm.post(NEW, path=path, key="k").json() == one | {"address": None}
    assert crm.get(f"{path}/{one['id']}").json() == one | {"address": None}
    assert crm.get(path, customer="A").json()["results"] == [one | {"address": None}]
    assert crm.get(path, customer="B").json()["results"] == []
    with tenant_scope(tenant.id):
        assert OutgoingMail.objects.filter(to="ann@a.example").count() == 1
    silent = crm.post(NEW | {"contact": "dan", "writes": False}, path=path)
    assert silent.status_code == 201
    assert crm.post(NEW | {"contact": "ben"}, path=path).status_code == 400
    assert crm.post(NEW | {"language": "fr"}, path=path).status_code == 400
    stranger = program(make_tenant("other"), read, write)
    assert stranger.get(path).json()["results"] == []
    assert stranger.post({}, path=f"{path}/{one['id']}/revoke").status_code == 404
    assert crm.post({}, path=f"{path}/{one['id']}/revoke").json()["closed"] == "revoked"
    assert Client().get(page).status_code in (404, 410)
    assert crm.post({}, path=f"{path}/{one['id']}/revoke").status_code in (400, 409)
    with tenant_scope(tenant.id):
        assert OutgoingMail.objects.count() == 1
        verbs = AuditRecord.objects.filter(actor_label="tickets").values_list("verb", flat=True)
        assert {given, ended} <= set(verbs)


@pytest.mark.parametrize("kind", KINDS)
def test_a_person_gives_links_to_whom_it_sees(tenant: Tenant, alice: User, kind: str) -> None:
    member = make_member(tenant, "sam@acme.example", "service_manager")
    with tenant_scope(tenant.id):
        survey_world(tenant, alice)
        sam = Colleague.objects.get(membership=member)
        Customer.objects.filter(key="B").update(service_manager=sam)
        VisibilityRule.objects.create(role="service_manager", visibility="mine")
    read, write, _given, _ended = KINDS[kind]
    path = f"/api/v1/{kind}"
    crm, his = program(tenant, read, write), program(tenant, read, write, member=member)
    one = crm.post(NEW, path=path).json()
    assert his.get(path).json()["results"] == []
    assert his.get(f"{path}/{one['id']}").status_code == 404
    assert his.post({}, path=f"{path}/{one['id']}/revoke").status_code == 404
    assert his.post(NEW, path=path).status_code == 400
    assert his.post({"customer": "B", "contact": "ben"}, path=path).status_code == 201
