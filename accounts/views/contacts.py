"""Adding, changing and taking away the people at a customer."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.actions.contacts import add_contact, change_contact, remove_contact
from accounts.forms.contacts import ContactForm, RoleFormSet, role_rows, roles_given
from accounts.models import Contact, Customer
from accounts.permissions import require
from accounts.requests import TenantRequest
from accounts.views.customers import visible_customer
from accounts.views.mail_reach import told_reach
from ui.confirm import confirm_page
from ui.registry import customer_panels


@require("edit_customers")
@require_http_methods(["GET", "POST"])
def new_contact(request: TenantRequest, pk: int) -> HttpResponse:
    customer = visible_customer(request, pk)
    form = ContactForm(request.POST or None)
    roles = RoleFormSet(request.POST or None, prefix="roles")
    if request.method == "POST" and form.is_valid() and roles.is_valid():
        try:
            contact = add_contact(
                customer=customer, values=form.values(), roles=roles_given(roles), by=request.user
            )
        except ValidationError as error:
            form.add_error(None, _for_form(error))
        else:
            messages.success(request, _("Added: %(name)s.") % {"name": contact})
            return redirect(customer_panels.url(pk, "contacts"))
    return _page(request, customer, None, form, roles)


@require("edit_customers")
@require_http_methods(["GET", "POST"])
def contact(request: TenantRequest, pk: int, contact_pk: int) -> HttpResponse:
    customer = visible_customer(request, pk)
    found = _contact(customer, contact_pk)
    form = ContactForm(request.POST or None, contact=found)
    roles = RoleFormSet(request.POST or None, initial=role_rows(found), prefix="roles")
    if request.method == "POST" and form.is_valid() and roles.is_valid():
        try:
            changed = change_contact(
                contact=found, values=form.values(), roles=roles_given(roles), by=request.user
            )
        except ValidationError as error:
            form.add_error(None, _for_form(error))
        else:
            said = _("Saved: %(name)s.") if changed else _("Nothing was changed.")
            messages.success(request, said % {"name": form.cleaned_data["name"]})
            return redirect(customer_panels.url(pk, "contacts"))
    return _page(request, customer, found, form, roles)


@require("edit_customers")
@require_http_methods(["GET", "POST"])
def contact_removal(request: TenantRequest, pk: int, contact_pk: int) -> HttpResponse:
    """Asks, then takes a contact away."""
    customer = visible_customer(request, pk)
    found = _contact(customer, contact_pk)
    if request.method == "GET":
        return confirm_page(
            request,
            title=_("Take %(name)s away?") % {"name": found},
            body=_("The contact and its roles go; past nights still know them."),
            action=_("Take away"),
            back_url=reverse("contact", args=[pk, contact_pk]),
        )
    remove_contact(contact=found, by=request.user)
    messages.success(request, _("Taken away: %(name)s.") % {"name": found.name})
    return redirect(customer_panels.url(pk, "contacts"))


def _contact(customer: Customer, pk: int) -> Contact:
    found = Contact.objects.filter(customer=customer, pk=pk).first()
    if found is None:
        raise Http404
    return found


def _for_form(error: ValidationError) -> ValidationError:
    """An error of a field that the form does not show belongs to the whole form."""
    return ValidationError(error.messages)


def _page(
    request: TenantRequest,
    customer: Customer,
    found: Contact | None,
    form: ContactForm,
    roles: RoleFormSet,  # type: ignore[valid-type]
) -> HttpResponse:
    context = {
        "customer": customer,
        "contact": found,
        "form": form,
        "roles": roles,
        "breadcrumbs": [(customer.name, reverse("customer", args=[customer.pk]))],
        "reach": told_reach(found) if found else None,
    }
    return render(request, "accounts/customers/contact.html", context)
