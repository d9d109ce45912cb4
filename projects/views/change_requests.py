"""Change requests: drafting, editing, approving and withdrawing them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import may, require
from accounts.requests import TenantRequest
from accounts.views.sent_links import not_stored, taken_once
from projects.actions.change_requests import (
    OPEN,
    ChangeConflict,
    approve_change,
    draft_change,
    edit_change,
    withdraw_change,
)
from projects.forms.change_requests import AnswerForm, ChangeForm
from projects.models import (
    Baseline,
    ChangeRequest,
    CustomerAnswer,
    Project,
    SigningLink,
    SigningQuestion,
)
from projects.queries import change_requests as queries
from projects.views.plan_frame import today_of, visible_project
from projects.views.requirements import change_row, scope_crumbs, visible_requirement
from projects.views.signing_documents import exact_money, person_days
from ui.confirm import confirm_page

CONFLICT = 409
# A link waits in the session for the one page that shows it.


@require("edit_changes")
@require_http_methods(["GET", "POST"])
def new_change_request(request: TenantRequest, pk: int, requirement_pk: int) -> HttpResponse:
    """A draft from a requirement that is out of scope."""
    project = visible_project(request, pk)
    found = visible_requirement(project, requirement_pk)
    form = ChangeForm(
        request.POST or None,
        currency=request.tenant.currency,
        initial={"title": str(found)[:300], "text": found.text, "days_later": 0},
    )
    if request.method == "POST" and form.is_valid():
        try:
            change = draft_change(
                requirement=found, values=form.values(), raised_on=today_of(request),
                by=request.user,
            )  # fmt: skip
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("change_request", project.pk, change.pk)
    return _form_page(request, project, form, title=_("New change request"), requirement=found)


@require("view_projects")
@require_GET
def change_request(request: TenantRequest, pk: int, change_pk: int) -> HttpResponse:
    """A change request: its terms, where it stands, and all that was sent and answered."""
    project = visible_project(request, pk)
    change = visible_change(project, change_pk)
    now = timezone.now()
    currency = request.tenant.currency
    links = list(SigningLink.objects.filter(change_request=change).select_related("sent_by"))
    sent = taken_once(request, SigningLink, {link.pk for link in links})
    answer = (
        CustomerAnswer.objects.filter(change_request=change)
        .select_related("link", "uploaded_by", "scan")
        .defer("scan__data")
        .first()
    )
    may_edit = may(request.membership, "edit_changes")
    context: dict[str, Any] = change_row(change) | {
        "project": project,
        "price": exact_money(change.price, currency),
        "items": [(item.title, person_days(item.effort_days)) for item in change.items.all()],
        "requirements": change.requirements.all(),
        "links": [(link, queries.standing_of_link(link, change, now)) for link in links],
        "questions": SigningQuestion.objects.filter(link__change_request=change).select_related(
            "link", "answered_by"
        ),
        "answer": answer,
        "baseline": Baseline.objects.filter(change_request=change).first(),
        "is_open": change.state in OPEN,
        "may_edit": may_edit,
        "may_approve": may(request.membership, "approve_changes")
        and change.state == ChangeRequest.State.DRAFT,
        "is_own": change.drafted_by_id == request.user.pk and queries.others_may_approve(change),
        "may_send": may_edit and change.state == ChangeRequest.State.APPROVED_INTERNALLY,
        "answer_form": AnswerForm() if may_edit else None,
        "sent": sent,
        "breadcrumbs": scope_crumbs(project),
    }
    response = render(request, "projects/change_requests/change_request.html", context)
    return not_stored(response, sent)


@require("edit_changes")
@require_http_methods(["GET", "POST"])
def edit_change_request(request: TenantRequest, pk: int, change_pk: int) -> HttpResponse:
    project = visible_project(request, pk)
    change = visible_change(project, change_pk)
    if change.state not in OPEN:
        return redirect("change_request", project.pk, change.pk)
    form = ChangeForm(request.POST or None, currency=request.tenant.currency, change=change)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            edit_change(
                change=change, seen=form.cleaned_data["seen"] or 0, values=form.values(),
                by=request.user,
            )  # fmt: skip
        except ChangeConflict:
            form.add_error(None, _conflict())
            status = CONFLICT
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("change_request", project.pk, change.pk)
    return _form_page(
        request, project, form, title=_("Edit change request"), change=change, status=status
    )


@require("approve_changes")
@require_POST
def change_request_approvals(request: TenantRequest, pk: int, change_pk: int) -> HttpResponse:
    project = visible_project(request, pk)
    change = visible_change(project, change_pk)
    text = request.POST.get("seen", "")
    seen = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    try:
        approve_change(change=change, seen=seen, by=request.user)
    except ChangeConflict:
        messages.error(request, _conflict())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("Approved. It can go to the customer now."))
    return redirect("change_request", project.pk, change.pk)


@require("edit_changes")
@require_http_methods(["GET", "POST"])
def change_request_withdrawals(request: TenantRequest, pk: int, change_pk: int) -> HttpResponse:
    """Asks, then takes a change request back."""
    project = visible_project(request, pk)
    change = visible_change(project, change_pk)
    url = reverse("change_request", args=[project.pk, change.pk])
    if request.method == "GET":
        return confirm_page(
            request,
            title=_("Withdraw “%(change)s”?") % {"change": change},
            body=_("Links that were sent stop working at once. It cannot be signed any more."),
            action=_("Withdraw"),
            back_url=url,
        )
    try:
        withdraw_change(change=change, on=today_of(request), by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect(url)


def visible_change(project: Project, pk: int) -> ChangeRequest:
    """A change request of the project, or a 404."""
    found: ChangeRequest | None = (
        queries.changes_of(project, timezone.now())
        .filter(pk=pk)
        .select_related("drafted_by", "approved_by")
        .first()
    )
    if found is None:
        raise Http404
    return found


def _conflict() -> str:
    return _(
        "Somebody altered this change request meanwhile. Load the page again; nothing was saved."
    )


def _form_page(
    request: TenantRequest,
    project: Project,
    form: ChangeForm,
    *,
    title: str,
    status: int = 200,
    **further: Any,
) -> HttpResponse:
    context = {"project": project, "form": form, "title": title,
               "breadcrumbs": scope_crumbs(project), **further}  # fmt: skip
    return render(request, "projects/change_requests/form.html", context, status=status)
