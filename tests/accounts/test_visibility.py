"""What a member sees of the customers: mine, my team's or all, the widest of several roles."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone

from accounts.models import (
    Colleague,
    Customer,
    Membership,
    Responsibility,
    Team,
    Visibility,
    VisibilityRule,
)
from accounts.tenancy import tenant_scope
from projects.models import Project


def colleague_of(membership: Membership) -> Colleague:
    return Colleague.objects.get(membership=membership)


def make_customer(key: str, **named: Colleague) -> Customer:
    return Customer.objects.create(key=key, name=key.title(), **named)


def rule(role: str, visibility: str) -> None:
    VisibilityRule.objects.update_or_create(
        role=role, record="customers", defaults={"visibility": visibility}
    )


def keys(membership: Membership) -> set[str]:
    fresh = Membership.objects.get(pk=membership.pk)
    return set(Customer.objects.visible_to(fresh).values_list("key", flat=True))


@pytest.fixture
def people(tenant, make_member):  # type: ignore[no-untyped-def]
    """bob and ben in one team, eve in none; all service managers."""
    with tenant_scope(tenant.id):
        team = Team.objects.create(name="North")
    return {
        "bob": make_member(tenant, "bob@acme.example", "service_manager", team=team),
        "ben": make_member(tenant, "ben@acme.example", "service_manager", team=team),
        "eve": make_member(tenant, "eve@acme.example", "service_manager"),
    }


@pytest.fixture
def customers(scope, people):  # type: ignore[no-untyped-def]
    bob, ben, eve = (colleague_of(people[name]) for name in ("bob", "ben", "eve"))
    make_customer("sold", salesperson=bob)
    make_customer("served", service_manager=bob)
    make_customer("built", project_manager=bob)
    faced = make_customer("faced", service_manager=eve)
    Responsibility.objects.create(
        customer=faced,
        colleague=bob,
        capacity="project_manager",
        from_on=date(2024, 1, 1),
        why="project",
    )
    past = make_customer("past", service_manager=eve)
    Responsibility.objects.create(
        customer=past,
        colleague=bob,
        capacity="project_manager",
        from_on=date(2023, 1, 1),
        to_on=date(2024, 1, 1),
        why="project",
    )
    later = make_customer("later", service_manager=eve)
    Project.objects.create(
        customer=later,
        key="p",
        name="Second",
        manager=bob,
        starts_on=date(2024, 1, 1),
        due_on=date(2024, 6, 1),
    )
    make_customer("team", service_manager=ben)
    make_customer("nobody")
    return people


MINE = {"sold", "served", "built", "faced", "later"}
ALL = MINE | {"past", "team", "nobody"}


def test_without_a_rule_a_role_sees_all(customers) -> None:  # type: ignore[no-untyped-def]
    assert keys(customers["bob"]) == ALL


def test_mine_is_whom_i_face_or_am_named_for(customers) -> None:  # type: ignore[no-untyped-def]
    rule("service_manager", Visibility.MINE)
    assert keys(customers["bob"]) == MINE
    assert keys(customers["ben"]) == {"team"}


def test_team_is_what_its_members_have(customers) -> None:  # type: ignore[no-untyped-def]
    rule("service_manager", Visibility.TEAM)
    assert keys(customers["bob"]) == MINE | {"team"}
    assert keys(customers["ben"]) == MINE | {"team"}


def test_team_without_a_team_is_mine(customers) -> None:  # type: ignore[no-untyped-def]
    rule("service_manager", Visibility.TEAM)
    assert keys(customers["eve"]) == {"faced", "past", "later"}


def test_a_team_mate_who_left_does_not_widen_the_teams_view(customers) -> None:  # type: ignore[no-untyped-def]
    rule("service_manager", Visibility.TEAM)
    Membership.objects.filter(pk=customers["ben"].pk).update(is_active=False)
    assert keys(customers["bob"]) == MINE


def test_of_several_roles_the_widest_wins(customers) -> None:  # type: ignore[no-untyped-def]
    rule("service_manager", Visibility.MINE)
    rule("project_manager", Visibility.TEAM)
    Membership.objects.filter(pk=customers["bob"].pk).update(
        roles=["service_manager", "project_manager"]
    )
    assert keys(customers["bob"]) == MINE | {"team"}
    Membership.objects.filter(pk=customers["bob"].pk).update(roles=["service_manager", "executive"])
    assert keys(customers["bob"]) == ALL


def test_administrators_see_all_whatever_the_rules_say(customers) -> None:  # type: ignore[no-untyped-def]
    for role in ("admin", "service_manager"):
        rule(role, Visibility.MINE)
    Membership.objects.filter(pk=customers["ben"].pk).update(roles=["service_manager", "admin"])
    assert keys(customers["ben"]) == ALL


def test_no_customer_appears_twice(customers) -> None:  # type: ignore[no-untyped-def]
    rule("service_manager", Visibility.MINE)
    bob = colleague_of(customers["bob"])
    make_customer("many", salesperson=bob, service_manager=bob, project_manager=bob)
    found = list(
        Customer.objects.visible_to(Membership.objects.get(pk=customers["bob"].pk)).values_list(
            "key", flat=True
        )
    )
    assert len(found) == len(set(found)) == len(MINE) + 1


def test_the_rules_are_asked_once_per_member_object(customers, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    member = Membership.objects.get(pk=customers["bob"].pk)
    with django_assert_num_queries(3):
        list(Customer.objects.visible_to(member))
        list(Customer.objects.visible_to(member).filter(known_from__lte=timezone.now()))
