"""Loading signed SOWs, change requests and effort."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction

from accounts.actions.loads import undo_load
from accounts.loads.dependants import CannotUndo
from accounts.loads.reading.guesses import guess_mapping
from accounts.loads.registry import find_kind
from accounts.models import Colleague, Customer, Module, RowVersion, Tenant
from accounts.tenancy import tenant_scope
from projects.models import Baseline, BaselineItem, ChangeRequest, Effort, Project, Sow, SowItem

PROJECTS = (
    "customer,key,name,manager,starts_on,due_on\n"
    "A,P1,One,Pat,2026-02-02,2026-05-01\n"
    "A,P2,Two,Pat,2026-03-02,2026-06-01\n"
)
SOW = "project,key,title,effort_days,module,phase\n"
SIGNED = SOW + ("P1,1,Set up,2.5,HR,Build\nP1,2,Training,3,,Train\nP2,1,Set up,4.125,PAY,\n")
EFFORT = "project,key,person,worked_on,days,item,change_request\n"
CHANGES = "project,key,title,effort_days,price,state,raised_on,decided_on,signed_on\n"


@pytest.fixture
def world(load: Any) -> None:
    load("customers", "key,name\nA,Alpha\n")
    load("projects", PROJECTS)


@pytest.fixture
def signed(load: Any, world: None) -> Any:
    return load("sow", SIGNED)


def items() -> list[tuple[str, str, Decimal]]:
    found = SowItem.objects.order_by("sow__project__key", "key")
    return list(found.values_list("sow__project__key", "key", "effort_days"))


def test_a_signed_sow_locks_the_baseline(load: Any, world: None) -> None:
    loaded = load("sow", SIGNED)
    assert loaded.counts == (3, 0, 0, 0)
    assert loaded.answer["created_modules"] == ["HR", "PAY"]
    one = SowItem.objects.get(sow__project__key="P1", key="1")
    assert (one.title, one.effort_days, one.phase) == ("Set up", Decimal("2.5"), "Build")
    assert one.module == Module.objects.get(key="HR")
    locked = Baseline.objects.get(sow__project__key="P1")
    assert (locked.version, locked.effort_days) == (1, Decimal("5.5"))
    assert (locked.starts_on, locked.due_on) == (date(2026, 2, 2), date(2026, 5, 1))
    assert sorted(locked.items.values_list("item__key", "effort_days")) == [
        ("1", Decimal("2.5")),
        ("2", Decimal(3)),
    ]
    # What is planned later leaves it as it was.
    load("projects", PROJECTS.replace("2026-05-01", "2026-07-01"))
    assert Project.objects.get(key="P1").due_on == date(2026, 7, 1)
    assert Baseline.objects.get(sow__project__key="P1").due_on == date(2026, 5, 1)


def test_the_same_sow_again_changes_nothing(load: Any, signed: Any) -> None:
    versions = RowVersion.objects.count()
    assert load("sow", SIGNED).counts == (0, 0, 3, 0)
    # Part of it, in another order and without what may be left out, says nothing new either.
    assert load("sow", "title,effort_days,project,key\nTraining,3.000,P1,2\n").counts == (
        0,
        0,
        1,
        0,
    )
    assert RowVersion.objects.count() == versions
    assert Baseline.objects.count() == 2


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("P1,1,Set up,3,HR,Build", "sow_signed"),
        ("P1,1,Set it up,2.5,HR,Build", "sow_signed"),
        ("P1,1,Set up,2.5,PAY,Build", "sow_signed"),
        ("P1,1,Set up,2.5,,Build", "sow_signed"),
        ("P1,1,Set up,2.5,HR,", "sow_signed"),
        ("P1,9,More,1,,", "sow_signed_new_item"),
    ],
)
def test_a_changed_sow_is_refused_by_line(load: Any, signed: Any, row: str, code: str) -> None:
    before = items()
    for dry_run in (True, False):
        changed = load("sow", SOW + "P1,2,Training,3,,Train\n" + row + "\n", dry_run=dry_run)
        assert changed.codes == [(3, "key", code)]
        assert changed.refused
        assert "change request" in changed.answer["errors"][0]["reason"]
    assert items() == before


def test_a_new_project_beside_a_signed_one_is_loaded(load: Any, world: None) -> None:
    load("sow", SOW + "P1,1,Set up,2.5,,\n")
    both = load("sow", SOW + "P1,1,Set up,2.5,,\nP2,1,Set up,4,,\n")
    assert both.counts == (1, 0, 1, 0)
    changed = load("sow", SOW + "P1,1,Set up,9,,\nP2,1,Set up,4,,\n", skip_bad=True)
    assert (changed.counts, changed.codes) == ((0, 0, 1, 1), [(2, "key", "sow_signed")])


def test_a_sow_is_signed_whole(load: Any, world: None) -> None:
    text = SOW + "P1,1,Set up,2.5,,\nP1,2,Training,3,,\nP1,2,Training,4,,\nP2,1,Set up,4,,\n"
    loaded = load("sow", text, skip_bad=True)
    assert loaded.codes == [
        (2, "project", "sow_rejected"),
        (3, "project", "sow_rejected"),
        (4, "key", "repeated_item"),
    ]
    assert items() == [("P2", "1", Decimal(4))]
    unread = load("sow", SOW + "P1,1,Set up,2.5,,\nP1,2,Training,much,,\n", skip_bad=True)
    assert unread.codes == [(2, "project", "sow_unread"), (3, "effort_days", "not_a_quantity")]
    assert Sow.objects.count() == 1


def test_faults_of_a_sow_by_line(load: Any, world: None) -> None:
    text = SOW + (
        "P9,1,Set up,2.5,,\nP1,,Set up,1,,\nP1,3,Set up,-1,,\nP1,4,Set up,1.2345,,\n"
        "P1,5,Set up,NaN,,\nP1,6,,1,,\nP1,7,Set up,¥5,,\nP1,8,Free,0,,\n"
    )
    assert load("sow", text, dry_run=True).codes == [
        (2, "project", "unknown_project"),
        (3, "key", "empty"),
        (4, "effort_days", "negative_quantity"),
        (5, "effort_days", "too_many_decimals"),
        (6, "effort_days", "not_a_quantity"),
        (7, "title", "empty"),
        (8, "effort_days", "not_a_quantity"),
    ]


def test_undoing_a_sow_unlocks_it(load: Any, signed: Any) -> None:
    undone = undo_load(load=signed.load, by=None)
    assert undone.removed == 2 + 3 + 2 + 3
    for model in (Sow, SowItem, Baseline, BaselineItem, Module):
        assert not model.objects.exists()
    assert load("sow", SOW + "P1,1,Otherwise,9,,\n").counts == (1, 0, 0, 0)


def test_a_sow_that_work_was_booked_on_is_not_undone(load: Any, signed: Any) -> None:
    booked = load("effort", EFFORT + "P1,E1,Ann,2026-02-03,1,1,\n")
    with pytest.raises(CannotUndo) as refused, transaction.atomic():
        undo_load(load=signed.load, by=None)
    assert [(one.model, one.count) for one in refused.value.dependants] == [("projects.effort", 1)]
    assert Baseline.objects.count() == 2
    undo_load(load=booked.load, by=None)
    undo_load(load=signed.load, by=None)
    assert not Baseline.objects.exists()


def test_a_sow_with_a_later_baseline_is_not_undone(load: Any, signed: Any) -> None:
    sow = Sow.objects.get(project__key="P1")
    first = sow.baselines.get()
    change = ChangeRequest.objects.create(
        project=sow.project,
        key="CR",
        title="More",
        state="signed",
        raised_on=date(2026, 3, 1),
        signed_on=date(2026, 3, 9),
    )
    Baseline.objects.create(
        sow=sow,
        version=2,
        starts_on=first.starts_on,
        due_on=date(2026, 6, 1),
        effort_days=9,
        change_request=change,
        valid_from=date(2026, 3, 9),
    )
    with pytest.raises(CannotUndo), transaction.atomic():
        undo_load(load=signed.load, by=None)
    # Both versions are there to be read.
    assert list(sow.baselines.values_list("version", "effort_days")) == [
        (1, Decimal("5.5")),
        (2, Decimal(9)),
    ]


def test_projects_with_a_sow_are_not_undone(load: Any) -> None:
    load("customers", "key,name\nA,Alpha\n")
    projects = load("projects", PROJECTS)
    load("sow", SIGNED)
    with pytest.raises(CannotUndo):
        undo_load(load=projects.load, by=None)


def test_effort_is_loaded_once(load: Any, signed: Any) -> None:
    text = EFFORT + (
        "P1,E1,Ann@Vendor.example,2026-02-03,0.125,1,\n"
        "P1,E2,Ben,2026-02-04,1,,CR-7\n"
        "P2,E3,Ben,2026-03-04,31,1,\n"
    )
    loaded = load("effort", text)
    assert loaded.counts == (3, 0, 0, 0)
    assert loaded.answer["created_change_requests"] == ["CR-7"]
    one, two, three = Effort.objects.order_by("key")
    assert (one.person.key, one.days, one.item.key) == (
        "ann@vendor.example",
        Decimal("0.125"),
        "1",
    )
    assert (one.change_request, two.item) == (None, None)
    assert (three.item.sow.project.key, three.days) == ("P2", Decimal(31))
    draft = ChangeRequest.objects.get()
    assert two.change_request == draft
    assert (draft.key, draft.title, draft.state) == ("CR-7", "CR-7", "draft")
    assert (draft.project.key, draft.raised_on) == ("P1", date(2026, 2, 4))
    again = load("effort", text)
    assert again.counts == (0, 0, 3, 0)
    assert "created_change_requests" not in again.answer
    assert ChangeRequest.objects.count() == 1


def test_a_dry_run_of_effort_leaves_no_draft(load: Any, signed: Any) -> None:
    dry = load("effort", EFFORT + "P1,E1,Ann,2026-02-03,1,,CR\n", dry_run=True)
    assert dry.answer["created_change_requests"] == ["CR"]
    assert not ChangeRequest.objects.exists()
    assert not Colleague.objects.filter(key="Ann").exists()


def test_corrected_effort_keeps_what_was_known(load: Any, signed: Any) -> None:
    january, february = (datetime(2027, month, 1, tzinfo=UTC) for month in (1, 2))
    with time_machine.travel(january, tick=False):
        load("effort", EFFORT + "P1,E1,Ann,2026-02-03,1,1,\n")
    with time_machine.travel(february, tick=False):
        fixed = load("effort", "project,key,person,worked_on,days\nP1,E1,Ann,2026-02-03,2\n")
    assert fixed.counts == (0, 1, 0, 0)
    effort = Effort.objects.get()
    assert (effort.days, effort.item.key, effort.known_from) == (Decimal(2), "1", february)
    kept = RowVersion.objects.get(table="projects_effort", before__isnull=False)
    assert (kept.before["days"], kept.known_from, kept.known_to) == (1.0, january, february)
    undo_load(load=fixed.load, by=None)
    assert Effort.objects.get().days == 1


def test_effort_moves_to_another_project_with_what_it_is_booked_on(load: Any, signed: Any) -> None:
    load("effort", EFFORT + "P1,E1,Ann,2026-02-03,1,1,\nP1,E2,Ann,2026-02-03,1,,CR\n")
    moved = load(
        "effort",
        "project,key,person,worked_on,days\nP2,E1,Ann,2026-02-03,1\nP2,E2,Ann,2026-02-03,1\n",
    )
    assert moved.codes == [
        (2, "item", "item_of_another"),
        (3, "change_request", "change_request_of_another"),
    ]
    text = EFFORT + "P2,E1,Ann,2026-02-03,1,1,\nP2,E2,Ann,2026-02-03,1,,\n"
    assert load("effort", text).counts == (0, 2, 0, 0)
    assert {effort.project.key for effort in Effort.objects.all()} == {"P2"}
    assert Effort.objects.get(key="E1").item.sow.project.key == "P2"


def test_faults_of_effort_by_line(load: Any, signed: Any) -> None:
    text = EFFORT + (
        "P9,E1,Ann,2026-02-03,1,1,\n"  # no such project: its items are no second fault
        "P2,E2,Ann,2026-02-03,1,2,\n"  # an item of another project
        "P1,E3,Ann,2026-02-03,0,1,\n"
        "P1,E4,Ann,2026-02-03,-1,1,\n"
        "P1,E5,Ann,2026-02-03,31.001,1,\n"
        "P1,E6,Ann,2026-02-03,0.0001,1,\n"
        "P1,E7,,2026-02-03,1,1,\n"
        "P1,E8,Ann,03/2026,1,1,\n"
        "P1,E9,Ann,2026-02-03,1,1,\n"
        "P1,E9,Ann,2026-02-04,1,1,\n"
    )
    assert load("effort", text, dry_run=True).codes == [
        (2, "project", "unknown_project"),
        (3, "item", "unknown_item"),
        (4, "days", "not_positive"),
        (5, "days", "not_positive"),
        (6, "days", "quantity_too_large"),
        (7, "days", "too_many_decimals"),
        (8, "person", "empty"),
        (9, "worked_on", "not_a_date"),
        (11, "key", "repeated_key"),
    ]
    assert not Effort.objects.exists()


def test_days_with_a_decimal_comma(load: Any, signed: Any) -> None:
    rows = "P1;E1;Ann;2026-02-03;1,5;;\nP1;E2;Ann;2026-02-03;0,125;;\n"
    assert load("effort", EFFORT.replace(",", ";") + rows).counts == (2, 0, 0, 0)
    assert sorted(Effort.objects.values_list("days", flat=True)) == [
        Decimal("0.125"),
        Decimal("1.5"),
    ]


def test_undoing_effort_takes_its_drafts_along(load: Any, signed: Any) -> None:
    loaded = load("effort", EFFORT + "P1,E1,Ann,2026-02-03,1,,CR\n")
    undo_load(load=loaded.load, by=None)
    assert not Effort.objects.exists()
    assert not ChangeRequest.objects.exists()
    assert not Colleague.objects.filter(key="Ann").exists()


def test_a_draft_that_became_more_stays_when_effort_is_undone(load: Any, signed: Any) -> None:
    loaded = load("effort", EFFORT + "P1,E1,Ann,2026-02-03,1,,CR\n")
    changed = load("change_requests", CHANGES + "P1,CR,Report,2,900,signed,,,2026-02-09\n")
    assert changed.counts == (0, 1, 0, 0)
    undo_load(load=loaded.load, by=None)
    assert ChangeRequest.objects.get().state == "signed"


def test_change_requests_as_they_stood(load: Any, world: None) -> None:
    text = CHANGES + (
        "P1,A,Report,2.5,900.50,signed,2026-02-05,,2026-02-09\n"
        "P1,B,Import,,,declined,,2026-02-10,\n"
        "P1,C,Export,1,,,,,\n"
        "P2,A,Other,1,,已撤回,,2026-04-01,\n"
    )
    with time_machine.travel(datetime(2026, 5, 4, 17, tzinfo=UTC), tick=False):
        assert load("change_requests", text).counts == (4, 0, 0, 0)
    found = ChangeRequest.objects.order_by("project__key", "key")
    assert list(found.values_list("key", "state", "raised_on", "signed_on", "decided_on")) == [
        ("A", "signed", date(2026, 2, 5), date(2026, 2, 9), None),
        ("B", "declined", date(2026, 2, 10), None, date(2026, 2, 10)),
        ("C", "draft", date(2026, 5, 5), None, None),
        ("A", "withdrawn", date(2026, 4, 1), None, date(2026, 4, 1)),
    ]
    assert (found[0].effort_days, found[0].price) == (Decimal("2.5"), Decimal("900.50"))
    # Days later the same file says nothing new, whatever day it is.
    with time_machine.travel(datetime(2026, 6, 1, tzinfo=UTC), tick=False):
        assert load("change_requests", text).counts == (0, 0, 4, 0)


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ("P1,A,Report,,,signed,,,", "signed_without_day", "signed_on"),
        ("P1,A,Report,,,draft,,,2026-02-09", "signed_by_nobody", "signed_on"),
        ("P1,A,Report,,,declined,,,", "decided_without_day", "decided_on"),
        ("P1,A,Report,,,,,2026-02-09,", "decided_by_nobody", "decided_on"),
        ("P1,A,Report,,,maybe,,,", "not_a_choice", "state"),
        ("P9,A,Report,,,,,,", "unknown_project", "project"),
    ],
)
def test_nothing_is_signed_by_silence(
    load: Any, world: None, row: str, code: str, column: str
) -> None:
    assert load("change_requests", CHANGES + row + "\n").codes == [(2, column, code)]


def test_the_database_refuses_what_the_loads_do(load: Any, signed: Any) -> None:
    project = Project.objects.get(key="P1")
    person = Colleague.objects.get(key="Pat")
    day = date(2026, 2, 3)
    for name, make in {
        "effort_days_of_a_row": lambda: Effort.objects.create(
            project=project, key="x", person=person, worked_on=day, days=0
        ),
        "sow_project_once": lambda: Sow.objects.create(project=project),
        "change_request_signed_has_its_day": lambda: ChangeRequest.objects.create(
            project=project, key="x", title="x", state="signed", raised_on=day
        ),
        "change_request_decided_has_its_day": lambda: ChangeRequest.objects.create(
            project=project, key="x", title="x", state="declined", raised_on=day
        ),
        "baseline_later_by_change_request": lambda: Baseline.objects.create(
            sow=project.sows.get(), version=2, starts_on=day, due_on=day, effort_days=1
        ),
        "sow_item_effort_not_negative": lambda: SowItem.objects.create(
            sow=project.sows.get(), key="x", title="x", effort_days=-1
        ),
    }.items():
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            make()


@pytest.fixture
def elsewhere(make_tenant: Any) -> Tenant:
    """Another tenant with a project P9, a signed item of it and a change request."""
    other: Tenant = make_tenant("other")
    with tenant_scope(other.id):
        project = Project.objects.create(
            customer=Customer.objects.create(key="A", name="A"),
            key="P9",
            name="P9",
            starts_on=date(2026, 2, 2),
            due_on=date(2026, 3, 2),
        )
        sow = Sow.objects.create(project=project)
        SowItem.objects.create(sow=sow, key="7", title="7", effort_days=1)
        ChangeRequest.objects.create(
            project=project, key="CR", title="CR", raised_on=project.due_on
        )
    return other


def test_another_tenants_projects_are_unknown(elsewhere: Tenant, load: Any, signed: Any) -> None:
    assert load("effort", EFFORT + "P9,E1,Ann,2026-02-03,1,7,CR\n").codes == [
        (2, "project", "unknown_project")
    ]
    assert load("effort", EFFORT + "P1,E1,Ann,2026-02-03,1,7,\n").codes == [
        (2, "item", "unknown_item")
    ]
    own = load("effort", EFFORT + "P1,E1,Ann,2026-02-03,1,,CR\n")
    assert own.answer["created_change_requests"] == ["CR"]
    assert not SowItem.objects.filter(key="7").exists()


def test_columns_are_guessed_in_both_languages() -> None:
    for kind, header in {
        "sow": ["项目编号", "条目编号", "条目名称", "人天", "模块", "阶段"],
        "effort": ["项目编号", "工时编号", "人员", "工作日期", "投入人天", "工作项", "变更单号"],
        "change_requests": ["项目编号", "变更单号", "标题", "人天", "金额", "状态", "签署日期"],
    }.items():
        found = find_kind(kind)
        assert found is not None
        assert set(guess_mapping(header, found.columns).values()) == set(header), kind
