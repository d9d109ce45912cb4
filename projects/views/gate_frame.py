"""What the pages of gates share: finding one, its document as it is read, and the way back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.requests import TenantRequest
from projects.models import Gate, Project, SignOff
from projects.queries import gates as queries
from projects.views.plan_frame import visible_project


@dataclass(frozen=True)
class ShownSignOff:
    """The parts of a sign-off's document, as ``r/sign_off_document.html`` shows them."""

    parties: dict[str, str]
    terms: dict[str, Any]
    asked_on: date
    deadline_on: date
    silence: dict[str, Any] | None


def shown_sign_off(text: str) -> ShownSignOff:
    """What a canonical text says."""
    kept: dict[str, Any] = json.loads(text)
    asking = kept["asking"]
    return ShownSignOff(
        parties=kept["parties"],
        terms=kept["terms"],
        asked_on=date.fromisoformat(asking["asked_on"]),
        deadline_on=date.fromisoformat(asking["deadline_on"]),
        silence=asking["silence"],
    )


def visible_gate(request: TenantRequest, pk: int, gate_pk: int) -> Gate:
    """A gate of a project that the member sees, or a 404."""
    found = queries.gate_of(visible_project(request, pk), gate_pk)
    if found is None:
        raise Http404
    return found


def sign_off_of(gate: Gate, pk: int) -> SignOff:
    found: SignOff | None = (
        SignOff.objects.filter(gate=gate, pk=pk)
        .select_related("colleague__membership", "contact", "clause")
        .first()
    )
    if found is None:
        raise Http404
    found.gate = gate
    return found


def gates_crumbs(project: Project) -> list[tuple[str, str]]:
    return [
        (_("Projects"), reverse("projects")),
        (project.name, reverse("project", args=[project.pk])),
        (_("Gates"), reverse("project_gates", args=[project.pk])),
    ]


def gate_crumbs(gate: Gate) -> list[tuple[str, str]]:
    url = reverse("gate", args=[gate.project_id, gate.pk])
    return [*gates_crumbs(gate.project), (gate.title, url)]
