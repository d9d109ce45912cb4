"""Salesforce: accounts, contacts and opportunities, as reports label their columns and as data
exports name them."""

from __future__ import annotations

import re

from accounts.loads.reading.recipe import Cells, Fill, LeftOut, Recipe, first_filled
from accounts.loads.reading.values import TRUE
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

# Types of an account that say it is no customer; own types of an organization are kept.
OTHERS = frozenset(
    (
        "prospect",
        "analyst",
        "competitor",
        "integrator",
        "investor",
        "partner",
        "press",
        "reseller",
        "channel partner / reseller",
        "installation partner",
        "technology partner",
    )
)
ROLES = {
    "decision maker": "decision_maker",
    "economic buyer": "decision_maker",
    "economic decision maker": "decision_maker",
    "executive sponsor": "decision_maker",
    "business user": "end_user",
    "end user": "end_user",
    "key user": "key_user",
}
ACCOUNT = (("Account ID", "AccountId"),)
MARKS = (
    "IsDeleted",
    "OwnerId",
    "SystemModstamp",
    "Account Owner",
    "Contact Owner",
    "Opportunity Owner",
    "Opportunity ID",
)
EMAIL = ("Email",)
CURRENCY = ("CurrencyIsoCode", "Currency ISO Code")
CLOSE = ("Close Date", "CloseDate")
START = ("Contract Start Date", "ContractStartDate", "Contract_Start_Date__c", "Start Date")
END = ("Contract End Date", "ContractEndDate", "Contract_End_Date__c", "End Date")
TERM = (
    "Contract Term (months)",
    "Term (months)",
    "Contract Term",
    "ContractTerm",
    "Contract_Term__c",
)
YEARLY = ("Annual Recurring Revenue", "ARR", "ARR__c", "Annual_Recurring_Revenue__c")
# A row per product has the product's own price beside the amount of all of them.
AMOUNT = ("Total Price", "TotalPrice", "Amount")

_short = re.compile(r"[A-Za-z0-9]{15}").fullmatch
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def long_id(cells: Cells, text: str, part: int) -> str:
    """An id in its form of 18 characters: reports write 15, data exports 18."""
    if not _short(text):
        return text
    blocks = (text[:5], text[5:10], text[10:])
    marks = (
        sum(1 << at for at, letter in enumerate(block) if letter.isupper()) for block in blocks
    )
    return text + "".join(_LETTERS[mark] for mark in marks)


def _own_id(cells: Cells) -> str:
    return long_id(cells, first_filled(cells), 0)


DELETED = LeftOut("deleted", (("IsDeleted", "Deleted"),), lambda texts: texts[0].lower() in TRUE)

RECIPES = (
    Recipe(
        "salesforce-accounts",
        "Salesforce",
        "customers",
        MARKS,
        (
            Fill("key", (("Account ID", "AccountId", "Id"),), _own_id),
            Fill("name", (("Account Name", "Name"),)),
            Fill("industry", (("Industry",),)),
            Fill("size", (("Employees", "NumberOfEmployees", "Number of Employees"),)),
            Fill("region", (("Billing Country", "BillingCountry", "Billing Country/Region"),)),
            Fill("currency", ((*CURRENCY, "Account Currency"),)),
            Fill("parent", (("Parent Account ID", "ParentId", "Parent ID"),), _own_id),
            Fill(
                "salesperson",
                (
                    ("Account Owner Email", "Account Owner: Email", "Owner.Email"),
                    ("Account Owner", "Account Owner: Full Name", "Owner.Name"),
                ),
                person,
            ),
        ),
        (
            DELETED,
            LeftOut(
                "not_customer_type",
                (("Type", "Account Type"),),
                lambda texts: texts[0].lower() in OTHERS,
            ),
        ),
    ),
    Recipe(
        "salesforce-contacts",
        "Salesforce",
        "contacts",
        MARKS,
        (
            Fill("customer", ACCOUNT, first_of_several(long_id)),
            Fill("key", (("Contact ID", "ContactId", "Id"),), _own_id),
            Fill(
                "name",
                (
                    ("Full Name", "Contact Name", "Name"),
                    ("First Name", "FirstName"),
                    ("Last Name", "LastName"),
                    EMAIL,
                ),
                full_name,
            ),
            Fill("email", (EMAIL,)),
            Fill("phone", (("Phone", "Business Phone"), ("Mobile", "MobilePhone")), kept=True),
            Fill("title", (("Title",),)),
            Fill("roles", (("Role", "Contact Role", "Contact Roles", "Roles"),), roles(ROLES)),
        ),
        (DELETED, LeftOut("no_company", ACCOUNT, lambda texts: not texts[0], needed=True)),
    ),
    Recipe(
        "salesforce-opportunities",
        "Salesforce",
        "contracts",
        MARKS,
        (
            Fill("customer", ACCOUNT, first_of_several(long_id)),
            Fill("key", (("Opportunity ID", "OpportunityId", "Id"),), _own_id),
            Fill("signed_on", (CLOSE,), day),
            Fill("starts_on", (START, CLOSE), day),
            Fill("ends_on", (END, START, CLOSE, TERM), end, kept=True),
            Fill(
                "module",
                (("Product Name", "Product2.Name", "Product Code", "ProductCode", "Product"),),
                module,
                always=True,
            ),
            Fill("annual_fee", (YEARLY, AMOUNT, START, CLOSE, END, TERM), annual_fee, kept=True),
            Fill("currency", ((*CURRENCY, "Opportunity Currency", "Amount Currency"),)),
        ),
        (
            DELETED,
            LeftOut(
                "not_won",
                (("Won", "IsWon"), ("Stage", "StageName")),
                lambda texts: not is_won(*texts),
                needed=True,
            ),
        ),
    ),
)
