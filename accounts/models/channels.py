"""Chat services of a tenant that are told what happens."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import TenantForeignKey, TenantModel


class Channel(TenantModel):
    """One group or room. Its address holds a secret: it is sealed, and shown to nobody again."""

    class Service(models.TextChoices):
        SLACK = "slack", "Slack"
        TEAMS = "teams", "Microsoft Teams"
        DINGTALK = "dingtalk", _("DingTalk")
        WECOM = "wecom", _("WeCom")
        FEISHU = "feishu", _("Feishu")

    name = models.CharField(_("name"), max_length=100)
    service = models.CharField(_("service"), max_length=10, choices=Service.choices)
    language = models.CharField(_("language"), max_length=10, default="en")
    sealed_address = models.TextField()
    # Keys of accounts.notification_kinds that it is told.
    kinds = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)
    # When it last took something, and of the last try what went wrong ("": nothing).
    told_at = models.DateTimeField(null=True, blank=True)
    trouble = models.CharField(max_length=60, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "name"], name="channel_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class ChannelPost(TenantModel):
    """One thing that one channel is told, once."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        GIVEN_UP = "given_up", _("Given up")

    channel = TenantForeignKey(Channel, models.CASCADE, related_name="posts")
    kind = models.CharField(max_length=60)
    values = models.JSONField(default=dict, blank=True)
    path = models.CharField(max_length=300, blank=True)
    # Of the caller's: the same reason tells a channel once, however many members are told of it.
    key = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "channel", "key"], name="channel_post_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant_id", "not_before"],
                condition=models.Q(state__in=["queued", "sending"]),
                name="channel_post_due_ix",
            ),
        ]

    def __str__(self) -> str:
        return self.kind
