"""Addresses below /api/v1/ that this app answers."""

from __future__ import annotations

from django.urls import URLPattern, path

from accounts.api.contacts import Contacts, OneContact
from accounts.api.customers import Customers, OneCustomer
from accounts.rest import keys as _keys  # noqa: F401 - the converter of keys

urlpatterns: list[URLPattern] = [
    path("customers", Customers.as_view(), name="api_customers"),
    path("customers/<key:key>", OneCustomer.as_view(), name="api_customer"),
    path("contacts", Contacts.as_view(), name="api_contacts"),
    path("contacts/<key:customer>/<key:key>", OneContact.as_view(), name="api_contact"),
]
