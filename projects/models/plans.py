"""The plan of a project: phases, tasks and milestones, and what waits for what."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Colleague, Contact
from accounts.tenancy import TenantForeignKey, TenantModel
from projects.models.projects import Project
from projects.models.scope import DAYS, Baseline
from projects.models.templates import PlanTemplateVersion


class Plan(TenantModel):
    """That a project has a plan, and the template it was made from. Without one its tasks came in a
    file: a plan that was made elsewhere."""

    project = TenantForeignKey(Project, models.PROTECT, related_name="plans")
    template_version = TenantForeignKey(
        PlanTemplateVersion, models.PROTECT, null=True, blank=True, related_name="plans"
    )
    # The number that the next task gets.
    next_number = models.PositiveIntegerField(default=1)
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "project"], name="plan_project_once"),
        ]

    def __str__(self) -> str:
        return f"{self.project_id}"


class Phase(TenantModel):
    """A part of a project's plan, in the order of the work."""

    project = TenantForeignKey(Project, models.PROTECT, related_name="phases")
    position = models.PositiveIntegerField()
    title = models.CharField(_("title"), max_length=200)

    class Meta(TenantModel.Meta):
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "project", "position"], name="phase_position_once"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Side(models.TextChoices):
    """Who has to do it."""

    VENDOR = "vendor", _("We")
    CUSTOMER = "customer", _("The customer")


class Task(TenantModel):
    """A piece of a plan's work, or a milestone: a day on which something is reached.

    Planned days are the plan as it is now; ``started_on`` and ``finished_on`` are what happened.
    ``version`` counts its changes, so that nobody overwrites what another has just changed.
    """

    class State(models.TextChoices):
        TODO = "todo", _("To do")
        DOING = "doing", _("Doing")
        WAITING = "waiting", _("Waiting")
        DONE = "done", _("Done")

    project = TenantForeignKey(Project, models.PROTECT, related_name="tasks")
    phase = TenantForeignKey(Phase, models.PROTECT, related_name="tasks")
    # What the file it came from calls it; empty: it was made here.
    key = models.CharField(_("key"), max_length=200, blank=True)
    # What people call it by; other tasks name it so.
    number = models.PositiveIntegerField(_("number"))
    position = models.PositiveIntegerField(default=0)
    title = models.CharField(_("title"), max_length=300)
    is_milestone = models.BooleanField(_("milestone"), default=False)
    side = models.CharField(_("who does it"), max_length=8, choices=Side, default=Side.VENDOR)
    role = models.CharField(_("role"), max_length=100, blank=True)
    person = TenantForeignKey(
        Colleague, models.SET_NULL, null=True, blank=True, related_name="tasks"
    )
    contact = TenantForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, related_name="tasks"
    )
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"))
    # Working days that it waits after the last of its predecessors.
    offset_days = models.PositiveIntegerField(_("days of waiting"), default=0)
    effort_days = models.DecimalField(_("person-days"), **DAYS, default=0)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.TODO)
    started_on = models.DateField(_("started on"), null=True, blank=True)
    finished_on = models.DateField(_("finished on"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")

    class Meta(TenantModel.Meta):
        ordering = ["phase__position", "position", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "project", "number"], name="task_number_once"
            ),
            models.UniqueConstraint(
                fields=["tenant_id", "project", "key"],
                condition=~Q(key=""),
                name="task_key_once",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="task_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(is_milestone=False) | Q(ends_on=F("starts_on")),
                name="task_milestone_is_a_day",
            ),
            models.CheckConstraint(
                condition=Q(effort_days__gte=0), name="task_effort_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(state="done", started_on__isnull=False, finished_on__isnull=False)
                | Q(state="doing", started_on__isnull=False, finished_on__isnull=True)
                | Q(state="waiting", finished_on__isnull=True)
                | Q(state="todo", started_on__isnull=True, finished_on__isnull=True),
                name="task_state_has_its_days",
            ),
            models.CheckConstraint(
                condition=Q(finished_on__isnull=True) | Q(finished_on__gte=F("started_on")),
                name="task_finished_after_start",
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=True) | Q(contact__isnull=True),
                name="task_one_person",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant_id", "project", "state"], name="task_state_ix"),
        ]

    def __str__(self) -> str:
        return self.title


class TaskLink(TenantModel):
    """That a task starts when another has finished."""

    project = TenantForeignKey(Project, models.PROTECT, related_name="task_links")
    predecessor = TenantForeignKey(Task, models.CASCADE, related_name="links_out")
    successor = TenantForeignKey(Task, models.CASCADE, related_name="links_in")

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "predecessor", "successor"], name="task_link_once"
            ),
            models.CheckConstraint(
                condition=~Q(predecessor=F("successor")), name="task_link_to_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.predecessor_id} → {self.successor_id}"


class TaskBaseline(TenantModel):
    """A task's days and effort as they were locked with a version of the baseline. Never altered."""

    append_only = True

    baseline = TenantForeignKey(Baseline, models.PROTECT, related_name="tasks")
    task = TenantForeignKey(Task, models.PROTECT, related_name="baselines")
    starts_on = models.DateField()
    ends_on = models.DateField()
    effort_days = models.DecimalField(**DAYS)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "baseline", "task"], name="task_baseline_once"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="task_baseline_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(effort_days__gte=0), name="task_baseline_effort_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.baseline_id} {self.task_id}"
