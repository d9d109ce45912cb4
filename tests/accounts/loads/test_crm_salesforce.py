"""Exports of Salesforce, loaded by their recipes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from accounts.models import ContactRole, Customer
from tests.accounts.loads_crm import Brought, counts, lines, told

ACCOUNTS = (
    "Account ID,Account Name,Type,Industry,Employees,Billing Country,Parent Account ID,"
    "Account Owner,Rating\n"
    "0015g00000AbCdE,Child,Customer - Direct,Energy,50,Chile,0015g00000ZZZZZ,Ann Lee,Hot\n"
    "0015g00000ZZZZZ,Mother,,Energy,500,Chile,,Ann Lee (Deactivated User),\n"
    "0015g00000PPPPP,Prospect,Prospect,,,,,,\n"
    "0015g00000QQQQQ,Partner,Channel Partner / Reseller,,,,,,\n"
)


def test_accounts_of_salesforce_in_both_forms(bring: Brought) -> None:
    first = bring("salesforce-accounts", ACCOUNTS)
    assert counts(first) == (2, 0, 0, 0), first["errors"]
    assert told(first, "left_out") == {"not_customer_type": [4, 5]}
    child = Customer.objects.get(name="Child")
    assert child.key == "0015g00000AbCdEAAV"
    assert child.parent
    assert child.parent.name == "Mother"
    assert child.attributes == {"Type": "Customer - Direct", "Rating": "Hot"}
    owners = Customer.objects.values_list("salesperson__key", flat=True)
    assert list(owners) == ["Ann Lee", "Ann Lee"]
    assert counts(bring("salesforce-accounts", ACCOUNTS)) == (0, 0, 2, 0)
    exported = (
        '"Id","IsDeleted","Name","Type","ParentId","Industry","NumberOfEmployees","BillingCountry"\n'
        '"0015g00000AbCdEAAV","false","Child","","","Energy","60","Chile"\n'
        '"0015g00000DDDDDQA2","true","Gone","","","","",""\n'
    )
    later = bring("salesforce-accounts", exported)
    assert (counts(later), told(later, "left_out")) == ((0, 1, 0, 0), {"deleted": [3]})
    child.refresh_from_db()
    assert (child.size, child.parent) == ("60", None)


def test_ids_of_fifteen_characters_become_those_of_eighteen(bring: Brought) -> None:
    bring("salesforce-accounts", "Account ID,Account Name\n001D000000IqhSL,One\n12,Two\n")
    assert set(Customer.objects.values_list("key", flat=True)) == {"001D000000IqhSLIAZ", "12"}


def test_contacts_and_opportunities_of_salesforce(bring: Brought) -> None:
    bring("salesforce-accounts", ACCOUNTS)
    contacts = (
        "Contact ID,First Name,Last Name,Account ID,Title,Email,Phone,Role\n"
        "0035g00000AAAAA,Eva,Ruiz,0015g00000AbCdE,CEO,eva@x.example,1,Economic Buyer\n"
        "0035g00000BBBBB,No,Account,,,,,\n"
    )
    first = bring("salesforce-contacts", contacts)
    assert (counts(first), told(first, "left_out")) == ((1, 0, 0, 0), {"no_company": [3]})
    role = ContactRole.objects.select_related("contact").get()
    assert (role.role, role.contact.name) == ("decision_maker", "Eva Ruiz")
    assert counts(bring("salesforce-contacts", contacts)) == (0, 0, 1, 0)

    report = (
        "Opportunity ID,Opportunity Name,Account ID,Stage,Close Date,Amount,Total Price,"
        "Product Name,Opportunity Owner\n"
        '0065g00000AAAAA,Big,0015g00000AbCdE,Closed Won,1/31/2025,"3,000.00","1,000.00",HR,Ann\n'
        '0065g00000AAAAA,Big,0015g00000AbCdE,Closed Won,1/31/2025,"3,000.00","2,000.00",Pay,Ann\n'
        "0065g00000BBBBB,Lost,0015g00000AbCdE,Closed Lost,3/4/2025,1.00,1.00,HR,Ann\n"
    )
    deals = bring("salesforce-opportunities", report)
    assert counts(deals) == (2, 0, 0, 0), deals["errors"]
    assert deals["dates"] == "mdy"
    assert told(deals, "left_out") == {"not_won": [4]}
    assert [(line[2], line[4], line[5], line[6]) for line in lines()] == [
        ("HR", date(2025, 1, 31), date(2026, 1, 30), Decimal(1000)),
        ("Pay", date(2025, 1, 31), date(2026, 1, 30), Decimal(2000)),
    ]
    assert counts(bring("salesforce-opportunities", report)) == (0, 0, 2, 0)
    exported = (
        '"Id","IsDeleted","AccountId","Name","StageName","IsWon","CloseDate","Amount"\n'
        '"0065g00000CCCCCQA3","false","0015g00000AbCdEAAV","New","Signed","true",'
        '"2025-03-01","500.0"\n'
    )
    assert counts(bring("salesforce-opportunities", exported)) == (1, 0, 0, 0)
