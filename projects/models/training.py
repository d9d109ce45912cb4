"""Training sessions, and who took part. Both are facts: nights read them as they were known."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Colleague, Contact, Customer, Module
from accounts.models.customers import took_part
from accounts.tenancy import TenantForeignKey, TenantModel
from projects.models.projects import Project

MOST_MINUTES = 1440


class TrainingSession(TenantModel):
    """A session on one day, for people of one customer; in a project or outside of one."""

    class Kind(models.TextChoices):
        PRODUCT = "product", _("Standard product")
        END_USER = "end_user", _("End users")
        OTHER = "other", _("Other")

    customer = TenantForeignKey(Customer, models.PROTECT, related_name="training_sessions")
    project = TenantForeignKey(
        Project, models.PROTECT, null=True, blank=True, related_name="training_sessions"
    )
    key = models.CharField(_("key"), max_length=200)
    title = models.CharField(_("title"), max_length=300)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.PRODUCT)
    held_on = models.DateField(_("held on"))
    minutes = models.PositiveSmallIntegerField(_("minutes"), null=True, blank=True)
    trainer = TenantForeignKey(
        Colleague, models.PROTECT, null=True, blank=True, related_name="training_sessions"
    )
    # A room or a link.
    place = models.CharField(_("place"), max_length=300, blank=True)
    attributes = models.JSONField(default=dict, blank=True)
    known_from = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        ordering = ["-held_on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "key"], name="training_key_once"),
            models.CheckConstraint(
                condition=Q(minutes__isnull=True) | Q(minutes__gt=0, minutes__lte=MOST_MINUTES),
                name="training_minutes_of_a_day",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["product", "end_user", "other"]), name="training_kind_known"
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant_id", "customer", "-held_on"], name="training_customer_day_ix"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class SessionModule(TenantModel):
    """A module that a session is about."""

    session = TenantForeignKey(TrainingSession, models.CASCADE, related_name="modules")
    module = TenantForeignKey(Module, models.PROTECT, related_name="training_sessions")

    class Meta(TenantModel.Meta):
        ordering = ["module__name"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "session", "module"], name="training_module_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.session_id} {self.module_id}"


class Attendance(TenantModel):
    """Whether a contact took part in a session. A contact that is removed leaves it, unnamed."""

    class State(models.TextChoices):
        PRESENT = "present", _("Present")
        ABSENT = "absent", _("Absent")
        EXCUSED = "excused", _("Excused")

    session = TenantForeignKey(TrainingSession, models.PROTECT, related_name="attendances")
    contact = TenantForeignKey(Contact, models.SET_NULL, null=True, related_name="attendances")
    state = models.CharField(_("attendance"), max_length=7, choices=State)
    known_from = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "session", "contact"], name="attendance_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["present", "absent", "excused"]),
                name="attendance_state_known",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant_id", "contact"], name="attendance_contact_ix"),
        ]

    def __str__(self) -> str:
        return f"{self.session_id} {self.contact_id}: {self.state}"


took_part.append(Attendance)
