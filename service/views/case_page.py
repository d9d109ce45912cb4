"""The page of one case: what was said, where it stands, and every verb on it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import require
from accounts.requests import TenantRequest
from projects.views.faults import show_faults
from service.actions.case_escalations import answer_escalation, escalate_case
from service.actions.case_rows import CaseConflict
from service.actions.case_states import (
    close_case,
    go_on,
    reopen_case,
    solve_case,
    wait_for_customer,
)
from service.actions.case_words import (
    answer_customer,
    hear_customer,
    note_internally,
)
from service.actions.cases import assign_cases, change_priority, tie_case
from service.forms.cases import (
    AnswerForm,
    AssignForm,
    EditForm,
    EscalateForm,
    EscalationAnswerForm,
    HeardForm,
    NoteForm,
    PriorityForm,
    StateForm,
)
from service.models import CaseEscalation, CaseWork
from service.views.case_frame import (
    CONFLICT,
    case_page,
    changed_meanwhile,
    crumbs,
    done_or_shown,
    title_of,
    visible_case,
)


@require("view_cases")
@require_GET
def case(request: TenantRequest, pk: int) -> HttpResponse:
    """A case with everything that was said and done."""
    return case_page(request, visible_case(request, pk))


@require("work_cases")
@require_POST
def case_notes(request: TenantRequest, pk: int) -> HttpResponse:
    """An internal note."""
    work, form = visible_case(request, pk), NoteForm(request.POST)

    def do() -> None:
        note_internally(case=work.case, text=form.cleaned_data["text"], by=request.user)

    return done_or_shown(request, work, "note", form, do)


@require("work_cases")
@require_POST
def case_answers(request: TenantRequest, pk: int) -> HttpResponse:
    """Words to the customer, and whether it then waits or is solved."""
    work, form = visible_case(request, pk), AnswerForm(request.POST)

    def do() -> None:
        given: dict[str, Any] = {
            "case": work.case, "text": form.cleaned_data["text"], "tenant": request.tenant,
            "after": form.cleaned_data["after"], "by": request.user,
        }  # fmt: skip
        if form.cleaned_data["then"] == AnswerForm.SOLVED:
            is_written = solve_case(**given)
        else:
            waits = form.cleaned_data["then"] == AnswerForm.WAITS
            is_written = answer_customer(**given, waits=waits).is_written
        if is_written:
            messages.success(request, _("Kept. A letter is on its way to the contact."))
        else:
            messages.warning(
                request,
                _("Kept, but nobody is written: the case has no contact with an e-mail address."),
            )

    return done_or_shown(request, work, "answer", form, do)


@require("work_cases")
@require_POST
def case_customer_words(request: TenantRequest, pk: int) -> HttpResponse:
    """What the customer said otherwise than by a link."""
    work, form = visible_case(request, pk), HeardForm(request.POST)

    def do() -> None:
        contact = work.case.contact
        name = form.cleaned_data["who"] or (contact.name if contact else _("The customer"))
        hear_customer(
            case=work.case, text=form.cleaned_data["text"], tenant=request.tenant, name=name,
            by=request.user,
        )  # fmt: skip

    return done_or_shown(request, work, "heard", form, do)


@require("work_cases")
@require_POST
def case_states(request: TenantRequest, pk: int) -> HttpResponse:
    """Let it wait, go on, be closed or be opened again, and why."""
    work = visible_case(request, pk)
    form = StateForm(request.POST, work=work)

    def do() -> None:
        given = form.cleaned_data
        case, why, by = work.case, given["why"], request.user
        state = given["state"]
        if state == CaseWork.State.REOPENED:
            reopen_case(case=case, why=why, tenant=request.tenant, by=by)
        elif state == CaseWork.State.WAITING:
            wait_for_customer(case=case, seen=given["seen"], why=why, by=by)
        elif state == CaseWork.State.OPEN:
            go_on(case=case, seen=given["seen"], why=why, tenant=request.tenant, by=by)
        else:
            close_case(case=case, seen=given["seen"], why=why, tenant=request.tenant, by=by)

    return done_or_shown(request, work, "state", form, do)


@require("work_cases")
@require_POST
def case_priorities(request: TenantRequest, pk: int) -> HttpResponse:
    """How urgent it is, and why."""
    work = visible_case(request, pk)
    form = PriorityForm(request.POST, work=work)

    def do() -> None:
        change_priority(case=work.case, tenant=request.tenant, by=request.user, **form.cleaned_data)

    return done_or_shown(request, work, "priority", form, do)


@require("work_cases")
@require_POST
def case_owner(request: TenantRequest, pk: int) -> HttpResponse:
    """Who looks after it."""
    work = visible_case(request, pk)
    form = AssignForm(request.POST, named=work.owner)

    def do() -> None:
        assign_cases(
            case_ids=[work.case_id], owner=form.person(), why=form.cleaned_data["why"],
            tenant=request.tenant, by=request.user,
        )  # fmt: skip

    return done_or_shown(request, work, "assign", form, do)


@require("work_cases")
@require_POST
def case_escalations(request: TenantRequest, pk: int) -> HttpResponse:
    """Pass it on to a department."""
    work, form = visible_case(request, pk), EscalateForm(request.POST)

    def do() -> None:
        escalate_case(
            case=work.case, department=form.chosen(), why=form.cleaned_data["why"],
            tenant=request.tenant, by=request.user,
        )  # fmt: skip

    return done_or_shown(request, work, "escalate", form, do)


@require("work_cases")
@require_POST
def case_escalation_answers(request: TenantRequest, pk: int, escalation_pk: int) -> HttpResponse:
    """What the department does about it."""
    work = visible_case(request, pk)
    escalation = CaseEscalation.objects.filter(case=work.case, pk=escalation_pk).first()
    if escalation is None:
        raise Http404
    form = EscalationAnswerForm(request.POST)

    def do() -> None:
        answer_escalation(
            escalation=escalation, answer=form.cleaned_data["answer"], tenant=request.tenant,
            by=request.user,
        )  # fmt: skip

    return done_or_shown(request, work, "escalation_answer", form, do)


@require("work_cases")
@require_http_methods(["GET", "POST"])
def edit_case(request: TenantRequest, pk: int) -> HttpResponse:
    """What it is about and what it concerns."""
    work = visible_case(request, pk)
    form = EditForm(
        request.POST or None, customer=work.case.customer, membership=request.membership, work=work
    )
    status = 200
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            tie_case(
                case=work.case, seen=given["seen"], title=given["title"],
                values={"kind": given["kind"], **form.chosen()}, by=request.user,
            )  # fmt: skip
        except CaseConflict as conflict:
            status, data = CONFLICT, request.POST.copy()
            data["seen"] = str(conflict.work.version)
            form = EditForm(
                data, customer=work.case.customer, membership=request.membership,
                work=conflict.work,
            )  # fmt: skip
            form.add_error(None, changed_meanwhile())
        except ValidationError as error:
            show_faults(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("case", pk)
    breadcrumbs = [*crumbs(work), (title_of(work), reverse("case", args=[pk]))]
    context = {"work": work, "form": form, "breadcrumbs": breadcrumbs}
    return render(request, "service/cases/edit.html", context, status=status)
