"""Members, teams, reach and settings: who may lose what."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from accounts.actions.members import change_member, deactivate_member, reactivate_member
from accounts.actions.profile import change_profile
from accounts.actions.teams import create_team, delete_team, rename_team
from accounts.actions.tenants import change_tenant
from accounts.actions.visibility import set_visibility
from accounts.models import (
    AuditRecord,
    Colleague,
    Customer,
    DirectoryEntry,
    Membership,
    Payment,
    Team,
    Tenant,
    User,
    VisibilityRule,
)
from accounts.tenancy import tenant_scope


@pytest.fixture
def admin(alice, scope) -> User:  # type: ignore[no-untyped-def]
    return alice


def member(user: User) -> Membership:
    return Membership.objects.get(user=user)


def test_roles_and_team_change_and_the_record_says_from_what_to_what(admin, bob) -> None:  # type: ignore[no-untyped-def]
    north = create_team(name="North", by=admin)
    change_member(
        membership=member(bob), roles=["project_manager"], team=north, leads_team=True, by=admin
    )
    assert member(bob).roles == ["project_manager"]
    assert member(bob).leads_team
    data = AuditRecord.objects.get(verb="member.changed").data
    assert data["before"]["roles"] == ["service_manager"]
    assert data["after"] == {"roles": ["project_manager"], "team": "North", "leads_team": True}


def test_nothing_changed_is_nothing_recorded(admin, bob) -> None:  # type: ignore[no-untyped-def]
    change_member(
        membership=member(bob), roles=["service_manager"], team=None, leads_team=False, by=admin
    )
    assert not AuditRecord.objects.filter(verb="member.changed").exists()


def test_a_team_has_one_lead(admin, bob, tenant, make_member) -> None:  # type: ignore[no-untyped-def]
    north = create_team(name="North", by=admin)
    ben = make_member(tenant, "ben@acme.example", "service_manager")
    for who in (member(bob), ben):
        change_member(membership=who, roles=who.roles, team=north, leads_team=True, by=admin)
    assert list(Membership.objects.filter(leads_team=True)) == [ben]


def test_a_lead_needs_a_team(admin, bob) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValidationError, match="team"):
        change_member(
            membership=member(bob), roles=["executive"], team=None, leads_team=True, by=admin
        )


def test_the_last_administrator_keeps_the_role(admin, bob) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValidationError, match="last administrator"):
        change_member(
            membership=member(admin), roles=["executive"], team=None, leads_team=False, by=admin
        )
    change_member(membership=member(bob), roles=["admin"], team=None, leads_team=False, by=admin)
    change_member(
        membership=member(admin), roles=["executive"], team=None, leads_team=False, by=admin
    )
    assert member(admin).roles == ["executive"]


def test_an_inactive_administrator_does_not_count(admin, bob, tenant, make_member) -> None:  # type: ignore[no-untyped-def]
    eve = make_member(tenant, "eve@acme.example", "admin")
    deactivate_member(membership=eve, by=admin)
    with pytest.raises(ValidationError, match="last administrator"):
        deactivate_member(membership=member(admin), by=bob)


def test_nobody_deactivates_themself(admin, tenant, make_member) -> None:  # type: ignore[no-untyped-def]
    make_member(tenant, "eve@acme.example", "admin")
    with pytest.raises(ValidationError, match="yourself"):
        deactivate_member(membership=member(admin), by=admin)


def test_deactivated_a_member_stays_named_and_can_come_back(admin, bob) -> None:  # type: ignore[no-untyped-def]
    deactivate_member(membership=member(bob), by=admin)
    assert not DirectoryEntry.objects.filter(user=bob).exists()
    assert Colleague.objects.get(key=bob.email).membership == member(bob)
    reactivate_member(membership=member(bob), by=admin)
    assert member(bob).is_active
    assert DirectoryEntry.objects.filter(user=bob, slug="acme").exists()


def test_a_team_goes_and_its_members_stay(admin, bob) -> None:  # type: ignore[no-untyped-def]
    north = create_team(name=" North  East ", by=admin)
    assert north.name == "North East"
    change_member(
        membership=member(bob), roles=["executive"], team=north, leads_team=True, by=admin
    )
    delete_team(team=north, by=admin)
    assert not Team.objects.exists()
    assert (member(bob).team, member(bob).leads_team) == (None, False)


def test_team_names_are_there_and_different(admin) -> None:  # type: ignore[no-untyped-def]
    north = create_team(name="North", by=admin)
    with pytest.raises(ValidationError, match="needs a name"):
        create_team(name="  ", by=admin)
    with pytest.raises(ValidationError, match="this name"):
        create_team(name="North", by=admin)
    assert rename_team(team=north, name="South", by=admin).name == "South"
    assert rename_team(team=north, name="South", by=admin).name == "South"


def test_reach_is_kept_per_role_and_never_for_administrators(admin) -> None:  # type: ignore[no-untyped-def]
    set_visibility(reach={"service_manager": "mine", "executive": "all"}, by=admin)
    assert dict(VisibilityRule.objects.values_list("role", "visibility")) == {
        "service_manager": "mine"
    }
    set_visibility(reach={"service_manager": "all"}, by=admin)
    assert VisibilityRule.objects.get().visibility == "all"
    for wrong in ({"admin": "mine"}, {"king": "all"}, {"executive": "none"}):
        with pytest.raises(ValueError, match=":"):
            set_visibility(reach=wrong, by=admin)


def test_settings_change_and_directories_follow_the_name(admin, tenant) -> None:  # type: ignore[no-untyped-def]
    change_tenant(
        tenant=tenant,
        by=admin,
        name="Acme Software",
        timezone="Europe/Berlin",
        currency="EUR",
        gross_margin=Decimal("0.8"),
    )
    fresh = Tenant.objects.get(pk=tenant.pk)
    assert (fresh.name, fresh.currency, fresh.gross_margin) == (
        "Acme Software",
        "EUR",
        Decimal("0.8"),
    )
    assert DirectoryEntry.objects.get(user=admin).name == "Acme Software"
    assert AuditRecord.objects.get(verb="tenant.changed").data["before"]["currency"] == "CNY"


def test_the_currency_stays_once_amounts_are_booked(admin, tenant) -> None:  # type: ignore[no-untyped-def]
    customer = Customer.objects.create(key="c", name="C")
    Payment.objects.create(customer=customer, key="p", paid_on="2024-01-01", amount=1)
    with pytest.raises(ValidationError, match="booked"):
        change_tenant(tenant=tenant, by=admin, currency="EUR")
    assert Tenant.objects.get(pk=tenant.pk).currency == "CNY"
    change_tenant(tenant=Tenant.objects.get(pk=tenant.pk), by=admin, currency="CNY", night_hour=3)
    assert Tenant.objects.get(pk=tenant.pk).night_hour == 3


@pytest.mark.parametrize(
    "values", [{"timezone": "Mars/Olympus"}, {"night_hour": 24}, {"currency": "yuan"}]
)
def test_wrong_settings_are_refused(admin, tenant, values) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValidationError):
        change_tenant(tenant=tenant, by=admin, **values)


def test_a_new_name_reaches_every_tenant_of_the_person(
    tenant, bob, make_tenant, make_member
) -> None:  # type: ignore[no-untyped-def]
    other = make_tenant("beta")
    make_member(other, bob.email, "executive")
    change_profile(user=bob, name="Robert", language="en", timezone="", theme="dark")
    for place in (tenant, other):
        with tenant_scope(place.id):
            assert Colleague.objects.get(key=bob.email).name == "Robert"
    with pytest.raises(ValidationError):
        change_profile(user=bob, name="R", language="en", timezone="Nowhere", theme="dark")
