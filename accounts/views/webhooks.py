"""Addresses of other programs that are told what happens: the list, a new one, its changes."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.actions import webhook_endpoints as actions
from accounts.forms.webhooks import SecretForm, WebhookForm
from accounts.models import WebhookEndpoint
from accounts.permissions import require
from accounts.queries.webhooks import standings
from accounts.requests import TenantRequest
from accounts.views.calendar import settings_tabs
from accounts.webhook_kinds import kinds_in_order, links_of, webhook_kinds
from ui.confirm import confirm_page

# In the session, until the page that shows it.
KEPT = "webhook_secret"


@require("manage_webhooks")
@require_GET
def webhooks(request: TenantRequest) -> HttpResponse:
    """Every webhook, and how it stands."""
    rows = [
        {
            "standing": standing,
            "kinds": [webhook_kinds[key].label for key in standing.endpoint.kinds
                      if key in webhook_kinds],
        }
        for standing in standings()
    ]  # fmt: skip
    context = {
        "tabs": settings_tabs("webhooks"),
        "rows": rows,
        "is_full": len(rows) >= actions.MOST_ENDPOINTS,
    }
    return render(request, "accounts/webhooks/list.html", context)


@require("manage_webhooks")
@require_GET
def events(request: TenantRequest) -> HttpResponse:
    """Every kind of event, with what is sent of it."""
    rows = [
        {
            "kind": kind,
            "example": json.dumps(
                {
                    "type": kind.key,
                    "timestamp": "2026-11-23T01:04:00.000Z",
                    "tenant": request.tenant.slug,
                    "data": dict(kind.example),
                    "links": links_of(kind.key, kind.example),
                },
                ensure_ascii=False,
                indent=2,
            ),
        }
        for kind in kinds_in_order()
    ]
    context = {"rows": rows, "breadcrumbs": breadcrumbs()}
    return render(request, "accounts/webhooks/events.html", context)


@require("manage_webhooks")
@never_cache
@require_http_methods(["GET", "POST"])
def new_webhook(request: TenantRequest) -> HttpResponse:
    """Its secret is shown on the page that follows, and never again."""
    form = WebhookForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made, secret = actions.make_webhook(by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            _keep(request, made, secret)
            return redirect("webhook", made.pk)
    context = {"form": form, "breadcrumbs": breadcrumbs()}
    return render(request, "accounts/webhooks/form.html", context)


@require("manage_webhooks")
@require_http_methods(["GET", "POST"])
def edit_webhook(request: TenantRequest, pk: int) -> HttpResponse:
    endpoint = get_object_or_404(WebhookEndpoint, pk=pk)
    form = WebhookForm(request.POST or None, endpoint=endpoint)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_webhook(endpoint=endpoint, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("webhook", pk)
    context = {"form": form, "endpoint": endpoint, "breadcrumbs": breadcrumbs(endpoint)}
    return render(request, "accounts/webhooks/form.html", context)


@require("manage_webhooks")
@never_cache
@require_http_methods(["GET", "POST"])
def secrets(request: TenantRequest, pk: int) -> HttpResponse:
    """Another secret, shown once; the former one holds on as long as is said."""
    endpoint = get_object_or_404(WebhookEndpoint, pk=pk)
    form = SecretForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        secret = actions.replace_secret(
            endpoint=endpoint, hours=form.cleaned_data["hours"], by=request.user
        )
        _keep(request, endpoint, secret)
        return redirect("webhook", pk)
    context = {"form": form, "endpoint": endpoint, "breadcrumbs": breadcrumbs(endpoint)}
    return render(request, "accounts/webhooks/secret.html", context)


@require("manage_webhooks")
@require_http_methods(["GET", "POST"])
def deactivations(request: TenantRequest, pk: int) -> HttpResponse:
    """Asks, then switches it off."""
    endpoint = get_object_or_404(WebhookEndpoint, pk=pk)
    if request.method == "GET":
        return confirm_page(
            request,
            title=_("Switch %(name)s off?") % {"name": endpoint},
            body=_("What happens meanwhile is not kept for it."),
            action=pgettext("webhook", "Switch off"),
            back_url=reverse("webhook", args=[pk]),
        )
    actions.switch_off(endpoint=endpoint, by=request.user)
    messages.success(request, _("It is switched off."))
    return redirect("webhook", pk)


@require("manage_webhooks")
@require_http_methods(["GET", "POST"])
def activations(request: TenantRequest, pk: int) -> HttpResponse:
    """Asks, then switches it on again."""
    endpoint = get_object_or_404(WebhookEndpoint, pk=pk)
    if request.method == "GET":
        return confirm_page(
            request,
            title=_("Switch %(name)s on again?") % {"name": endpoint},
            body=_("It is told what happens from now on."),
            action=pgettext("webhook", "Switch on"),
            back_url=reverse("webhook", args=[pk]),
            kind="primary",
        )
    actions.switch_on(endpoint=endpoint, by=request.user)
    messages.success(request, _("It is switched on."))
    return redirect("webhook", pk)


@require("manage_webhooks")
@require_http_methods(["GET", "POST"])
def removal(request: TenantRequest, pk: int) -> HttpResponse:
    """Asks, then takes a webhook away."""
    endpoint = get_object_or_404(WebhookEndpoint, pk=pk)
    if request.method == "GET":
        return confirm_page(
            request,
            title=_("Take the webhook %(name)s away?") % {"name": endpoint},
            body=_("It is told nothing any more, and what is known of its deliveries goes."),
            action=_("Take away"),
            back_url=reverse("webhook", args=[pk]),
        )
    actions.remove_webhook(endpoint=endpoint, by=request.user)
    messages.success(request, _("Taken away: %(name)s.") % {"name": endpoint.name})
    return redirect("webhooks")


def breadcrumbs(endpoint: WebhookEndpoint | None = None) -> list[tuple[str, str]]:
    """Of a page below the list, or below one webhook."""
    trail = [
        (_("Settings"), reverse("tenant_settings")),
        (_("Webhooks"), reverse("webhooks")),
    ]
    if endpoint is not None:
        trail.append((endpoint.name, reverse("webhook", args=[endpoint.pk])))
    return trail


def secret_taken_once(request: TenantRequest, endpoint: WebhookEndpoint) -> str:
    """The secret just made of it, which this call forgets; "": none."""
    kept: dict[str, Any] | None = request.session.get(KEPT)
    if not kept or kept["webhook"] != endpoint.pk or kept["tenant"] != request.tenant.pk:
        return ""
    del request.session[KEPT]
    return str(kept["secret"])


def _keep(request: TenantRequest, endpoint: WebhookEndpoint, secret: str) -> None:
    # Loading the next page again shows nothing.
    request.session[KEPT] = {
        "tenant": request.tenant.pk,
        "webhook": endpoint.pk,
        "secret": secret,
    }
