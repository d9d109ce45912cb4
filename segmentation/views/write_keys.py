"""Write keys: a new one, shown once; what to paste; its limit; and its end."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.letter_texts import public_address
from accounts.permissions import may, require
from accounts.requests import TenantRequest
from segmentation.actions.write_keys import change_write_key, make_write_key, revoke_write_key
from segmentation.models import DeadLetter, WriteKey
from segmentation.queries.ingestion import ingest_settings
from segmentation.source_forms import WriteKeyForm
from segmentation.source_snippets import snippets
from segmentation.views.source_frame import breadcrumbs
from ui.confirm import confirm_page

# In the session, until the page that shows it.
KEPT = "made_write_key"


@require("edit_sources")
@require_http_methods(["GET", "POST"])
def new_write_key(request: TenantRequest) -> HttpResponse:
    """A new key; the page that follows shows it, once."""
    form = WriteKeyForm(request.POST or None, default_rate=ingest_settings().events_per_second)
    if request.method == "POST" and form.is_valid():
        made, shown = make_write_key(by=request.user, **form.cleaned_data)
        # Loading the next page again shows nothing, and makes no second one.
        request.session[KEPT] = {"key": made.pk, "shown": shown}
        return redirect("write_key", made.pk)
    context = {"form": form, "breadcrumbs": breadcrumbs()}
    return render(request, "segmentation/sources/key_form.html", context)


@require("view_sources")
@never_cache
@require_http_methods(["GET", "POST"])
def write_key(request: TenantRequest, pk: int) -> HttpResponse:
    """How a product sends with it, and its name and limit."""
    key = _found(pk)
    default_rate = ingest_settings().events_per_second
    names = ("name", "source", "events_per_second")
    form = WriteKeyForm(
        request.POST or None,
        initial={name: getattr(key, name) for name in names},
        default_rate=default_rate,
    )
    if request.method == "POST":
        if not may(request.membership, "edit_sources") or key.revoked_at:
            raise Http404
        if form.is_valid():
            change_write_key(key=key, by=request.user, **form.cleaned_data)
            messages.success(request, _("Saved."))
            return redirect("write_key", pk)
    made = _taken_once(request, key)
    context = {
        "key": key,
        "form": form,
        "made": made,
        "default_rate": default_rate,
        "snippets": snippets(public_address(), made or _("YOUR WRITE KEY")),
        "dead": DeadLetter.objects.filter(key=key, state=DeadLetter.State.OPEN).count(),
        "may_edit": may(request.membership, "edit_sources"),
        "breadcrumbs": breadcrumbs(),
    }
    return render(request, "segmentation/sources/key.html", context)


@require("edit_sources")
@require_http_methods(["GET", "POST"])
def revocations(request: TenantRequest, pk: int) -> HttpResponse:
    """Asks, then ends a key."""
    key = _found(pk)
    if request.method == "GET":
        return confirm_page(
            request,
            title=_("Revoke the write key %(name)s?") % {"name": key.name},
            body=_(
                "What is sent with it is refused, a few seconds from now. What came with it stays."
            ),
            action=_("Revoke"),
            back_url=reverse("write_key", args=[pk]),
        )
    revoke_write_key(key=key, by=request.user)
    messages.success(request, _("Revoked: %(name)s.") % {"name": key.name})
    return redirect("sources")


def _found(pk: int) -> WriteKey:
    found: WriteKey | None = WriteKey.objects.select_related("made_by").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _taken_once(request: TenantRequest, key: WriteKey) -> str:
    """The key just made, as it is sent; it is forgotten with this call."""
    kept: dict[str, Any] | None = request.session.get(KEPT)
    if request.method != "GET" or not kept or kept["key"] != key.pk:
        return ""
    del request.session[KEPT]
    return str(kept["shown"])
