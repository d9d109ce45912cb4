"""What a recipient opens by the link of a report: the report, its PDF, and a place to answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import get_language

from accounts.contact_links import LinkClosed
from accounts.models import Tenant
from accounts.views.contact_pages import is_member
from accounts.views.sent_links import address_of
from projects.actions.customer_pages import note_opened
from projects.views.faults import show_faults
from reports.actions.report_answers import question_by_link, score_by_link, wish_by_link
from reports.compute.slots import answers_asked
from reports.files import remembered_pdf
from reports.forms.report_answers import QuestionForm, ScoreForm, WishForm
from reports.models import ReportLink
from reports.queries.report_links import answers_by, link_to_version, newer_than
from reports.rendering.html import STYLE, body_html
from reports.views.report_logos import logo_response
from service.forms.case_links import TrapForm
from service.models import SurveyAnswer
from service.queries.survey_questions import Question, may_be_asked, question_for, question_of

SENT, VERSION = "sent", "version"
FORMS: Mapping[str, type[TrapForm]] = {
    "request": WishForm,
    "question": QuestionForm,
    "survey": ScoreForm,
}


def report_of_contact(request: HttpRequest, tenant: Tenant, link: ReportLink) -> HttpResponse:
    """The report as its audience reads it; its PDF (``?pdf=1``); what is answered. A later version that
    went to the same reader is read by the same address (``?version=2``).

    Raises:
        LinkClosed: the link opens nothing any more.
    """
    now = timezone.now()
    if why := link.closed_by(now):
        raise LinkClosed(why)
    link = _to_version(request, link, now)
    report = link.recipient.report
    asks = answers_asked(report.document)
    given: dict[str, BaseForm] = {}
    if request.method == "POST":
        if is_member(request):
            # What the customer wishes and how satisfied it is, nobody of the vendor says for it.
            raise LinkClosed("member")
        act = request.POST.get("act", "")
        if act not in asks:
            raise Http404
        form = FORMS[act](request.POST, prefix=act)
        if form.is_trapped or (form.is_valid() and _answered(act, form, tenant, link)):
            # A program sees that it was sent, and learns nothing.
            return redirect(f"{request.path}?{SENT}={act}{_version(request)}#answer")
        given = {act: form}
    elif "pdf" in request.GET:
        return _pdf(request, tenant, link)
    elif "logo" in request.GET:
        return logo_response(report.document)
    elif SENT not in request.GET:
        # Where an answer leads back to is no further opening.
        note_opened(link, now)
    return _page(request, tenant, link, asks, given)


def _to_version(request: HttpRequest, link: ReportLink, now: datetime) -> ReportLink:
    """The link of the same reader to the version that is asked for.

    Raises:
        Http404: what is asked for is no version.
        LinkClosed: it did not go to this reader, or no longer opens.
    """
    asked = request.GET.get(VERSION)
    if asked is None:
        return link
    if not (asked.isascii() and asked.isdigit() and len(asked) < 10):
        raise Http404
    found = link_to_version(link, int(asked), now)
    if found is None:
        raise LinkClosed("revoked")
    return found


def _version(request: HttpRequest) -> str:
    """What addresses of the page end with, so that they stay with the version that is read."""
    return f"&{VERSION}={request.GET[VERSION]}" if VERSION in request.GET else ""


def _answered(act: str, form: BaseForm, tenant: Tenant, link: ReportLink) -> bool:
    values = {name: value for name, value in form.cleaned_data.items() if name != "website"}
    try:
        if act == "request":
            wish_by_link(link=link, tenant=tenant, **values)
        elif act == "question":
            question_by_link(link=link, tenant=tenant, **values)
        else:
            score_by_link(link=link, tenant=tenant, **values)
    except ValidationError as error:
        show_faults(form, error)
        return False
    return True


def _pdf(request: HttpRequest, tenant: Tenant, link: ReportLink) -> HttpResponse:
    secret = request.path.rstrip("/").rpartition(".")[2]
    made = remembered_pdf(
        link.recipient.report, link.recipient.audience,
        answer_url=address_of(tenant.pk, secret) + _version(request).replace("&", "?"),
    )  # fmt: skip
    response = HttpResponse(made.content, content_type=made.mime)
    response["Content-Disposition"] = str(content_disposition_header(False, made.name))
    return response


def _page(
    request: HttpRequest,
    tenant: Tenant,
    link: ReportLink,
    asks: tuple[str, ...],
    given: Mapping[str, BaseForm],
) -> HttpResponse:
    report = link.recipient.report
    answers = answers_by(link)
    scored = next((one.score for one in answers if one.score is not None), None)
    forms = {act: given.get(act) or FORMS[act](prefix=act) for act in asks}
    question = None
    if "survey" in forms:
        question = _question(tenant, link, scored, is_given="survey" in given)
        if question is None:
            del forms["survey"]
        elif scored is not None and "survey" not in given:
            forms["survey"] = ScoreForm(prefix="survey", initial={"comment": scored.comment})
    context: dict[str, Any] = {
        "link": link,
        "report": report,
        "vendor": tenant.name,
        "forms": forms,
        "answers": answers,
        "scored": scored,
        "question": question,
        "sent": request.GET[SENT] if request.GET.get(SENT) in FORMS else "",
    }
    answer = render_to_string("r/report_answer.html", context, request)
    context |= {
        "body": body_html(
            report.document,
            report.texts,
            link.recipient.audience,
            link_paths=False,
            answer=answer,
            logo_url=f"?logo=1{_version(request)}" if report.document["vendor"].get("logo") else "",
        ),
        "style": STYLE,
        "title": report.document["title"],
        "newer": newer_than(link, timezone.now()),
        "pdf_url": f"?pdf=1{_version(request)}",
    }
    return render(request, "r/report.html", context)


def _question(
    tenant: Tenant, link: ReportLink, scored: SurveyAnswer | None, *, is_given: bool
) -> Question | None:
    """Which score the page asks for: what was given stays what it is. None: the reader was asked
    lately, by this vendor's surveys or an earlier report."""
    now, language = timezone.now(), get_language() or link.language
    if scored is not None:
        return question_of(scored.kind, language)
    if link.contact is None or not (is_given or may_be_asked(link.contact, tenant=tenant, now=now)):
        return None
    return question_for(link.contact, tenant=tenant, now=now, language=language)
