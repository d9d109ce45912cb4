"""The gates of a project: their list, one of them, adding, editing and removing them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.permissions import may, require
from accounts.requests import TenantRequest
from accounts.views.sent_links import not_stored, taken_once
from projects.actions.gates import GateConflict, add_gate, edit_gate, remove_gate
from projects.forms.gates import GateForm
from projects.models import Acceptance, Gate, Project, SignOff, SignOffLink
from projects.queries import gates as queries
from projects.views.gate_frame import gate_crumbs, gates_crumbs, visible_gate
from projects.views.plan_frame import frame, today_of, visible_project
from ui.confirm import confirm_page

CONFLICT = 409


@require("view_projects")
@require_GET
def project_gates(request: TenantRequest, pk: int) -> HttpResponse:
    """Every gate with its state and who is waited for, the clause of silence, and the acceptance."""
    project = visible_project(request, pk)
    context = frame(request, project, "project_gates")
    rows = queries.gate_rows(project, context["today"])
    context |= {
        "rows": rows,
        "clause": queries.clause_of(project),
        "acceptance": Acceptance.objects.filter(project=project)
        .select_related("scan", "recorded_by", "gate")
        .defer("scan__data")
        .first(),
        "satisfaction": queries.satisfaction_at_acceptance([project.pk]).get(project.pk, []),
        "may_ask": may(request.membership, "ask_sign_offs"),
        "may_accept": may(request.membership, "record_acceptance") and project.accepted_on is None,
    }
    return render(request, "projects/gates/list.html", context)


@require("view_projects")
@require_GET
def gate(request: TenantRequest, pk: int, gate_pk: int) -> HttpResponse:
    """A gate: what is confirmed, who is waited for, and every round with its answers."""
    found = visible_gate(request, pk, gate_pk)
    rounds = queries.rounds_of(found)
    links = {link.pk for _number, asked in rounds for one in asked for link in one.links.all()}
    sent = taken_once(request, SignOffLink, links)
    row = queries.row_of_gate(found, today_of(request))
    now = timezone.now()
    may_ask = may(request.membership, "ask_sign_offs")
    context: dict[str, Any] = {
        "project": found.project,
        "gate": found,
        "row": row,
        "rounds": [
            (number, [_shown(one, found, now) for one in asked]) for number, asked in rounds
        ],
        "sent": sent,
        "clause": queries.clause_of(found.project),
        "may_edit": may(request.membership, "edit_plans")
        and found.state in (Gate.State.OPEN, Gate.State.RETURNED),
        "may_ask": may_ask and found.state in (Gate.State.OPEN, Gate.State.RETURNED),
        "may_steer": may_ask and found.state == Gate.State.ASKED,
        "own": next((one.sign_off for one in row.waiting if _is_own(request, one.sign_off)), None),
        "breadcrumbs": gates_crumbs(found.project),
    }
    return not_stored(render(request, "projects/gates/gate.html", context), sent)


@require("edit_plans")
@require_http_methods(["GET", "POST"])
def new_gate(request: TenantRequest, pk: int) -> HttpResponse:
    project = visible_project(request, pk)
    form = GateForm(
        request.POST or None,
        project=project,
        clause=queries.clause_of(project),
        initial={"due_on": project.due_on, "answer_days": 5},
    )
    if not queries.phases_to_gate(project).exists():
        messages.error(request, _("A gate ends a phase, so the project needs a plan first."))
        return redirect("project_gates", project.pk)
    if request.method == "POST" and form.is_valid():
        try:
            made = add_gate(project=project, values=form.values(), by=request.user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("gate", project.pk, made.pk)
    return _form_page(
        request, project, form, _("New gate"), reverse("project_gates", args=[project.pk]),
        gates_crumbs(project),
    )  # fmt: skip


@require("edit_plans")
@require_http_methods(["GET", "POST"])
def edit_gate_page(request: TenantRequest, pk: int, gate_pk: int) -> HttpResponse:
    found = visible_gate(request, pk, gate_pk)
    clause = queries.clause_of(found.project)
    form = GateForm(request.POST or None, project=found.project, gate=found, clause=clause)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            edit_gate(
                gate=found, seen=form.cleaned_data["seen"] or 0, values=form.values(),
                by=request.user,
            )  # fmt: skip
        except GateConflict:
            form.add_error(None, _("Somebody changed this gate meanwhile. Look at it again."))
            status = CONFLICT
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("gate", found.project_id, found.pk)
    back = reverse("gate", args=[found.project_id, found.pk])
    return _form_page(
        request, found.project, form, _("Edit the gate"), back, gate_crumbs(found), status
    )


@require("edit_plans")
@require_http_methods(["GET", "POST"])
def gate_removal(request: TenantRequest, pk: int, gate_pk: int) -> HttpResponse:
    """Asks, then takes a gate away that nobody was asked about."""
    found = visible_gate(request, pk, gate_pk)
    if request.method == "GET":
        return confirm_page(
            request,
            title=_("Take “%(gate)s” away?") % {"gate": found.title},
            body=_("The phase then ends without a signature."),
            action=_("Take away"),
            back_url=reverse("gate", args=[found.project_id, found.pk]),
        )
    try:
        remove_gate(gate=found, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("gate", found.project_id, found.pk)
    return redirect("project_gates", found.project_id)


def _form_page(
    request: TenantRequest,
    project: Project,
    form: Any,
    title: str,
    back: str,
    crumbs: list[tuple[str, str]],
    status: int = 200,
) -> HttpResponse:
    context = {
        "project": project, "form": form, "title": title, "back": back, "breadcrumbs": crumbs,
    }  # fmt: skip
    return render(request, "projects/gates/form.html", context, status=status)


def _shown(sign_off: SignOff, gate: Gate, now: Any) -> dict[str, Any]:
    """A sign-off of a round with its answer and its links."""
    answers = list(sign_off.answers.all())
    is_asked = queries.is_asked(sign_off, gate)
    return {
        "sign_off": sign_off,
        "answer": answers[0] if answers else None,
        "is_asked": is_asked,
        "reminders": list(sign_off.reminders.all()),
        "links": [
            (link, queries.standing_of_link(link, now, is_asked=is_asked))
            for link in sign_off.links.all()
        ],
    }


def _is_own(request: TenantRequest, sign_off: SignOff) -> bool:
    colleague = sign_off.colleague
    return colleague is not None and colleague.membership_id == request.membership.pk
