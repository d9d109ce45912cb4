"""What a contact opens by a link: what they asked for, and product updates."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.contact_links import LinkClosed
from accounts.models import Tenant
from accounts.views.contact_pages import is_member
from projects.actions.customer_pages import note_opened
from projects.views.faults import show_faults
from service.actions.request_links import ask_by_link, vote_by_link
from service.actions.update_answers import answer_update
from service.forms.updates import OwnRequestForm, UpdateAnswerForm
from service.models import Request, RequestPageLink, UpdateLink, UpdateRecipient
from service.queries.request_contacts import own_asks, votable

SENT = "sent"


def requests_of_contact(
    request: HttpRequest, tenant: Tenant, link: RequestPageLink
) -> HttpResponse:
    """What the contact asked for and where it stands; a further wish, or a vote.

    Raises:
        LinkClosed: the link opens nothing any more.
    """
    now = timezone.now()
    if why := link.closed_by(now):
        raise LinkClosed(why)
    _refuse_members(request)
    form = OwnRequestForm()
    if request.method == "POST":
        if "vote" in request.POST:
            return _vote(request, link)
        form = OwnRequestForm(request.POST)
        if form.is_valid():
            try:
                ask_by_link(link=link, tenant=tenant, **form.cleaned_data)
            except ValidationError as error:
                show_faults(form, error)
            else:
                return redirect(f"{request.path}?{SENT}=1#wish")
    else:
        note_opened(link, now)
    assert link.contact is not None
    context = {
        "link": link,
        "vendor": tenant.name,
        "asks": own_asks(link.contact, link.language),
        "shared": votable(link),
        "form": form,
        "was_sent": SENT in request.GET,
    }
    return render(request, "r/request_page.html", context)


def _refuse_members(request: HttpRequest) -> None:
    """What the customer asks, wants and answers, nobody of the vendor says for it."""
    if request.method == "POST" and is_member(request):
        raise LinkClosed("member")


def _vote(request: HttpRequest, link: RequestPageLink) -> HttpResponse:
    """Only for what the vendor shares, while it lets contacts vote."""
    asked = request.POST["vote"]
    offered = {str(one.pk): one for one in votable(link)}
    if asked not in offered:
        raise Http404
    vote_by_link(
        link=link,
        request=Request.objects.get(pk=offered[asked].pk),
        wants=request.POST.get("wants") == "1",
    )
    return redirect(f"{request.path}#shared")


def update_of_contact(request: HttpRequest, tenant: Tenant, link: UpdateLink) -> HttpResponse:
    """A product update; who asked for it says whether it is that.

    Raises:
        LinkClosed: the link opens nothing any more.
    """
    now = timezone.now()
    if why := link.closed_by(now):
        raise LinkClosed(why)
    _refuse_members(request)
    recipient = link.recipient
    asked = recipient.because == UpdateRecipient.Because.ASKED
    form = UpdateAnswerForm(
        request.POST or None,
        initial={"answer": recipient.answer, "comment": recipient.comment},
    )
    if request.method == "POST" and asked and form.is_valid():
        try:
            answer_update(link=link, **form.cleaned_data)
        except ValidationError as error:
            show_faults(form, error)
        else:
            return redirect(f"{request.path}?{SENT}=1#answer")
    if request.method == "GET":
        note_opened(link, now)
    update = recipient.update
    context: dict[str, Any] = {
        "link": link,
        "vendor": tenant.name,
        "update": update,
        "title": update.titles.get(link.language) or str(update),
        "text": update.texts.get(link.language) or next(iter(update.texts.values()), ""),
        "form": form if asked else None,
        "was_sent": SENT in request.GET,
    }
    return render(request, "r/update_page.html", context)
