"""Finding customers and contacts."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from accounts.permissions import require
from accounts.queries.search import found_contacts, found_customers
from accounts.requests import TenantRequest
from ui.registry import customer_panels
from ui.tables import Column, Table

COLUMNS = (
    Column("name", gettext_lazy("Customer")),
    Column("key", gettext_lazy("Key")),
    Column("face", gettext_lazy("Face")),
    Column("industry", gettext_lazy("Industry"), wide=True),
    Column("region", gettext_lazy("Region"), wide=True),
)
SUGGESTED = 8
MOST_CONTACTS = 20


@require("view_customers")
@require_GET
def search(request: TenantRequest) -> HttpResponse:
    """A page of results; to the palette and to a field's suggestions, the few best."""
    # The field that names a parent company sends its own name.
    text = request.GET.get("q", "") or request.GET.get("parent", "")
    target = request.headers.get("HX-Target", "")
    customers = found_customers(request.membership, text)
    if target == "parent-options":
        return render(
            request, "accounts/customers/options.html", {"customers": customers[:SUGGESTED]}
        )
    if target == "palette-results":
        return render(
            request, "components/palette_results.html", {"results": _suggested(request, text)}
        )
    table = Table.read(COLUMNS, request.GET.urlencode(), tie="pk").counted(customers.count())
    context = {
        "q": text.strip(),
        "table": table,
        "rows": customers[table.slice],
        "contacts": found_contacts(request.membership, text, MOST_CONTACTS),
    }
    return render(request, "accounts/search.html", context)


def _suggested(request: TenantRequest, text: str) -> list[dict[str, str]]:
    customers = [
        {
            "label": customer.name,
            "url": reverse("customer", args=[customer.pk]),
            "hint": customer.key,
            "icon": "building-2",
        }
        for customer in found_customers(request.membership, text)[:SUGGESTED]
    ]
    contacts = [
        {
            "label": contact.name,
            "url": customer_panels.url(contact.customer_id, "contacts"),
            "hint": contact.customer.name,
            "icon": "user-round",
        }
        for contact in found_contacts(request.membership, text, SUGGESTED)
    ]
    results = [*customers, *contacts]
    if results:
        results.append(
            {
                "label": _("All results"),
                "url": f"{reverse('search')}?{request.GET.urlencode()}",
                "hint": "",
                "icon": "search",
            }
        )
    return results
