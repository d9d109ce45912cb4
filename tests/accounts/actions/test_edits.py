"""Edits by hand keep what was known before, say who did it, and re-derive the face."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from accounts.actions.contacts import (
    ContactValues,
    RoleSpan,
    add_contact,
    change_contact,
    remove_contact,
)
from accounts.actions.customers import change_customer
from accounts.models import (
    AuditRecord,
    Colleague,
    Contact,
    ContactRole,
    Customer,
    Responsibility,
    RowVersion,
)


@pytest.fixture
def customer(scope) -> Customer:  # type: ignore[no-untyped-def]
    with time_machine.travel(timezone.now() - timedelta(days=10)):
        return Customer.objects.create(
            key="c1", name="Old Name", industry="Retail", attributes={"city": "Wuhan"}
        )


def known_at(moment: object, table: str = "accounts_customer") -> list[dict]:
    """Rows as known at a moment: those in force, and the images of the later changed ones."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT to_jsonb(fact) FROM {table} fact WHERE known_from <= %s
            UNION ALL
            SELECT to_jsonb(jsonb_populate_record(NULL::{table}, before)) FROM accounts_rowversion
             WHERE "table" = %s AND known_from <= %s AND known_to > %s AND before IS NOT NULL
            """,
            [moment, table, moment, moment],
        )
        import json

        return [json.loads(row) for (row,) in cursor.fetchall()]


def test_an_edit_is_known_from_now_and_the_past_stays_as_it_was(customer, alice) -> None:  # type: ignore[no-untyped-def]
    before = timezone.now()
    changes = change_customer(
        customer=customer, values={"name": "New Name", "industry": "Retail"}, by=alice
    )
    assert changes == {"name": ("Old Name", "New Name")}
    fresh = Customer.objects.get()
    assert (fresh.name, fresh.search_text) == ("New Name", "new name c1")
    assert fresh.known_from > before
    assert [row["name"] for row in known_at(before)] == ["Old Name"]
    assert [row["name"] for row in known_at(timezone.now())] == ["New Name"]
    # Two edits: three versions, and each moment knows exactly one.
    middle = timezone.now()
    change_customer(customer=fresh, values={"name": "Newer"}, by=alice)
    assert [row["name"] for row in known_at(before)] == ["Old Name"]
    assert [row["name"] for row in known_at(middle)] == ["New Name"]
    assert RowVersion.objects.count() == 2
    record = AuditRecord.objects.filter(verb="customer.changed").first()
    assert record is not None
    assert record.data == {"before": {"name": "New Name"}, "after": {"name": "Newer"}}


def test_an_edit_that_changes_nothing_writes_nothing(customer, alice) -> None:  # type: ignore[no-untyped-def]
    assert change_customer(customer=customer, values={"name": "Old Name"}, by=alice) == {}
    assert not RowVersion.objects.exists()
    assert not AuditRecord.objects.filter(verb="customer.changed").exists()


def test_naming_another_person_changes_the_face_today(customer, alice) -> None:  # type: ignore[no-untyped-def]
    eve = Colleague.objects.create(key="eve", name="Eve")
    change_customer(customer=customer, values={"salesperson": eve}, by=alice)
    assert Responsibility.objects.get(customer=customer, to_on=None).colleague == eve


def test_a_version_that_is_no_longer_in_force_is_not_overwritten(customer, alice) -> None:  # type: ignore[no-untyped-def]
    seen = customer.known_from
    change_customer(customer=customer, values={"size": "10"}, by=alice, seen=seen)
    with pytest.raises(ValidationError, match="meanwhile"):
        change_customer(customer=customer, values={"size": "20"}, by=alice, seen=seen)
    assert Customer.objects.get().size == "10"


def test_a_group_is_no_circle(customer, alice) -> None:  # type: ignore[no-untyped-def]
    child = Customer.objects.create(key="c2", name="Child", parent=customer)
    grandchild = Customer.objects.create(key="c3", name="Grandchild", parent=child)
    for above in (customer, child, grandchild):
        with pytest.raises(ValidationError, match="itself"):
            change_customer(customer=customer, values={"parent": above}, by=alice)
    change_customer(customer=grandchild, values={"parent": customer}, by=alice)
    assert Customer.objects.get(key="c3").parent == customer


def test_fields_that_are_not_ours_to_change_are_refused(customer, alice) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match="key"):
        change_customer(customer=customer, values={"key": "other"}, by=alice)


def test_a_contact_has_several_dated_roles(customer, alice) -> None:  # type: ignore[no-untyped-def]
    contact = add_contact(
        customer=customer,
        values=ContactValues(name="Li Na", email="Li.Na@c1.example"),
        roles=[
            RoleSpan("key_user", date(2023, 1, 1), date(2023, 12, 31)),
            RoleSpan("key_user", date(2024, 1, 1)),
            RoleSpan("decision_maker"),
        ],
        by=alice,
    )
    assert contact.key == "li.na@c1.example"
    assert contact.roles.count() == 3
    with pytest.raises(ValidationError, match="this key"):
        add_contact(
            customer=customer,
            values=ContactValues(name="Li Na", email="li.na@c1.example"),
            by=alice,
        )


@pytest.mark.parametrize(
    "spans",
    [
        [RoleSpan("key_user"), RoleSpan("key_user", date(2024, 1, 1))],
        [RoleSpan("key_user", None, date(2024, 1, 1)), RoleSpan("key_user", date(2024, 1, 1))],
        [RoleSpan("key_user", date(2024, 1, 2), date(2024, 1, 1))],
    ],
)
def test_a_role_is_not_given_twice_for_a_day_nor_backwards(customer, alice, spans) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValidationError):
        add_contact(customer=customer, values=ContactValues(name="A"), roles=spans, by=alice)
    assert not Contact.objects.exists()


def test_changed_contacts_and_roles_keep_what_was_known(customer, alice) -> None:  # type: ignore[no-untyped-def]
    contact = add_contact(
        customer=customer,
        values=ContactValues(name="Li Na"),
        roles=[RoleSpan("key_user"), RoleSpan("end_user")],
        by=alice,
    )
    before = timezone.now()
    changed = change_contact(
        contact=contact,
        values=ContactValues(name="Li Na", title="CIO"),
        roles=[RoleSpan("key_user", None, date(2024, 5, 31)), RoleSpan("end_user")],
        by=alice,
    )
    assert changed
    assert [row["title"] for row in known_at(before, "accounts_contact")] == [""]
    assert [row["title"] for row in known_at(timezone.now(), "accounts_contact")] == ["CIO"]
    then = {(row["role"], row["to_on"]) for row in known_at(before, "accounts_contactrole")}
    now = {(row["role"], row["to_on"]) for row in known_at(timezone.now(), "accounts_contactrole")}
    assert then == {("key_user", None), ("end_user", None)}
    assert now == {("key_user", "2024-05-31"), ("end_user", None)}


def test_a_contact_saved_as_it_was_changes_nothing(customer, alice) -> None:  # type: ignore[no-untyped-def]
    roles = [RoleSpan("key_user", date(2024, 1, 1))]
    contact = add_contact(
        customer=customer, values=ContactValues(name="Li Na"), roles=roles, by=alice
    )
    versions = RowVersion.objects.count()
    assert not change_contact(
        contact=contact, values=ContactValues(name="Li Na"), roles=roles, by=alice
    )
    assert RowVersion.objects.count() == versions


def test_a_removed_contact_is_still_known_to_the_past(customer, alice) -> None:  # type: ignore[no-untyped-def]
    contact = add_contact(
        customer=customer,
        values=ContactValues(name="Li Na"),
        roles=[RoleSpan("key_user")],
        by=alice,
    )
    before = timezone.now()
    remove_contact(contact=contact, by=alice)
    assert not Contact.objects.exists()
    assert not ContactRole.objects.exists()
    assert [row["name"] for row in known_at(before, "accounts_contact")] == ["Li Na"]
    assert [row["role"] for row in known_at(before, "accounts_contactrole")] == ["key_user"]
    assert known_at(timezone.now(), "accounts_contact") == []
