"""Taking loads back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from accounts.actions.loads import NotPossible, undo_load
from accounts.loads.dependants import CannotUndo
from accounts.models import (
    AuditRecord,
    Colleague,
    ContactRole,
    Contract,
    Customer,
    Load,
    Module,
    Payment,
    Responsibility,
    RowVersion,
)

CONTRACTS = "customer,key,signed_on,starts_on,ends_on,module,annual_fee\n"


def as_stored() -> list[dict[str, Any]]:
    """All customers without the moment from which they are known as they are."""
    return [
        {name: value for name, value in row.items() if name != "known_from"}
        for row in Customer.objects.order_by("key").values()
    ]


def test_created_rows_go_and_changed_rows_are_as_before(load: Any) -> None:
    load("customers", "key,name,parent,city\nA,Alpha,,Bonn\nB,Beta,,\n")
    before = as_stored()
    second = load("customers", "key,name,parent,city,vip\nA,Aleph,C,Kiel,1\nC,Gamma,B,,\n")
    undone = undo_load(load=second.load, by=None)
    assert (undone.removed, undone.restored) == (1, 1)
    assert as_stored() == before
    assert Load.objects.get(pk=second.load.pk).state == Load.State.UNDONE
    assert AuditRecord.objects.get(verb="load.undone").data == {
        "kind": "customers",
        "removed": 1,
        "restored": 1,
    }


def test_what_was_known_in_between_stays_knowable(load: Any) -> None:
    moments = [datetime(2024, month, 1, tzinfo=UTC) for month in (1, 2, 3)]
    with time_machine.travel(moments[0], tick=False):
        load("customers", "key,name\nA,Alpha\n")
    with time_machine.travel(moments[1], tick=False):
        second = load("customers", "key,name\nA,Aleph\nB,Beta\n")
    with time_machine.travel(moments[2], tick=False):
        undo_load(load=second.load, by=None)

    def known_at(moment: datetime) -> list[str]:
        now = Customer.objects.filter(known_from__lte=moment).values_list("name", flat=True)
        past = RowVersion.objects.filter(
            table="accounts_customer", known_from__lte=moment, known_to__gt=moment
        )
        return sorted([*now, *(version.before["name"] for version in past if version.before)])

    assert [known_at(moment) for moment in moments] == [["Alpha"], ["Aleph", "Beta"], ["Alpha"]]


def test_an_undone_load_can_be_loaded_and_undone_again(load: Any) -> None:
    text = "key,name,salesperson\nA,Alpha,Ann\n"
    for _ in range(2):
        loaded = load("customers", text)
        assert loaded.counts == (1, 0, 0, 0)
        undo_load(load=loaded.load, by=None)
        assert not Customer.objects.exists()
        assert not Responsibility.objects.exists()
        assert not Colleague.objects.exists()


def test_a_load_is_undone_once(load: Any) -> None:
    loaded = load("customers", "key,name\nA,Alpha\n")
    undo_load(load=loaded.load, by=None)
    with pytest.raises(NotPossible):
        undo_load(load=loaded.load, by=None)
    refused = load("customers", "key,name\n,x\n")
    with pytest.raises(NotPossible):
        undo_load(load=refused.load, by=None)


def test_what_depends_on_a_load_holds_it_back(load: Any) -> None:
    customers = load("customers", "key,name\nA,Alpha\nB,Beta\n")
    payments = load(
        "payments", "customer,key,paid_on,amount\nA,P1,2024-01-01,1\nA,P2,2024-01-01,1\n"
    )
    load("usage", "customer,occurred_at,event\nB,2024-01-01,e\n")
    with pytest.raises(CannotUndo) as caught:
        undo_load(load=customers.load, by=None)
    assert {(found.model, found.count) for found in caught.value.dependants} == {
        ("accounts.payment", 2),
        ("segmentation.usageevent", 1),
    }
    assert "2 payments" in str(caught.value)
    assert Customer.objects.count() == 2
    undo_load(load=payments.load, by=None)
    assert not Payment.objects.exists()


def test_rows_changed_later_hold_a_load_back(load: Any) -> None:
    first = load("customers", "key,name\nA,Alpha\nB,Beta\n")
    second = load("customers", "key,name\nA,Aleph\n")
    with pytest.raises(CannotUndo) as caught:
        undo_load(load=first.load, by=None)
    (found,) = caught.value.dependants
    assert (found.model, found.count, found.later_change) == ("accounts.customer", 1, True)
    assert Customer.objects.get(key="A").name == "Aleph"
    # The last one first: what was undone stands in nobody's way.
    undo_load(load=second.load, by=None)
    undone = undo_load(load=first.load, by=None)
    assert (undone.removed, Customer.objects.count()) == (2, 0)


def test_a_change_by_hand_holds_a_load_back(load: Any) -> None:
    loaded = load("customers", "key,name\nA,Alpha\n")
    customer = Customer.objects.get()
    RowVersion.objects.create(
        table="accounts_customer",
        row_id=customer.pk,
        before={"name": "Alpha"},
        known_from=customer.known_from,
        known_to=customer.known_from,
    )
    with pytest.raises(CannotUndo):
        undo_load(load=loaded.load, by=None)


def test_a_failed_undo_leaves_everything(load: Any) -> None:
    load("customers", "key,name\nA,Alpha\n")
    second = load("customers", "key,name\nA,Aleph\nB,Beta\n")
    load("payments", "customer,key,paid_on,amount\nB,P1,2024-01-01,1\n")
    before = as_stored(), RowVersion.objects.count()
    with pytest.raises(CannotUndo):
        undo_load(load=second.load, by=None)
    assert (as_stored(), RowVersion.objects.count()) == before
    assert Load.objects.get(pk=second.load.pk).state == Load.State.DONE


def test_modules_that_something_else_uses_stay(load: Any) -> None:
    load("customers", "key,name\nA,Alpha\n")
    first = load("contracts", CONTRACTS + "A,K1,,2024-01-01,,HR,1\nA,K1,,2024-01-01,,PAY,1\n")
    load("usage", "customer,occurred_at,event,module\nA,2024-01-01,e,HR\n")
    undo_load(load=first.load, by=None)
    assert not Contract.objects.exists()
    assert [module.key for module in Module.objects.all()] == ["HR"]


def test_roles_that_a_load_took_away_come_back(load: Any) -> None:
    load("customers", "key,name\nA,Alpha\n")
    header = "customer,key,name,roles,from,to\n"
    load("contacts", header + "A,1,Ann,key_user,2024-01-01,\nA,1,Ann,end_user,,\n")
    before = list(ContactRole.objects.order_by("id").values("id", "role", "from_on", "to_on"))
    second = load("contacts", header + "A,1,Anna,key_user,2024-01-01,2024-12-31\n")
    assert ContactRole.objects.count() == 1
    undo_load(load=second.load, by=None)
    assert (
        list(ContactRole.objects.order_by("id").values("id", "role", "from_on", "to_on")) == before
    )


@pytest.mark.parametrize("kind", ["modules", "projects", "contracts", "instalments"])
def test_every_kind_can_be_taken_back(load: Any, kind: str) -> None:
    load("customers", "key,name\nA,Alpha\n")
    load("contracts", CONTRACTS + "A,K0,,2024-01-01,,HR,1\n")
    texts = {
        "modules": "key,name\nLMS,Learning\nHR,People\n",
        "projects": "customer,key,name,manager,starts_on,due_on\nA,J1,One,Pat,2024-01-01,2024-02-01\n",
        "contracts": CONTRACTS + "A,K0,,2024-01-01,,HR,2\nA,K1,,2024-01-01,,HR,1\n",
        "instalments": "customer,contract,due_on,amount\nA,K0,2024-01-01,5\n",
    }
    counted = RowVersion.objects.count()
    loaded = load(kind, texts[kind])
    undone = undo_load(load=loaded.load, by=None)
    created, updated, _, _ = loaded.counts
    assert undone.restored == updated
    assert undone.removed >= created
    assert load(kind, texts[kind]).counts == loaded.counts
    assert RowVersion.objects.count() > counted
