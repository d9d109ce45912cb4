"""Loading training sessions with who took part, and what cases are and who looks after them."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.actions.contacts import remove_contact
from accounts.actions.loads import undo_load
from accounts.loads.reading.guesses import guess_mapping
from accounts.loads.registry import find_kind
from accounts.models import Case, Colleague, Contact, RowVersion
from projects.models import Attendance, Project, TrainingSession

CUSTOMERS = "key,name\nA,Alpha\nB,Beta\n"
CONTACTS = "customer,key,name\nA,ann,Ann\nA,abe,Abe\nB,ben,Ben\n"
PROJECTS = "customer,key,name,manager,starts_on,due_on\nA,P1,One,,2026-01-05,2026-06-30\n"
HEAD = "customer,key,title,held_on,kind,trainer,contact,attended\n"


@pytest.fixture
def world(load: Any) -> None:
    load("customers", CUSTOMERS)
    load("contacts", CONTACTS)
    load("projects", PROJECTS)


def attended() -> dict[str, str]:
    return {row.contact.key: row.state for row in Attendance.objects.select_related("contact")}


def test_a_row_is_a_person_at_a_session(load: Any, world: None) -> None:
    text = HEAD + (
        "A,T1,Basics,2026-03-01,standard product,Sue,ann,yes\n"
        "A,T1,Basics,2026-03-01,standard product,Sue,abe,请假\n"
        "B,T2,Nobody came,2026-03-02,,,,\n"
    )
    assert load("training", text, dry_run=True).counts == (3, 0, 0, 0)
    assert not TrainingSession.objects.exists()
    assert load("training", text).counts == (3, 0, 0, 0)
    first, second = TrainingSession.objects.order_by("key")
    assert (first.customer.key, first.kind, first.project) == ("A", "product", None)
    assert first.trainer == Colleague.objects.get(key="Sue")
    assert (second.kind, second.attendances.count()) == ("product", 0)
    assert attended() == {"ann": "present", "abe": "excused"}
    assert load("training", text).counts == (0, 0, 3, 0)


def test_a_project_names_the_customer(load: Any, world: None) -> None:
    text = "project,key,title,held_on,contact\nP1,T1,Basics,2026-03-01,ann\n"
    assert load("training", text).counts == (1, 0, 0, 0)
    session = TrainingSession.objects.get()
    assert (session.customer.key, session.project) == ("A", Project.objects.get())
    # Nobody said whether: who is listed was there.
    assert attended() == {"ann": "present"}


def test_a_corrected_row_keeps_what_was_known(load: Any, world: None) -> None:
    load("training", HEAD + "A,T1,Basics,2026-03-01,,,ann,yes\nA,T1,Basics,2026-03-01,,,abe,yes\n")
    corrected = HEAD + "A,T1,Basics,2026-03-01,,,ann,no\nA,T1,Basics,2026-03-01,,,abe,yes\n"
    assert load("training", corrected).counts == (0, 1, 1, 0)
    moved = "customer,key,title,held_on\nA,T1,Basics,2026-03-08\n"
    assert load("training", moved).counts == (0, 1, 0, 0)
    assert attended() == {"ann": "absent", "abe": "present"}
    kept = RowVersion.objects.filter(before__isnull=False).order_by("id")
    assert [(row.table, row.before.get("state")) for row in kept] == [
        ("projects_attendance", "present"),
        ("projects_trainingsession", None),
    ]


def test_faults_by_line(load: Any, world: None) -> None:
    head = "customer,project,key,title,held_on,minutes,contact,attended\n"
    load("training", head + "A,,T0,Basics,2026-03-01,,,\n")
    text = head + (
        "Z,,T1,Basics,2026-03-01,,ann,yes\n"
        "A,P9,T2,Basics,2026-03-01,,ann,yes\n"
        "B,P1,T3,Basics,2026-03-01,,,\n"
        ",,T4,Basics,2026-03-01,,,\n"
        "A,,T5,Basics,2026-03-01,,ben,yes\n"
        "B,,T0,Basics,2026-03-01,,,\n"
        "A,,T6,Basics,2026-03-01,0,,\n"
        "A,,T7,Basics,2026-03-01,,ann,\n"
        "A,,T8,Basics,2026-03-01,,,yes\n"
        "A,,T9,Basics,2026-03-01,,ann,maybe\n"
        "A,,T10,Basics,2026-03-01,,ann,yes\n"
        "A,,T10,Basics,2026-03-01,,ann,no\n"
        "A,,T10,Other,2026-03-01,,abe,yes\n"
    )
    assert load("training", text, dry_run=True).codes == [
        (2, "customer", "unknown_customer"),
        (3, "project", "unknown_project"),
        (4, "project", "project_of_another"),
        (5, "customer", "empty"),
        (6, "contact", "unknown_contact"),
        (7, "customer", "session_of_another"),
        (8, "minutes", "not_minutes"),
        (9, "attended", "empty"),
        (10, "contact", "empty"),
        (11, "attended", "not_a_choice"),
        (13, "key", "repeated_attendance"),
        (14, "key", "session_differs"),
    ]
    assert load("training", text, skip_bad=True).counts == (1, 0, 0, 12)


def test_undoing_takes_sessions_people_and_names_back(load: Any, world: None, alice: Any) -> None:
    first = load("training", HEAD + "A,T1,Basics,2026-03-01,,Sue,ann,yes\n")
    second = load(
        "training",
        HEAD + "A,T1,Basics,2026-03-01,,Sue,ann,no\nA,T1,Basics,2026-03-01,,Sue,abe,yes\n",
    )
    undo_load(load=second.load, by=None)
    assert attended() == {"ann": "present"}
    undo_load(load=first.load, by=None)
    assert not TrainingSession.objects.exists()
    assert not Colleague.objects.filter(key="Sue").exists()
    load("training", HEAD + "A,T1,Basics,2026-03-01,,Sue,ann,yes\n")
    remove_contact(contact=Contact.objects.get(key="ann"), by=alice)
    assert Attendance.objects.get().contact is None


def test_cases_say_what_they_are_and_who_looks_after_them(load: Any, world: None) -> None:
    head = "customer,key,opened_at,kind,by\n"
    text = head + "A,C1,2026-03-01,How-to,Sue\nA,C2,2026-03-01,故障,\nB,C3,2026-03-01,,\n"
    assert load("cases", text).counts == (3, 0, 0, 0)
    assert list(Case.objects.order_by("key").values_list("kind", "colleague__key")) == [
        ("question", "Sue"),
        ("problem", None),
        ("", None),
    ]
    assert load("cases", head + "A,C4,2026-03-01,wish,\n").codes == [(2, "kind", "not_a_choice")]
    assert load("cases", "customer,key,opened_at\nA,C1,2026-03-02\n").counts == (0, 1, 0, 0)
    assert Case.objects.get(key="C1").kind == "question"


def test_columns_are_guessed_in_both_languages() -> None:
    header = ["培训编号", "客户编号", "培训主题", "培训日期", "讲师", "联系人", "是否出席"]
    found = find_kind("training")
    assert found is not None
    assert set(guess_mapping(header, found.columns).values()) == set(header)
