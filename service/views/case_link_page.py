"""What a customer's person opens by a link about cases: a form, the own cases with what was said, and
at the end how satisfied one is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.contact_links import LinkClosed
from accounts.models import Tenant
from accounts.views.contact_pages import is_member
from projects.actions.customer_pages import note_opened
from projects.views.faults import show_faults
from service.actions.case_links import (
    rate_by_link,
    reopen_by_link,
    report_by_link,
    write_by_link,
)
from service.actions.case_states import may_rate, may_reopen
from service.actions.cases import face_of
from service.forms.case_links import SentCase, SentRating, SentReopening, SentWords, TrapForm
from service.models import CaseEntry, CaseLink, CaseWork
from service.queries.case_rules import promises
from service.queries.cases import cases_of_link

WORDS_FORMS: dict[str, type[TrapForm]] = {
    "words": SentWords,
    "reopening": SentReopening,
    "rating": SentRating,
}
SHOWN_KINDS = (CaseEntry.Kind.ANSWER, CaseEntry.Kind.CUSTOMER)


@dataclass
class SentShown:
    """A case as its contact sees it: never a note, never a clock."""

    work: CaseWork
    said: list[CaseEntry]
    forms: dict[str, BaseForm] = field(default_factory=dict)


def case_link_page(request: HttpRequest, tenant: Tenant, link: CaseLink) -> HttpResponse:
    """What a link shows, and what is sent from it.

    Raises:
        LinkClosed: the link opens nothing any more.
    """
    now = timezone.now()
    if why := link.closed_by(now):
        raise LinkClosed(why)
    if link.case is not None and link.case.contact_id != link.contact_id:
        # Somebody else there brings it now; what is said since is not for who brought it before.
        raise LinkClosed("revoked")
    given: dict[str, BaseForm] = {}
    if request.method == "POST":
        if is_member(request):
            # What the customer says and how satisfied it is, nobody of the vendor says for it.
            raise LinkClosed("member")
        form, done = _sent(request, tenant, link)
        if done:
            return redirect(f"{request.path}?sent={done}")
        given = {request.POST.get("act", ""): form}
    else:
        note_opened(link, now)
    return _page(request, tenant, link, given, now)


def _sent(request: HttpRequest, tenant: Tenant, link: CaseLink) -> tuple[BaseForm, str]:
    """The form that was sent, and what it did; "" where it was refused."""
    act = request.POST.get("act", "")
    if act == "report" and link.case_id is None:
        form: TrapForm = SentCase(request.POST)
        work = None
    elif act in WORDS_FORMS:
        form = WORDS_FORMS[act](request.POST)
        work = _case_of(request, link)
    else:
        raise Http404
    if form.is_trapped:
        # A program sees that it was sent, and learns nothing.
        return form, act
    if not form.is_valid():
        return form, ""
    given: dict[str, Any] = {name: form.cleaned_data[name] for name in form.cleaned_data}
    given.pop("website", None)
    try:
        if isinstance(form, SentCase):
            report_by_link(link=link, tenant=tenant, **form.values())
        elif work is not None:
            verb = {"words": write_by_link, "reopening": reopen_by_link, "rating": rate_by_link}
            verb[act](link=link, case=work.case, tenant=tenant, **given)  # type: ignore[operator]
    except ValidationError as error:
        show_faults(form, error)
        return form, ""
    return form, act


def _case_of(request: HttpRequest, link: CaseLink) -> CaseWork:
    """The case that was answered, if the link shows it."""
    asked = request.POST.get("case", "")
    found = next((one for one in cases_of_link(link) if str(one.case_id) == asked), None)
    if found is None:
        raise Http404
    return found


def _page(
    request: HttpRequest,
    tenant: Tenant,
    link: CaseLink,
    given: dict[str, BaseForm],
    now: datetime,
) -> HttpResponse:
    works = cases_of_link(link)
    days = promises(tenant).promise.reopen_days
    said: dict[int, list[CaseEntry]] = {}
    for entry in CaseEntry.objects.filter(
        case__in=[work.case_id for work in works], kind__in=SHOWN_KINDS
    ).order_by("pk"):
        said.setdefault(entry.case_id, []).append(entry)
    asked = request.POST.get("case", "")
    shown = []
    for work in works:
        one = SentShown(work, said.get(work.case_id, []), _forms(work, days, now))
        if str(work.case_id) == asked:
            one.forms |= {name: form for name, form in given.items() if name in one.forms}
        shown.append(one)
    face = face_of(link.customer)
    report = given.get("report") or SentCase()
    context = {
        "vendor": tenant.name,
        "link": link,
        "face": face.name if face is not None else "",
        "undone": [one for one in shown if one.work.is_undone],
        "done": [one for one in shown if not one.work.is_undone],
        "only_one": link.case_id is not None,
        "report": None if link.case_id is not None else report,
        "sent": request.GET.get("sent", ""),
        "reopen_days": days,
    }
    return render(request, "r/case.html", context, status=400 if given else 200)


def _forms(work: CaseWork, days: int, now: datetime) -> dict[str, BaseForm]:
    """What may still be said of a case."""
    marked: dict[str, Any] = {"auto_id": f"case{work.case_id}_%s"}
    if work.is_undone:
        return {"words": SentWords(**marked)}
    forms: dict[str, BaseForm] = {}
    if may_rate(work, days, now):
        initial = {"score": work.case.satisfaction} if work.case.satisfaction else None
        forms["rating"] = SentRating(initial=initial, auto_id=f"case{work.case_id}_rate_%s")
    if may_reopen(work, days, now):
        forms["reopening"] = SentReopening(auto_id=f"case{work.case_id}_open_%s")
    return forms
