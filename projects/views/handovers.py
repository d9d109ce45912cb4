"""The handover of a project: its page, and putting it together. Proposing and answering it are in
``handover_answers``."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Customer
from accounts.permissions import may, require
from accounts.requests import TenantRequest
from projects.actions.handovers import say_empty, start_handover, update_from_records
from projects.forms.handovers import AcceptForm, ItemForm, ProposeForm, ReturnForm
from projects.models import Handover, HandoverItem, Project
from projects.models.handovers import REQUIRED
from projects.queries import handovers as queries
from projects.queries import plans
from projects.views.handover_links import with_origins
from projects.views.plan_frame import crumbs, frame, today_of, visible_project
from ui.tables import Column, Table

ROWS = 25
TO_DO_COLUMNS = (
    Column("what", gettext_lazy("Point")),
    Column("who", gettext_lazy("Who sees to it")),
    Column("due", gettext_lazy("Due on")),
    Column("origin", gettext_lazy("Comes from"), wide=True),
    Column("state", gettext_lazy("State")),
)
KNOWN_COLUMNS = (
    Column("what", gettext_lazy("Point")),
    Column("text", gettext_lazy("Details")),
)


@require("view_projects")
@require_GET
def project_handover(request: TenantRequest, pk: int) -> HttpResponse:
    """Where the handover stands, what it lists, and what can be done with it now."""
    return handover_page(request, handover_project(request, pk))


@require("propose_handover")
@require_POST
def handover_starts(request: TenantRequest, pk: int) -> HttpResponse:
    """Begin the list."""
    project = visible_project(request, pk)
    try:
        start_handover(project=project, today=today_of(request), by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("project_handover", project.pk)


@require("propose_handover")
@require_POST
def handover_updates(request: TenantRequest, pk: int) -> HttpResponse:
    """Bring the list in step with the project's records."""
    project, handover = handover_in(request, visible_project(request, pk))
    try:
        done = update_from_records(handover=handover, today=today_of(request), by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(
            request,
            _("%(added)s added, %(changed)s put right, %(removed)s settled and taken off.")
            % {"added": done.added, "changed": done.changed, "removed": done.removed},
        )
    return redirect("project_handover", project.pk)


@require("propose_handover")
@require_POST
def handover_sections(request: TenantRequest, pk: int) -> HttpResponse:
    """Say that there is nothing in a section, or no longer say so."""
    project, handover = handover_in(request, visible_project(request, pk))
    section = request.POST.get("section", "")
    if section not in {one.value for one in REQUIRED}:
        raise Http404
    try:
        say_empty(
            handover=handover,
            section=section,
            is_empty=request.POST.get("is_empty") == "1",
            by=request.user,
        )
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect(f"{reverse('project_handover', args=[project.pk])}#{section}")


@require("view_projects")
@require_GET
def handover_round(request: TenantRequest, pk: int, number: int) -> HttpResponse:
    """The list as it was proposed, never altered since."""
    project, handover = handover_in(request, handover_project(request, pk))
    found = handover.rounds.select_related("by").filter(number=number).first()
    if found is None:
        raise Http404
    context = {
        "project": project,
        "round": found,
        "sections": [_as_proposed(part) for part in found.document["sections"]],
        "breadcrumbs": [
            *crumbs(project),
            (_("Handover"), reverse("project_handover", args=[project.pk])),
        ],
    }
    return render(request, "projects/handovers/round.html", context)


def _as_proposed(part: dict[str, Any]) -> dict[str, Any]:
    """A section of a kept list, in words and days."""
    return {
        "label": Handover.Section(part["section"]).label,
        "items": [
            item
            | {
                "due_on": date.fromisoformat(item["due_on"]) if item["due_on"] else None,
                "state": HandoverItem.State(item["state"]).label,
            }
            for item in part["items"]
        ],
    }


def handover_project(request: TenantRequest, pk: int) -> Project:
    """A project that the member sees, or one that is or was handed over for a customer that they see
    and could take over; else a 404."""
    found = plans.project_for(request.membership, pk)
    if found is not None:
        return found
    if may(request.membership, "accept_handover"):
        passed = (Handover.State.PROPOSED, Handover.State.ACCEPTED)
        visible = Customer.objects.visible_to(request.membership).order_by().values("pk")
        proposed: Project | None = (
            Project.objects.filter(pk=pk, handovers__state__in=passed, customer__in=visible)
            .select_related("customer", "manager")
            .first()
        )
        if proposed is not None:
            return proposed
    raise Http404


def handover_page(
    request: TenantRequest,
    project: Project,
    *,
    propose: BaseForm | None = None,
    accept: BaseForm | None = None,
    give_back: BaseForm | None = None,
    added: tuple[str, BaseForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page, with the forms that were filled in wrongly; ``added``: a section and its form."""
    context = frame(request, project, "project_handover")
    if plans.project_for(request.membership, project.pk) is None:
        context |= {"tabs": [], "may_edit": False}
    handover = queries.handover_of(project)
    context["handover"] = handover
    context["may_propose"] = may_propose = may(request.membership, "propose_handover")
    if handover is not None:
        handover.project = project
        rows = queries.section_rows(handover)
        may_change = may_propose and handover.state in queries.OPEN_TO_CHANGE
        context |= {
            "rounds": queries.rounds_of(handover),
            "sections": _sections(request, handover, rows, may_change=may_change, added=added),
            "may_change": may_change,
        }
        if handover.state in queries.OPEN_TO_CHANGE:
            unlisted = queries.not_listed(handover, project, context["today"])
            context |= {
                "unlisted": len(unlisted),
                "missing": queries.missing(project, rows, unlisted, context["today"]),
                "propose": propose or ProposeForm(initial={"seen": handover.version}),
            }
        elif handover.state == Handover.State.PROPOSED and queries.may_answer(
            handover, request.membership
        ):
            context |= {
                "accept": accept or AcceptForm(handover=handover),
                "give_back": give_back or ReturnForm(initial={"seen": handover.version}),
            }
    return render(request, "projects/handovers/handover.html", context, status=status)


def _sections(
    request: TenantRequest,
    handover: Handover,
    rows: list[queries.SectionRow],
    *,
    may_change: bool,
    added: tuple[str, BaseForm] | None,
) -> list[dict[str, Any]]:
    """Each section with the part of its items that is shown, and a form to add to it."""
    shown: list[dict[str, Any]] = []
    for row in rows:
        columns = TO_DO_COLUMNS if row.is_to_do else KNOWN_COLUMNS
        table = Table.read(
            columns, request.GET.urlencode(), rows=ROWS, prefix=f"{row.section}-"
        ).counted(row.items)
        items = list(queries.items_of(handover, row.section)[table.slice]) if row.items else []
        form: BaseForm | None = None
        if may_change:
            form = ItemForm(project=handover.project, section=row.section, prefix=row.section)
            if added is not None and added[0] == row.section:
                form = added[1]
        shown.append({"row": row, "table": table, "items": items, "form": form,
                      "is_filled_in": bool(form and form.is_bound)})  # fmt: skip
    with_origins(item for part in shown for item in part["items"])
    return shown


def handover_in(request: TenantRequest, project: Project) -> tuple[Project, Handover]:
    handover = queries.handover_of(project)
    if handover is None:
        raise Http404
    handover.project = project
    return project, handover
