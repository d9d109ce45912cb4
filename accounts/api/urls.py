"""Addresses below /api/v1/ that this app answers."""

from __future__ import annotations

from django.urls import URLPattern, path

from accounts.api.audit import AuditRecords, OneAuditRecord
from accounts.api.contacts import Contacts, OneContact
from accounts.api.contracts import Contracts, OneContract, ShortenContract
from accounts.api.customers import Customers, OneCustomer
from accounts.api.loads import Loads, OneLoad, UndoLoad
from accounts.api.me import WhoAmI
from accounts.api.modules import Modules, OneModule
from accounts.api.money import Instalments, OneInstalment, OnePayment, Payments
from accounts.api.people import Colleagues, OneColleague
from accounts.api.responsibilities import OneResponsibility, Responsibilities
from accounts.api.touchpoints import OneTouchpoint, Touchpoints
from accounts.rest import keys as _keys  # noqa: F401 - the converter of keys

urlpatterns: list[URLPattern] = [
    path("me", WhoAmI.as_view(), name="api_me"),
    path("customers", Customers.as_view(), name="api_customers"),
    path("customers/<key:key>", OneCustomer.as_view(), name="api_customer"),
    path("contacts", Contacts.as_view(), name="api_contacts"),
    path("contacts/<key:customer>/<key:key>", OneContact.as_view(), name="api_contact"),
    path("modules", Modules.as_view(), name="api_modules"),
    path("modules/<key:key>", OneModule.as_view(), name="api_module"),
    path("contracts", Contracts.as_view(), name="api_contracts"),
    path("contracts/<key:key>", OneContract.as_view(), name="api_contract"),
    path("contracts/<key:key>/shorten", ShortenContract.as_view(), name="api_contract_shorten"),
    path("instalments", Instalments.as_view(), name="api_instalments"),
    path("instalments/<int:pk>", OneInstalment.as_view(), name="api_instalment"),
    path("payments", Payments.as_view(), name="api_payments"),
    path("payments/<key:key>", OnePayment.as_view(), name="api_payment"),
    path("touchpoints", Touchpoints.as_view(), name="api_touchpoints"),
    path("touchpoints/<key:key>", OneTouchpoint.as_view(), name="api_touchpoint"),
    path("responsibilities", Responsibilities.as_view(), name="api_responsibilities"),
    path("responsibilities/<int:pk>", OneResponsibility.as_view(), name="api_responsibility"),
    path("colleagues", Colleagues.as_view(), name="api_colleagues"),
    path("colleagues/<key:key>", OneColleague.as_view(), name="api_colleague"),
    path("audit", AuditRecords.as_view(), name="api_audit"),
    path("audit/<int:pk>", OneAuditRecord.as_view(), name="api_audit_record"),
    path("loads", Loads.as_view(), name="api_loads"),
    path("loads/<int:pk>", OneLoad.as_view(), name="api_load"),
    path("loads/<int:pk>/undo", UndoLoad.as_view(), name="api_load_undo"),
]
