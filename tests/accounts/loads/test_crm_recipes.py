"""Exports of HubSpot, loaded by their recipes, and what holds for all recipes."""

from __future__ import annotations

import io
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.actions.load_work import work_on_load
from accounts.models import Contact, ContactRole, ContractLine, Customer, Load, Tenant, User
from accounts.queries.loads import notes_in_words
from accounts.tasks import run_load
from accounts.tenancy import tenant_scope
from tests.accounts.loads_crm import Brought, counts, errors, lines, told

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


def test_the_mapping_step_offers_the_recipe(
    client: Client, alice: User, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_load, "delay", lambda *ids: None)
    client.force_login(alice)

    def upload(text: str) -> str:
        file = SimpleUploadedFile("companies.csv", text.encode(), "text/csv")
        answer = client.post("/t/acme/loads/new/", {"kind": "customers", "file": file})
        return str(answer["Location"])

    place = upload("id,name,Industry\nA,Alpha,x\n")
    assert "recipe" not in client.get(place).content.decode()
    client.post(place, {"recipe": "hubspot-companies"})
    with tenant_scope(tenant.id):
        assert Load.objects.get().state == Load.State.UPLOADED
        Load.objects.all().delete()

    place = upload(COMPANIES)
    assert "export of HubSpot" in client.get(place).content.decode()
    assert client.post(place, {"recipe": "hubspot-companies"}).status_code == 302
    with tenant_scope(tenant.id):
        load = Load.objects.get()
    assert (load.state, load.options["recipe"]) == (Load.State.CHECKING, "hubspot-companies")
    work_on_load(tenant_id=tenant.pk, load_id=load.pk)
    assert "lifecycle stage" in client.get(f"/t/acme/loads/{load.pk}/").content.decode()
    client.post(f"/t/acme/loads/{load.pk}/runs/")
    work_on_load(tenant_id=tenant.pk, load_id=load.pk)
    with tenant_scope(tenant.id):
        assert Customer.objects.count() == 2
