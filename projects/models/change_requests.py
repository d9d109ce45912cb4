"""Changes of the scope that the customer signed."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.contracts import MONEY
from accounts.tenancy import TenantForeignKey, TenantModel
from projects.models.projects import Project


class ChangeRequest(TenantModel):
    """Work outside the SOW: the customer signs it, or it is not built.

    Work booked on one that is not signed is unapproved effort.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        APPROVED_INTERNALLY = "approved_internally", _("Approved internally")
        SIGNED = "signed", _("Signed by the customer")
        DECLINED = "declined", _("Declined by the customer")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    project = TenantForeignKey(Project, models.PROTECT, related_name="change_requests")
    key = models.CharField(_("key"), max_length=200)
    title = models.CharField(_("title"), max_length=300)
    # Person-days; empty: not estimated yet.
    effort_days = models.DecimalField(
        _("effort in person-days"), max_digits=11, decimal_places=3, null=True, blank=True
    )
    price = models.DecimalField(_("price"), **MONEY, null=True, blank=True)
    state = models.CharField(_("state"), max_length=20, choices=State.choices, default=State.DRAFT)
    raised_on = models.DateField(_("raised on"))
    # The day on which it was declined or withdrawn.
    decided_on = models.DateField(_("decided on"), null=True, blank=True)
    signed_on = models.DateField(_("signed on"), null=True, blank=True)
    # What is to be done, in words that the customer signs. Loads leave these as the database has
    # them.
    text = models.TextField(_("what is to be done"), blank=True, db_default="")
    # Working days by which the project's due day moves when it is signed.
    days_later = models.PositiveIntegerField(_("working days later"), db_default=0)
    # Counts its changes on screen, so that nobody overwrites what another has just changed.
    version = models.PositiveIntegerField(db_default=1)
    drafted_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    approved_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    attributes = models.JSONField(default=dict, blank=True)
    known_from = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        ordering = ["raised_on", "key"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "project", "key"], name="change_request_key_once"
            ),
            models.CheckConstraint(
                condition=models.Q(effort_days__isnull=True) | models.Q(effort_days__gte=0),
                name="change_request_effort_not_negative",
            ),
            # Signed is who has a day of signing: never by silence.
            models.CheckConstraint(
                condition=models.Q(state="signed", signed_on__isnull=False)
                | (~models.Q(state="signed") & models.Q(signed_on__isnull=True)),
                name="change_request_signed_has_its_day",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["declined", "withdrawn"], decided_on__isnull=False)
                | (
                    ~models.Q(state__in=["declined", "withdrawn"])
                    & models.Q(decided_on__isnull=True)
                ),
                name="change_request_decided_has_its_day",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class ChangeItem(TenantModel):
    """An item that a change request adds to the baseline once it is signed."""

    change_request = TenantForeignKey(ChangeRequest, models.PROTECT, related_name="items")
    position = models.PositiveIntegerField()
    title = models.CharField(_("title"), max_length=300)
    effort_days = models.DecimalField(_("effort in person-days"), max_digits=11, decimal_places=3)

    class Meta(TenantModel.Meta):
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "change_request", "position"], name="change_item_position_once"
            ),
            models.CheckConstraint(
                condition=models.Q(effort_days__gte=0), name="change_item_effort_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return self.title
