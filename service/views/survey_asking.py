"""Sending a survey: to many, after a look at whom it asks and whom not, or to one contact."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.letter_texts import Letter
from accounts.models import Contact, Customer, Purpose
from accounts.permissions import require
from accounts.requests import TenantRequest
from accounts.views.mail_preview import preview as letter_preview
from accounts.views.mail_preview import send_to_oneself
from accounts.views.sent_links import show_once
from segmentation.queries.customer_groups import group_asked, group_names
from service.actions.survey_letters import survey_letter
from service.actions.survey_sending import ask_contact, ask_contacts
from service.actions.surveys import survey_by
from service.forms.surveys import ContactSurveyForm, RecipientForm
from service.labels.surveys import LEFT_OUT
from service.models import Survey, SurveyInvitation, SurveyRound, SurveyVersion
from service.queries.survey_choices import chosen_contacts, why_not_asked
from service.queries.survey_recipients import Asking, preview
from service.queries.surveys import offered_surveys, survey_settings
from service.views.survey_frame import survey_crumbs, today_of

MOST_LISTED = 100
MOST_CONTACTS = 300


@require("send_surveys")
@require_http_methods(["GET", "POST"])
def new_survey_round(request: TenantRequest) -> HttpResponse:
    """Choose whom to ask; look at who is asked and who is not; then send."""
    form = RecipientForm(
        request.POST or None,
        surveys=offered_surveys(get_language() or "en", active=True),
        groups=group_names(request.membership),
        initial={
            "language": survey_settings().language,
            "roles": survey_settings().quarterly_roles,
        },
    )
    context: dict[str, Any] = {"breadcrumbs": survey_crumbs(request, "survey_rounds"), "form": form}
    if request.method == "POST" and form.is_valid():
        contacts = _chosen_contacts(request, form.cleaned_data)
        if "send" in request.POST:
            try:
                return redirect("survey_round", _sent(request, form.cleaned_data, contacts).pk)
            except ValidationError as error:
                form.add_error(None, error.messages)
        letter = _example(request, form.cleaned_data)
        if "test" in request.POST:
            send_to_oneself(letter, request.membership)
            messages.success(request, _("A test is on its way to you."))
        context |= _preview(request, contacts) | {"preview": letter_preview(letter)}
    return render(request, "service/surveys/new_round.html", context)


@require("send_surveys")
@require_http_methods(["GET", "POST"])
def new_contact_survey(request: TenantRequest, pk: int) -> HttpResponse:
    """Ask one contact of a customer: by e-mail, or by a link that is handed over."""
    customer = Customer.objects.visible_to(request.membership).filter(pk=pk).first()
    if customer is None:
        raise Http404
    contacts = {str(c.pk): c for c in customer.contacts.order_by("name", "pk")[:MOST_CONTACTS]}
    form = ContactSurveyForm(
        request.POST or None,
        surveys=offered_surveys(get_language() or "en", active=True),
        contacts=[
            (key, " · ".join(part for part in (c.name, c.title, c.email) if part))
            for key, c in contacts.items()
        ],
        initial={
            "language": survey_settings().language, "contact": request.GET.get("contact", ""),
        },
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            survey = survey_by(given["survey"], language=get_language() or "en")
            link, secret = ask_contact(
                survey=survey, contact=contacts[given["contact"]], language=given["language"],
                writes=given["writes"], tenant=request.tenant, by=request.user,
            )  # fmt: skip
        except ValidationError as error:
            form.add_error(None, _whom_not(request, contacts[given["contact"]]) or error.messages)
        else:
            show_link(request, link, secret, is_written=given["writes"])
            return redirect("survey_round", link.round_id)
    context = {"customer": customer, "form": form, "has_contacts": bool(contacts)}
    return render(request, "service/surveys/new_contact.html", context)


def show_link(
    request: TenantRequest, link: SurveyInvitation, secret: str, *, is_written: bool
) -> None:
    letter = survey_letter(invitation=link, secret=secret, tenant=request.tenant)
    email = link.email if is_written else ""
    show_once(
        request, link, name=link.name, email=email, letter=letter, is_written=True,
        purpose=Purpose.SURVEY,
    )  # fmt: skip


def _chosen_contacts(request: TenantRequest, given: dict[str, Any]) -> QuerySet:
    """Contacts of customers that the member sees."""
    return chosen_contacts(
        request.membership, group=group_asked(given["group"], group_names(request.membership)),
        tiers=given["tiers"], roles=given["roles"], today=today_of(request),
    )  # fmt: skip


def _asking(request: TenantRequest, *, needs_address: bool = True) -> Asking:
    return Asking(
        now=timezone.now(), today=today_of(request), cap_days=survey_settings().cap_days,
        needs_address=needs_address,
    )  # fmt: skip


def _preview(request: TenantRequest, contacts: QuerySet) -> dict[str, Any]:
    found = preview(contacts, _asking(request), MOST_LISTED)
    return {
        "outlook": found.outlook,
        "reasons": [(LEFT_OUT[why], count) for why, count in found.outlook.left_out.items()],
        "asked": found.asked,
        "left": [(contact, LEFT_OUT[why]) for contact, why in found.left],
        "most": MOST_LISTED,
    }


def _example(request: TenantRequest, given: dict[str, Any]) -> Letter:
    """The letter as a contact gets it, with a link that opens nothing."""
    offered = next(
        one
        for one in offered_surveys(get_language() or "en", active=True)
        if one.reference == given["survey"]
    )
    survey = Survey(kind=offered.kind, name=offered.name)
    version = SurveyVersion(survey=survey, version=1, document=offered.document)
    days = survey_settings().open_days
    example = SurveyInvitation(
        round=SurveyRound(survey=survey, version=version), name=_("Ms Example"),
        language=given["language"], expires_at=timezone.now() + timedelta(days=days),
    )  # fmt: skip
    return survey_letter(invitation=example, secret="example", tenant=request.tenant)  # noqa: S106


def _sent(request: TenantRequest, given: dict[str, Any], contacts: QuerySet) -> SurveyRound:
    return ask_contacts(
        survey=survey_by(given["survey"], language=get_language() or "en"), contacts=contacts,
        language=given["language"], label=given["label"], tenant=request.tenant, by=request.user,
    )  # fmt: skip


def _whom_not(request: TenantRequest, contact: Contact) -> str:
    """Why one contact is not asked."""
    why = why_not_asked(contact, _asking(request, needs_address=False))
    return str(LEFT_OUT[why]) if why else ""
