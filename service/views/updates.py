"""Product updates: their list, writing one, and whom it went to."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.permissions import may, require
from accounts.requests import TenantRequest
from projects.views.faults import show_faults
from segmentation.queries.remembered import remembered
from service.actions.updates import UpdateConflict, change_update, draft_update, drop_update
from service.compute.update_use import Use
from service.forms.updates import UpdateForm
from service.models import ProductUpdate, Request
from service.queries.request_page import request_for
from service.queries.update_use import uses
from service.queries.updates import recipient_counts, update_for, updates_found
from ui.confirm import confirm_page
from ui.tables import Column, Table

CONFLICT = 409
USE_SECONDS = 10 * 60
UPDATES = (
    Column("title", gettext_lazy("Product update")),
    Column("state", gettext_lazy("State"), sort="state"),
    Column("shipped_on", gettext_lazy("There since"), sort="shipped_on"),
    Column("modules", gettext_lazy("Modules"), wide=True),
    Column("to", gettext_lazy("Written to"), align="end"),
    Column("asked", gettext_lazy("Used by who asked"), align="end",
           why=gettext_lazy("Share of the customers who asked for it that used it within 30 days.")),
    Column("owners", gettext_lazy("Used by other owners"), align="end", wide=True),
)  # fmt: skip


@require("view_requests")
@require_GET
def updates(request: TenantRequest) -> HttpResponse:
    """What was shipped, to how many it was announced, and whether it is used."""
    table = Table.read(UPDATES, request.GET.urlencode(), default="-shipped_on", tie="-pk")
    found = updates_found(text=request.GET.get("q", "").strip()[:100])
    table = table.counted(found.count())
    rows = list(found.order_by(*table.order_by)[table.slice])
    counts = recipient_counts([row.pk for row in rows])
    used = used_of(request, [row for row in rows if row.state != ProductUpdate.State.DRAFT])
    context = {
        "table": table,
        "rows": [(row, title_of(row), counts.get(row.pk, {}), used.get(row.pk)) for row in rows],
        "text": request.GET.get("q", ""),
        "may_send": may(request.membership, "send_updates"),
    }
    return render(request, "service/updates/list.html", context)


@require("send_updates")
@require_http_methods(["GET", "POST"])
def new_update(request: TenantRequest) -> HttpResponse:
    """``?request=`` is the first that it fulfils."""
    today = request.tenant.local_date(timezone.now())
    form = UpdateForm(request.POST or None, today=today, request=_asked(request))
    if request.method == "POST" and form.is_valid():
        try:
            made = draft_update(values=form.values(), by=request.user)
        except ValidationError as error:
            show_faults(form, error)
        else:
            messages.success(request, _("Written. Nobody has it yet: look at whom it goes to."))
            return redirect("update", made.pk)
    context = {"form": form, "breadcrumbs": update_crumbs()}
    return render(request, "service/updates/form.html", context)


@require("send_updates")
@require_http_methods(["GET", "POST"])
def edit_update(request: TenantRequest, pk: int) -> HttpResponse:
    """A draft's words; what was sent stays as it went."""
    found = the_update(pk)
    if found.state != ProductUpdate.State.DRAFT:
        raise Http404
    today = request.tenant.local_date(timezone.now())
    form = UpdateForm(request.POST or None, today=today, update=found)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            change_update(
                update=found, seen=form.cleaned_data["seen"], values=form.values(),
                by=request.user,
            )  # fmt: skip
        except UpdateConflict as conflict:
            status, data = CONFLICT, request.POST.copy()
            data["seen"] = str(conflict.update.version)
            form = UpdateForm(data, today=today, update=conflict.update)
            form.add_error(
                None, _("Somebody changed this update meanwhile: look, then save again.")
            )
        except ValidationError as error:
            show_faults(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("update", found.pk)
    crumbs = [*update_crumbs(), (title_of(found), reverse("update", args=[found.pk]))]
    context = {"form": form, "found": found, "breadcrumbs": crumbs}
    return render(request, "service/updates/form.html", context, status=status)


@require("send_updates")
@require_http_methods(["GET", "POST"])
def update_removal(request: TenantRequest, pk: int) -> HttpResponse:
    """Asks, then throws a draft away."""
    found = the_update(pk)
    if request.method == "GET":
        return confirm_page(
            request,
            title=_("Throw this draft away?"),
            body=_("Its requests stay as they are."),
            action=_("Throw away"),
            back_url=reverse("update", args=[pk]),
        )
    try:
        drop_update(update=found, seen=found.version, by=request.user)
    except (UpdateConflict, ValidationError):
        messages.error(request, _("This update was sent before."))
        return redirect("update", found.pk)
    return redirect("updates")


def the_update(pk: int) -> ProductUpdate:
    """An update of this tenant, or a 404."""
    found = update_for(pk)
    if found is None:
        raise Http404
    return found


def title_of(update: ProductUpdate) -> str:
    """In the reader's language, where it is written in that."""
    return str(update.titles.get(get_language() or "") or update)


def used_of(request: TenantRequest, shipped: list[ProductUpdate]) -> dict[int, Use]:
    """How far updates are used; looked at anew every ten minutes."""
    today = request.tenant.local_date(timezone.now())
    marks = ",".join(f"{one.pk}.{one.version}" for one in shipped)
    found: dict[int, Use] = remembered(
        f"update-use:{today}:{marks}", USE_SECONDS,
        lambda: uses(shipped, today=today, zone=request.tenant.zone),
    )  # fmt: skip
    return found


def update_crumbs() -> list[tuple[Any, str]]:
    """To the pages below the list of updates."""
    return [(_("Product updates"), reverse("updates"))]


def _asked(request: TenantRequest) -> Request | None:
    asked = request.GET.get("request", "")
    if not (asked.isascii() and asked.isdigit() and len(asked) < 19):
        return None
    found: Any = request_for(int(asked))
    return (found.root or found) if found else None
