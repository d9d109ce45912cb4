"""Who is trained and what is still asked: a project's page of training, and the customer's panel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET

from accounts.models import Case, Customer
from accounts.permissions import may, require
from accounts.requests import TenantRequest
from accounts.views.panel_tables import panel_table
from projects.models import Project, TrainingSession
from projects.queries.portfolio import visible_projects
from projects.queries.training import (
    WINDOW,
    HowTo,
    how_to_cases,
    how_to_questions,
    sessions_of,
    trained_of,
    users_of,
)
from projects.views.plan_frame import frame, today_of, visible_project
from ui import formats
from ui.tables import Column, Table
from ui.tags.formats import language

SESSIONS = (
    Column("held", _("Held on"), sort="held_on"),
    Column("title", pgettext_lazy("heading", "Title"), sort="title"),
    Column("kind", _("Kind"), sort="kind"),
    Column("trainer", _("Trainer"), sort="trainer__name", wide=True),
    Column("modules", _("Modules"), wide=True),
    Column("present", _("Took part"), sort="present", align="end"),
)
QUESTIONS = (
    Column("opened", _("Opened at"), sort="opened_at"),
    Column("title", pgettext_lazy("heading", "Title"), sort="title"),
    Column("contact", _("Contact"), sort="contact__name"),
    Column("by", _("By"), sort="colleague__name", wide=True),
)
MOST_UNTRAINED = 50


@dataclass(frozen=True)
class ProjectQuestions:
    """A project beside its how-to questions."""

    project: Project
    figures: HowTo

    @property
    def per_trained(self) -> str:
        return per_trained(self.figures)


def per_trained(found: HowTo) -> str:
    """Questions per trained person as it is read; empty without one."""
    value = found.per_trained
    return formats.number(value, language(), 2) if value is not None else ""


@require("view_projects")
@require_GET
def project_training(request: TenantRequest, pk: int) -> HttpResponse:
    """Sessions of the project, who is trained today, and what was asked after the acceptance."""
    project = visible_project(request, pk)
    context = frame(request, project, "project_training")
    today, address = context["today"], request.GET.urlencode()
    found = sessions_of(TrainingSession.objects.filter(project=project))
    table = Table.read(SESSIONS, address, default="-held", tie="pk").counted(found.count())
    asked = how_to_questions([project.pk], today, request.tenant).get(project.pk)
    cases = how_to_cases(project, asked, request.tenant) if asked else Case.objects.none()
    questions = Table.read(
        QUESTIONS, address, default="-opened", tie="pk", prefix="asked_"
    ).counted(cases.count())
    untrained = users_of(project.customer, today).filter(is_trained=False).order_by("name", "pk")
    context |= {
        "table": table,
        "rows": found.order_by(*table.order_by)[table.slice],
        "trained": trained_of(project.customer, today),
        "untrained": untrained[:MOST_UNTRAINED],
        "asked": asked,
        "per_trained": per_trained(asked) if asked else "",
        "window": WINDOW,
        "questions": questions,
        "question_rows": cases.order_by(*questions.order_by)[questions.slice],
        "may_hold": may(request.membership, "hold_training"),
    }
    return render(request, "projects/training/project.html", context)


def training_panel(request: TenantRequest, customer: Customer) -> dict[str, Any] | None:
    """The customer's sessions, how many of its users are trained, and the questions after each
    acceptance; nothing where none was held and nobody may hold one."""
    may_hold = may(request.membership, "hold_training")
    found = sessions_of(TrainingSession.objects.filter(customer=customer))
    table, rows = panel_table(request, SESSIONS, found, default="-held", prefix="training_")
    if not table.total and not may_hold:
        return None
    today = today_of(request)
    projects = {
        project.pk: project
        for project in visible_projects(request.membership)
        .filter(customer=customer, accepted_on__lte=today)
        .order_by("-accepted_on", "key")
    }
    asked = how_to_questions(list(projects), today, request.tenant)
    return {
        "customer": customer,
        "table": table,
        "rows": rows,
        "trained": trained_of(customer, today),
        "asked": [
            ProjectQuestions(project, asked[pk]) for pk, project in projects.items() if pk in asked
        ],
        "window": WINDOW,
        "today": today,
        "may_hold": may_hold,
    }
