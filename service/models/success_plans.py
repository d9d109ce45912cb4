"""The success plan (成功计划): what a customer wants to reach, and what both sides do for it by when."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Colleague, Contact, Customer
from accounts.models.customers import took_part
from accounts.tenancy import TenantForeignKey, TenantModel
from projects.models import OpenedLink


class Goal(TenantModel):
    """What a customer wants to reach; with a measure where a night can say how far it is."""

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("goal", "Open")
        REACHED = "reached", _("Reached")
        MISSED = "missed", _("Missed")
        DROPPED = "dropped", _("Dropped")

    customer = TenantForeignKey(Customer, models.CASCADE, related_name="goals")
    title = models.CharField(_("goal"), max_length=300)
    text = models.TextField(_("details"), blank=True)
    # A key of segmentation.catalogue, and the value to reach in its unit; empty: it is told in words.
    measure = models.CharField(_("measure"), max_length=60, blank=True)
    target = models.DecimalField(
        _("target"), max_digits=20, decimal_places=4, null=True, blank=True
    )
    by_on = models.DateField(_("by"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.OPEN)
    settled_on = models.DateField(_("settled on"), null=True, blank=True)
    is_shared = models.BooleanField(_("shown to the customer"), default=False)
    version = models.PositiveIntegerField(default=1)
    known_from = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        ordering = ["by_on", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="goal_has_a_title"),
            models.CheckConstraint(
                condition=Q(measure="", target__isnull=True)
                | (~Q(measure="") & Q(target__isnull=False)),
                name="goal_measure_has_a_target",
            ),
            models.CheckConstraint(
                condition=Q(state="open", settled_on__isnull=True)
                | (~Q(state="open") & Q(settled_on__isnull=False)),
                name="goal_settled_on_a_day",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant_id", "customer", "by_on"], name="goal_customer_ix"),
        ]

    def __str__(self) -> str:
        return self.title


class JointMilestone(TenantModel):
    """Something that both sides want done by a day, with a person on each side."""

    customer = TenantForeignKey(Customer, models.CASCADE, related_name="joint_milestones")
    goal = TenantForeignKey(Goal, models.SET_NULL, null=True, blank=True, related_name="milestones")
    title = models.CharField(_("milestone"), max_length=300)
    due_on = models.DateField(_("due on"))
    # Of the vendor, and of the customer.
    colleague = TenantForeignKey(
        Colleague, models.SET_NULL, null=True, blank=True, related_name="joint_milestones"
    )
    contact = TenantForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, related_name="joint_milestones"
    )
    done_on = models.DateField(_("done on"), null=True, blank=True)
    is_shared = models.BooleanField(_("shown to the customer"), default=False)
    version = models.PositiveIntegerField(default=1)
    known_from = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        ordering = ["due_on", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="joint_milestone_has_a_title"),
        ]
        indexes = [
            models.Index(
                fields=["tenant_id", "customer", "due_on"], name="joint_milestone_customer_ix"
            ),
            models.Index(
                fields=["tenant_id", "due_on"],
                condition=Q(done_on__isnull=True),
                name="joint_milestone_open_ix",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class SuccessPlanLink(OpenedLink):
    """A link to the page on which one person of the customer follows the success plan."""

    customer = TenantForeignKey(Customer, models.CASCADE, related_name="success_plan_links")

    class Meta(TenantModel.Meta):
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "secret_hash"], name="success_plan_link_secret_once"
            ),
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("sent_at")),
                name="success_plan_link_expires_after_sending",
            ),
            models.UniqueConstraint(
                fields=["tenant_id", "customer", "contact"],
                condition=models.Q(revoked_at__isnull=True),
                name="success_plan_link_one_a_contact",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.name}"


took_part.append(JointMilestone)
