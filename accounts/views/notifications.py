"""What the person was told, and how they want to be told."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actions.notifications import choose_notifications, mark_read
from accounts.models import Notification
from accounts.permissions import require
from accounts.queries.notifications import (
    notifications_of,
    told_lines,
    topic_choices,
)
from accounts.requests import TenantRequest
from ui.tables import Column, Table

COLUMNS = (
    Column("what", pgettext_lazy("notification", "What")),
    Column("when", gettext_lazy("When")),
    Column("actions", gettext_lazy("Actions"), align="end"),
)


@require("view_notifications")
@require_GET
def notifications(request: TenantRequest) -> HttpResponse:
    """Everything the person was told, latest first."""
    found = notifications_of(request.membership)
    if only_new := request.GET.get("view") == "new":
        found = found.filter(read_at=None)
    table = Table.read(COLUMNS, request.GET.urlencode()).counted(found.count())
    url = reverse("notifications")
    context = {
        "table": table,
        "lines": told_lines(list(found[table.slice])),
        "tabs": [
            {"label": _("All"), "url": url, "active": not only_new, "count": None},
            {
                "label": pgettext("notification", "New"),
                "url": f"{url}?view=new",
                "active": only_new,
                "count": None,
            },
        ],
    }
    return render(request, "accounts/notifications/list.html", context)


@require("view_notifications")
@require_POST
def all_readings(request: TenantRequest) -> HttpResponse:
    """Everything was seen."""
    mark_read(member=request.membership)
    return redirect("notifications")


@require("view_notifications")
@require_POST
def readings(request: TenantRequest, pk: int) -> HttpResponse:
    """One was seen; goes on to what it is about."""
    found = Notification.objects.filter(member=request.membership, pk=pk).first()
    if found is None:
        raise Http404
    mark_read(member=request.membership, notification=found)
    if not found.path:
        return redirect("notifications")
    return redirect(reverse("landing").rstrip("/") + found.path)


@require("view_notifications")
@require_http_methods(["GET", "POST"])
def notification_settings(request: TenantRequest) -> HttpResponse:
    """How the person wants to be told, topic by topic."""
    if request.method == "POST":
        choose_notifications(
            member=request.membership,
            in_app=request.POST.getlist("in_app"),
            for_digest=request.POST.getlist("for_digest"),
        )
        messages.success(request, _("Saved."))
        return redirect("notification_settings")
    context = {
        "choices": topic_choices(request.membership),
        "breadcrumbs": [(_("Notifications"), reverse("notifications"))],
    }
    return render(request, "accounts/notifications/settings.html", context)
