"""What a customer's person opens by a link. Outside every tenant; the secret is the right to see it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.module_loading import import_string
from django.views.decorators.http import require_http_methods

from accounts.contact_links import ContactPage, LinkClosed, contact_pages
from accounts.models import ContactLink, Membership, Tenant
from accounts.models.members import hash_secret
from accounts.tenancy import tenant_scope
from accounts.throttle import within_rate

TRIES, SECONDS = 30, 60
# Of an address that tries too often, so many more are looked at: a link that is known and may be
# opened in floods opens.
MOST_LOOKED_AT = 600
FORBIDDEN, UNKNOWN, GONE, OFTEN = 403, 404, 410, 429


@require_http_methods(["GET", "POST"])
def contact_page(request: HttpRequest, tenant_id: int, secret: str) -> HttpResponse:
    """What a link opens, or why it opens nothing. Unknown links tell nothing."""
    return _kept_nowhere(_answer(request, tenant_id, secret))


def _answer(request: HttpRequest, tenant_id: int, secret: str) -> HttpResponse:
    is_flood = not within_rate(request, "contact-link", times=TRIES, seconds=SECONDS)
    if is_flood and not within_rate(
        request, "contact-link-flood", times=MOST_LOOKED_AT, seconds=SECONDS
    ):
        return _closed(request, "often", OFTEN)
    tenant = Tenant.objects.filter(pk=tenant_id).first() if tenant_id < 2**63 else None
    nothing = ("often", OFTEN) if is_flood else ("unknown", UNKNOWN)
    if tenant is None:
        return _closed(request, *nothing)
    with tenant_scope(tenant.pk):
        page, link = _found(hash_secret(secret), in_flood=is_flood)
        if page is None or link is None:
            return _closed(request, *nothing)
        with translation.override(link.language), timezone.override(tenant.zone):
            # The error page and the template's `html lang` follow the link's language.
            request.LANGUAGE_CODE = link.language  # type: ignore[attr-defined]
            if page.is_signature and request.method == "POST" and is_member(request):
                # What the customer signs, nobody of the vendor signs for them.
                return _closed(request, "member", FORBIDDEN)
            try:
                response: HttpResponse = import_string(page.show)(request, tenant, link)
            except LinkClosed as closed:
                response = _closed(request, closed.why, GONE, is_signature=page.is_signature)
            response["Content-Language"] = link.language
            return response


def is_member(request: HttpRequest) -> bool:
    """Whether a member of the tenant in scope is signed in in this browser."""
    return (
        request.user.is_authenticated
        and Membership.objects.filter(user=request.user.pk, is_active=True).exists()
    )


def _found(
    secret_hash: str, *, in_flood: bool = False
) -> tuple[ContactPage | None, ContactLink | None]:
    """The link with this secret, of whatever kind, and its page; in a flood only of the kinds that
    open then."""
    for page in contact_pages.values():
        if in_flood and not page.opens_in_floods:
            continue
        link: ContactLink | None = import_string(page.find)(secret_hash)
        if link is not None:
            return page, link
    return None, None


def _closed(
    request: HttpRequest, why: str, status: int, *, is_signature: bool = False
) -> HttpResponse:
    context = {"why": why, "is_signature": is_signature}
    return render(request, "r/closed.html", context, status=status)


def _kept_nowhere(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
