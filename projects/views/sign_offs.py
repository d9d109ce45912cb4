"""What our approvers sign: their own list, and one sign-off exactly as it was put before them."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.contact_links import LinkClosed
from accounts.permissions import may, require
from accounts.requests import TenantRequest
from projects.actions.sign_off_answers import answer_on_screen
from projects.forms.gates import OwnConfirmForm, OwnReturnForm
from projects.models import Gate, Project, SignOff
from projects.queries import gates as queries
from projects.queries.kept_documents import how_kept
from projects.views.gate_frame import gate_crumbs, shown_sign_off, sign_off_of
from projects.views.plan_frame import today_of, visible_project

FORMS: dict[str, type[Form]] = {"approved": OwnConfirmForm, "returned": OwnReturnForm}
CONFLICT = 409


@require("sign_off")
@require_GET
def sign_offs(request: TenantRequest) -> HttpResponse:
    """What this member has to confirm, the earliest deadline first."""
    today = today_of(request)
    context = {
        "waiting": [
            (one, one.deadline_on < today) for one in queries.sign_offs_waiting(request.membership)
        ],
        "breadcrumbs": [(_("Projects"), reverse("projects"))],
    }
    return render(request, "projects/gates/to_sign.html", context)


@require("view_projects")
@require_http_methods(["GET", "POST"])
def sign_off(request: TenantRequest, pk: int, gate_pk: int, sign_off_pk: int) -> HttpResponse:
    """The exact text; who was asked on our side confirms or returns it here."""
    found, is_own = _visible(request, pk, gate_pk, sign_off_pk)
    is_open = (
        is_own
        and may(request.membership, "sign_off")
        and queries.unanswered().filter(pk=found.pk).exists()
    )
    if request.method == "GET" or not is_open:
        return _page(request, found, is_open)
    outcome = request.POST.get("act", "")
    if outcome not in FORMS:
        return _page(request, found, is_open)
    form = FORMS[outcome](request.POST, prefix=outcome)
    if not form.is_valid():
        return _page(request, found, is_open, bound={outcome: form})
    try:
        answer_on_screen(
            sign_off=found, seen_hash=request.POST.get("document", ""), outcome=outcome,
            reason=form.cleaned_data.get("reason", ""), tenant=request.tenant, by=request.user,
        )  # fmt: skip
    except LinkClosed:
        form.add_error(None, _("Somebody changed this gate meanwhile. Look at it again."))
        return _page(request, found, is_open, bound={outcome: form}, status=CONFLICT)
    except ValidationError as error:
        form.add_error(None, error)
        return _page(request, found, is_open, bound={outcome: form})
    return redirect("sign_off", pk, gate_pk, sign_off_pk)


@require("view_projects")
@require_GET
def sign_off_text(request: TenantRequest, pk: int, gate_pk: int, sign_off_pk: int) -> HttpResponse:
    """The canonical text, whose SHA-256 anybody can compute again."""
    found, _is_own = _visible(request, pk, gate_pk, sign_off_pk)
    response = HttpResponse(found.document.encode(), content_type="application/json")
    name = f"sign-off-{found.document_hash[:12]}.json"
    response["Content-Disposition"] = str(content_disposition_header(True, name))
    return response


def _visible(
    request: TenantRequest, pk: int, gate_pk: int, sign_off_pk: int
) -> tuple[SignOff, bool]:
    """The sign-off and whether it is the member's own to give; who was asked sees it even where they
    do not see the project."""
    gate = Gate.objects.filter(pk=gate_pk, project=pk).select_related("project", "phase").first()
    if gate is None:
        raise Http404
    found = sign_off_of(gate, sign_off_pk)
    colleague = found.colleague
    is_own = colleague is not None and colleague.membership_id == request.membership.pk
    if not is_own:
        _checked: Project = visible_project(request, pk)
    return found, is_own


def _page(
    request: TenantRequest,
    found: SignOff,
    is_open: bool,
    *,
    bound: dict[str, Form] | None = None,
    status: int = 200,
) -> HttpResponse:
    bound = bound or {}
    answers = list(found.answers.select_related("answered_by", "clause"))
    context: dict[str, Any] = {
        "project": found.gate.project,
        "gate": found.gate,
        "sign_off": found,
        "document": shown_sign_off(found.document),
        "kept": how_kept(found),
        "answer": answers[0] if answers else None,
        "is_open": is_open,
        "forms": {act: bound.get(act) or form(prefix=act) for act, form in FORMS.items()},
        "faulty": next(iter(bound), ""),
        "breadcrumbs": gate_crumbs(found.gate),
    }
    return render(request, "projects/gates/sign_off.html", context, status=status)
