"""One webhook and what it was told: its deliveries, their tries, and sending again."""

from __future__ import annotations

import json

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actions import webhook_deliveries as actions
from accounts.actions.webhook_sending import payload_of
from accounts.forms.webhooks import AgainForm, DeliveryFilter
from accounts.models import WebhookDelivery, WebhookEndpoint
from accounts.permissions import require
from accounts.queries.webhooks import counts_of, deliveries_of, state_of
from accounts.requests import TenantRequest
from accounts.throttle import within_rate_of
from accounts.views.webhooks import breadcrumbs, secret_taken_once
from accounts.webhook_kinds import TEST, webhook_kinds
from accounts.webhook_labels import TONES, trouble_words
from ui.tables import Column, Table

TESTS, SECONDS = 10, 60
# Of one delivery; sent again and again by hand it may have more.
MOST_TRIES = 50
State = WebhookDelivery.State

COLUMNS = (
    Column("happened", pgettext_lazy("webhook", "Happened"), sort="pk"),
    Column("kind", pgettext_lazy("webhook", "Event")),
    Column("state", gettext_lazy("State")),
    Column("attempts", gettext_lazy("Tries"), align="end", wide=True),
    Column("next", gettext_lazy("Last or next try"), wide=True),
)


@require("manage_webhooks")
@never_cache
@require_GET
def webhook(request: TenantRequest, pk: int) -> HttpResponse:
    """One webhook: what it is told, how it stands, and every delivery that is kept."""
    endpoint = get_object_or_404(WebhookEndpoint.objects.select_related("made_by"), pk=pk)
    form = DeliveryFilter(request.GET)
    # What was not understood filters nothing, and the form says so.
    form.is_valid()
    asked = form.cleaned_data
    found = deliveries_of(endpoint, state=asked.get("state", ""), kind=asked.get("kind", ""))
    table = Table.read(COLUMNS, request.GET.urlencode(), default="-happened", tie="pk")
    table = table.counted(found.count())
    counts = counts_of(endpoint)
    now = timezone.now()
    context = {
        "endpoint": endpoint,
        "state": state_of(endpoint),
        "kinds": [webhook_kinds[key] for key in endpoint.kinds if key in webhook_kinds],
        "secret": secret_taken_once(request, endpoint),
        "signs_twice": endpoint.signs_twice(now),
        "rests": endpoint.is_active and bool(endpoint.rests_until and endpoint.rests_until > now),
        "counts": [
            {"label": State(state).label, "count": counts[state], "state": state}
            for state in State.values
            if counts.get(state)
        ],
        "failed": counts.get(State.FAILED, 0),
        "again": AgainForm(tenant=request.tenant),
        "form": form,
        "table": table,
        "rows": [_told(row) for row in found.order_by(*table.order_by)[table.slice]],
        "breadcrumbs": breadcrumbs(),
    }
    return render(request, "accounts/webhooks/webhook.html", context)


@require("manage_webhooks")
@require_GET
def delivery(request: TenantRequest, pk: int, delivery_pk: int) -> HttpResponse:
    """One delivery: what is sent, and what was answered each time."""
    found = _delivery(pk, delivery_pk)
    tries = [
        {"try": one, "trouble": trouble_words(one.trouble, one.status)}
        for one in found.tries.all()[:MOST_TRIES]
    ]
    payload = payload_of(found.event, request.tenant)
    context = {
        **_told(found),
        "endpoint": found.endpoint,
        "tries": tries,
        "payload": json.dumps(payload, ensure_ascii=False, indent=2),
        # Only while a first answer is awaited: the next may be hours away.
        "is_awaited": found.state == State.WAITING and not found.attempts,
        "breadcrumbs": breadcrumbs(found.endpoint),
    }
    return render(request, "accounts/webhooks/delivery.html", context)


@require("manage_webhooks")
@require_POST
def tests(request: TenantRequest, pk: int) -> HttpResponse:
    """Tell it of something that did not happen."""
    endpoint = get_object_or_404(WebhookEndpoint, pk=pk)
    if not _within_rate(request):
        return redirect("webhook", pk)
    try:
        sent = actions.send_test(endpoint=endpoint, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("webhook", pk)
    return redirect("webhook_delivery", pk, sent.pk)


@require("manage_webhooks")
@require_POST
def redelivery(request: TenantRequest, pk: int, delivery_pk: int) -> HttpResponse:
    """Send one again."""
    found = _delivery(pk, delivery_pk)
    if _within_rate(request):
        try:
            actions.send_again(delivery=found, by=request.user)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
    return redirect("webhook_delivery", pk, delivery_pk)


@require("manage_webhooks")
@require_http_methods(["POST"])
def redeliveries(request: TenantRequest, pk: int) -> HttpResponse:
    """Send everything again that failed since a day."""
    endpoint = get_object_or_404(WebhookEndpoint, pk=pk)
    form = AgainForm(request.POST, tenant=request.tenant)
    if not form.is_valid():
        messages.error(request, _("Give the day from which on events are sent again."))
        return redirect("webhook", pk)
    try:
        count = actions.send_failed_again(endpoint=endpoint, since=form.moment(), by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        words = ngettext(
            "%(count)s event is sent again.", "%(count)s events are sent again.", count
        )
        messages.success(request, words % {"count": count})
    return redirect("webhook", pk)


def _within_rate(request: TenantRequest) -> bool:
    """Whoever presses a button again and again would have us knock at another's door."""
    if within_rate_of(f"{request.tenant.pk}", "webhook-by-hand", times=TESTS, seconds=SECONDS):
        return True
    messages.error(request, _("Wait a minute, then try again."))
    return False


def _delivery(pk: int, delivery_pk: int) -> WebhookDelivery:
    found: WebhookDelivery = get_object_or_404(
        WebhookDelivery.objects.select_related("event", "endpoint"),
        pk=delivery_pk,
        endpoint=pk,
    )
    return found


def _told(found: WebhookDelivery) -> dict[str, object]:
    """A delivery as rows and its page show it."""
    kind = webhook_kinds.get(found.event.kind)
    label = kind.label if kind else found.event.kind
    return {
        "delivery": found,
        "label": _("Test") if found.event.kind == TEST else label,
        "tone": TONES[State(found.state)],
        "trouble": trouble_words(found.trouble, found.last_status),
    }
