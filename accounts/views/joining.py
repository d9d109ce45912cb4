"""An invitation's link, opened by whoever holds it. Outside every tenant."""

from __future__ import annotations

from django.contrib.auth import login
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.actions.invitations import accept_invitation, join_by_invitation
from accounts.forms.joining import JoinForm
from accounts.models import Invitation, Tenant, User
from accounts.tenancy import tenant_scope
from accounts.throttle import within_rate

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
TRIES, SECONDS = 30, 60


@sensitive_post_parameters("password", "password_again")
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, tenant_id: int, secret: str) -> HttpResponse:
    """Accept, as a new person or with an account; unknown and revoked links look the same."""
    if not within_rate(request, "invitation", times=TRIES, seconds=SECONDS):
        return _closed(request, "often", 429)
    tenant = Tenant.objects.filter(pk=tenant_id).first()
    if tenant is None:
        return _closed(request, "unknown", 404)
    with tenant_scope(tenant.id):
        found = Invitation.objects.with_secret(secret).select_related("team", "invited_by").first()
        if found is None:
            return _closed(request, "unknown", 404)
        if found.state == "expired":
            return _closed(request, "expired", 410)
        if found.state != "open":
            return _closed(request, "used", 410, tenant=tenant)
        if request.user.is_authenticated:
            return _with_account(request, tenant, found, request.user)
        if User.objects.filter(email=found.email).exists():
            return _open(request, tenant, found, way="sign_in")
        return _as_new_person(request, tenant, found)


def _with_account(
    request: HttpRequest, tenant: Tenant, found: Invitation, user: User
) -> HttpResponse:
    if user.email != found.email:
        return _open(request, tenant, found, way="other_account")
    if request.method == "GET":
        return _open(request, tenant, found, way="accept")
    try:
        accept_invitation(invitation=found, by=user)
    except ValidationError:
        return _closed(request, "used", 410, tenant=tenant)
    return redirect(f"/t/{tenant.slug}/")


def _as_new_person(request: HttpRequest, tenant: Tenant, found: Invitation) -> HttpResponse:
    languages = {
        "name": found.name,
        "language": found.language or getattr(request, "LANGUAGE_CODE", ""),
    }
    form = JoinForm(request.POST or None, initial=languages, email=found.email)
    if request.method == "GET" or not form.is_valid():
        return _open(request, tenant, found, way="join", form=form)
    try:
        member = join_by_invitation(
            invitation=found,
            name=form.cleaned_data["name"],
            password=form.cleaned_data["password"],
            language=form.cleaned_data["language"],
        )
    except ValidationError:
        return _closed(request, "used", 410, tenant=tenant)
    login(request, member.user, backend=BACKEND)
    return redirect(f"/t/{tenant.slug}/")


def _open(
    request: HttpRequest,
    tenant: Tenant,
    found: Invitation,
    *,
    way: str,
    form: JoinForm | None = None,
) -> HttpResponse:
    context = {
        "inviting": tenant,
        "invitation": found,
        "way": way,
        "form": form,
    }
    return render(request, "accounts/invitation.html", context)


def _closed(
    request: HttpRequest, why: str, status: int, tenant: Tenant | None = None
) -> HttpResponse:
    return render(
        request,
        "accounts/invitation_closed.html",
        {"why": why, "inviting": tenant},
        status=status,
    )
