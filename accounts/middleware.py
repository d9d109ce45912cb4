"""The person's language and time zone, and the tenant's scope."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable

import structlog
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import get_script_prefix, reverse, set_script_prefix, set_urlconf
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from accounts.models import Membership, Tenant
from accounts.tenancy import tenant_scope

PREFIX = "/t/"


class PersonMiddleware:
    """Speak the person's language and show their local time; strangers get what they ask for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        language = user.language if user.is_authenticated else ""
        language = language or translation.get_language_from_request(request)
        zone = user.timezone if user.is_authenticated else ""
        with translation.override(language):
            request.LANGUAGE_CODE = translation.get_language()  # type: ignore[attr-defined]
            if zone:
                timezone.activate(zoneinfo.ZoneInfo(zone))
            try:
                response = self.get_response(request)
            finally:
                timezone.deactivate()
            response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ("Accept-Language",))
        return response


class TenantMiddleware:
    """Opens ``/t/<slug>/…`` for members and keeps everybody else out with a 404.

    What follows sees the path without the prefix, ``request.tenant``, ``request.membership`` and an
    open scope; links made by ``reverse`` and ``{% url %}`` carry the prefix by themselves. Work is
    rolled back when the view raised or answered 500 and above: Django turns an exception into a
    response inside the transaction, which would otherwise commit half of it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.tenant = request.membership = None  # type: ignore[attr-defined]
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        slug, slash, rest = request.path_info[len(PREFIX) :].partition("/")
        if not slash:
            # CommonMiddleware adds the slash when this is answered with a 404.
            raise Http404
        if not request.user.is_authenticated:
            return _to_sign_in(request)
        tenant = Tenant.objects.filter(slug=slug).first()
        if tenant is None:
            raise Http404
        outer_prefix = get_script_prefix()
        with tenant_scope(tenant.id):
            membership = (
                Membership.objects.select_related("user", "team")
                .filter(user=request.user, is_active=True)
                .first()
            )
            if membership is None:
                raise Http404
            if tenant.requires_second_factor and not _has_second_factor(request):
                return _to_second_factor(request, tenant)
            membership.user = request.user
            request.tenant, request.membership = tenant, membership  # type: ignore[attr-defined]
            structlog.contextvars.bind_contextvars(tenant=tenant.slug)
            if not request.user.timezone:
                timezone.activate(tenant.zone)
            request.path_info = "/" + rest
            request.urlconf = settings.TENANT_URLCONF
            set_script_prefix(f"{outer_prefix}{PREFIX[1:]}{slug}/")
            set_urlconf(settings.TENANT_URLCONF)
            try:
                response = self.get_response(request)
            finally:
                set_script_prefix(outer_prefix)
                set_urlconf(None)
            if response.status_code >= 500:
                transaction.set_rollback(True)
        return response


def _has_second_factor(request: HttpRequest) -> bool:
    """Whether the person set one up; signing in then asked for it."""
    return bool(is_mfa_enabled(request.user, [Authenticator.Type.TOTP]))


def _to_second_factor(request: HttpRequest, tenant: Tenant) -> HttpResponse:
    messages.warning(
        request,
        _("%(tenant)s asks for a second factor. Set one up to go on.") % {"tenant": tenant.name},
    )
    return HttpResponseRedirect(reverse("mfa_index"))


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
