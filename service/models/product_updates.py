"""Product updates (产品更新): what was shipped, whom it was announced to, and what they say of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Contact, Customer, Module
from accounts.tenancy import TenantForeignKey, TenantModel
from projects.models.customer_pages import OpenedLink
from service.models.request_decisions import Told
from service.models.requests import Request


def key_users() -> list[str]:
    """Whom of the owners an update goes to unless somebody says otherwise."""
    return ["key_user"]


class ProductUpdate(TenantModel):
    """Something new in the product, with the requests that it fulfils and the modules that it is in.

    It goes to those who asked and to those who own a module of it, each contact once.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SENDING = "sending", _("Being sent")
        SENT = "sent", pgettext_lazy("letter", "Sent")

    # Language → words; at least one language is whole.
    titles = models.JSONField(default=dict)
    texts = models.JSONField(default=dict)
    # For those of whom no language is known.
    language = models.CharField(_("language"), max_length=10)
    shipped_on = models.DateField(_("shipped on"))
    # Contacts with one of these roles at owners of its modules; none: only who asked.
    roles = models.JSONField(default=key_users, blank=True)
    # The usage event that shows its use; empty: every event of its modules.
    event = models.CharField(_("usage event"), max_length=200, blank=True)
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.DRAFT)
    # Why how many were left out when it was sent, customers without anybody to write to among them.
    left_out = models.JSONField(default=dict, blank=True)
    version = models.PositiveIntegerField(default=1)
    drafted_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    drafted_at = models.DateTimeField(default=timezone.now)
    sent_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["-shipped_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="draft", sent_at__isnull=True)
                | Q(state__in=["sending", "sent"], sent_at__isnull=False),
                name="product_update_sent_has_its_moment",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant_id", "-shipped_on", "-id"], name="product_update_day_ix"),
        ]

    def __str__(self) -> str:
        return str(next((title for title in self.titles.values() if title), self.pk))


class UpdateModule(TenantModel):
    """A module that an update is in."""

    update = TenantForeignKey(ProductUpdate, models.CASCADE, related_name="modules")
    module = TenantForeignKey(Module, models.PROTECT, related_name="product_updates")

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "update", "module"], name="update_module_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.update_id} {self.module_id}"


class UpdateRequest(TenantModel):
    """A request that an update fulfils."""

    update = TenantForeignKey(ProductUpdate, models.CASCADE, related_name="requests")
    request = TenantForeignKey(Request, models.PROTECT, related_name="product_updates")

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "update", "request"], name="update_request_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.update_id} {self.request_id}"


class UpdateRecipient(TenantModel):
    """A contact that an update is for, whether it could be written to, and what it answered."""

    class Because(models.TextChoices):
        ASKED = "asked", _("Asked for it")
        OWNS = "owns", _("Owns the module")

    class Answer(models.TextChoices):
        YES = "yes", _("Yes, that is it")
        PARTLY = "partly", _("In part")
        NO = "no", _("No, I meant something else")

    update = TenantForeignKey(ProductUpdate, models.PROTECT, related_name="recipients")
    contact = TenantForeignKey(Contact, models.SET_NULL, null=True, related_name="product_updates")
    customer = TenantForeignKey(Customer, models.PROTECT, related_name="product_updates")
    name = models.CharField(_("name"), max_length=200)
    language = models.CharField(_("language"), max_length=10)
    because = models.CharField(max_length=5, choices=Because)
    state = models.CharField(max_length=8, choices=Told, default=Told.WAITING)
    # Why the contact was left out: no_address, refused, bounced, gone.
    why = models.CharField(max_length=12, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=6, choices=Answer, blank=True)
    comment = models.TextField(_("comment"), blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "update", "contact"], name="update_recipient_once"
            ),
            models.CheckConstraint(
                condition=Q(because__in=["asked", "owns"]), name="update_recipient_because_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "queued", "left_out"]),
                name="update_recipient_state_known",
            ),
            models.CheckConstraint(
                condition=Q(answer__in=["", "yes", "partly", "no"]),
                name="update_recipient_answer_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant_id", "id"],
                condition=Q(state="waiting"),
                name="update_recipient_waiting_ix",
            ),
            models.Index(fields=["tenant_id", "customer"], name="update_recipient_customer_ix"),
        ]

    def __str__(self) -> str:
        return f"{self.update_id}: {self.name}"


class UpdateLink(OpenedLink):
    """A link by which one recipient reads an update and says whether it is what they asked for."""

    recipient = TenantForeignKey(UpdateRecipient, models.PROTECT, related_name="links")

    class Meta(TenantModel.Meta):
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "secret_hash"], name="update_link_secret_once"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("sent_at")),
                name="update_link_expires_after_sending",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recipient_id}: {self.name}"
