"""Places that are looked at for files by themselves: the list, a new one, its changes."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods

from accounts.actions import load_sources as actions
from accounts.forms.load_sources import LoadSourceForm, RuleFormSet, rule_rows, rules_given
from accounts.models import LoadSource
from accounts.permissions import require
from accounts.queries.load_sources import schedule_words, standings
from accounts.requests import TenantRequest
from accounts.views.calendar import settings_tabs
from ui.confirm import confirm_page

NEW_RULES = 3


@require("manage_loads")
@require_GET
def load_sources(request: TenantRequest) -> HttpResponse:
    """Every load source, and how it stands."""
    rows = [
        {
            "standing": standing,
            "where": actions.told_place(standing.source),
            "when": schedule_words(standing.source),
        }
        for standing in standings()
    ]
    context = {
        "tabs": settings_tabs("load_sources"),
        "rows": rows,
        "is_full": len(rows) >= actions.MOST_SOURCES,
    }
    return render(request, "accounts/load_sources/list.html", context)


@require("manage_loads")
@require_http_methods(["GET", "POST"])
def new_source(request: TenantRequest) -> HttpResponse:
    """It is off at first, so that it can be tried."""
    return _form(request, None)


@require("manage_loads")
@require_http_methods(["GET", "POST"])
def edit_source(request: TenantRequest, pk: int) -> HttpResponse:
    return _form(request, get_object_or_404(LoadSource, pk=pk))


def _form(request: TenantRequest, source: LoadSource | None) -> HttpResponse:
    form = LoadSourceForm(request.POST or None, source=source)
    initial = rule_rows(source) if source else []
    rules = RuleFormSet(request.POST or None, initial=initial, prefix="rules")
    if source is None:
        # A CRM exports three files.
        rules.extra = NEW_RULES
    if request.method == "POST" and form.is_valid() and rules.is_valid():
        values = form.values(rules_given(rules))
        try:
            if source is None:
                source = actions.make_source(values=values, by=request.user)
            else:
                actions.change_source(source=source, values=values, by=request.user)
                messages.success(request, _("Saved."))
        except ValidationError as error:
            form.take_errors(error)
        else:
            return redirect("load_source", source.pk)
    context = {
        "form": form,
        "rules": rules,
        "source": source,
        "breadcrumbs": breadcrumbs(source),
    }
    return render(request, "accounts/load_sources/form.html", context)


@require("manage_loads")
@require_http_methods(["GET", "POST"])
def activations(request: TenantRequest, pk: int) -> HttpResponse:
    """Asks, then looks at it from now on."""
    source = get_object_or_404(LoadSource, pk=pk)
    if request.method == "GET":
        return confirm_page(
            request,
            title=_("Switch %(name)s on?") % {"name": source},
            body=_("What lies there and fits a rule is loaded, from now on by itself."),
            action=pgettext("load source", "Switch on"),
            back_url=reverse("load_source", args=[pk]),
            kind="primary",
        )
    try:
        actions.switch_source_on(source=source, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("It is switched on, and looked at right now."))
    return redirect("load_source", pk)


@require("manage_loads")
@require_http_methods(["GET", "POST"])
def deactivations(request: TenantRequest, pk: int) -> HttpResponse:
    """Asks, then looks at it no more."""
    source = get_object_or_404(LoadSource, pk=pk)
    if request.method == "GET":
        return confirm_page(
            request,
            title=_("Switch %(name)s off?") % {"name": source},
            body=_("It is not looked at any more. A load that runs goes on."),
            action=pgettext("load source", "Switch off"),
            back_url=reverse("load_source", args=[pk]),
        )
    actions.switch_source_off(source=source, by=request.user)
    messages.success(request, _("It is switched off."))
    return redirect("load_source", pk)


@require("manage_loads")
@require_http_methods(["GET", "POST"])
def removal(request: TenantRequest, pk: int) -> HttpResponse:
    """Asks, then takes a source away."""
    source = get_object_or_404(LoadSource, pk=pk)
    if request.method == "GET":
        return confirm_page(
            request,
            title=_("Take the load source %(name)s away?") % {"name": source},
            body=_("What was loaded stays, and so do the files. What is known of them goes."),
            action=_("Take away"),
            back_url=reverse("load_source", args=[pk]),
        )
    actions.remove_source(source=source, by=request.user)
    messages.success(request, _("Taken away: %(name)s.") % {"name": source.name})
    return redirect("load_sources")


def breadcrumbs(source: LoadSource | None = None) -> list[tuple[str, str]]:
    """Of a page below the list, or below one source."""
    trail = [
        (_("Settings"), reverse("tenant_settings")),
        (_("Load sources"), reverse("load_sources")),
    ]
    if source is not None:
        trail.append((source.name, reverse("load_source", args=[source.pk])))
    return trail
