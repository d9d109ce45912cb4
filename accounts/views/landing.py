"""Where a person lands in a tenant, and the administrator's first screen."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from accounts import first_steps
from accounts.permissions import may, require
from accounts.queries import overview as queries
from accounts.requests import TenantRequest
from ui.registry import first_screens, navigation, overview_blocks


@require_GET
def landing(request: TenantRequest) -> HttpResponse:
    """To the first screen of the member's role; administrators of an empty tenant to its steps."""
    membership = request.membership
    if may(membership, "manage_loads") and not queries.has_customers():
        return redirect("overview")
    screen = first_screens.for_roles(membership.roles)
    if screen is not None:
        return redirect(screen.url_name)
    allowed = navigation.for_request(request, lambda ability: may(membership, ability))
    if allowed:
        return redirect(allowed[0].url)
    return render(request, "accounts/no_role.html")


@require("manage_loads")
@require_GET
def overview(request: TenantRequest) -> HttpResponse:
    """The steps to the first night until they are done; then what happened lately."""
    context = {
        "steps": first_steps.steps_for(request.membership),
        "overview": queries.overview(),
        "blocks": overview_blocks.for_request(
            request,
            None,
            request.membership.roles,
        ),
    }
    return render(request, "accounts/overview.html", context)
