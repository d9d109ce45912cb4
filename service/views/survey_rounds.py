"""Rounds of surveys, and what became of each link."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Customer
from accounts.permissions import may, require
from accounts.requests import TenantRequest
from accounts.views.sent_links import not_stored, taken_once
from service.actions.survey_sending import (
    close_round,
    give_link_again,
    revoke_link,
)
from service.labels.surveys import LEFT_OUT
from service.models import SurveyInvitation, SurveyRound
from service.queries.survey_links import link_state, may_close, seen_rounds, visible_links
from service.views.survey_asking import show_link
from service.views.survey_frame import round_or_404, survey_crumbs, survey_tabs
from ui.confirm import confirm_page
from ui.tables import Column, Table

ROUNDS = (
    Column("round", gettext_lazy("Round")),
    Column("survey", gettext_lazy("Survey")),
    Column("why", gettext_lazy("Why"), wide=True),
    Column("opened", gettext_lazy("Asked on")),
    Column("answered", gettext_lazy("Answered"), align="end"),
    Column("closes", gettext_lazy("Until"), wide=True),
)
LINKS = (
    Column("contact", gettext_lazy("Contact")),
    Column("customer", gettext_lazy("Customer")),
    Column("state", gettext_lazy("State")),
    Column("sent", gettext_lazy("Asked on"), wide=True),
    Column("acts", gettext_lazy("Actions")),
)


@require("view_surveys")
@require_GET
def survey_rounds(request: TenantRequest) -> HttpResponse:
    """Every round of whose customers the member sees one, the latest first."""
    found = seen_rounds(request.membership).select_related("survey").order_by("-opened_at", "-pk")
    table = Table.read(ROUNDS, request.GET.urlencode()).counted(found.count())
    rows = list(found[table.slice])
    context = {
        "tabs": survey_tabs(request, "survey_rounds"),
        "table": table,
        "rows": [(row, *counts) for row, counts in _counted(request, rows)],
        "may_send": may(request.membership, "send_surveys"),
        "now": timezone.now(),
    }
    return render(request, "service/surveys/rounds.html", context)


@require("view_surveys")
@require_GET
def survey_round(request: TenantRequest, pk: int) -> HttpResponse:
    """One round: whom it asked, who was left out, and what became of each link."""
    found = _seen_round(request, pk)
    now = timezone.now()
    links = visible_links(request.membership, found)
    sent = taken_once(request, SurveyInvitation, set(links.values_list("pk", flat=True)))
    table = Table.read(LINKS, request.GET.urlencode()).counted(links.count())
    shown = list(links[table.slice])
    for link in shown:
        link.round = found
    context = {
        "round": found,
        "breadcrumbs": survey_crumbs(request, "survey_rounds"),
        "table": table,
        "rows": [(link, link_state(link, now)) for link in shown],
        "asked": links.exclude(state=SurveyInvitation.State.QUEUED).count(),
        "queued": links.filter(state=SurveyInvitation.State.QUEUED).count(),
        "answered": links.exclude(answered_at=None).count(),
        "left_out": [(LEFT_OUT.get(why, why), n) for why, n in found.left_out.items()],
        "is_open": found.closes_at > now,
        "may_send": may(request.membership, "send_surveys"),
        "may_close": may(request.membership, "send_surveys")
        and may_close(request.membership, found),
        "sent": sent,
    }
    return not_stored(render(request, "service/surveys/round.html", context), sent)


@require("send_surveys")
@require_POST
def survey_link_renewals(request: TenantRequest, pk: int, link_pk: int) -> HttpResponse:
    """A new link for who was asked: the one they had stops working, since no secret is kept."""
    link = _link(request, pk, link_pk)
    try:
        secret = give_link_again(invitation=link, tenant=request.tenant, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        show_link(request, link, secret, is_written=False)
    return redirect("survey_round", pk)


@require("send_surveys")
@require_http_methods(["GET", "POST"])
def survey_link_revocations(request: TenantRequest, pk: int, link_pk: int) -> HttpResponse:
    """Asks, then ends a link."""
    link = _link(request, pk, link_pk)
    url = reverse("survey_round", args=[pk])
    if request.method == "GET":
        return confirm_page(
            request,
            title=_("Revoke the link of %(signatory)s?") % {"signatory": link.name},
            body=_("It stops working at once. An answer that was given by it stays."),
            action=_("Revoke"),
            back_url=url,
        )
    try:
        revoke_link(invitation=link, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect(url)


@require("send_surveys")
@require_http_methods(["GET", "POST"])
def survey_round_closures(request: TenantRequest, pk: int) -> HttpResponse:
    """Asks, then takes no more answers."""
    found = _seen_round(request, pk)
    if not may_close(request.membership, found):
        raise Http404
    url = reverse("survey_round", args=[pk])
    if request.method == "GET":
        return confirm_page(
            request,
            title=_("Close %(round)s?") % {"round": found},
            body=_("Its links take no more answers. What was answered stays."),
            action=_("Close"),
            back_url=url,
        )
    try:
        close_round(survey_round=found, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect(url)


def _seen_round(request: TenantRequest, pk: int) -> SurveyRound:
    if not seen_rounds(request.membership).filter(pk=pk).exists():
        raise Http404
    return round_or_404(pk)


def _counted(request: TenantRequest, rows: list[SurveyRound]) -> list[tuple[SurveyRound, Any]]:
    """Rounds with how many were asked and answered, of customers that the member sees."""
    links = SurveyInvitation.objects.filter(
        round__in=rows,
        state=SurveyInvitation.State.SENT,
        customer__in=Customer.objects.visible_to(request.membership).order_by().values("pk"),
    )
    counts = {
        pk: (asked, answered)
        for pk, asked, answered in links.order_by()
        .values_list("round")
        .annotate(asked=Count("pk"), answered=Count("answered_at"))
    }
    return [(row, counts.get(row.pk, (0, 0))) for row in rows]


def _link(request: TenantRequest, pk: int, link_pk: int) -> SurveyInvitation:
    found: SurveyInvitation | None = (
        visible_links(request.membership, round_or_404(pk))
        .filter(pk=link_pk)
        .select_related("round__survey", "round__version", "round__project", "contact", "customer")
        .first()
    )
    if found is None:
        raise Http404
    return found
