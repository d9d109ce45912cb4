"""What a customer's person opens by a link: one question, answered with one tap.

Opening it records no answer: mail programs and chats look at links by themselves. Only a form that is
sent does. It works without JavaScript, and inside WeChat.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.contact_links import LinkClosed
from accounts.models import Tenant
from accounts.throttle import within_rate_of
from accounts.views.contact_pages import is_member
from service.actions.survey_answers import answer_by, give_score, give_words, note_opened
from service.actions.survey_sending import ended
from service.forms.survey_answers import WordsForm
from service.models import SurveyAnswer, SurveyInvitation
from service.models.surveys import SCALES
from service.queries.survey_links import face_name
from service.queries.surveys import words_in

# Of one link, wherever it is opened from: what no person does.
TRIES, SECONDS = 30, 60
TOLD = "told"
FORBIDDEN, GONE, OFTEN = 403, 410, 429


def survey_page(request: HttpRequest, tenant: Tenant, link: SurveyInvitation) -> HttpResponse:
    """The question of a link, or what was answered by it.

    Raises:
        LinkClosed: the link was taken back.
    """
    now = timezone.now()
    why = ended(link, now)
    if why == "expired":
        return _ended(request, tenant, link)
    if why:
        raise LinkClosed(why)
    if request.method == "POST":
        return _posted(request, tenant, link)
    note_opened(invitation=link, now=now)
    return _page(request, tenant, link)


def _posted(request: HttpRequest, tenant: Tenant, link: SurveyInvitation) -> HttpResponse:
    if not within_rate_of(str(link.pk), f"survey-{tenant.pk}", times=TRIES, seconds=SECONDS):
        return render(request, "r/closed.html", {"why": "often"}, status=OFTEN)
    if is_member(request):
        # What the customer answers, nobody of the vendor answers for them.
        return render(request, "r/closed.html", {"why": "member"}, status=FORBIDDEN)
    try:
        if "score" in request.POST:
            return _scored(request, tenant, link)
        return _worded(request, tenant, link)
    except LinkClosed as closed:
        if closed.why != "expired":
            raise
        return _ended(request, tenant, link)


def _scored(request: HttpRequest, tenant: Tenant, link: SurveyInvitation) -> HttpResponse:
    score = _score(request.POST["score"])
    try:
        give_score(invitation=link, score=-1 if score is None else score, tenant=tenant)
    except ValidationError as error:
        return _page(request, tenant, link, faults=error.messages)
    return redirect(request.path)


def _worded(request: HttpRequest, tenant: Tenant, link: SurveyInvitation) -> HttpResponse:
    form = _form(link, request.POST)
    if form.is_valid():
        try:
            give_words(invitation=link, comment=form.cleaned_data["comment"], further=form.told())
        except ValidationError as error:
            form.add_error(None, error.messages)  # type: ignore[arg-type]
        else:
            return redirect(f"{request.path}?{TOLD}=1")
    return _page(request, tenant, link, form=form)


def _page(
    request: HttpRequest,
    tenant: Tenant,
    link: SurveyInvitation,
    *,
    form: WordsForm | None = None,
    faults: list[str] | None = None,
) -> HttpResponse:
    answer = answer_by(link)
    low, high = SCALES[link.round.survey.kind]
    chosen = _score(request.GET.get("score", "")) if answer is None else None
    context = _context(tenant, link) | {
        "answer": answer,
        "scores": range(low, high + 1),
        "chosen": chosen if chosen is not None and low <= chosen <= high else None,
        "form": form or _form(link, answer=answer),
        "faults": faults or [],
        "was_told": TOLD in request.GET,
        "face": face_name(link.customer) if answer else "",
    }
    return render(request, "r/survey.html", context)


def _ended(request: HttpRequest, tenant: Tenant, link: SurveyInvitation) -> HttpResponse:
    """It came too late. What was just written is shown, so that it can be sent another way."""
    lines = [
        text.strip() for name, text in request.POST.items()
        if (name == "comment" or name.startswith("further-")) and isinstance(text, str)
    ]  # fmt: skip
    context = _context(tenant, link) | {
        "answer": answer_by(link),
        "unsent": "\n\n".join(line for line in lines if line),
        "face": face_name(link.customer),
    }
    return render(request, "r/survey_ended.html", context, status=GONE)


def _context(tenant: Tenant, link: SurveyInvitation) -> dict[str, Any]:
    words = words_in(link.round.version.document, link.language)
    closes_at = min(link.expires_at, link.round.closes_at)
    return {
        "link": link, "vendor": tenant.name, "words": words, "closes_at": closes_at,
        "project": link.round.project,
    }  # fmt: skip


def _form(
    link: SurveyInvitation, data: Any = None, *, answer: SurveyAnswer | None = None
) -> WordsForm:
    words = words_in(link.round.version.document, link.language)
    initial = {}
    if answer is not None:
        initial = {f"further-{place}": text for place, text in answer.further.items()}
        initial["comment"] = answer.comment
    return WordsForm(data, why=words["why"], further=words.get("further") or [], initial=initial)


def _score(text: str) -> int | None:
    """A number as a link or a form gives it; None: none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else None
