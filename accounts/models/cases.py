"""What customers bring: problems, and questions how something is done."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.customers import Contact, Customer, took_part
from accounts.models.members import Colleague
from accounts.tenancy import TenantForeignKey, TenantModel


class Case(TenantModel):
    """A problem of a customer, with a clock: opened, first answered, closed, and how satisfied the
    customer was. Who may see the customer sees its cases."""

    class Priority(models.TextChoices):
        LOW = "low", _("Low")
        MEDIUM = "medium", _("Medium")
        HIGH = "high", _("High")
        URGENT = "urgent", _("Urgent")

    class Kind(models.TextChoices):
        QUESTION = "question", _("How-to question")
        PROBLEM = "problem", _("Problem")
        OTHER = "other", _("Other")

    customer = TenantForeignKey(Customer, models.PROTECT, related_name="cases")
    key = models.CharField(_("key"), max_length=200)
    title = models.CharField(_("title"), max_length=300, blank=True)
    contact = TenantForeignKey(Contact, models.PROTECT, null=True, blank=True, related_name="cases")
    # Who of the vendor looks after it.
    colleague = TenantForeignKey(
        Colleague, models.PROTECT, null=True, blank=True, related_name="cases"
    )
    # Empty: nobody said; so with the priority.
    kind = models.CharField(
        _("kind"), max_length=10, choices=Kind.choices, blank=True, default="", db_default=""
    )
    priority = models.CharField(_("priority"), max_length=10, choices=Priority.choices, blank=True)
    opened_at = models.DateTimeField(_("opened at"))
    first_response_at = models.DateTimeField(_("first response at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    # 1 (not at all) to 5 (very); empty: not answered.
    satisfaction = models.PositiveSmallIntegerField(_("satisfaction"), null=True, blank=True)
    attributes = models.JSONField(default=dict, blank=True)
    known_from = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        ordering = ["-opened_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "key"], name="case_key_once"),
            models.CheckConstraint(
                condition=models.Q(first_response_at__isnull=True)
                | models.Q(first_response_at__gte=models.F("opened_at")),
                name="case_answered_after_opened",
            ),
            models.CheckConstraint(
                condition=models.Q(closed_at__isnull=True)
                | models.Q(closed_at__gte=models.F("opened_at")),
                name="case_closed_after_opened",
            ),
            models.CheckConstraint(
                condition=models.Q(satisfaction__isnull=True)
                | models.Q(satisfaction__gte=1, satisfaction__lte=5),
                name="case_satisfaction_one_to_five",
            ),
            models.CheckConstraint(
                condition=models.Q(priority__in=["", "low", "medium", "high", "urgent"]),
                name="case_priority_known",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=["", "question", "problem", "other"]),
                name="case_kind_known",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant_id", "customer", "-opened_at"], name="case_customer_ix"),
            # What came or changed since somebody looked last.
            models.Index(fields=["tenant_id", "known_from"], name="case_known_ix"),
        ]

    def __str__(self) -> str:
        return self.title or self.key


took_part.append(Case)
