"""Making and changing a customer group: its conditions row by row, with a count as one goes.

Works without scripts: every button sends the whole form, and the page comes back with it done.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import require
from accounts.requests import TenantRequest
from segmentation.actions.customer_groups import change_group, make_group
from segmentation.compute.conditions import parse
from segmentation.condition_drafts import (
    Draft,
    check,
    document_of,
    done_to,
    draft_of,
    empty_draft,
    read_draft,
    settle,
    without_incomplete,
)
from segmentation.condition_rows import Drawer, drawn
from segmentation.forms import CustomerGroupForm
from segmentation.models import CustomerGroup
from segmentation.queries.condition_fields import ConditionFields, condition_fields
from segmentation.queries.customer_groups import groups_for, may_change, preview
from segmentation.queries.scopes import Scope, widest_scope
from segmentation.queries.stored import latest_night
from segmentation.views.customer_group import not_yours, visible_group

PARTS = {
    "editor": "segmentation/customer_groups/editor.html",
    "preview": "segmentation/customer_groups/preview.html",
}
COPIED_NAME = 80


@require("edit_groups")
@require_http_methods(["GET", "POST"])
def new(request: TenantRequest) -> HttpResponse:
    """A new group; ``?copy=`` starts with what another one says."""
    copied = None
    if request.GET.get("copy", "").isdecimal():
        copied = groups_for(request.membership).filter(pk=request.GET["copy"]).first()
    initial = {"name": "", "note": "", "is_shared": False}
    if copied is not None:
        name = _("%(name)s (copy)") % {"name": copied.name}
        initial |= {"name": name[:COPIED_NAME], "note": copied.note}
    draft = draft_of(copied.condition) if copied is not None else empty_draft()
    return _edit(request, None, draft, initial)


@require("edit_groups")
@require_http_methods(["GET", "POST"])
def edit(request: TenantRequest, pk: int) -> HttpResponse:
    """Change a group of one's own; an administrator any. Others are led to its page."""
    group = visible_group(request, pk)
    if not may_change(request.membership, group):
        return not_yours(request, group)
    initial = {"name": group.name, "note": group.note, "is_shared": group.is_shared}
    return _edit(request, group, draft_of(group.condition), initial)


def _edit(
    request: TenantRequest, group: CustomerGroup | None, draft: Draft, initial: dict[str, Any]
) -> HttpResponse:
    fields = condition_fields()
    form = CustomerGroupForm(instance=group, initial=initial)
    if request.method == "POST":
        draft = read_draft(request.POST)
        if request.POST.get("do") == "save":
            form = CustomerGroupForm(request.POST, instance=group)
            document = check(draft, fields.by_key)
            if form.is_valid() and document is not None:
                return _saved(request, group, form.cleaned_data, document)
        else:
            # Shown as they were typed; whether they will do is said when they are saved.
            form = CustomerGroupForm(
                instance=group, initial={name: request.POST.get(name, "") for name in initial}
            )
            draft = done_to(draft, request.POST.get("do", ""))
            settle(draft, fields.by_key)
    elif group is not None:
        check(draft, fields.by_key)
    scope = widest_scope(request.membership)
    context = {
        "group": group,
        "form": form,
        "draft": drawn(draft, Drawer(fields, scope, request.tenant.currency)),
        **_preview(draft, fields, scope),
        "back": reverse("customer_group", args=[group.pk]) if group else reverse("customer_groups"),
        "breadcrumbs": [(_("Groups"), reverse("customer_groups"))],
        "action": request.get_full_path(),
    }
    part = PARTS.get(request.headers.get("HX-Target", ""))
    response = render(request, part or "segmentation/customer_groups/edit.html", context)
    patch_vary_headers(response, ("HX-Target",))
    return response


def _saved(
    request: TenantRequest,
    group: CustomerGroup | None,
    given: dict[str, Any],
    document: dict[str, Any],
) -> HttpResponse:
    if group is None:
        saved = make_group(**given, condition=document, owner=request.membership, by=request.user)
    else:
        # The form has changed what it was given.
        group.refresh_from_db()
        saved = change_group(group=group, **given, condition=document, by=request.user)
    messages.success(request, _("Saved: %(name)s.") % {"name": saved.name})
    return redirect("customer_group", saved.pk)


def _preview(draft: Draft, fields: ConditionFields, scope: Scope) -> dict[str, Any]:
    """Who would be in it on the latest night, by the rows that are complete."""
    night = latest_night()
    readable, incomplete = without_incomplete(draft, fields.by_key)
    context: dict[str, Any] = {"night": night, "incomplete": incomplete, "scope": scope}
    if night is not None and readable.parts:
        condition = parse(document_of(readable, fields.by_key), fields.by_key)
        context["preview"] = preview(condition, night, scope, is_newest=True)
    return context
