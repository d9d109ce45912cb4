"""Training sessions of a customer: keeping them, and ticking off who took part."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Customer
from accounts.permissions import may, require
from accounts.queries.customer_page import contact_view
from accounts.requests import TenantRequest
from accounts.views.customers import visible_customer
from projects.actions.training import (
    add_attendant,
    change_session,
    hold_session,
    remove_session,
    take_attendance,
)
from projects.forms.training import AttendantForm, SessionForm, ticked
from projects.models import Attendance, TrainingSession
from projects.queries.portfolio import visible_projects
from projects.queries.training import MOST_ATTENDANTS, attendants, sessions_of
from projects.views.faults import show_faults
from projects.views.plan_frame import today_of
from ui.confirm import confirm_page
from ui.registry import customer_panels


@require("hold_training")
@require_http_methods(["GET", "POST"])
def new_session(request: TenantRequest, pk: int) -> HttpResponse:
    """A session of a customer; ``?project=`` names the project it belongs to."""
    customer = visible_customer(request, pk)
    form = SessionForm(
        request.POST or None,
        projects=_projects(request, customer),
        initial={"held_on": today_of(request), "project": request.GET.get("project", "")},
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = hold_session(
                customer=customer, values=form.values(), modules=form.modules_given(),
                by=request.user,
            )  # fmt: skip
        except ValidationError as error:
            show_faults(form, error)
        else:
            return redirect("training_session", customer.pk, made.pk)
    context = {"customer": customer, "form": form, "breadcrumbs": _crumbs(customer)}
    return render(request, "projects/training/form.html", context)


@require("view_projects")
@require_GET
def training_session(request: TenantRequest, pk: int, session_pk: int) -> HttpResponse:
    """A session with everybody who may have taken part."""
    customer = visible_customer(request, pk)
    return _page(request, customer, visible_session(customer, session_pk))


@require("hold_training")
@require_http_methods(["GET", "POST"])
def edit_session(request: TenantRequest, pk: int, session_pk: int) -> HttpResponse:
    customer = visible_customer(request, pk)
    found = visible_session(customer, session_pk)
    form = SessionForm(
        request.POST or None, projects=_projects(request, customer, found), session=found
    )
    if request.method == "POST" and form.is_valid():
        try:
            change_session(
                session=found, values=form.values(), modules=form.modules_given(), by=request.user
            )
        except ValidationError as error:
            show_faults(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("training_session", customer.pk, found.pk)
    context = {
        "customer": customer,
        "session": found,
        "form": form,
        "breadcrumbs": _crumbs(customer),
    }
    return render(request, "projects/training/form.html", context)


@require("hold_training")
@require_POST
def session_attendance(request: TenantRequest, pk: int, session_pk: int) -> HttpResponse:
    """Keep what was ticked; with ``rest`` everybody else was present."""
    customer = visible_customer(request, pk)
    found = visible_session(customer, session_pk)
    ids = list(attendants(found, found.held_on).values_list("pk", flat=True)[:MOST_ATTENDANTS])
    said = ticked(request.POST, ids, rest_present="rest" in request.POST)
    changed = sum(take_attendance(session=found, said=said, by=request.user).values())
    if changed:
        words = ngettext("Kept for %(count)s person.", "Kept for %(count)s persons.", changed)
        messages.success(request, words % {"count": changed})
    else:
        messages.info(request, _("Nothing was changed."))
    return redirect("training_session", customer.pk, found.pk)


@require("hold_training")
@require_POST
def session_people(request: TenantRequest, pk: int, session_pk: int) -> HttpResponse:
    """Somebody by name, who becomes a contact and was present."""
    customer = visible_customer(request, pk)
    found = visible_session(customer, session_pk)
    form = AttendantForm(request.POST)
    if form.is_valid():
        try:
            contact = add_attendant(
                session=found, today=today_of(request), by=request.user, **form.cleaned_data
            )
        except ValidationError as error:
            show_faults(form, error)
        else:
            messages.success(request, _("Added: %(name)s.") % {"name": contact})
            return redirect("training_session", customer.pk, found.pk)
    return _page(request, customer, found, form)


@require("hold_training")
@require_http_methods(["GET", "POST"])
def session_removal(request: TenantRequest, pk: int, session_pk: int) -> HttpResponse:
    """Asks, then takes a session away with who took part."""
    customer = visible_customer(request, pk)
    found = visible_session(customer, session_pk)
    if request.method == "GET":
        return confirm_page(
            request,
            title=_("Take “%(session)s” away?") % {"session": found},
            body=_("Who took part goes with it; past nights still know it."),
            action=_("Take away"),
            back_url=reverse("training_session", args=[customer.pk, found.pk]),
        )
    remove_session(session=found, by=request.user)
    messages.success(request, _("Taken away: %(name)s.") % {"name": found})
    if found.project_id:
        return redirect("project_training", found.project_id)
    return redirect(customer_panels.url(customer.pk, "training"))


def visible_session(customer: Customer, pk: int) -> TrainingSession:
    """A session of the customer, or a 404."""
    found: TrainingSession | None = (
        sessions_of(TrainingSession.objects.filter(customer=customer, pk=pk))
        .select_related("customer")
        .first()
    )
    if found is None:
        raise Http404
    return found


def _projects(
    request: TenantRequest, customer: Customer, session: TrainingSession | None = None
) -> Any:
    """The projects that the person sees, and the one the session belongs to already."""
    found = visible_projects(request.membership).filter(customer=customer)
    if session is not None and session.project_id:
        found = found | customer.projects.filter(pk=session.project_id)
    return found


def _page(
    request: TenantRequest,
    customer: Customer,
    found: TrainingSession,
    form: AttendantForm | None = None,
) -> HttpResponse:
    may_edit = may(request.membership, "hold_training")
    states = dict(
        Attendance.objects.filter(session=found, contact__isnull=False).values_list(
            "contact_id", "state"
        )
    )
    offered = attendants(found, found.held_on)
    context = {
        "customer": customer,
        "session": found,
        "people": [
            {
                "contact": contact,
                "state": states.get(contact.pk, ""),
                "roles": contact_view(contact, found.held_on).current,
            }
            for contact in offered[:MOST_ATTENDANTS]
        ],
        "more": max(customer.contacts.count() - MOST_ATTENDANTS, 0),
        "states": Attendance.State.choices,
        "unnamed": Attendance.objects.filter(session=found, contact=None).count(),
        "form": (form or AttendantForm()) if may_edit else None,
        "may_edit": may_edit,
        "is_to_come": found.held_on > today_of(request),
        "breadcrumbs": _crumbs(customer),
    }
    return render(request, "projects/training/session.html", context)


def _crumbs(customer: Customer) -> list[tuple[Any, str]]:
    return [(customer.name, customer_panels.url(customer.pk, "training"))]
