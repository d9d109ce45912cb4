"""Lists under a name: one's own, the team's, nobody else's."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.actions.teams import create_team
from accounts.models import AuditRecord, Membership, Tenant, User
from accounts.tenancy import tenant_scope
from segmentation.models import SavedView
from tests.segmentation.screens.screen_world import customer, night, signed_in, stands, text_of

LIST = "/t/acme/customers/"
URL = "/t/acme/customers/views/"
GIVEN = {"screen": "portfolio", "name": "Retail first", "query": "scope=all&industry=Retail"}


@pytest.fixture
def client(tenant: Tenant, bob: User) -> Client:
    with tenant_scope(tenant.id):
        stands(customer("One", industry="Retail"), night())
    return signed_in(bob)


def test_a_list_is_saved_and_found_again(tenant: Tenant, client: Client) -> None:
    answer = client.post(URL, GIVEN)
    assert answer["Location"] == f"{LIST}?scope=all&industry=Retail"
    page = client.get(answer["Location"])
    assert "Retail first" in text_of(page)
    assert [item["active"] for item in page.context["views"]] == [True]
    with tenant_scope(tenant.id):
        assert AuditRecord.objects.filter(verb="saved_view.created").count() == 1


def test_the_same_name_replaces(tenant: Tenant, client: Client) -> None:
    client.post(URL, GIVEN)
    client.post(URL, GIVEN | {"query": "scope=mine"})
    with tenant_scope(tenant.id):
        assert SavedView.objects.get().query == "scope=mine"


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"name": "x" * 61}, {"screen": "logout"}, {"screen": ""}], ids=str
)
def test_what_is_not_a_view_is_not_saved(
    tenant: Tenant, client: Client, wrong: dict[str, str]
) -> None:
    client.post(URL, GIVEN | wrong)
    with tenant_scope(tenant.id):
        assert not SavedView.objects.exists()


def test_an_address_elsewhere_becomes_parameters_of_the_list(
    tenant: Tenant, client: Client
) -> None:
    answer = client.post(URL, GIVEN | {"query": "https://evil.example/?a=1&next=//evil.example"})
    assert answer["Location"].startswith(f"{LIST}?")


def test_a_shared_view_is_the_teams(
    tenant: Tenant, client: Client, make_member: Callable[..., Membership], alice: User
) -> None:
    with tenant_scope(tenant.id):
        team = create_team(name="North", by=alice)
    owner = make_member(tenant, "owner@acme.example", "service_manager", team=team)
    mate = make_member(tenant, "mate@acme.example", "service_manager", team=team)
    signed_in(owner.user).post(URL, GIVEN | {"name": "Ours", "is_shared": "on"})
    signed_in(owner.user).post(URL, GIVEN | {"name": "Only mine"})
    seen = {
        who: [item["view"].name for item in page.context["views"]]
        for who, page in {
            "owner": signed_in(owner.user).get(LIST),
            "mate": signed_in(mate.user).get(LIST),
            "bob": client.get(LIST),
        }.items()
    }
    assert seen == {"owner": ["Only mine", "Ours"], "mate": ["Ours"], "bob": []}
    with tenant_scope(tenant.id):
        ours = SavedView.objects.get(name="Ours")
    assert signed_in(mate.user).post(f"{URL}{ours.pk}/removals/").status_code == 404
    assert signed_in(owner.user).post(f"{URL}{ours.pk}/removals/")["Location"] == LIST
    with tenant_scope(tenant.id):
        assert not SavedView.objects.filter(name="Ours").exists()
        assert AuditRecord.objects.filter(verb="saved_view.removed").count() == 1


def test_a_view_does_not_freeze_page_or_night(client: Client) -> None:
    page = client.get(LIST, {"scope": "all", "page": 2, "as_of": "2026-06-15", "sort": "name"})
    assert page.context["view_query"] == "scope=all&sort=name"
