"""Settings → Reports: how they look, tried on a real customer before it is saved; who gets which."""

from __future__ import annotations

import base64
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.permissions import require
from accounts.requests import TenantRequest
from accounts.views.calendar import settings_tabs
from projects.views.faults import show_faults
from reports.actions.report_templates import TemplateConflict, set_report_rule, set_template
from reports.compute.report_rules import read_rule
from reports.compute.report_templates import AUDIENCES, KEY_USER, Look, read_look
from reports.forms.report_templates import ReportRuleForm, TemplateForm
from reports.models import ReportAudience, ReportSettings
from reports.queries.report_previews import preview, previewed
from reports.queries.report_templates import current_look, templates
from reports.rendering.html import STYLE, body_html
from reports.rendering.images import image_type
from reports.views.report_logos import logo_url
from segmentation.charts import tiers_in_force
from segmentation.queries.stored import latest_night
from ui.tags.formats import language as active_language

CONFLICT = 409
CHANGED = gettext_lazy("Somebody changed these settings meanwhile. Load the page again.")
VERSIONS_SHOWN = 20


@require("edit_report_templates")
@require_http_methods(["GET", "POST"])
def report_templates(request: TenantRequest) -> HttpResponse:
    """A form with a preview beside it; ``act=preview`` only tries what was typed."""
    current = current_look()
    if request.method == "GET":
        return _page(request, TemplateForm(current=current), current)
    form = TemplateForm(request.POST, request.FILES, current=current)
    status = 200
    if not form.is_valid():
        return _page(request, form, current)
    tried = read_look(form.look(), current.version)
    if request.POST.get("act") == "save":
        try:
            set_template(
                look=form.look(), logo=form.logo_bytes, seen=form.cleaned_data["seen"],
                by=request.user,
            )  # fmt: skip
        except TemplateConflict:
            form.add_error(None, str(CHANGED))
            status = CONFLICT
        except ValidationError as error:
            show_faults(form, error)
        else:
            messages.success(request, _("Saved. Reports that are made from now on look like this."))
            return redirect("report_templates")
    return _page(request, form, tried, status)


@require("edit_report_templates")
@require_http_methods(["GET", "POST"])
def report_rules(request: TenantRequest) -> HttpResponse:
    """Which tiers' people get which reports, and when they are made."""
    kept: ReportSettings | None = ReportSettings.objects.first()
    night = latest_night()
    form = ReportRuleForm(
        request.POST or None,
        tiers=tiers_in_force(night) if night else (),
        rule=read_rule(kept.rule if kept else {}),
        version=kept.version if kept else 0,
    )
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            set_report_rule(rule=form.rule(), seen=form.cleaned_data["seen"], by=request.user)
        except TemplateConflict:
            form.add_error(None, str(CHANGED))
            status = CONFLICT
        else:
            messages.success(request, _("Saved."))
            return redirect("report_rules")
    context = {
        "form": form, "tabs": settings_tabs("report_templates"),
        "audiences": [ReportAudience(audience).label for audience in AUDIENCES],
    }  # fmt: skip
    return render(request, "reports/templates/rules.html", context, status=status)


def _page(
    request: TenantRequest, form: TemplateForm, look: Look, status: int = 200
) -> HttpResponse:
    versions = list(templates()[:VERSIONS_SHOWN])
    given = request.POST if request.method == "POST" else request.GET
    offered = previewed(request.membership)
    chosen = _chosen(given.get("figures", ""), [pk for pk, _label in offered])
    languages = [code for code, _name in settings.LANGUAGES]
    language = given.get("language", "")
    language = language if language in languages else active_language()
    audience = given.get("audience", "")
    audience = audience if audience in AUDIENCES else KEY_USER
    context: dict[str, Any] = {
        "form": form,
        "tabs": settings_tabs("report_templates"),
        "audiences": [(key, ReportAudience(key).label) for key in AUDIENCES],
        "languages": settings.LANGUAGES,
        "offered": offered,
        "figures": chosen,
        "language": language,
        "audience": audience,
        "style": STYLE,
        "versions": versions,
        "body": _body(request, form, look, chosen, language, audience),
    }
    if request.headers.get("HX-Target") == "report-preview":
        return render(request, "reports/templates/preview.html", context, status=status)
    return render(request, "reports/templates/look.html", context, status=status)


def _body(
    request: TenantRequest,
    form: TemplateForm,
    look: Look,
    figures: int | None,
    language: str,
    audience: str,
) -> SafeString | None:
    if figures is None:
        return None
    document = preview(request.tenant, request.membership, figures, look, language)
    if document is None:
        return None
    logo = form.logo_bytes
    address = (
        f"data:{image_type(logo)};base64,{base64.b64encode(logo).decode()}"
        if logo
        else logo_url(document)
    )
    return body_html(document, {}, audience, link_paths=False, logo_url=address)


def _chosen(asked: str, offered: list[int]) -> int | None:
    if asked.isascii() and asked.isdigit() and len(asked) < 19 and int(asked) in offered:
        return int(asked)
    return offered[0] if offered else None
