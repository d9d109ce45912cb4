"""Invitations: one address, once, for a while; only the hash of the secret is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.actions.invitations import (
    VALID_FOR,
    accept_invitation,
    invite,
    join_by_invitation,
    renew_invitation,
    revoke_invitation,
)
from accounts.actions.teams import create_team
from accounts.models import (
    AuditRecord,
    Colleague,
    DirectoryEntry,
    Invitation,
    Membership,
    User,
)
from accounts.models.members import hash_secret


@pytest.fixture
def admin(alice, scope) -> User:  # type: ignore[no-untyped-def]
    return alice


def sent(admin: User, email: str = "New.Person@acme.example", **fields: object) -> Invitation:
    return invite(email=email, roles=["service_manager"], by=admin, **fields)[0]  # type: ignore[arg-type]


def test_only_the_hash_of_the_secret_is_kept(admin: User) -> None:
    invitation, secret = invite(email="a@acme.example", roles=["executive"], by=admin)
    assert invitation.secret_hash == hash_secret(secret)
    stored = Invitation.objects.values().get()
    assert secret not in str(stored)
    assert secret not in str(list(AuditRecord.objects.values()))
    assert len(secret) >= 40


def test_a_new_person_joins_with_roles_team_and_a_directory_entry(admin: User) -> None:
    team = create_team(name="North", by=admin)
    invitation = sent(admin, team=team)
    member = join_by_invitation(
        invitation=invitation, name="New Person", password="a long password", language="zh-hans"
    )
    assert member.user.email == "new.person@acme.example"
    assert member.user.check_password("a long password")
    assert member.user.language == "zh-hans"
    assert (member.roles, member.team) == (["service_manager"], team)
    assert DirectoryEntry.objects.get(user=member.user).slug == "acme"
    assert Colleague.objects.get(key="new.person@acme.example").membership == member
    verbs = set(AuditRecord.objects.values_list("verb", flat=True))
    assert {"invitation.sent", "invitation.accepted", "member.joined"} <= verbs


def test_somebody_with_an_account_accepts_with_it(admin: User) -> None:
    person = User.objects.create_user("new.person@acme.example", "x", name="Person")
    member = accept_invitation(invitation=sent(admin), by=person)
    assert member.user == person
    assert member.roles == ["service_manager"]


def test_it_works_once(admin: User) -> None:
    invitation = sent(admin)
    member = join_by_invitation(
        invitation=invitation, name="A", password="a long password", language=""
    )
    Membership.objects.filter(pk=member.pk).update(is_active=False)
    with pytest.raises(ValidationError, match="no longer open"):
        accept_invitation(invitation=invitation, by=member.user)
    assert not Membership.objects.get(pk=member.pk).is_active


def test_it_ends_after_fourteen_days(admin: User) -> None:
    invitation = sent(admin)
    assert timedelta(days=14) == VALID_FOR
    with (
        time_machine.travel(timezone.now() + timedelta(days=14, seconds=1), tick=False),
        pytest.raises(ValidationError, match="no longer open"),
    ):
        join_by_invitation(invitation=invitation, name="A", password="x", language="")
    assert not User.objects.filter(email=invitation.email).exists()


def test_revoked_it_lets_nobody_in(admin: User) -> None:
    invitation = sent(admin)
    revoke_invitation(invitation=invitation, by=admin)
    with pytest.raises(ValidationError):
        join_by_invitation(invitation=invitation, name="A", password="x", language="")
    with pytest.raises(ValidationError):
        renew_invitation(invitation=invitation, by=admin)
    with pytest.raises(ValidationError):
        revoke_invitation(invitation=invitation, by=admin)


def test_renewed_it_has_another_secret_and_the_whole_time_again(admin: User) -> None:
    invitation, first = invite(email="a@acme.example", roles=["executive"], by=admin)
    later = timezone.now() + timedelta(days=20)
    with time_machine.travel(later, tick=False):
        second = renew_invitation(invitation=invitation, by=admin)
        assert invitation.secret_hash == hash_secret(second) != hash_secret(first)
        assert invitation.expires_at == later + VALID_FOR
        assert invitation.state == "open"


def test_it_is_for_the_invited_address_alone(admin: User) -> None:
    other = User.objects.create_user("other@acme.example", "x")
    with pytest.raises(ValidationError, match="another address"):
        accept_invitation(invitation=sent(admin), by=other)
    assert Invitation.objects.get().accepted_at is None


def test_joining_never_takes_over_an_account(admin: User) -> None:
    person = User.objects.create_user("new.person@acme.example", "their own", name="Person")
    with pytest.raises(ValidationError, match="sign in"):
        join_by_invitation(
            invitation=sent(admin), name="Thief", password="another one", language=""
        )
    person.refresh_from_db()
    assert person.check_password("their own")
    assert person.name == "Person"


def test_a_member_or_an_invited_address_is_not_invited_again(admin: User) -> None:
    with pytest.raises(ValidationError, match="member already"):
        sent(admin, "Alice@acme.example")
    sent(admin)
    with pytest.raises(ValidationError, match="invited already"):
        sent(admin)


def test_an_expired_invitation_does_not_stand_in_the_way_of_a_new_one(admin: User) -> None:
    sent(admin)
    with time_machine.travel(timezone.now() + timedelta(days=15), tick=False):
        assert sent(admin).state == "open"


def test_it_needs_known_roles(admin: User) -> None:
    for roles in ([], ["king"]):
        with pytest.raises(ValidationError):
            invite(email="a@acme.example", roles=roles, by=admin)


def test_accepting_does_not_change_what_a_member_was_given_meanwhile(
    admin: User, tenant, make_member
) -> None:  # type: ignore[no-untyped-def]
    invitation = sent(admin)
    member = make_member(tenant, invitation.email, "executive")
    assert accept_invitation(invitation=invitation, by=member.user).roles == ["executive"]
