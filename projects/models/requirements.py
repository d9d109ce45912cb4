"""What customers ask for in a project, and whether the signed scope holds it."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Colleague, Contact, Touchpoint
from accounts.tenancy import TenantForeignKey, TenantModel
from projects.models.change_requests import ChangeRequest
from projects.models.projects import Project
from projects.models.scope import SowItem


class Requirement(TenantModel):
    """Something that somebody wants of a project, in their words."""

    project = TenantForeignKey(Project, models.PROTECT, related_name="requirements")
    # What people call it by.
    number = models.PositiveIntegerField(_("number"))
    text = models.TextField(_("text"))
    raised_on = models.DateField(_("raised on"))
    # Who raised it: a contact of the customer or a person of the vendor.
    contact = TenantForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, related_name="requirements"
    )
    colleague = TenantForeignKey(
        Colleague, models.PROTECT, null=True, blank=True, related_name="requirements"
    )
    touchpoint = TenantForeignKey(
        Touchpoint, models.SET_NULL, null=True, blank=True, related_name="requirements"
    )
    # What was drafted from it once it was found to be out of scope.
    change_request = TenantForeignKey(
        ChangeRequest, models.PROTECT, null=True, blank=True, related_name="requirements"
    )
    captured_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    captured_at = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "project", "number"], name="requirement_number_once"
            ),
            # Neither: the contact was removed since.
            models.CheckConstraint(
                condition=models.Q(contact__isnull=True) | models.Q(colleague__isnull=True),
                name="requirement_raised_by_one",
            ),
            models.CheckConstraint(condition=~models.Q(text=""), name="requirement_says_something"),
        ]

    def __str__(self) -> str:
        words = " ".join(self.text.split())
        return words if len(words) <= 80 else f"{words[:79]}…"


class Classification(TenantModel):
    """That somebody found a requirement to be in scope or not, and why. Never altered: to classify
    again is a further entry, and the latest counts."""

    append_only = True

    class Kind(models.TextChoices):
        IN_SCOPE = "in_scope", _("In scope")
        OUT_OF_SCOPE = "out_of_scope", _("Out of scope")
        CLARIFICATION = "clarification", _("Clarification")

    requirement = TenantForeignKey(Requirement, models.PROTECT, related_name="classifications")
    kind = models.CharField(_("classification"), max_length=13, choices=Kind)
    # The item of the baseline that holds it, explains it, or nearly holds it.
    item = TenantForeignKey(
        SowItem, models.PROTECT, null=True, blank=True, related_name="classifications"
    )
    why = models.TextField(_("why"))
    by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        ordering = ["-id"]
        constraints = [
            # In scope is what an item of the signed scope holds.
            models.CheckConstraint(
                condition=~models.Q(kind="in_scope") | models.Q(item__isnull=False),
                name="classification_in_scope_of_an_item",
            ),
            models.CheckConstraint(condition=~models.Q(why=""), name="classification_says_why"),
        ]
        indexes = [
            models.Index(fields=["tenant_id", "requirement", "-id"], name="classification_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.requirement_id}: {self.kind}"
