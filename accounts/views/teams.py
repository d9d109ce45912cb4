"""Teams, and how far roles see."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.actions.teams import create_team, delete_team, rename_team
from accounts.actions.visibility import set_visibility
from accounts.forms.people import TeamForm, VisibilityForm
from accounts.models import Team
from accounts.permissions import require
from accounts.queries import people as queries
from accounts.requests import TenantRequest
from accounts.views.people import tabs
from ui.confirm import confirm_page


@require("manage_people")
@require_http_methods(["GET", "POST"])
def teams(request: TenantRequest) -> HttpResponse:
    """The list, and a new team."""
    form = TeamForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = create_team(name=form.cleaned_data["name"], by=request.user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Team made: %(name)s.") % {"name": made})
            return redirect("teams")
    leads = queries.leads()
    rows = [(team, leads.get(team.pk)) for team in queries.teams()]
    context = {"tabs": tabs("teams"), "rows": rows, "form": form}
    return render(request, "accounts/people/teams.html", context)


@require("manage_people")
@require_http_methods(["GET", "POST"])
def team(request: TenantRequest, pk: int) -> HttpResponse:
    """One team: its name and its people."""
    found = get_object_or_404(Team, pk=pk)
    form = TeamForm(request.POST or None, initial={"name": found.name})
    if request.method == "POST" and form.is_valid():
        try:
            rename_team(team=found, name=form.cleaned_data["name"], by=request.user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("teams")
    people = queries.members(team=str(pk)).order_by("-leads_team", "user__name")
    context = {
        "team": found,
        "form": form,
        "people": people,
        "breadcrumbs": [(_("People"), reverse("people")), (_("Teams"), reverse("teams"))],
    }
    return render(request, "accounts/people/team.html", context)


@require("manage_people")
@require_http_methods(["GET", "POST"])
def removal(request: TenantRequest, pk: int) -> HttpResponse:
    """Asks, then takes a team away."""
    found = get_object_or_404(Team, pk=pk)
    if request.method == "GET":
        return confirm_page(
            request,
            title=_("Take the team %(name)s away?") % {"name": found},
            body=_("Its members stay members, without a team."),
            action=_("Take away"),
            back_url=reverse("team", args=[pk]),
        )
    delete_team(team=found, by=request.user)
    messages.success(request, _("Taken away: %(name)s.") % {"name": found.name})
    return redirect("teams")


@require("manage_people")
@require_http_methods(["GET", "POST"])
def visibility(request: TenantRequest) -> HttpResponse:
    """Mine, my team's or all, for each role and kind of record."""
    form = VisibilityForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        for kind, reach in form.reach().items():
            set_visibility(reach=reach, by=request.user, record_kind=kind)
        messages.success(request, _("Saved."))
        return redirect("visibility")
    context = {"tabs": tabs("visibility"), "form": form}
    return render(request, "accounts/people/visibility.html", context)
