"""Putting customer groups away, and taking them out again."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import require
from accounts.requests import TenantRequest
from segmentation.actions.customer_groups import archive_group, restore_group
from segmentation.queries.customer_groups import may_change
from segmentation.views.customer_group import not_yours, visible_group
from ui.confirm import confirm_page


@require("edit_groups")
@require_http_methods(["GET", "POST"])
def archivals(request: TenantRequest, pk: int) -> HttpResponse:
    """Asks, then puts a group away."""
    group = visible_group(request, pk)
    if not may_change(request.membership, group):
        return not_yours(request, group)
    if request.method == "GET":
        return confirm_page(
            request,
            title=_("Archive the group %(name)s?") % {"name": group.name},
            body=_("No night evaluates it any more. Its history stays, and it can be restored."),
            action=_("Archive"),
            back_url=reverse("customer_group", args=[pk]),
        )
    archive_group(group=group, by=request.user)
    messages.success(request, _("Archived: %(name)s.") % {"name": group.name})
    return redirect("customer_groups")


@require("edit_groups")
@require_POST
def restorals(request: TenantRequest, pk: int) -> HttpResponse:
    """Takes a group out of the archive."""
    group = visible_group(request, pk)
    if not may_change(request.membership, group):
        return not_yours(request, group)
    restore_group(group=group, by=request.user)
    messages.success(request, _("Restored: %(name)s.") % {"name": group.name})
    return redirect("customer_group", pk)
