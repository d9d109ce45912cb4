"""The chat services that are told what happens."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actions import channels as actions
from accounts.forms.channels import ChannelForm
from accounts.models import Channel
from accounts.notification_kinds import topics
from accounts.permissions import require
from accounts.requests import TenantRequest
from accounts.throttle import within_rate
from accounts.views.calendar import settings_tabs
from ui.confirm import confirm_page

TESTS, SECONDS = 10, 60


@require("manage_channels")
@require_GET
def channels(request: TenantRequest) -> HttpResponse:
    """Every channel, and how it stands."""
    rows = [
        {
            "channel": channel,
            "kinds": [topics[key].label for key in channel.kinds if key in topics],
        }
        for channel in Channel.objects.all()
    ]
    context = {"tabs": settings_tabs("channels"), "rows": rows}
    return render(request, "accounts/channels/list.html", context)


@require("manage_channels")
@require_http_methods(["GET", "POST"])
def new_channel(request: TenantRequest) -> HttpResponse:
    form = ChannelForm(request.POST or None, initial={"language": get_language()})
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.add_channel(by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Added: %(name)s.") % {"name": made})
            return redirect("channels")
    return _form_page(request, form, None)


@require("manage_channels")
@require_http_methods(["GET", "POST"])
def channel(request: TenantRequest, pk: int) -> HttpResponse:
    found = _channel(pk)
    form = ChannelForm(request.POST or None, channel=found)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_channel(channel=found, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("channels")
    return _form_page(request, form, found)


@require("manage_channels")
@require_POST
def tests(request: TenantRequest, pk: int) -> HttpResponse:
    """Tell it that it works."""
    found = _channel(pk)
    if not within_rate(request, "channel-test", times=TESTS, seconds=SECONDS):
        messages.error(request, _("Wait a minute, then try again."))
        return redirect("channels")
    try:
        actions.try_channel(channel=found, tenant=request.tenant)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("%(name)s took it.") % {"name": found})
    return redirect("channels")


@require("manage_channels")
@require_http_methods(["GET", "POST"])
def removal(request: TenantRequest, pk: int) -> HttpResponse:
    """Asks, then takes a channel away."""
    found = _channel(pk)
    if request.method == "GET":
        return confirm_page(
            request,
            title=_("Take the channel %(name)s away?") % {"name": found},
            body=_("It is told nothing any more. Its webhook is forgotten."),
            action=_("Take away"),
            back_url=reverse("channel", args=[pk]),
        )
    actions.remove_channel(channel=found, by=request.user)
    messages.success(request, _("Taken away: %(name)s.") % {"name": found.name})
    return redirect("channels")


def _channel(pk: int) -> Channel:
    found: Channel | None = Channel.objects.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _form_page(request: TenantRequest, form: ChannelForm, found: Channel | None) -> HttpResponse:
    context = {
        "form": form,
        "channel": found,
        "breadcrumbs": [(_("Settings"), reverse("tenant_settings")),
                        (_("Channels"), reverse("channels"))],
    }  # fmt: skip
    return render(request, "accounts/channels/form.html", context)
