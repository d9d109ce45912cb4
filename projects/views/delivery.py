"""A customer's projects against their locked baselines."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.models import Customer
from accounts.requests import TenantRequest
from projects.compute.delivery import plain
from projects.models import Project
from projects.queries.delivery import Delivery, deliveries
from projects.queries.portfolio import visible_projects
from ui import formats
from ui.tags.formats import language


@dataclass(frozen=True)
class DeliveryRow:
    """A project beside its figures; efforts are person-days as they are read aloud, empty where
    undefined."""

    project: Project
    figures: Delivery

    @property
    def is_late(self) -> bool:
        return (self.figures.schedule_variance_days or 0) > 0

    @property
    def baseline_effort(self) -> str:
        return _words(self.figures.person_days("baseline_effort"))

    @property
    def actual_effort(self) -> str:
        return _words(self.figures.person_days("actual_effort"))

    @property
    def approved_change_effort(self) -> str:
        return _words(self.figures.person_days("approved_change_effort"))

    @property
    def unapproved_effort(self) -> str:
        return _words(self.figures.person_days("unapproved_effort"))

    @property
    def unclassified_effort(self) -> str:
        return _words(self.figures.person_days("unclassified_effort"))


def _words(days: Decimal | None) -> str:
    if days is None:
        return ""
    places = len(plain(days).partition(".")[2])
    return formats.number(days, language(), places)


def delivery_panel(request: TenantRequest, customer: Customer) -> dict[str, Any] | None:
    """The customer's projects that the person sees and that have a baseline or effort, the latest
    start first; nothing where there is none."""
    found = visible_projects(request.membership).filter(customer=customer)
    projects = {project.pk: project for project in found.order_by("-starts_on", "key")}
    if not projects:
        return None
    today = request.tenant.local_date(timezone.now())
    figures = {one.project_id: one for one in deliveries(today, list(projects))}
    rows = [
        DeliveryRow(project, figures[pk])
        for pk, project in projects.items()
        if figures[pk].baseline_effort is not None or figures[pk].actual_effort
    ]
    return {"rows": rows} if rows else None
