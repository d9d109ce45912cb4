"""Loading contracts, instalments, payments and projects."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import (
    Contract,
    ContractLine,
    Customer,
    Instalment,
    Module,
    Payment,
    Responsibility,
)
from projects.models import Project

HEADER = "customer,key,signed_on,starts_on,ends_on,module,annual_fee"


@pytest.fixture(autouse=True)
def customers(load: Any) -> None:
    load("customers", "key,name,service_manager\nA,Alpha,Sue\nB,Beta,Sue\n")


def lines() -> list[tuple[Any, ...]]:
    return list(
        ContractLine.objects.order_by("contract__key", "module__key", "starts_on").values_list(
            "contract__key", "module__key", "signed_on", "starts_on", "ends_on", "annual_fee"
        )
    )


def test_a_row_is_a_line_and_unknown_modules_are_made_and_reported(load: Any) -> None:
    text = (
        f"{HEADER},seats,is_trial,source\n"
        'A,K1,,2024-01-01,2026-12-31,HR,"1,200.50",10,no,web\n'
        "A,K1,2023-12-15,2024-01-01,,PAY,600,,,\n"
    )
    loaded = load("contracts", text)
    assert loaded.counts == (2, 0, 0, 0)
    assert loaded.answer["created_modules"] == ["HR", "PAY"]
    assert lines() == [
        (
            "K1",
            "HR",
            date(2024, 1, 1),
            date(2024, 1, 1),
            date(2026, 12, 31),
            Decimal("1200.5000"),
        ),
        ("K1", "PAY", date(2023, 12, 15), date(2024, 1, 1), None, Decimal("600.0000")),
    ]
    line = ContractLine.objects.get(module__key="HR")
    assert (line.kind, line.seats, line.is_trial) == ("subscription", 10, False)
    assert line.attributes == {"source": "web"}
    again = load("contracts", text)
    assert again.counts == (0, 0, 2, 0)
    assert "created_modules" not in again.answer


def test_a_line_is_known_by_contract_module_and_start(load: Any) -> None:
    load("contracts", f"{HEADER}\nA,K1,,2024-01-01,2024-12-31,HR,100\n")
    loaded = load(
        "contracts",
        f"{HEADER}\nA,K1,,2024-01-01,2024-12-31,HR,120\nA,K1,,2025-01-01,2025-12-31,HR,120\n",
    )
    assert loaded.counts == (1, 1, 0, 0)
    assert [fee for *_, fee in lines()] == [Decimal(120), Decimal(120)]
    refused = load("contracts", f"{HEADER}\nA,K2,,2024-01-01,,HR,1\nA,K2,,2024-01-01,,HR,2\n")
    assert refused.codes == [(3, "key", "repeated_line")]


def test_bad_lines_are_named(load: Any) -> None:
    loaded = load(
        "contracts",
        f"{HEADER},kind,amount,seats\n"
        "A,K1,,2024-02-01,2024-01-31,HR,1,,,\n"
        "Z,K2,,2024-01-01,,HR,1,,,\n"
        "A,K3,,2024-01-01,,HR,,,,\n"
        "A,K4,,2024-01-01,,HR,,one_off,,\n"
        "A,K5,,2024-01-01,,HR,-1,,,\n"
        "A,K6,,2024-01-01,,HR,1,rental,,1.5\n"
        "A,K7,,2024-01-01,,HR,,one_off,500,\n",
    )
    assert loaded.codes == [
        (2, "ends_on", "ends_before_start"),
        (3, "customer", "unknown_customer"),
        (4, "annual_fee", "empty"),
        (5, "amount", "empty"),
        (6, "annual_fee", "negative"),
        (7, "kind", "not_a_choice"),
        (7, "seats", "not_whole"),
    ]
    assert not Module.objects.exists()


def test_lines_of_one_contract_agree_on_customer_and_renewal(load: Any) -> None:
    loaded = load(
        "contracts",
        f"{HEADER},renewal_of\n"
        "A,OLD,,2023-01-01,2023-12-31,HR,1,\n"
        "A,K1,,2024-01-01,,HR,1,OLD\n"
        "B,K1,,2024-01-01,,PAY,1,\n"
        "A,K1,,2024-01-01,,LMS,1,K0\n",
    )
    assert loaded.codes == [
        (4, "customer", "contract_of_two"),
        (5, "renewal_of", "renews_two"),
    ]
    load("contracts", f"{HEADER}\nA,K1,,2024-01-01,,HR,1\n")
    taken = load("contracts", f"{HEADER}\nB,K1,,2024-01-01,,HR,1\n")
    assert taken.codes == [(2, "customer", "contract_of_another")]


def test_a_renewal_may_stand_before_what_it_renews(load: Any) -> None:
    text = f"{HEADER},renewal_of\nA,K2,,2025-01-01,,HR,1,K1\nA,K1,,2024-01-01,2024-12-31,HR,1,\n"
    load("contracts", text)
    assert Contract.objects.get(key="K2").renewal_of.key == "K1"
    assert load("contracts", text).counts == (0, 0, 2, 0)


def test_a_contract_that_is_refused_takes_all_of_its_lines(load: Any) -> None:
    loaded = load(
        "contracts",
        f"{HEADER},renewal_of\n"
        "A,K1,,2024-01-01,,HR,1,NONE\n"
        "A,K1,,2024-01-01,,PAY,1,NONE\n"
        "A,K2,,2024-01-01,,HR,1,K2\n"
        "B,K3,,2024-01-01,,HR,1,\n",
        skip_bad=True,
    )
    assert loaded.codes == [
        (2, "renewal_of", "unknown_renewal"),
        (3, "key", "contract_rejected"),
        (4, "renewal_of", "circular_renewals"),
    ]
    assert [key for key, *_ in lines()] == ["K3"]


def test_with_a_contract_the_service_manager_is_the_face(load: Any) -> None:
    load("contracts", f"{HEADER}\nA,K1,,2024-01-01,,HR,1\n")
    face = Responsibility.objects.get(customer__key="A", to_on=None)
    assert (face.colleague.name, face.capacity) == ("Sue", "service_manager")


PAYMENTS = "customer,key,paid_on,amount\n"


def test_payments_and_refunds_are_exact(load: Any) -> None:
    text = PAYMENTS + 'A,P1,2024-01-31,"10,000.0001"\nA,P2,2024-02-01,(5.5)\nB,P3,2024-02-02,0\n'
    assert load("payments", text).counts == (3, 0, 0, 0)
    assert list(Payment.objects.order_by("key").values_list("amount", flat=True)) == [
        Decimal("10000.0001"),
        Decimal("-5.5000"),
        Decimal(0),
    ]
    assert load("payments", text).counts == (0, 0, 3, 0)


def test_payments_name_contracts_and_modules_that_are_there(load: Any) -> None:
    load("contracts", f"{HEADER}\nA,K1,,2024-01-01,,HR,1\n")
    loaded = load(
        "payments",
        "customer,key,paid_on,amount,contract,module,currency\n"
        "A,P1,2024-01-31,1,K1,HR,CNY\n"
        "A,P2,2024-01-31,1,K9,,\n"
        "A,P3,2024-01-31,1,,XX,\n"
        "B,P4,2024-01-31,1,K1,,\n"
        "A,P5,2024-01-31,1,,,EUR\n"
        "A,P6,2024-01-31,$1,,,\n",
        skip_bad=True,
    )
    assert loaded.codes == [
        (3, "contract", "unknown_contract"),
        (4, "module", "unknown_module"),
        (5, "contract", "contract_of_another"),
        (6, "currency", "other_currency"),
        (7, "amount", "other_currency"),
    ]
    payment = Payment.objects.get()
    assert (payment.contract.key, payment.module.key) == ("K1", "HR")


def test_a_file_with_dates_in_two_orders_wants_to_be_asked(load: Any) -> None:
    text = PAYMENTS + "A,P1,03/04/2024,1\nA,P2,05/06/2024,1\n"
    loaded = load("payments", text, skip_bad=True)
    assert loaded.refused
    assert loaded.codes == [(2, "paid_on", "date_order_unclear")]
    assert "with --dates dmy|mdy." in loaded.answer["errors"][0]["reason"]
    assert load("payments", text, dates="mdy").counts == (2, 0, 0, 0)
    assert Payment.objects.get(key="P1").paid_on == date(2024, 3, 4)


def test_a_file_with_two_decimal_marks_wants_to_be_asked(load: Any) -> None:
    text = "customer;key;paid_on;amount\nA;P1;2024-01-01;1.234,50\nA;P2;2024-01-01;1,234.50\n"
    loaded = load("payments", text)
    assert [code for *_, code in loaded.codes] == ["decimal_marks_differ"] * 2
    assert load("payments", text, decimal="comma", skip_bad=True).counts == (1, 0, 0, 1)
    assert Payment.objects.get().amount == Decimal("1234.5")


def test_instalments_belong_to_contracts_and_may_be_settled(load: Any) -> None:
    load("contracts", f"{HEADER}\nA,K1,,2024-01-01,,HR,100\n")
    load("payments", PAYMENTS + "A,P1,2024-01-31,100\nB,P2,2024-01-31,100\n")
    text = "customer,contract,due_on,amount,paid_by\nA,K1,2024-01-01,100,P1\nA,K1,2025-01-01,100,\n"
    assert load("instalments", text).counts == (2, 0, 0, 0)
    assert Instalment.objects.get(due_on=date(2024, 1, 1)).paid_by.key == "P1"
    assert load("instalments", text).counts == (0, 0, 2, 0)
    loaded = load(
        "instalments",
        "customer,contract,due_on,amount,paid_by\n"
        "B,K1,2026-01-01,99,\n"
        "A,K9,2026-01-01,100,\n"
        "A,K1,2026-01-01,100,P2\n"
        "A,K1,2027-01-01,100,P9\n"
        "A,K1,2028-01-01,100,\n"
        "A,K1,2028-01-01,101,\n",
    )
    assert loaded.codes == [
        (2, "contract", "contract_of_another"),
        (3, "contract", "unknown_contract"),
        (4, "paid_by", "payment_of_another"),
        (5, "paid_by", "unknown_payment"),
        (7, "due_on", "repeated_instalment"),
    ]
    moved = load("payments", PAYMENTS + "B,P1,2024-01-31,100\n")
    assert moved.codes == [(2, "customer", "payment_settles_another")]


PROJECTS = "customer,key,name,manager,starts_on,due_on,accepted_on,site\n"


def test_projects_make_their_manager_the_face_until_acceptance(load: Any) -> None:
    text = PROJECTS + "A,J1,Go live,Pat,2024-01-01,2024-06-30,,HQ\n"
    assert load("projects", text).counts == (1, 0, 0, 0)
    assert Project.objects.get().attributes == {"site": "HQ"}
    assert Responsibility.objects.get(customer__key="A", to_on=None).colleague.name == "Pat"
    accepted = load("projects", PROJECTS + "A,J1,Go live,Pat,2024-01-01,2024-06-30,2024-05-31,HQ\n")
    assert accepted.counts == (0, 1, 0, 0)
    assert Responsibility.objects.get(customer__key="A", to_on=None).colleague.name == "Sue"


def test_a_file_leaves_a_handover_as_it_is(load: Any) -> None:
    load("projects", PROJECTS + "A,J1,Go live,Pat,2024-01-01,2024-06-30,,HQ\n")
    Project.objects.update(awaits_handover=True)
    accepted = PROJECTS + "A,J1,Go live,Pat,2024-01-01,2024-06-30,{},HQ\n"
    assert load("projects", accepted.format("2024-05-31")).counts == (0, 1, 0, 0)
    project = Project.objects.get()
    assert (project.awaits_handover, project.handover_day) == (True, None)
    assert str(project.accepted_on) == "2024-05-31"
    assert Responsibility.objects.get(customer__key="A", to_on=None).colleague.name == "Pat"
    Project.objects.update(handed_over_on="2024-06-10")
    for day in ("", "2024-06-11"):
        assert load("projects", accepted.format(day)).codes == [
            (2, "accepted_on", "accepted_after_handover")
        ]
    assert load("projects", accepted.format("2024-06-10")).counts == (0, 1, 0, 0)
    assert str(Project.objects.get().handed_over_on) == "2024-06-10"


def test_bad_projects_are_named(load: Any) -> None:
    load("projects", PROJECTS + "A,J0,Old,Pat,2024-01-01,2024-06-30,2024-02-01,\n")
    loaded = load(
        "projects",
        PROJECTS + "A,J1,One,Pat,2024-01-02,2024-01-01,,\n"
        "A,J2,Two,,2024-01-02,2024-02-01,2024-01-01,\n"
        "Z,J3,Three,,2024-01-02,2024-02-01,,\n"
        "B,J0,Old,Pat,2024-01-01,2024-06-30,,\n",
    )
    assert loaded.codes == [
        (2, "due_on", "due_before_start"),
        (3, "accepted_on", "accepted_before_start"),
        (4, "customer", "unknown_customer"),
        (5, "customer", "project_of_another"),
    ]
    later = load(
        "projects",
        "customer,key,name,manager,starts_on,due_on\nA,J0,Old,Pat,2024-03-01,2024-06-30\n",
    )
    assert later.codes == [(2, "starts_on", "accepted_before_start")]
    assert Customer.objects.count() == 2
