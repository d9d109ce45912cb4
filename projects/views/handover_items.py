"""What a handover lists: added, changed and taken off before it is accepted; afterwards settled and
noted with the customer."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Customer
from accounts.permissions import may, require
from accounts.queries.customer_page import customer_for
from accounts.requests import TenantRequest
from projects.actions.handover_items import note_item, settle_item
from projects.actions.handovers import HandoverConflict, add_item, edit_item, remove_item
from projects.forms.handovers import ItemForm, NoteForm, SettleForm
from projects.models import Handover, HandoverItem, Project
from projects.models.handovers import TO_DO
from projects.queries.handovers import OPEN_TO_CHANGE, customer_items, handover_of
from projects.views.faults import show_faults
from projects.views.handover_links import with_origins
from projects.views.handovers import handover_page
from projects.views.plan_frame import crumbs, today_of, visible_project
from ui.confirm import confirm_page
from ui.registry import customer_panels

CONFLICT = 409


@require("propose_handover")
@require_POST
def handover_items(request: TenantRequest, pk: int) -> HttpResponse:
    """List something by hand."""
    project = visible_project(request, pk)
    handover = handover_of(project)
    section = request.POST.get("section", "")
    if handover is None or section not in Handover.Section.values:
        raise Http404
    form = ItemForm(request.POST, project=project, section=section, prefix=section)
    if form.is_valid():
        try:
            add_item(handover=handover, section=section, values=form.values(), by=request.user)
        except ValidationError as error:
            show_faults(form, error)
        else:
            return redirect(f"{_list(project)}#{section}")
    return handover_page(request, project, added=(section, form))


@require("propose_handover")
@require_http_methods(["GET", "POST"])
def handover_item(request: TenantRequest, pk: int, item_pk: int) -> HttpResponse:
    """An item of a list that is still put together."""
    project = visible_project(request, pk)
    item = _listed(project, item_pk)
    form = ItemForm(request.POST or None, project=project, section=item.section, item=item)
    if request.method == "POST" and form.is_valid():
        try:
            edit_item(
                item=item, seen=form.cleaned_data["seen"], values=form.values(), by=request.user
            )
        except HandoverConflict:
            return _draft_conflict(request, project, item)
        except ValidationError as error:
            show_faults(form, error)
        else:
            return redirect(f"{_list(project)}#{item.section}")
    return _draft_page(request, project, item, form=form)


@require("propose_handover")
@require_POST
def handover_item_states(request: TenantRequest, pk: int, item_pk: int) -> HttpResponse:
    """Say that an item of the list is done or not to be carried over, with the reason."""
    project = visible_project(request, pk)
    item = _listed(project, item_pk)
    if item.section not in TO_DO:
        raise Http404
    settle = SettleForm(request.POST, item=item)
    if settle.is_valid():
        try:
            settle_item(item=item, by=request.user, **settle.cleaned_data)
        except HandoverConflict:
            return _draft_conflict(request, project, item)
        except ValidationError as error:
            show_faults(settle, error)
        else:
            return redirect(f"{_list(project)}#{item.section}")
    return _draft_page(request, project, item, settle=settle)


@require("propose_handover")
@require_http_methods(["GET", "POST"])
def handover_item_removal(request: TenantRequest, pk: int, item_pk: int) -> HttpResponse:
    """Take an item off that was written by hand."""
    project = visible_project(request, pk)
    item = _listed(project, item_pk)
    if request.method == "GET":
        return confirm_page(
            request,
            title=_("Take this off the list?"),
            body=item.title,
            action=_("Take off"),
            back_url=reverse("handover_item", args=[project.pk, item.pk]),
            kind="danger",
        )
    try:
        remove_item(item=item, seen=item.version, by=request.user)
    except HandoverConflict:
        return _draft_conflict(request, project, item)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect(f"{_list(project)}#{item.section}")


@require("view_customers")
@require_http_methods(["GET", "POST"])
def carried_item(request: TenantRequest, pk: int, item_pk: int) -> HttpResponse:
    """An item that an accepted handover left with the customer."""
    customer, item = _carried(request, pk, item_pk)
    if request.method == "POST" and not may(request.membership, "settle_handover_items"):
        raise Http404
    form = _carried_form(request, item, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            edit_item(
                item=item, seen=form.cleaned_data["seen"], values=form.values(), by=request.user
            )
        except HandoverConflict:
            return _carried_conflict(request, customer, item.pk)
        except ValidationError as error:
            show_faults(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("carried_item", customer.pk, item.pk)
    return _carried_page(request, customer, item, form=form)


@require("settle_handover_items")
@require_POST
def carried_item_states(request: TenantRequest, pk: int, item_pk: int) -> HttpResponse:
    """Say that it is done, dropped or open again, and why."""
    customer, item = _carried(request, pk, item_pk)
    settle = SettleForm(request.POST, item=item)
    if settle.is_valid():
        try:
            settle_item(item=item, by=request.user, **settle.cleaned_data)
        except HandoverConflict:
            return _carried_conflict(request, customer, item.pk)
        except ValidationError as error:
            show_faults(settle, error)
        else:
            messages.success(request, _("Saved."))
            return redirect(customer_panels.url(customer.pk, "handover_items"))
    return _carried_page(request, customer, item, settle=settle)


@require("settle_handover_items")
@require_POST
def carried_item_notes(request: TenantRequest, pk: int, item_pk: int) -> HttpResponse:
    """Add a note."""
    customer, item = _carried(request, pk, item_pk)
    note = NoteForm(request.POST)
    if note.is_valid():
        try:
            note_item(item=item, text=note.cleaned_data["text"], by=request.user)
        except ValidationError as error:
            show_faults(note, error)
        else:
            return redirect("carried_item", customer.pk, item.pk)
    return _carried_page(request, customer, item, note=note)


def _listed(project: Project, item_pk: int) -> HandoverItem:
    found: HandoverItem | None = (
        HandoverItem.objects.filter(pk=item_pk, handover__project=project)
        .select_related("handover__project", "person", "contact", "state_by")
        .first()
    )
    if found is None:
        raise Http404
    return found


def _draft_page(
    request: TenantRequest,
    project: Project,
    item: HandoverItem,
    *,
    form: BaseForm | None = None,
    settle: BaseForm | None = None,
    status: int = 200,
) -> HttpResponse:
    may_change = item.handover.state in OPEN_TO_CHANGE
    form = form or ItemForm(project=project, section=item.section, item=item)
    if not may_change:
        for field in form.fields.values():
            field.disabled = True
    can_settle = may_change and item.section in TO_DO
    context = {
        "project": project,
        "item": with_origins([item])[0],
        "form": form,
        "settle": settle or (SettleForm(item=item) if can_settle else None),
        "may_change": may_change,
        "may_remove": may_change and not item.source,
        "back_url": f"{_list(project)}#{item.section}",
        "breadcrumbs": [*crumbs(project), (_("Handover"), _list(project))],
    }
    return render(request, "projects/handovers/item.html", context, status=status)


def _draft_conflict(request: TenantRequest, project: Project, item: HandoverItem) -> HttpResponse:
    messages.error(request, _changed())
    current = HandoverItem.objects.filter(pk=item.pk).exists()
    if not current:
        return handover_page(request, project, status=CONFLICT)
    return _draft_page(request, project, _listed(project, item.pk), status=CONFLICT)


def _carried(request: TenantRequest, pk: int, item_pk: int) -> tuple[Customer, HandoverItem]:
    customer = customer_for(request.membership, pk)
    if customer is None:
        raise Http404
    found: HandoverItem | None = customer_items(customer).filter(pk=item_pk).first()
    if found is None:
        raise Http404
    return customer, found


def _carried_form(request: TenantRequest, item: HandoverItem, data: Any) -> ItemForm:
    form = ItemForm(
        data, project=item.handover.project, section=item.section, item=item, is_over=True
    )
    if not may(request.membership, "settle_handover_items"):
        for field in form.fields.values():
            field.disabled = True
    return form


def _carried_page(
    request: TenantRequest,
    customer: Customer,
    item: HandoverItem,
    *,
    form: BaseForm | None = None,
    settle: BaseForm | None = None,
    note: BaseForm | None = None,
    status: int = 200,
) -> HttpResponse:
    may_settle = may(request.membership, "settle_handover_items")
    context = {
        "customer": customer,
        "item": with_origins([item])[0],
        "notes": list(item.notes.select_related("by")),
        "form": form or _carried_form(request, item, None),
        "settle": settle or (SettleForm(item=item) if may_settle else None),
        "note": note or (NoteForm() if may_settle else None),
        "may_settle": may_settle,
        "today": today_of(request),
        "breadcrumbs": [
            (customer.name, reverse("customer", args=[customer.pk])),
        ],
    }
    return render(request, "projects/handovers/carried_item.html", context, status=status)


def _carried_conflict(request: TenantRequest, customer: Customer, item_pk: int) -> HttpResponse:
    messages.error(request, _changed())
    _same, current = _carried(request, customer.pk, item_pk)
    return _carried_page(request, customer, current, status=CONFLICT)


def _changed() -> str:
    return _("Somebody changed this meanwhile. This is how it is now; nothing of yours was saved.")


def _list(project: Project) -> str:
    return str(reverse("project_handover", args=[project.pk]))
