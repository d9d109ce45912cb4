"""What every answer about one case shares: its page, and a form that was refused shown on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import may
from accounts.requests import TenantRequest
from projects.views.faults import show_faults
from service.actions.case_rows import CaseConflict
from service.actions.case_words import CrossedWords
from service.forms.cases import (
    AnswerForm,
    AssignForm,
    EscalateForm,
    EscalationAnswerForm,
    HeardForm,
    NoteForm,
    PriorityForm,
    StateForm,
)
from service.models import CaseWork
from service.queries.case_rules import promises
from service.queries.cases import CaseHistory, case_for, history_of, touchpoints_about
from service.queries.request_page import asks_of_case, standing_of
from service.views.case_clocks import ShownOpening, shown_clock
from service.views.case_entries import shown_entries

CONFLICT = 409


def visible_case(request: TenantRequest, pk: int) -> CaseWork:
    """The case's work, or a 404 for who may not see its customer."""
    found = case_for(request.membership, pk)
    if found is None:
        raise Http404
    return found


def changed_meanwhile() -> str:
    return _("Somebody changed this case meanwhile. Look at it as it is now, then send it again.")


def done_or_shown(
    request: TenantRequest, work: CaseWork, name: str, form: BaseForm, do: Callable[[], object]
) -> HttpResponse:
    """Do it and go back to the page; what is refused is shown there with what was typed."""
    status = 200
    if form.is_valid():
        try:
            do()
        except CaseConflict as conflict:
            status, work = CONFLICT, visible_case(request, conflict.work.case_id)
            form.data = _with(form, seen=work.version)
            form.add_error(None, changed_meanwhile())
        except CrossedWords as crossed:
            status = CONFLICT
            form.data = _with(form, after=crossed.latest)
            form.add_error(
                None,
                _(
                    "Something was said meanwhile; you find it above. Nothing of yours was sent: "
                    "read it, then send yours again, or change it."
                ),
            )
        except ValidationError as error:
            show_faults(form, error)
        else:
            return redirect("case", work.case_id)
    return case_page(request, work, status=status, **{name: form})


def _with(form: BaseForm, **values: int) -> QueryDict:
    """What was typed, with hidden fields that are right now."""
    data = cast(QueryDict, form.data).copy()
    for name, value in values.items():
        data[name] = str(value)
    return data


def case_page(
    request: TenantRequest, work: CaseWork, *, status: int = 200, **given: BaseForm
) -> HttpResponse:
    now, history = timezone.now(), history_of(work.case_id)
    found = promises(request.tenant)
    may_work = may(request.membership, "work_cases")
    context = {
        "work": work,
        "case": work.case,
        "title": title_of(work),
        "clock": shown_clock(work, now, found.hours),
        "openings": _openings(work, history),
        "entries": shown_entries(history.said, work.case),
        "escalations": history.escalations,
        "touchpoints": touchpoints_about(work.case_id, request.membership),
        "asks": [(ask, standing_of(ask)) for ask in asks_of_case(work.case_id)],
        "ask_url": _ask_url(work) if may(request.membership, "capture_requests") else "",
        "may_log": may(request.membership, "log_touchpoints"),
        "hours": found.promise.office,
        "may_work": may_work,
        "now": now,
        "breadcrumbs": crumbs(work),
        "forms": _forms(work, history, given) if may_work else {},
    }
    return render(request, "service/cases/case.html", context, status=status)


def _ask_url(work: CaseWork) -> str:
    """Where a request that comes of the case is written down, with what is known of it."""
    case = work.case
    known = {"case": case.pk, "title": case.title, "contact": case.contact_id or ""}
    return f"{reverse('new_ask', args=[case.customer_id])}?{urlencode(known)}"


def _forms(work: CaseWork, history: CaseHistory, given: dict[str, BaseForm]) -> dict[str, Any]:
    forms: dict[str, Any] = {
        "note": NoteForm(auto_id="note_%s"),
        "state": StateForm(work=work, auto_id="state_%s"),
        "assign": AssignForm(named=work.owner, auto_id="assign_%s"),
        "escalation_answer": EscalationAnswerForm(auto_id="escalation_%s"),
    }
    if work.is_undone:
        forms |= {
            "answer": AnswerForm(initial={"after": history.latest_said}, auto_id="answer_%s"),
            "heard": HeardForm(auto_id="heard_%s"),
            "priority": PriorityForm(work=work, auto_id="priority_%s"),
            "escalate": EscalateForm(auto_id="escalate_%s"),
        }
    return forms | given


def _openings(work: CaseWork, history: CaseHistory) -> list[ShownOpening]:
    before = [
        ShownOpening(one.number, one, one.why, one.name, one.satisfaction, one.reopened_at)
        for one in history.openings
    ]
    return [*before, ShownOpening(work.number, work, satisfaction=work.case.satisfaction)]


def crumbs(work: CaseWork) -> list[tuple[Any, str]]:
    customer = work.case.customer
    return [
        (_("Cases"), reverse("cases")),
        (customer.name, reverse("customer", args=[customer.pk])),
    ]


def title_of(work: CaseWork) -> str:
    return work.case.title or work.case.key
