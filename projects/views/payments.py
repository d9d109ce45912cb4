"""What the customer pays for a project's milestones: due, received, and held up by what is late."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Instalment
from accounts.permissions import may, require
from accounts.requests import TenantRequest
from projects.actions.payments import tie_payment, untie_payment
from projects.models import MilestonePayment, Project, Task
from projects.queries import payments as queries
from projects.queries import plans
from projects.queries.portfolio import visible_projects
from projects.views.plan_frame import frame, visible_project
from ui.tables import Column, Table

PAYMENTS = (
    Column("due", gettext_lazy("Due on"), sort="due_on"),
    Column("contract", gettext_lazy("Contract"), sort=("contract__key", "due_on")),
    Column("amount", gettext_lazy("Amount"), sort="amount", align="end"),
    Column("milestone", gettext_lazy("Milestone")),
    Column("planned", gettext_lazy("Planned on"), wide=True),
    Column("state", gettext_lazy("State")),
    Column("expected", gettext_lazy("Expected on"),
           why=gettext_lazy("Its own day, or the milestone's where that is later; of what was "
                            "received, the day of the payment.")),
)  # fmt: skip
ROWS = 50
TIED = "tied"


@require("view_money")
@require_GET
def project_payments(request: TenantRequest, pk: int) -> HttpResponse:
    """The instalments of the customer's contracts with the milestones of this project."""
    project = visible_project(request, pk)
    context = frame(request, project, "project_payments")
    today = context["today"]
    found = queries.instalments_of(project)
    chosen = TIED if request.GET.get("show") == TIED else ""
    if chosen:
        found = found.filter(queries.tied_to(project))
    table = Table.read(PAYMENTS, request.GET.urlencode(), default="due", tie="pk", rows=ROWS)
    table = table.counted(found.count())
    rows = [queries.row_of(row, today) for row in found.order_by(*table.order_by)[table.slice]]
    milestones = [row.milestone for row in rows if row.milestone is not None]
    locked = plans.locked_days(milestones, plans.baseline_of(project))
    may_tie = may(request.membership, "tie_payments")
    context |= {
        "table": table,
        "rows": [(row, locked.get(row.milestone.pk) if row.milestone else None) for row in rows],
        "sums": queries.milestone_payments_due([project.pk], today).get(project.pk),
        "chosen": chosen,
        # Of projects that the member does not see, neither the name nor the milestone.
        "seen": set(
            visible_projects(request.membership)
            .filter(pk__in={milestone.project_id for milestone in milestones})
            .values_list("pk", flat=True)
        )
        | {project.pk},
        "milestones": queries.milestones_of(project) if may_tie else [],
        "may_tie": may_tie,
    }
    return render(request, "projects/payments/list.html", context)


@require("tie_payments")
@require_POST
def payment_ties(request: TenantRequest, pk: int, instalment_pk: int) -> HttpResponse:
    """Tie an instalment to a milestone of the project; an empty one unties it."""
    project = visible_project(request, pk)
    instalment = _instalment(project, instalment_pk)
    chosen = request.POST.get("milestone", "")
    if not chosen:
        if untie_payment(instalment=instalment, by=request.user):
            messages.success(request, _("It is owed for no milestone now."))
        return redirect("project_payments", project.pk)
    milestone: Any = None
    if chosen.isascii() and chosen.isdigit() and len(chosen) < 19:
        milestone = Task.objects.filter(project=project, pk=int(chosen)).first()
    if milestone is None:
        raise Http404
    try:
        tie_payment(instalment=instalment, milestone=milestone, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        words = _("It is due once “%(milestone)s” is reached.")
        messages.success(request, words % {"milestone": milestone})
    return redirect("project_payments", project.pk)


def _instalment(project: Project, pk: int) -> Instalment:
    """An instalment of the project's customer, or a 404. What is owed for another project is tied and
    untied there, by who sees that project."""
    found: Instalment | None = Instalment.objects.filter(
        contract__customer=project.customer_id, pk=pk
    ).first()
    ties = MilestonePayment.objects.filter(instalment=pk).exclude(milestone__project=project)
    if found is None or ties.exists():
        raise Http404
    return found
