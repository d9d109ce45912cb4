"""What people are told, where they look and as they want it."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.mail import OutgoingMail
from accounts.models.members import Membership
from accounts.tenancy import TenantForeignKey, TenantModel


class Notification(TenantModel):
    """One thing that one member is told, once; in words when it is read, in the reader's language."""

    member = TenantForeignKey(Membership, models.CASCADE, related_name="notifications")
    # Key of accounts.notification_kinds, with the values of its sentence.
    kind = models.CharField(max_length=60)
    values = models.JSONField(default=dict, blank=True)
    # Path inside the tenant, e.g. /customers/5/.
    path = models.CharField(max_length=300, blank=True)
    about_type = models.CharField(max_length=60, blank=True)
    about_id = models.BigIntegerField(null=True, blank=True)
    # Of the caller's: the same reason tells a member once; empty: none.
    key = models.CharField(max_length=200, blank=True)
    # Whether the member wants to see it in the app, and in the morning's letter: as chosen then.
    is_in_app = models.BooleanField(default=True)
    is_for_digest = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)
    # The letter that told it.
    digest = TenantForeignKey(
        OutgoingMail, models.SET_NULL, null=True, blank=True, related_name="notifications"
    )
    mailed_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "member", "key"],
                condition=~models.Q(key=""),
                name="notification_key_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant_id", "member", "-created_at", "-id"], name="notification_list_ix"
            ),
            # Old ones are swept away by it.
            models.Index(fields=["tenant_id", "created_at"], name="notification_created_ix"),
            models.Index(
                fields=["tenant_id", "member"],
                condition=models.Q(read_at__isnull=True, is_in_app=True),
                name="notification_unread_ix",
            ),
            models.Index(
                fields=["tenant_id", "member"],
                condition=models.Q(mailed_at__isnull=True, is_for_digest=True),
                name="notification_digest_ix",
            ),
        ]

    def __str__(self) -> str:
        return self.kind


class NotificationPreference(TenantModel):
    """How a member wants to be told of one kind; without a row as the kind proposes."""

    member = TenantForeignKey(Membership, models.CASCADE, related_name="notification_preferences")
    kind = models.CharField(max_length=60)
    is_in_app = models.BooleanField(_("in Tenure"), default=True)
    is_for_digest = models.BooleanField(_("in the morning's letter"), default=False)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "member", "kind"], name="notification_preference_once"
            ),
        ]

    def __str__(self) -> str:
        return self.kind
