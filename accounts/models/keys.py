"""What other programs carry to be let in, and what they have been told already."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.members import Membership
from accounts.tenancy import TenantForeignKey, TenantModel


class ApiToken(TenantModel):
    """The right of a program to use the API of one tenant, as far as its scopes go.

    Only the SHA-256 of its secret is kept. With a member it may never do what that person may not.
    """

    name = models.CharField(_("name"), max_length=100)
    scopes = ArrayField(models.CharField(max_length=60), verbose_name=_("scopes"))
    # Empty: a program of the tenant's own, which sees every record of what its scopes name.
    member = TenantForeignKey(
        Membership, models.CASCADE, null=True, blank=True, related_name="api_tokens"
    )
    secret_hash = models.CharField(max_length=64)
    made_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    # Empty: it works until it is revoked.
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["-made_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "secret_hash"], name="api_token_secret_once"
            ),
            models.CheckConstraint(
                condition=models.Q(scopes__len__gt=0), name="api_token_has_a_scope"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def is_open(self, now: datetime) -> bool:
        """Whether it lets anybody in."""
        if self.revoked_at is not None or (self.expires_at and self.expires_at <= now):
            return False
        return self.member is None or self.member.is_active


class ApiAnswer(TenantModel):
    """What a program was answered to a request with an ``Idempotency-Key``, to be said again."""

    token = TenantForeignKey(ApiToken, models.CASCADE, related_name="answers")
    key = models.CharField(max_length=200)
    # SHA-256 of method, path and body: the key of another request is a mistake of the program.
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body: models.JSONField[Any] = models.JSONField(null=True)
    # What the token saw then, as a hash, and the record that it made where it saw that: whoever sees
    # less now is not told the answer again.
    view = models.CharField(max_length=64, blank=True, default="", db_default="")
    record = models.BigIntegerField(null=True)
    answered_at = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "token", "key"], name="api_answer_once"),
        ]
        indexes = [
            models.Index(fields=["tenant_id", "answered_at"], name="api_answer_age_ix"),
        ]

    def __str__(self) -> str:
        return self.key
