"""Tokens of programs: the list, a new one, and the end of one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.actions.tokens import make_token, revoke_token
from accounts.forms.tokens import TokenForm
from accounts.models import ApiToken
from accounts.permissions import require
from accounts.requests import TenantRequest
from accounts.rest.scopes import scopes
from accounts.rest.tokens import written
from accounts.views.calendar import settings_tabs
from ui.confirm import confirm_page

# In the session, until the page that shows it.
KEPT = "made_token"


@require("manage_tenant")
@never_cache
@require_http_methods(["GET", "POST"])
def tokens(request: TenantRequest) -> HttpResponse:
    """Who is let in; a new token is shown on the page that follows, and never again."""
    form = TokenForm(request.POST or None, tenant=request.tenant)
    if request.method == "POST" and form.is_valid():
        try:
            made, secret = make_token(
                name=form.cleaned_data["name"],
                scopes=form.cleaned_data["scopes"],
                member=form.cleaned_data["member"],
                expires_at=form.expires_at(),
                by=request.user,
            )
        except ValidationError as error:
            form.add_error(
                "ends_on" if "expires_at" in error.message_dict else None, error.messages
            )
        else:
            # Loading the next page again shows nothing, and makes no second one.
            shown = written(request.tenant.pk, secret)
            request.session[KEPT] = {"token": made.pk, "name": made.name, "shown": shown}
            return redirect("api_tokens")
    now = timezone.now()
    rows = [
        {
            "token": token,
            "is_open": token.is_open(now),
            "scopes": [scopes[key].label for key in token.scopes if key in scopes],
        }
        for token in ApiToken.objects.select_related("member__user", "made_by")
    ]
    context = {
        "form": form,
        "rows": rows,
        "made": _taken_once(request),
        "tabs": settings_tabs("api_tokens"),
    }
    return render(request, "accounts/tokens.html", context)


def _taken_once(request: TenantRequest) -> dict[str, Any] | None:
    """The token just made in this tenant; it is forgotten with this call."""
    kept: dict[str, Any] | None = request.session.get(KEPT)
    if request.method != "GET" or not kept:
        return None
    if not ApiToken.objects.filter(pk=kept["token"]).exists():
        return None
    del request.session[KEPT]
    return kept


@require("manage_tenant")
@require_http_methods(["GET", "POST"])
def revocations(request: TenantRequest, pk: int) -> HttpResponse:
    """Asks, then ends a token."""
    token = get_object_or_404(ApiToken, pk=pk)
    if request.method == "GET":
        return confirm_page(
            request,
            title=_("Revoke the token %(name)s?") % {"name": token.name},
            body=_("The program that uses it is no longer let in."),
            action=_("Revoke"),
            back_url=reverse("api_tokens"),
        )
    revoke_token(token=token, by=request.user)
    messages.success(request, _("Revoked: %(name)s.") % {"name": token.name})
    return redirect("api_tokens")
