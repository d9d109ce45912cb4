"""Loading customers, contacts and modules; what every kind shares is tested on customers."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine

from accounts.models import (
    AuditRecord,
    Colleague,
    Contact,
    ContactRole,
    Customer,
    Load,
    Module,
    Responsibility,
    RowVersion,
)

CUSTOMERS = "key,name,industry,salesperson,city\n007,Alpha,HR,Ann@V.example,Bonn\nNA,Beta,,,\n"


def stored(*names: str) -> list[tuple[Any, ...]]:
    return list(Customer.objects.order_by("key").values_list(*names))


def test_rows_become_customers_with_their_attributes_and_people(load: Any) -> None:
    loaded = load("customers", CUSTOMERS)
    assert loaded.counts == (2, 0, 0, 0)
    assert stored("key", "name", "industry", "salesperson__key", "attributes") == [
        ("007", "Alpha", "HR", "ann@v.example", {"city": "Bonn"}),
        ("NA", "Beta", "", None, {}),
    ]
    assert stored("search_text") == [("alpha 007",), ("beta na",)]


def test_the_same_file_again_changes_nothing(load: Any) -> None:
    load("customers", CUSTOMERS)
    before = stored("id", "known_from", "attributes"), RowVersion.objects.count()
    assert load("customers", CUSTOMERS).counts == (0, 0, 2, 0)
    assert (stored("id", "known_from", "attributes"), RowVersion.objects.count()) == before


def test_a_changed_row_keeps_its_former_version(load: Any) -> None:
    with time_machine.travel(datetime(2024, 1, 1, tzinfo=UTC), tick=False):
        load("customers", CUSTOMERS)
    with time_machine.travel(datetime(2024, 2, 1, tzinfo=UTC), tick=False):
        loaded = load("customers", CUSTOMERS.replace("Alpha", "Aleph").replace("Bonn", "Köln"))
    assert loaded.counts == (0, 1, 1, 0)
    aleph = Customer.objects.get(key="007")
    assert (aleph.name, aleph.attributes) == ("Aleph", {"city": "Köln"})
    assert aleph.known_from == datetime(2024, 2, 1, tzinfo=UTC)
    version = RowVersion.objects.get(load=loaded.load)
    assert (version.table, version.row_id) == ("accounts_customer", aleph.pk)
    assert version.before["name"] == "Alpha"
    assert version.before["attributes"] == {"city": "Bonn"}
    assert version.known_from == datetime(2024, 1, 1, tzinfo=UTC)
    assert version.known_to == datetime(2024, 2, 1, tzinfo=UTC)


def test_an_absent_column_leaves_the_value_and_an_empty_cell_clears_it(load: Any) -> None:
    load("customers", "key,name,industry,region,city,vip\nA,Alpha,HR,North,Bonn,yes\n")
    assert load("customers", "key,name,industry,city\nA,Alpha,,\n").counts == (0, 1, 0, 0)
    assert stored("industry", "region", "attributes") == [("", "North", {"vip": "yes"})]


def test_nothing_is_saved_when_one_row_is_bad(load: Any) -> None:
    loaded = load("customers", "key,name\nA,Alpha\n,Nobody\nC,Gamma\n")
    assert loaded.refused
    assert loaded.answer["read"] == 3
    assert loaded.counts == (0, 0, 0, 1)
    assert loaded.codes == [(3, "key", "empty")]
    assert not Customer.objects.exists()
    assert not RowVersion.objects.exists()
    assert Load.objects.get().state == Load.State.REFUSED


def test_skipping_bad_rows_saves_the_others(load: Any) -> None:
    loaded = load("customers", "key,name\nA,Alpha\n,Nobody\nC,Gamma\n", skip_bad=True)
    assert not loaded.refused
    assert loaded.counts == (2, 0, 0, 1)
    assert stored("key") == [("A",), ("C",)]


def test_a_dry_run_says_what_would_happen_and_leaves_nothing(load: Any) -> None:
    load("customers", "key,name,parent,salesperson\nA,Alpha,,ann\nB,Beta,,\n")
    counts = Load.objects.count(), RowVersion.objects.count(), Colleague.objects.count()
    loaded = load(
        "customers",
        "key,name,parent,salesperson,city\nA,Aleph,B,bob,Bonn\nB,Beta,,,\nC,Gamma,A,,\n",
        dry_run=True,
    )
    assert loaded.answer["load"] is None
    assert loaded.counts == (1, 1, 1, 0)
    assert (Load.objects.count(), RowVersion.objects.count(), Colleague.objects.count()) == counts
    assert stored("name") == [("Alpha",), ("Beta",)]
    (created,), (changed,) = loaded.preview.created, loaded.preview.changed
    assert (created.line, created.cells["key"], created.cells["parent"]) == (4, "C", "A")
    assert (changed.line, changed.cells["key"]) == (2, "A")
    assert [(change.column, change.old, change.new) for change in changed.changes] == [
        ("name", "Alpha", "Aleph"),
        ("salesperson", "ann", "bob"),
        ("parent", "", "B"),
        ("city", "", "Bonn"),
    ]


def test_a_dry_run_of_a_bad_file_is_refused_as_the_load_would_be(load: Any) -> None:
    loaded = load("customers", "key,name\nA,Alpha\n,x\n", dry_run=True)
    assert loaded.refused
    assert loaded.counts == (1, 0, 0, 1)
    assert not load("customers", "key,name\nA,Alpha\n,x\n", dry_run=True, skip_bad=True).refused


def test_an_equal_row_repeated_is_unchanged_and_a_different_one_names_both_lines(
    load: Any,
) -> None:
    loaded = load("customers", "key,name\nA,Alpha\nB,Beta\nA,Alpha\n")
    assert loaded.counts == (2, 0, 1, 0)
    refused = load("customers", "key,name\nC,Gamma\nD,Delta\nC,Gimel\n")
    assert refused.codes == [(4, "key", "repeated_key")]
    assert "line 2" in refused.answer["errors"][0]["reason"]
    skipped = load("customers", "key,name\nC,Gamma\nD,Delta\nC,Gimel\n", skip_bad=True)
    assert skipped.counts == (2, 0, 0, 1)
    assert Customer.objects.get(key="C").name == "Gamma"


def test_parents_may_stand_later_in_the_file_or_be_stored(load: Any) -> None:
    load("customers", "key,name\nOLD,Old\n")
    loaded = load("customers", "key,name,parent\nA,Alpha,B\nB,Beta,OLD\n")
    assert loaded.counts == (2, 0, 0, 0)
    assert stored("key", "parent__key") == [("A", "B"), ("B", "OLD"), ("OLD", None)]


def test_an_unknown_parent_takes_its_descendants_with_it(load: Any) -> None:
    text = "key,name,parent\nA,Alpha,B\nB,Beta,NOBODY\nC,Gamma,A\nD,Delta,\n"
    loaded = load("customers", text, skip_bad=True)
    assert loaded.codes == [
        (2, "parent", "unknown_parent"),
        (3, "parent", "unknown_parent"),
        (4, "parent", "unknown_parent"),
    ]
    assert stored("key") == [("D",)]


def test_nobody_is_their_own_ancestor(load: Any) -> None:
    loaded = load("customers", "key,name,parent\nA,Alpha,B\nB,Beta,C\nC,Gamma,A\nD,Delta,D\n")
    assert loaded.codes == [(line, "parent", "circular_parents") for line in (2, 3, 4, 5)]
    load("customers", "key,name,parent\nX,Xi,Y\nY,Ypsilon,\n")
    crossed = load("customers", "key,name,parent\nY,Ypsilon,X\n")
    assert crossed.codes == [(2, "parent", "circular_parents")]
    assert load("customers", "key,name,parent\nX,Xi,\nY,Ypsilon,X\n").counts == (0, 2, 0, 0)


def test_a_chain_of_parents_has_an_end(load: Any) -> None:
    rows = "".join(f"C{i},Name,{f'C{i + 1}' if i < 149 else ''}\n" for i in range(150))
    loaded = load("customers", "key,name,parent\n" + rows)
    assert {code for _, _, code in loaded.codes} == {"parents_too_deep"}


def test_another_currency_is_refused_with_that_reason(load: Any) -> None:
    loaded = load("customers", "key,name,currency\nA,Alpha,CNY\nB,Beta,USD\n")
    assert loaded.codes == [(3, "currency", "other_currency")]
    assert "USD" in loaded.answer["errors"][0]["reason"]


def test_one_column_may_feed_several(load: Any) -> None:
    loaded = load("customers", "id,country\nA,US\n", map=["id=key", "id=name", "country=region"])
    assert loaded.counts == (1, 0, 0, 0)
    assert stored("key", "name", "region", "attributes") == [("A", "A", "US", {})]


def test_a_members_address_means_the_member(load: Any, tenant: Any, make_member: Any) -> None:
    bob = make_member(tenant, "bob@acme.example", "service_manager")
    load("customers", "key,name,service_manager\nA,Alpha,Bob@ACME.example\n")
    assert Customer.objects.get().service_manager.membership == bob


def test_customers_get_a_face_at_once(load: Any) -> None:
    load("customers", "key,name,salesperson\nA,Alpha,Ann\n")
    assert Responsibility.objects.get().colleague.name == "Ann"


def test_a_load_is_on_record(load: Any) -> None:
    loaded = load("customers", CUSTOMERS)
    entry = AuditRecord.objects.get(verb="load.done")
    assert (entry.object_id, entry.data["created"]) == (loaded.load.pk, 2)
    load("customers", "key,name\n,x\n")
    assert AuditRecord.objects.filter(verb="load.refused").count() == 1


def test_modules_are_loaded_by_key(load: Any) -> None:
    assert load("modules", "key,name\nHR,Core HR\nPAY,Payroll\n").counts == (2, 0, 0, 0)
    assert load("modules", "key,name\nHR,People\n").counts == (0, 1, 0, 0)
    assert list(Module.objects.order_by("key").values_list("key", "name")) == [
        ("HR", "People"),
        ("PAY", "Payroll"),
    ]


CONTACTS = (
    "customer,key,name,email,roles,from,to,office\n"
    "A,1,Ann,ann@a.example,key_user;end_user,2023-01-01,2023-12-31,5\n"
    "A,1,Ann,ann@a.example,decision_maker,2024-01-01,,5\n"
    "A,2,Bob,,,,,\n"
)


def roles() -> list[tuple[Any, ...]]:
    return list(
        ContactRole.objects.order_by("contact__key", "role", "from_on").values_list(
            "contact__key", "role", "from_on", "to_on"
        )
    )


@pytest.fixture
def customer(load: Any) -> None:
    load("customers", "key,name\nA,Alpha\n")


def test_contacts_have_dated_roles_over_several_rows(load: Any, customer: None) -> None:
    assert load("contacts", CONTACTS).counts == (3, 0, 0, 0)
    assert roles() == [
        ("1", "decision_maker", date(2024, 1, 1), None),
        ("1", "end_user", date(2023, 1, 1), date(2023, 12, 31)),
        ("1", "key_user", date(2023, 1, 1), date(2023, 12, 31)),
    ]
    assert Contact.objects.get(key="1").attributes == {"office": "5"}
    assert load("contacts", CONTACTS).counts == (0, 0, 3, 0)


def test_a_contacts_rows_state_all_of_its_roles(load: Any, customer: None) -> None:
    load("contacts", CONTACTS)
    text = "customer,key,name,roles,from,to\nA,1,Ann,key_user,2023-01-01,\nA,2,Bob,end_user,,\n"
    checked = load("contacts", text, dry_run=True)
    assert [row.cells["key"] for row in checked.preview.changed] == ["1", "2"]
    loaded = load("contacts", text)
    assert loaded.counts == (0, 2, 0, 0)
    assert roles() == [
        ("1", "key_user", date(2023, 1, 1), None),
        ("2", "end_user", None, None),
    ]
    assert load("contacts", text).counts == (0, 0, 2, 0)
    assert Contact.objects.get(key="1").email == "ann@a.example"


def test_without_a_roles_column_roles_stay(load: Any, customer: None) -> None:
    load("contacts", CONTACTS)
    assert load("contacts", "customer,key,name\nA,1,Anna\n").counts == (0, 1, 0, 0)
    assert len(roles()) == 3


def test_bad_contacts_are_named(load: Any, customer: None) -> None:
    loaded = load(
        "contacts",
        "customer,key,name,email,roles,from,to\n"
        "A,1,Ann,,key_user,2024-01-02,2024-01-01\n"
        "Z,2,Bob,,,,\n"
        "A,3,Cem,no address,boss,,\n"
        "A,4,Dan,,key_user,2024-01-01,2024-06-30\n"
        "A,4,Dan,,key_user,2024-01-01,2024-12-31\n"
        "A,5,Eve,,,,\n"
        "A,5,Eva,,,,\n",
    )
    assert loaded.codes == [
        (2, "to", "ends_before_start"),
        (3, "customer", "unknown_customer"),
        (4, "email", "not_an_email"),
        (4, "roles", "not_a_choice"),
        (6, "to", "role_ends_twice"),
        (8, "key", "repeated_key"),
    ]
