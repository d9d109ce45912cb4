"""Risks and issues as screens show them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from django.db.models import F, IntegerField, QuerySet, Value
from django.db.models.functions import Coalesce

from projects.models import Level, Project, Risk

OPEN = Risk.State.OPEN
WEIGHT = Coalesce(F("probability"), Value(int(Level.HIGH))) * F("impact")


def weighed(found: QuerySet) -> QuerySet:
    """With ``weighs``, ``Risk.weight`` to order by, and with their owners."""
    return found.annotate(weighs=WEIGHT + Value(0, output_field=IntegerField())).select_related(
        "person", "contact"
    )


def risks_of(project: Project) -> QuerySet:
    """A project's risks and issues."""
    return weighed(Risk.objects.filter(project=project))


def open_risks(project_ids: Collection[int]) -> dict[int, list[Risk]]:
    """Project id → its open risks and issues with their owners, the weightiest first; in one query
    however many projects there are. A project without one is left out."""
    found: dict[int, list[Risk]] = defaultdict(list)
    rows = weighed(Risk.objects.filter(project__in=list(project_ids), state=OPEN))
    for risk in rows.order_by("project_id", "-weighs", F("due_on").asc(nulls_last=True), "number"):
        found[risk.project_id].append(risk)
    return dict(found)
