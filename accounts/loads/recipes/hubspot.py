"""HubSpot: companies, contacts and deals as its exports name their columns."""

from __future__ import annotations

import re
from collections.abc import Sequence

from accounts.loads.reading.faults import Reason
from accounts.loads.reading.recipe import Cells, Fill, LeftOut, Recipe, Unfit, first_filled
from accounts.loads.recipes.common import (
    annual_fee,
    day,
    end,
    first_of_several,
    full_name,
    is_won,
    module,
    person,
    roles,
)

# Stages of a company before it is a customer; own stages of an account are kept.
PROSPECTS = frozenset(
    ("subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead", "opportunity")
)
ROLES = {
    "decision maker": "decision_maker",
    "budget holder": "decision_maker",
    "executive sponsor": "decision_maker",
    "champion": "key_user",
    "end user": "end_user",
}
COMPANY = (
    ("Associated Company IDs (Primary)", "Primary Associated Company ID"),
    ("Associated Company IDs", "Associated Company ID"),
)
EMAIL = ("Email", "E-mail")
CLOSE = ("Close Date", "closedate")
START = ("Contract Start Date", "Subscription Start Date", "Start Date")
END = ("Contract End Date", "Subscription End Date", "End Date")
TERM = ("Contract Term (months)", "Term (months)", "Term in months", "Contract Term")
YEARLY = ("Annual recurring revenue", "Annual contract value")
AMOUNT = ("Amount",)

_shortened = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d+").fullmatch


def record_id(cells: Cells, text: str, part: int) -> str:
    """A record's id; one that a spreadsheet has shortened is none any more."""
    if _shortened(text):
        raise Unfit(part, Reason("shortened_id"))
    return text


def _own_id(cells: Cells) -> str:
    return record_id(cells, first_filled(cells), cells.first())


def _is_prospect(texts: Sequence[str]) -> bool:
    return re.sub(r"[\s_-]+", "", texts[0]).lower() in PROSPECTS


RECIPES = (
    Recipe(
        "hubspot-companies",
        "HubSpot",
        "customers",
        ("Record ID",),
        (
            Fill("key", (("Record ID", "Record ID - Company", "Company ID"),), _own_id),
            Fill("name", (("Company name", "Name"), ("Company Domain Name",)), kept=True),
            Fill("industry", (("Industry",),)),
            Fill("size", (("Number of Employees",),)),
            Fill("region", (("Country/Region", "Country"),)),
            Fill("currency", (("Currency",),)),
            Fill("parent", (("Parent Company ID", "Parent Company IDs"),), _own_id),
            Fill("salesperson", (("Company owner", "HubSpot Owner"),), person),
        ),
        (LeftOut("prospect_stage", (("Lifecycle Stage",),), _is_prospect),),
    ),
    Recipe(
        "hubspot-contacts",
        "HubSpot",
        "contacts",
        ("Record ID",),
        (
            Fill("customer", COMPANY, first_of_several(record_id)),
            Fill("key", (("Record ID", "Record ID - Contact", "Contact ID"),), _own_id),
            Fill("name", (("Full name",), ("First Name",), ("Last Name",), EMAIL), full_name),
            Fill("email", (EMAIL,)),
            Fill("phone", (("Phone Number",), ("Mobile Phone Number",)), kept=True),
            Fill("title", (("Job Title",),)),
            Fill("roles", (("Buying Role",),), roles(ROLES)),
        ),
        (LeftOut("no_company", COMPANY, lambda texts: not any(texts), needed=True),),
    ),
    Recipe(
        "hubspot-deals",
        "HubSpot",
        "contracts",
        ("Record ID",),
        (
            Fill("customer", COMPANY, first_of_several(record_id)),
            Fill("key", (("Record ID", "Record ID - Deal", "Deal ID"),), _own_id),
            Fill("signed_on", (CLOSE,), day),
            Fill("starts_on", (START, CLOSE), day),
            Fill("ends_on", (END, START, CLOSE, TERM), end, kept=True),
            Fill(
                "module",
                (("Product", "Products", "Product name", "Line item name"),),
                module,
                always=True,
            ),
            Fill("annual_fee", (YEARLY, AMOUNT, START, CLOSE, END, TERM), annual_fee, kept=True),
            Fill("currency", (("Currency",),)),
        ),
        (
            LeftOut(
                "not_won",
                (("Is Closed Won", "Is closed won"), ("Deal Stage",)),
                lambda texts: not is_won(*texts),
                needed=True,
            ),
        ),
    ),
)
