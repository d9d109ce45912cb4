"""Conditions asked of the database: who meets them, and that the unknown meets none."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection

from accounts.models import (
    Colleague,
    Contact,
    ContactRole,
    Contract,
    ContractLine,
    Customer,
    Module,
)
from segmentation import catalogue
from segmentation.catalogue import Better, Measure, Number, Unit
from segmentation.compute.conditions import ConditionFaulty, parse
from segmentation.models import Assignment, MeasureRow
from segmentation.queries.condition_fields import condition_fields
from segmentation.queries.conditions import Rows, matching
from tests.segmentation.screens.screen_world import (
    LAST,
    MONTH_END,
    customer,
    faced,
    moved,
    night,
    stands,
)


def among(document: dict[str, Any], day: date = LAST, *, is_newest: bool = True) -> str:
    """First letters of the customers that meet a condition, in order."""
    condition = parse(document, condition_fields().by_key)
    sql, parameters = matching(condition, Rows(day, is_newest=is_newest))
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        ids = [pk for (pk,) in cursor.fetchall()]
    assert len(ids) == len(set(ids))
    names = Customer.objects.filter(pk__in=ids).order_by("name").values_list("name", flat=True)
    return "".join(name[0] for name in names)


def who(field: str, operator: str, value: Any = None, **more: Any) -> str:
    comparison = {"field": field, "operator": operator, "value": value, **more}
    return among(
        {"match": "all", "conditions": [{k: v for k, v in comparison.items() if v is not None}]}
    )


@pytest.fixture
def world(scope) -> None:  # type: ignore[no-untyped-def]
    """A has much, B less, C nothing: every measure and word of C is unknown."""
    cache.clear()
    earlier, last = night(MONTH_END), night()
    ann = Colleague.objects.create(key="ann@x.example", name="Ann")
    group = customer("Zeta Group", key="ZETA")
    a = customer("Alpha", industry="Retail", size="large", service_manager=ann, parent=group,
                 attributes={"plan": "gold", "sites": "12"})  # fmt: skip
    b = customer("Beta", industry="Banking", attributes={"plan": "basic", "sites": " 3.5 "})
    c = customer("Gamma", attributes={"plan": "", "sites": "many"})
    for on in (earlier, last):
        stands(a, on, tier="high", stage="loyal", eleven="champions", r=5, arr=Decimal("9000.50"),
               days_since_usage=1, seat_utilisation=0.8)  # fmt: skip
        stands(b, on, tier="low", stage="active", eleven="at_risk", r=1, arr=Decimal(0),
               days_since_usage=40, seat_utilisation=0.25)  # fmt: skip
    stands(c, last, tier="", stage="potential", eleven="", class8="", arr=None,
           days_since_usage=None, seat_utilisation=None, days_to_renewal=None)  # fmt: skip
    Assignment.objects.filter(customer=a).update(activity="high", value="high")
    Assignment.objects.filter(customer=b).update(activity="low")
    moved(a, last, "mid", "high")
    moved(b, earlier, "mid", "low")
    faced(a, "Ann@x.example", date(2025, 1, 1))
    faced(b, "Ben", date(2025, 1, 1), LAST - timedelta(days=3))
    faced(b, "Cid", LAST - timedelta(days=3))
    module = Module.objects.create(key="payroll", name="Payroll")
    Module.objects.create(key="training", name="Training")
    contract = Contract.objects.create(customer=a, key="K")
    ContractLine.objects.create(
        contract=contract, module=module, signed_on=LAST, starts_on=date(2025, 1, 1)
    )
    contact = Contact.objects.create(customer=a, key="1", name="Kay")
    Contact.objects.create(customer=a, key="2", name="Lee")
    ContactRole.objects.create(contact=contact, role="key_user", to_on=LAST)
    ContactRole.objects.create(contact=contact, role="decision_maker", to_on=LAST - timedelta(1))


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (("arr", "at_least", 9000.5), "A"),
        (("arr", "at_most", 9000.5), "AB"),
        (("arr", "between", [1, 10000]), "A"),
        (("arr", "is", 0), "B"),
        (("arr", "is_not", 0), "A"),
        (("arr", "is_known"), "AB"),
        (("arr", "is_unknown"), "G"),
        (("seat_utilisation", "at_least", 0.25), "AB"),
        (("days_since_usage", "at_least", 30), "B"),
        (("nps", "is_unknown"), "ABG"),
        (("nps", "at_least", -100), ""),
        (("tier", "is", "high"), "A"),
        (("tier", "is_not", "high"), "B"),
        (("tier", "is_one_of", ["high", "low"]), "AB"),
        (("tier", "is_unknown"), "G"),
        (("stage", "is", "potential"), "G"),
        (("eleven", "is_not", "champions"), "B"),
        (("class8", "is_unknown"), "G"),
        (("activity", "is", "high"), "A"),
        (("value", "is_known"), "A"),
        (("r", "at_most", 2), "B"),
        (("industry", "is", "Retail"), "A"),
        (("industry", "is_not", "Retail"), "B"),
        (("industry", "contains", "BANK"), "B"),
        (("industry", "contains", "%"), ""),
        (("industry", "is_unknown"), "G"),
        (("name", "contains", "a"), "ABG"),
        (("parent", "is", "ZETA"), "A"),
        (("parent", "is_unknown"), "BG"),
        (("attributes.plan", "is_one_of", ["gold", "basic"]), "AB"),
        (("attributes.plan", "is_unknown"), "G"),
        (("attributes.sites", "at_least", 3.5), "AB"),
        (("attributes.sites", "at_most", 4), "B"),
        (("attributes.sites", "is", "many"), "G"),
        (("service_manager", "is", "ann@x.example"), "A"),
        (("service_manager", "is_not", "ann@x.example"), ""),
        (("service_manager", "is_unknown"), "BG"),
        (("face", "is", "cid"), "B"),
        (("face", "is_not", "cid"), "A"),
        (("face", "is_unknown"), "G"),
        (("modules", "is", "payroll"), "A"),
        (("modules", "is_not", "payroll"), "BG"),
        (("modules", "is_one_of", ["payroll", "training"]), "A"),
        (("contacts", "at_least", 2), "A"),
        (("contacts", "is", 0), "BG"),
        (("key_users", "is", 1), "A"),
        (("decision_makers", "is", 0), "ABG"),
    ],
    ids=str,
)  # fmt: skip
def test_who_meets_a_comparison(asked: tuple[Any, ...], expected: str) -> None:
    assert who(*asked) == expected


@pytest.mark.usefixtures("world")
def test_entered_and_left_count_days_up_to_the_night() -> None:
    assert who("tier", "entered_within", "high", days=1) == "A"
    assert who("tier", "left_within", "mid", days=1) == "A"
    back = (LAST - MONTH_END).days
    assert who("tier", "left_within", "mid", days=back) == "A"
    assert who("tier", "left_within", "mid", days=back + 1) == "AB"
    assert who("stage", "entered_within", "loyal", days=300) == ""


@pytest.mark.usefixtures("world")
def test_all_any_and_none_nest() -> None:
    rich = {"field": "arr", "operator": "at_least", "value": 1}
    low = {"field": "tier", "operator": "is", "value": "low"}
    assert among({"match": "any", "conditions": [rich, low]}) == "AB"
    assert among({"match": "all", "conditions": [rich, low]}) == ""
    # Whoever has no ARR known is not found by "ARR at least 1", so "none of" finds it.
    assert among({"match": "none", "conditions": [rich, low]}) == "G"
    inner = {"match": "none", "conditions": [low]}
    assert among({"match": "all", "conditions": [inner]}) == "AG"
    assert among({"match": "none", "conditions": [inner]}) == "B"


@pytest.mark.usefixtures("world")
def test_an_earlier_night_is_asked_as_it_was() -> None:
    asked = {"match": "all", "conditions": [{"field": "face", "operator": "is_known"}]}
    assert among(asked, MONTH_END, is_newest=False) == "AB"
    asked["conditions"] = [{"field": "face", "operator": "is", "value": "ben"}]
    assert among(asked, MONTH_END, is_newest=False) == "B"
    asked["conditions"] = [{"field": "stage", "operator": "is", "value": "potential"}]
    assert among(asked, MONTH_END, is_newest=False) == ""
    asked["conditions"] = [{"field": "activity", "operator": "is", "value": "high"}]
    assert among(asked, MONTH_END, is_newest=False) == "A"


@pytest.mark.usefixtures("world")
def test_a_measure_that_another_app_registers_can_be_compared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    measure = Measure("coffees", "Coffees", "Cups.", Unit.COUNT, Number.WHOLE, Better.MORE, "usage")
    monkeypatch.setitem(catalogue._measures, "coffees", measure)
    rows = MeasureRow.objects.filter(as_of=LAST)
    rows.filter(customer__name="Alpha").update(further={"coffees": 3})
    rows.filter(customer__name="Beta").update(further={"coffees": "three"})
    assert who("coffees", "at_least", 3) == "A"
    assert who("coffees", "is_unknown") == "BG"


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    "comparison",
    [
        {"field": "tier", "operator": "is", "value": "vip"},
        {"field": "attributes.gone", "operator": "is_known"},
        {"field": "face", "operator": "is", "value": "nobody@x.example"},
        {"field": "modules", "operator": "is", "value": "gone"},
    ],
    ids=lambda comparison: comparison["field"],
)
def test_what_the_tenant_does_not_have_cannot_be_asked(comparison: dict[str, Any]) -> None:
    with pytest.raises(ConditionFaulty):
        among({"match": "all", "conditions": [comparison]})


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("hostile", ["'; DROP TABLE x; --", "%s", "%(tenant)s", "\\", '"'])
def test_what_is_typed_stays_a_value(hostile: str) -> None:
    assert who("industry", "contains", hostile) == ""
    Customer.objects.filter(name="Alpha").update(attributes={hostile: "1"})
    cache.clear()
    assert who(f"attributes.{hostile}", "at_least", 1) == "A"
