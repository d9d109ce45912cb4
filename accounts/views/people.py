"""People of the tenant: members, what they do, and letting them go."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actions.members import change_member, deactivate_member, reactivate_member
from accounts.forms.people import MemberFilter, MemberForm
from accounts.models import Membership
from accounts.permissions import require
from accounts.queries.people import customers_named_for, members
from accounts.requests import TenantRequest
from ui.confirm import confirm_page
from ui.tables import Column, Table

COLUMNS = (
    Column("name", gettext_lazy("Name"), sort=("user__name", "user__email")),
    Column("email", gettext_lazy("E-mail"), sort="user__email", wide=True),
    Column("roles", gettext_lazy("Roles")),
    Column("team", gettext_lazy("Team"), sort=("team__name", "user__name")),
    Column("seen", gettext_lazy("Last sign-in"), sort="user__last_login", wide=True),
    Column("state", gettext_lazy("State"), sort=("is_active", "user__name")),
)


def tabs(active: str) -> list[dict[str, Any]]:
    """The four lists of the people page."""
    items = (
        ("people", _("Members")),
        ("invitations", _("Invitations")),
        ("teams", _("Teams")),
        ("visibility", _("What roles see")),
    )
    return [
        {"label": label, "url": reverse(name), "active": name == active, "count": None}
        for name, label in items
    ]


@require("manage_people")
@require_GET
def people(request: TenantRequest) -> HttpResponse:
    form = MemberFilter(request.GET)
    form.is_valid()
    asked = form.cleaned_data
    found = members(
        text=asked.get("q", ""),
        role=asked.get("role", ""),
        team=asked.get("team", ""),
        state=asked.get("state", ""),
    )
    table = Table.read(COLUMNS, request.GET.urlencode(), default="name", tie="pk")
    table = table.counted(found.count())
    context = {
        "tabs": tabs("people"),
        "table": table,
        "rows": found.order_by(*table.order_by)[table.slice],
        "form": form,
    }
    return render(request, "accounts/people/members.html", context)


@require("manage_people")
@require_http_methods(["GET", "POST"])
def member(request: TenantRequest, pk: int) -> HttpResponse:
    """Roles, team and lead of one member."""
    found = _member(pk)
    is_self = found.user_id == request.user.pk
    form = MemberForm(request.POST or None, member=found, is_self=is_self)
    if request.method == "POST" and form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("roles", "team", "leads_team")}
        try:
            change_member(membership=found, by=request.user, **given)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Saved: %(name)s.") % {"name": found})
            return redirect("people")
    context = {
        "member": found,
        "breadcrumbs": [(_("People"), reverse("people"))],
        "form": form,
        "is_self": is_self,
        "faced": customers_named_for(found),
    }
    return render(request, "accounts/people/member.html", context)


@require("manage_people")
@require_http_methods(["GET", "POST"])
def deactivations(request: TenantRequest, pk: int) -> HttpResponse:
    """Asks, then closes the tenant to a member."""
    found = _member(pk)
    if request.method == "GET":
        return confirm_page(
            request,
            title=_("Deactivate %(name)s?") % {"name": found},
            body=_("They can no longer enter. What they did and are named for stays."),
            action=_("Deactivate"),
            back_url=reverse("member", args=[pk]),
        )
    try:
        deactivate_member(membership=found, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("member", pk)
    messages.success(request, _("Deactivated: %(name)s.") % {"name": found})
    return redirect("people")


@require("manage_people")
@require_POST
def reactivations(request: TenantRequest, pk: int) -> HttpResponse:
    found = _member(pk)
    reactivate_member(membership=found, by=request.user)
    messages.success(request, _("Active again: %(name)s.") % {"name": found})
    return redirect("people")


def _member(pk: int) -> Membership:
    found: Membership = get_object_or_404(Membership.objects.select_related("user", "team"), pk=pk)
    return found
