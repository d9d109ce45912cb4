"""Inviting people, and what became of it."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actions.invitations import invite, renew_invitation, revoke_invitation
from accounts.forms.people import InviteForm
from accounts.letters import invitation_path, send_invitation
from accounts.models import Invitation
from accounts.permissions import require
from accounts.queries import people as queries
from accounts.requests import TenantRequest
from accounts.views.people import tabs
from ui.confirm import confirm_page
from ui.tables import Column, Table

COLUMNS = (
    Column("email", gettext_lazy("E-mail"), sort="email"),
    Column("roles", gettext_lazy("Roles")),
    Column("team", gettext_lazy("Team"), wide=True),
    Column("by", gettext_lazy("Invited by"), wide=True),
    Column("sent", gettext_lazy("Sent"), sort="created_at", wide=True),
    Column("state", gettext_lazy("State"), sort=("accepted_at", "revoked_at", "expires_at")),
    Column("actions", gettext_lazy("Actions"), align="end"),
)
# A link waits in the session for the one page that shows it.
SHOWN_ONCE = "invitation_link"


@require("manage_people")
@require_GET
def invitations(request: TenantRequest) -> HttpResponse:
    found = queries.invitations()
    table = Table.read(COLUMNS, request.GET.urlencode(), default="-sent", tie="pk")
    table = table.counted(found.count())
    context = {
        "tabs": tabs("invitations"),
        "table": table,
        "rows": found.order_by(*table.order_by)[table.slice],
        "shown_once": request.session.pop(SHOWN_ONCE, None),
    }
    return render(request, "accounts/people/invitations.html", context)


@require("manage_people")
@require_http_methods(["GET", "POST"])
def new_invitation(request: TenantRequest) -> HttpResponse:
    form = InviteForm(request.POST or None, initial={"language": get_language()})
    if request.method == "POST" and form.is_valid():
        try:
            made, secret = invite(by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            _send(request, made, secret)
            return redirect("invitations")
    return render(request, "accounts/people/invite.html", {"form": form})


@require("manage_people")
@require_POST
def renewals(request: TenantRequest, pk: int) -> HttpResponse:
    """A new link for an invitation that waits or has expired."""
    found = get_object_or_404(Invitation, pk=pk)
    try:
        secret = renew_invitation(invitation=found, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        _send(request, found, secret)
    return redirect("invitations")


@require("manage_people")
@require_http_methods(["GET", "POST"])
def revocations(request: TenantRequest, pk: int) -> HttpResponse:
    """Asks, then ends an invitation."""
    found = get_object_or_404(Invitation, pk=pk)
    if request.method == "GET":
        return confirm_page(
            request,
            title=_("Revoke the invitation of %(email)s?") % {"email": found.email},
            body=_("Its link stops working at once."),
            action=_("Revoke"),
            back_url=reverse("invitations"),
        )
    try:
        revoke_invitation(invitation=found, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("Revoked: %(email)s.") % {"email": found.email})
    return redirect("invitations")


def _send(request: TenantRequest, invitation: Invitation, secret: str) -> None:
    """The letter goes when the invitation is kept; its link is shown once, on the next page."""
    tenant = request.tenant
    link = request.build_absolute_uri(invitation_path(tenant.pk, secret))
    request.session[SHOWN_ONCE] = {"email": invitation.email, "link": link}
    send_invitation(invitation=invitation, tenant=tenant, link=link)
