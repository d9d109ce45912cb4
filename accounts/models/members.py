"""Who works for the vendor, in which roles and teams, and what each role may see."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import TenantForeignKey, TenantManager, TenantModel, TenantQuerySet


class Role(models.TextChoices):
    """What a member does for the vendor; a person may have several."""

    PROJECT_MANAGER = "project_manager", _("Project manager")
    SERVICE_MANAGER = "service_manager", _("Customer-service manager")
    EXECUTIVE = "executive", _("Executive")
    ADMIN = "admin", _("Administrator")
    TEAM_MEMBER = "team_member", _("Team member")
    PRODUCT_MANAGER = "product_manager", _("Product manager")


def role_words(roles: Iterable[str]) -> str:
    """Roles as a person reads them, in their usual order."""
    held = set(roles)
    return " · ".join(str(role.label) for role in Role if role.value in held)


class Visibility(models.TextChoices):
    """How far a role sees."""

    MINE = "mine", _("Mine")
    TEAM = "team", _("My team's")
    ALL = "all", _("All")


class Team(TenantModel):
    """A group of members, usually with a lead who sees the team's work."""

    name = models.CharField(_("name"), max_length=200)

    class Meta(TenantModel.Meta):
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "name"], name="team_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(TenantModel):
    """That a user works in this tenant, and as what."""

    user = models.ForeignKey("accounts.User", models.PROTECT, related_name="memberships")
    roles = ArrayField(models.CharField(max_length=20, choices=Role.choices), default=list)
    team = TenantForeignKey(Team, models.SET_NULL, null=True, blank=True, related_name="members")
    leads_team = models.BooleanField(_("leads the team"), default=False)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "user"], name="membership_once"),
            models.UniqueConstraint(
                fields=["tenant_id", "team"],
                condition=models.Q(leads_team=True),
                name="team_one_lead",
            ),
            models.CheckConstraint(
                condition=models.Q(leads_team=False) | models.Q(team__isnull=False),
                name="membership_lead_has_team",
            ),
            models.CheckConstraint(
                condition=models.Q(roles__contained_by=Role.values), name="membership_known_roles"
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)

    @property
    def role_words(self) -> str:
        return role_words(self.roles)

    def has_role(self, *roles: str) -> bool:
        return self.is_active and any(role in self.roles for role in roles)

    def sees(self, record: str) -> str:
        """How far this member sees one kind of record: of several roles the widest wins.

        Administrators see all, so that nobody can take the last look away. The database is asked
        once per object, for every kind of record.
        """
        if self.has_role(Role.ADMIN):
            return Visibility.ALL
        rules: dict[tuple[str, str], str] | None = self.__dict__.get("_visibility_rules")
        if rules is None:
            found = VisibilityRule.objects.filter(role__in=self.roles)
            rules = {(rule.role, rule.record): rule.visibility for rule in found}
            self.__dict__["_visibility_rules"] = rules
        reached = {rules.get((role, record), Visibility.ALL) for role in self.roles}
        return max(reached, key=list(Visibility.values).index, default=Visibility.MINE)


class VisibilityRule(TenantModel):
    """How far one role sees one kind of record; without a rule a role sees all."""

    role = models.CharField(max_length=20, choices=Role.choices)
    record = models.CharField(max_length=20, default="customers")
    visibility = models.CharField(max_length=4, choices=Visibility.choices, default=Visibility.ALL)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "role", "record"], name="visibility_once_per_role"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role}: {self.record} {self.visibility}"


class Colleague(TenantModel):
    """A person of the vendor as the facts name them: a member, or a name from a file that is not
    (yet) a member's. Customers, projects and responsibilities point here."""

    # The e-mail in small letters, or the text as given.
    key = models.CharField(max_length=254)
    name = models.CharField(_("name"), max_length=254)
    membership = TenantForeignKey(
        Membership, models.SET_NULL, null=True, blank=True, related_name="colleagues"
    )

    class Meta(TenantModel.Meta):
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "key"], name="colleague_key_once"),
        ]

    def __str__(self) -> str:
        return self.name


def hash_secret(secret: str) -> str:
    """What is kept of a link's secret: 64 hexadecimal digits."""
    return hashlib.sha256(secret.encode()).hexdigest()


class InvitationQuerySet(TenantQuerySet):
    def open(self, now: datetime) -> Self:
        """Neither accepted nor revoked, and not expired at ``now``."""
        return self.filter(accepted_at=None, revoked_at=None, expires_at__gt=now)

    def with_secret(self, secret: str) -> Self:
        """The one that a link means; a revoked one is as unknown as one that never was."""
        return self.filter(secret_hash=hash_secret(secret), revoked_at=None)


class InvitationManager(TenantManager.from_queryset(InvitationQuerySet)):  # type: ignore[misc]
    """Scoped like every tenant manager, with the reads of :class:`InvitationQuerySet`."""


class Invitation(TenantModel):
    """A link that lets one address become a member, once, for a while."""

    email = models.EmailField(_("e-mail"))
    name = models.CharField(_("name"), max_length=200, blank=True)
    roles = ArrayField(models.CharField(max_length=20, choices=Role.choices), default=list)
    team = TenantForeignKey(Team, models.SET_NULL, null=True, blank=True, related_name="+")
    # What the letter is written in, and what the page proposes; empty: as the browser asks.
    language = models.CharField(_("language"), max_length=10, blank=True)
    # SHA-256 of the secret part of the link; the link itself is shown once.
    secret_hash = models.CharField(max_length=64)
    invited_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[InvitationManager] = InvitationManager()

    class Meta(TenantModel.Meta):
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "secret_hash"], name="invitation_secret"),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def role_words(self) -> str:
        return role_words(self.roles)

    @property
    def state(self) -> str:
        """``accepted``, ``revoked``, ``expired`` or ``open``."""
        if self.accepted_at is not None:
            return "accepted"
        if self.revoked_at is not None:
            return "revoked"
        return "open" if self.expires_at > timezone.now() else "expired"
