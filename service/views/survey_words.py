"""The questions of surveys, and the rules by which they are asked."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.permissions import may, require
from accounts.queries.calendars import working_calendar
from accounts.requests import TenantRequest
from service.actions.survey_sweep import next_quarterly
from service.actions.surveys import (
    SurveyChanged,
    change_survey,
    change_survey_settings,
    make_survey,
    survey_by,
)
from service.forms.surveys import SurveyForm, SurveySettingsForm
from service.models.surveys import SCALES, SurveyKind
from service.queries.surveys import (
    OfferedSurvey,
    offered_surveys,
    survey_settings,
)
from service.views.survey_frame import survey_crumbs, survey_tabs, today_of

CONFLICT = 409


@require("view_surveys")
@require_GET
def survey_words(request: TenantRequest) -> HttpResponse:
    """Every survey with its words."""
    language = get_language() or "en"
    context = {
        "tabs": survey_tabs(request, "survey_words"),
        "rows": [
            (one, SurveyKind(one.kind).label, one.words(language), SCALES[one.kind])
            for one in offered_surveys(language)
        ],
        "may_edit": may(request.membership, "edit_surveys"),
    }
    return render(request, "service/surveys/words.html", context)


@require("edit_surveys")
@require_http_methods(["GET", "POST"])
def new_survey(request: TenantRequest) -> HttpResponse:
    form = SurveyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            make_survey(
                name=form.cleaned_data["name"], kind=form.cleaned_data["kind"],
                document=form.document(), by=request.user,
            )  # fmt: skip
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("survey_words")
    return render(request, "service/surveys/edit.html", _editing(request, form, _("New survey")))


@require("edit_surveys")
@require_http_methods(["GET", "POST"])
def edit_survey(request: TenantRequest, reference: str) -> HttpResponse:
    """Change the words of a survey; a shipped one becomes the tenant's own by that."""
    language = get_language() or "en"
    offered = _offered(reference, language)
    form = SurveyForm(
        request.POST or None, document=offered.document, kind=offered.kind,
        initial={"name": offered.name, "is_active": offered.is_active},
    )  # fmt: skip
    status = 200
    if request.method == "POST" and form.is_valid():
        seen = request.POST.get("seen", "")
        survey = survey_by(reference, language=language)
        try:
            change_survey(
                survey=survey, seen=int(seen) if seen.isdecimal() and len(seen) < 9 else -1,
                name=form.cleaned_data["name"], is_active=form.cleaned_data["is_active"],
                document=form.document(), by=request.user,
            )  # fmt: skip
        except ValidationError as error:
            form.add_error(None, error)
        except SurveyChanged:
            form.add_error(None, _("Somebody else changed this survey meanwhile; look again."))
            status = CONFLICT
        else:
            return redirect("survey_words")
    context = _editing(request, form, offered.name) | {"seen": max(1, offered.version)}
    return render(request, "service/surveys/edit.html", context, status=status)


@require("edit_surveys")
@require_http_methods(["GET", "POST"])
def survey_rules(request: TenantRequest) -> HttpResponse:
    """How often a contact is asked, and what is asked by itself."""
    language = get_language() or "en"
    rules = survey_settings()
    surveys = offered_surveys(language, active=True)
    form = SurveySettingsForm(request.POST or None, rules=rules, surveys=surveys)
    status = 200
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        seen = given.pop("seen")
        try:
            for name in ("quarterly", "acceptance"):
                given[name] = survey_by(given[name], language=language) if given[name] else None
            change_survey_settings(
                seen=seen, values=given, today=today_of(request), by=request.user
            )
        except ValidationError as error:
            form.add_error(None, error.messages)
        except SurveyChanged:
            form.add_error(None, _("Somebody else changed these rules meanwhile; look again."))
            status = CONFLICT
        else:
            messages.success(request, _("The rules are kept."))
            return redirect("survey_rules")
    context = {
        "tabs": survey_tabs(request, "survey_rules"),
        "form": form,
        "rules": rules,
        "next_on": next_quarterly(timezone.now(), request.tenant, working_calendar()),
    }
    return render(request, "service/surveys/rules.html", context, status=status)


def _offered(reference: str, language: str) -> OfferedSurvey:
    for one in offered_surveys(language):
        if one.reference == reference:
            return one
    raise Http404


def _editing(request: TenantRequest, form: SurveyForm, title: str) -> dict[str, Any]:
    return {
        "form": form,
        "title": title,
        "breadcrumbs": survey_crumbs(request, "survey_words"),
    }
