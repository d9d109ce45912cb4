"""What a customer's person opens to decline letters. Outside every tenant; the signed address is the
right to do it. Looking never changes anything: mail scanners open every address of a letter."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.actions.mail_subscriptions import choose_letters, decline
from accounts.models import Contact, Purpose, Tenant, Unsubscription
from accounts.models.mail import DECLINABLE
from accounts.tenancy import tenant_scope
from accounts.throttle import within_rate
from accounts.unsubscribing import Asked, asked_by

TRIES, SECONDS = 30, 60
GONE, OFTEN, UNKNOWN = 410, 429, 404
KEPT = "kept"


# Mail programs post without a cookie; whoever holds the address may decline by it.
@csrf_exempt
@require_http_methods(["GET", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Which letters the person wants; posted to by mail programs (RFC 8058) or by the page."""
    response = _answer(request, token)
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


def _answer(request: HttpRequest, token: str) -> HttpResponse:
    if not within_rate(request, "unsubscribe", times=TRIES, seconds=SECONDS):
        return render(request, "r/closed.html", {"why": "often"}, status=OFTEN)
    asked = asked_by(token)
    tenant = Tenant.objects.filter(pk=asked.tenant_id).first() if asked else None
    if asked is None or tenant is None:
        return render(request, "r/closed.html", {"why": "unknown"}, status=UNKNOWN)
    with tenant_scope(tenant.pk), translation.override(asked.language):
        request.LANGUAGE_CODE = asked.language  # type: ignore[attr-defined]
        contact = Contact.objects.filter(pk=asked.contact_id).first()
        if contact is None:
            return render(request, "r/closed.html", {"why": "unknown"}, status=GONE)
        if request.method == "POST":
            return _kept(request, asked, contact)
        return _page(request, tenant, asked, contact)


def _kept(request: HttpRequest, asked: Asked, contact: Contact) -> HttpResponse:
    if "List-Unsubscribe" in request.POST:
        decline(contact=contact, purpose=asked.purpose)
        return HttpResponse("", content_type="text/plain")
    choose_letters(contact=contact, wanted=request.POST.getlist("wanted"))
    return redirect(f"{request.path}?{KEPT}=1")


def _page(request: HttpRequest, tenant: Tenant, asked: Asked, contact: Contact) -> HttpResponse:
    declined = set(Unsubscription.objects.filter(contact=contact).values_list("purpose", flat=True))
    context = {
        "vendor": tenant.name,
        "contact": contact,
        "was_kept": KEPT in request.GET,
        "choices": [
            {
                "purpose": purpose.value,
                "label": Purpose(purpose).label,
                # Who opens the address wants to decline what it was sent for.
                "wanted": purpose not in declined
                and (KEPT in request.GET or purpose != asked.purpose),
                "sent_for": purpose == asked.purpose,
            }
            for purpose in DECLINABLE
        ],
    }
    return render(request, "r/unsubscribe.html", context)
