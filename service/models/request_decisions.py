"""What product management decided of requests, who was told, and the links of contacts."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Contact, Customer
from accounts.tenancy import TenantForeignKey, TenantModel
from projects.models.customer_pages import OpenedLink
from service.models.requests import Request


class RequestDecision(TenantModel):
    """One decision; a later one takes its place, and this one stays in the history."""

    append_only = True

    request = TenantForeignKey(Request, models.PROTECT, related_name="decisions")
    status = models.CharField(_("state"), max_length=8, choices=Request.Status)
    planned_for = models.CharField(_("planned for"), max_length=60, blank=True)
    # Language → the answer to those who asked; none: nobody was told.
    answers = models.JSONField(default=dict, blank=True)
    # For those of whom no language is known.
    language = models.CharField(_("language"), max_length=10, blank=True)
    # Why, for colleagues alone.
    note = models.TextField(_("note"), blank=True)
    decided_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        ordering = ["-decided_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    status__in=["new", "review", "accepted", "planned", "shipped", "declined"]
                ),
                name="request_decision_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant_id", "request", "-decided_at"], name="request_decision_ix"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request_id}: {self.status}"


class Told(models.TextChoices):
    """What became of a letter to a contact."""

    WAITING = "waiting", _("About to be written")
    QUEUED = "queued", pgettext_lazy("letter", "Written")
    LEFT_OUT = "left_out", _("Left out")


class RequestAnswer(TenantModel):
    """The answer of a decision to one contact who asked: once, whoever of the customer asked again."""

    decision = TenantForeignKey(RequestDecision, models.PROTECT, related_name="told")
    contact = TenantForeignKey(Contact, models.SET_NULL, null=True, related_name="request_answers")
    customer = TenantForeignKey(Customer, models.PROTECT, related_name="request_answers")
    name = models.CharField(_("name"), max_length=200)
    language = models.CharField(_("language"), max_length=10)
    state = models.CharField(max_length=8, choices=Told, default=Told.WAITING)
    # Why the contact was left out: no_address, refused, bounced, gone.
    why = models.CharField(max_length=12, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "decision", "contact"], name="request_answer_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "queued", "left_out"]),
                name="request_answer_state_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant_id", "id"],
                condition=Q(state="waiting"),
                name="request_answer_waiting_ix",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.decision_id}: {self.name}"


class RequestPageLink(OpenedLink):
    """A link to the page on which one contact sees what they asked for, asks, and votes."""

    customer = TenantForeignKey(Customer, models.PROTECT, related_name="request_page_links")

    class Meta(TenantModel.Meta):
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "secret_hash"], name="request_page_link_secret_once"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("sent_at")),
                name="request_page_link_expires_after_sending",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant_id", "customer", "-id"], name="request_page_link_ix"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.name}"


class RequestDigest(TenantModel):
    """A month of requests for product management, as it stood when the month had ended."""

    # The first day of the month.
    month = models.DateField(_("month"))
    # See service.queries.request_digest; holds the version of its own shape.
    facts = models.JSONField()
    made_at = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        ordering = ["-month"]
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "month"], name="request_digest_once"),
            models.CheckConstraint(
                condition=Q(month__day=1), name="request_digest_month_is_a_first"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"
