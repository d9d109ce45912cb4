"""Exports of HubSpot and Salesforce, loaded by their recipes."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.actions.loads import load_file
from accounts.loads.recipes import find_recipe
from accounts.loads.registry import find_kind
from accounts.loads.running import LoadOptions
from accounts.models import Contact, ContactRole, ContractLine, Customer, Load, Tenant
from accounts.queries.loads import notes_in_words

Brought = Callable[..., dict[str, Any]]

COMPANIES = (
    "\ufeffRecord ID,Company name,Company Domain Name,Industry,Number of Employees,"
    "Country/Region,Company owner,Lifecycle Stage,About us\n"
    '9001,Bluebay,bluebay.example,COMPUTER_SOFTWARE,120,Malta,Sam Sales,Customer,"First line\n'
    'second, with ""quotes"""\n'
    "9002,,harbour.example,,,Kenya,Sam.Sales@Acme.example,,\n"
    "9003,Prospect,p.example,,,,,Marketing Qualified Lead,\n"
    "9004,Also a prospect,q.example,,,,,opportunity,\n"
)
CONTACTS = (
    "Record ID,First Name,Last Name,Email,Phone Number,Job Title,Buying Role,"
    "Associated Company IDs,Lead Status\n"
    "8001,Priya,Example,priya@bluebay.example,+44 1,CFO,Budget Holder;Champion,9001,Open\n"
    "8002,,,tom@harbour.example,,,Influencer,9002;9999,\n"
    "8003,Ola,Nobody,,,,,,\n"
)
DEALS = (
    "Record ID,Deal Name,Deal Stage,Close Date,Amount,Contract Term (months),Product,"
    "Associated Company IDs (Primary),Deal owner\n"
    "7001,Bluebay new,Closed won,2025-03-15 09:30,24000.00,24,Payroll,9001,Sam\n"
    "7002,Harbour,Closed won (Sales Pipeline),2025-01-31,1200,,,9002;9001,Sam\n"
    "7003,Lost,Closed lost,2025-02-01,500,,,9001,Sam\n"
    "7004,Open,Proposal,2026-02-01,500,,,9001,Sam\n"
)
ACCOUNTS = (
    "Account ID,Account Name,Type,Industry,Employees,Billing Country,Parent Account ID,"
    "Account Owner,Rating\n"
    "0015g00000AbCdE,Child,Customer - Direct,Energy,50,Chile,0015g00000ZZZZZ,Ann Lee,Hot\n"
    "0015g00000ZZZZZ,Mother,,Energy,500,Chile,,Ann Lee (Deactivated User),\n"
    "0015g00000PPPPP,Prospect,Prospect,,,,,,\n"
    "0015g00000QQQQQ,Partner,Channel Partner / Reseller,,,,,,\n"
)


@pytest.fixture
def bring(scope: Any) -> Brought:
    """`bring("hubspot-companies", text)` → what the command prints"""

    def run(recipe: str, text: str, **options: Any) -> dict[str, Any]:
        found = find_recipe(recipe)
        assert found
        kind = find_kind(found.kind)
        assert kind
        load, result = load_file(
            handle=io.BytesIO(text.encode()),
            filename="export.csv",
            kind=kind,
            options=LoadOptions(recipe=recipe, **options),
            tenant=scope,
            by=None,
        )
        return result.as_json(load.pk if load else None)

    return run


def counts(answer: dict[str, Any]) -> tuple[int, ...]:
    return tuple(answer[name] for name in ("created", "updated", "unchanged", "rejected"))


def errors(answer: dict[str, Any]) -> list[tuple[int, str, str, str]]:
    return [(e["line"], e["column"], e["value"], e["code"]) for e in answer["errors"]]


def told(answer: dict[str, Any], what: str) -> dict[str, list[int]]:
    found = {note["code"]: note["lines"] for note in answer.get(what, [])}
    assert all(note["reason"] and note["rows"] >= 1 for note in answer.get(what, []))
    return found


def lines() -> list[tuple[Any, ...]]:
    names = ("contract__key", "contract__customer__key", "module__key", "signed_on", "starts_on")
    found = ContractLine.objects.order_by("contract__key", "module__key")
    return list(found.values_list(*names, "ends_on", "annual_fee"))


def test_companies_of_hubspot(bring: Brought) -> None:
    first = bring("hubspot-companies", COMPANIES)
    assert counts(first) == (2, 0, 0, 0), first["errors"]
    assert first["read"] == 4
    assert told(first, "left_out") == {"prospect_stage": [5, 6]}
    one, two = Customer.objects.order_by("key")
    assert (one.key, one.name, one.industry, one.size) == (
        "9001",
        "Bluebay",
        "COMPUTER_SOFTWARE",
        "120",
    )
    assert (one.region, one.salesperson and one.salesperson.key) == ("Malta", "Sam Sales")
    assert one.attributes["About us"] == 'First line\nsecond, with "quotes"'
    assert one.attributes["Company Domain Name"] == "bluebay.example"
    assert one.attributes["Lifecycle Stage"] == "Customer"
    assert two.name == "harbour.example"
    assert two.salesperson
    assert two.salesperson.key == "sam.sales@acme.example"
    again = bring("hubspot-companies", COMPANIES)
    assert counts(again) == (0, 0, 2, 0)


def test_contacts_of_hubspot(bring: Brought) -> None:
    bring("hubspot-companies", COMPANIES)
    first = bring("hubspot-contacts", CONTACTS)
    assert counts(first) == (2, 0, 0, 0), first["errors"]
    assert told(first, "left_out") == {"no_company": [4]}
    assert told(first, "told") == {"further_companies": [3], "further_roles": [3]}
    one, two = Contact.objects.order_by("key")
    assert (one.customer.key, one.name, one.email) == (
        "9001",
        "Priya Example",
        "priya@bluebay.example",
    )
    assert (one.phone, one.title, one.attributes["Lead Status"]) == ("+44 1", "CFO", "Open")
    assert (two.customer.key, two.name) == ("9002", "tom@harbour.example")
    roles = ContactRole.objects.order_by("role").values_list("contact__key", "role")
    assert list(roles) == [("8001", "decision_maker"), ("8001", "key_user")]
    assert counts(bring("hubspot-contacts", CONTACTS)) == (0, 0, 2, 0)


def test_deals_of_hubspot(bring: Brought) -> None:
    bring("hubspot-companies", COMPANIES)
    first = bring("hubspot-deals", DEALS)
    assert counts(first) == (2, 0, 0, 0), first["errors"]
    assert first["created_modules"] == ["Payroll", "unspecified"]
    assert told(first, "left_out") == {"not_won": [4, 5]}
    assert told(first, "told") == {
        "amount_per_year": [2],
        "further_companies": [3],
        "no_product": [3],
        "twelve_months": [3],
    }
    spring, winter = date(2025, 3, 15), date(2025, 1, 31)
    assert lines() == [
        ("7001", "9001", "Payroll", spring, spring, date(2027, 3, 14), Decimal(12000)),
        ("7002", "9002", "unspecified", winter, winter, date(2026, 1, 30), Decimal(1200)),
    ]
    line = ContractLine.objects.get(contract__key="7001")
    assert line.attributes["Amount"] == "24000.00"
    assert line.attributes["Deal owner"] == "Sam"
    assert counts(bring("hubspot-deals", DEALS)) == (0, 0, 2, 0)
    words = notes_in_words(Load.objects.get(pk=first["load"]))
    assert any("not won" in text and "2" in text and "4" in text for text in words)


def test_the_crm_s_own_word_for_won_goes_before_the_stage(bring: Brought) -> None:
    bring("hubspot-companies", COMPANIES)
    text = (
        "Record ID,Deal Stage,Is Closed Won,Close Date,Amount,Associated Company IDs\n"
        "1,Signed,true,2025-01-01,10,9001\n"
        "2,Closed won,false,2025-01-01,10,9001\n"
        "3,Not won,,2025-01-01,10,9001\n"
    )
    answer = bring("hubspot-deals", text)
    assert (counts(answer), told(answer, "left_out")) == ((1, 0, 0, 0), {"not_won": [3, 4]})


def test_a_figure_for_a_year_goes_before_the_amount(bring: Brought) -> None:
    bring("hubspot-companies", COMPANIES)
    text = (
        "Record ID,Deal Stage,Close Date,Contract Start Date,Contract End Date,Amount,"
        "Annual recurring revenue,Associated Company IDs\n"
        "1,Won,2025-01-01,2025-02-01,2028-01-31,3600,1000,9001\n"
        "2,Won,2025-01-01,2025-02-01,2028-01-31,3600,0,9001\n"
        "3,Won,2025-01-01,,2025-06-30,600,,9001\n"
    )
    assert counts(bring("hubspot-deals", text)) == (3, 0, 0, 0)
    assert [(line[4], line[5], line[6]) for line in lines()] == [
        (date(2025, 2, 1), date(2028, 1, 31), Decimal(1000)),
        (date(2025, 2, 1), date(2028, 1, 31), Decimal(1200)),
        (date(2025, 1, 1), date(2025, 6, 30), Decimal(1200)),
    ]


def test_bad_rows_are_named_by_line_and_the_crm_s_column(bring: Brought) -> None:
    bring("hubspot-companies", COMPANIES)
    text = (
        "Record ID,Deal Name,Deal Stage,Close Date,Amount,Contract Term (months),"
        "Associated Company IDs\n"
        '1,"two\nlines",Closed won,2025-02-30,10,,9001\n'
        "2,b,Closed won,2025-02-01,much,24,9001\n"
        "3,c,Closed won,2025-02-01,10,0,9001\n"
        "4,d,Closed won,2025-02-01,10,,4711\n"
        "5,e,Closed won,2025-02-01,,,9001\n"
        "6.1E+09,f,Closed won,2025-02-01,10,,9001\n"
        "7,g,Closed won,2025-02-01,10,,\n"
        "8,h,Closed won,2025-02-01,10,,9001\n"
    )
    refused = bring("hubspot-deals", text)
    assert errors(refused) == [
        (2, "Close Date", "2025-02-30", "no_such_day"),
        (4, "Amount", "much", "not_an_amount"),
        (5, "Contract Term (months)", "0", "not_a_term"),
        (6, "Associated Company IDs", "4711", "unknown_customer"),
        (7, "Amount", "", "empty"),
        (8, "Record ID", "6.1E+09", "shortened_id"),
        (9, "Associated Company IDs", "", "empty"),
    ]
    assert not ContractLine.objects.exists()
    assert counts(bring("hubspot-deals", text, skip_bad=True)) == (1, 0, 0, 7)


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


def test_an_amount_with_a_decimal_comma_is_divided_as_it_is_written(bring: Brought) -> None:
    bring("hubspot-companies", COMPANIES)
    text = (
        "Record ID;Deal Stage;Close Date;Amount;Term (months);Associated Company IDs\n"
        "1;Won;31.01.2025;2.001,00;24;9001\n"
    )
    assert counts(bring("hubspot-deals", text)) == (1, 0, 0, 0)
    assert [line[6] for line in lines()] == [Decimal("1000.50")]


def test_another_file_is_refused_by_the_crm_s_names(bring: Brought) -> None:
    answer = bring("hubspot-deals", "key,name\nA,Alpha\n")
    reason = answer["errors"][0]["reason"]
    for name in ("Record ID", "Close Date", "Deal Stage", "Is Closed Won"):
        assert name in reason


def test_a_column_named_by_hand_goes_before_the_recipe(bring: Brought) -> None:
    bring("hubspot-companies", COMPANIES)
    text = DEALS.replace("Deal owner", "Suite").replace("Sam\n", "Core\n")
    bring("hubspot-deals", text, mapping={"module": "Suite", "annual_fee": "Amount"})
    assert [(line[2], line[6]) for line in lines()] == [
        ("Core", Decimal(24000)),
        ("Core", Decimal(1200)),
    ]


def test_the_command_knows_its_recipes(
    tenant: Tenant, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "companies.csv"
    path.write_text(COMPANIES, encoding="utf-8")

    def run(*arguments: str) -> dict[str, Any]:
        out = io.StringIO()
        call_command("load", *arguments, "--tenant", "acme", stdout=out, stderr=io.StringIO())
        found: dict[str, Any] = json.loads(out.getvalue().splitlines()[-1])
        return found

    answer = run("customers", str(path), "--recipe", "hubspot-companies")
    assert (answer["recipe"], answer["created"]) == ("hubspot-companies", 2)
    assert answer["left_out"][0]["rows"] == 2
    with pytest.raises(CommandError) as unknown:
        run("customers", str(path), "--recipe", "pipedrive-deals")
    assert unknown.value.returncode == 2
    for name in ("hubspot-companies", "salesforce-opportunities"):
        assert name in str(unknown.value)
    with pytest.raises(CommandError) as other:
        run("contacts", str(path), "--recipe", "hubspot-companies")
    assert (other.value.returncode, "customers" in str(other.value)) == (2, True)
    with pytest.raises(SystemExit) as ended:
        call_command("load", "--recipe", "list")
    assert ended.value.code == 0
    assert "load contracts FILE --recipe salesforce-opportunities" in capsys.readouterr().out
