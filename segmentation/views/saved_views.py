"""Keeping a list under a name."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import require
from accounts.requests import TenantRequest
from segmentation.actions.saved_views import remove_view, save_view
from segmentation.forms import SavedViewForm
from segmentation.models import SavedView


@require("view_customers")
@require_POST
def saved_views(request: TenantRequest) -> HttpResponse:
    """Save the list that is shown."""
    form = SavedViewForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("The view needs a name."))
        return redirect("portfolio")
    view = save_view(owner=request.membership, by=request.user, **form.cleaned_data)
    messages.success(request, _("Saved as “%(name)s”.") % {"name": view.name})
    return redirect(f"{reverse(view.screen)}?{view.query}")


@require("view_customers")
@require_POST
def removals(request: TenantRequest, pk: int) -> HttpResponse:
    """Let go of one of one's own views."""
    view = SavedView.objects.filter(pk=pk, owner=request.membership.pk).first()
    if view is None:
        raise Http404
    screen = view.screen
    remove_view(view=view, by=request.user)
    messages.success(request, _("The view “%(name)s” is gone.") % {"name": view.name})
    return redirect(screen)
