"""The command `delivery` and what it reads: figures from the rows, whatever their number."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.calendars.document import HOLIDAY, WORKING, CalendarDocument, SpecialDay
from accounts.models import CalendarVersion, Colleague, Customer, Tenant
from accounts.tenancy import tenant_scope
from projects.models import Baseline, BaselineItem, ChangeRequest, Effort, Project, Sow, SowItem
from projects.queries.delivery import DELIVERY_COLUMNS, FURTHER_COLUMNS, Delivery, deliveries

DAY = timedelta(1)
START, DUE = date(2026, 3, 2), date(2026, 3, 13)
D = date(2026, 6, 30)


def printed(*arguments: str) -> str:
    out = io.StringIO()
    call_command("delivery", *arguments, stdout=out)
    return out.getvalue()


def rows(*arguments: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(printed("--tenant", "acme", *arguments))))


def customer() -> Customer:
    found, _ = Customer.objects.get_or_create(key="A", defaults={"name": "Alpha"})
    return found


def person(key: str = "Ann") -> Colleague:
    found, _ = Colleague.objects.get_or_create(key=key, defaults={"name": key})
    return found


def project(key: str = "P1", **further: Any) -> Project:
    values = {"name": key, "starts_on": START, "due_on": DUE, **further}
    return Project.objects.create(customer=customer(), key=key, **values)


def sign(found: Project, *efforts: str, phases: Sequence[str] = ()) -> list[SowItem]:
    """Sign a SOW with an item per effort; its keys are 1, 2, …"""
    sow = Sow.objects.create(project=found)
    baseline = Baseline.objects.create(
        sow=sow,
        version=1,
        starts_on=found.starts_on,
        due_on=found.due_on,
        effort_days=sum(map(Decimal, efforts)),
    )
    items = []
    for place, effort in enumerate(efforts):
        item = SowItem.objects.create(
            sow=sow,
            key=str(place + 1),
            title="x",
            effort_days=effort,
            phase=phases[place] if phases else "",
        )
        BaselineItem.objects.create(baseline=baseline, item=item, effort_days=effort)
        items.append(item)
    return items


def change(found: Project, key: str, state: str = "draft", on: date | None = None) -> ChangeRequest:
    day = {"signed": "signed_on", "declined": "decided_on", "withdrawn": "decided_on"}.get(state)
    return ChangeRequest.objects.create(
        project=found,
        key=key,
        title=key,
        state=state,
        raised_on=START,
        **({day: on or START} if day else {}),
    )


def work(found: Project, days: str, on: date = START, **booked: Any) -> Effort:
    number = Effort.objects.count()
    return Effort.objects.create(
        project=found, key=f"E{number}", person=person(), worked_on=on, days=days, **booked
    )


def figures(as_of: date = D, **wanted: Any) -> Delivery:
    (found,) = deliveries(as_of, **wanted)
    return found


def test_the_columns_are_those_agreed(scope: Tenant) -> None:
    header = printed("--tenant", "acme").strip()
    assert header == (
        "project,manager,phase,baseline_days,actual_days,schedule_variance_days,baseline_effort,"
        "actual_effort,in_scope_effort,approved_change_effort,unapproved_effort,scope_creep_index"
    )


def test_a_project_as_printed(scope: Tenant) -> None:
    found = project(manager=person("pat@vendor.example"), accepted_on=date(2026, 3, 18))
    build, train = sign(found, "6.5", "1.5")
    work(found, "5.125", item=build)
    work(found, "2", item=train)
    work(found, "0.5")
    work(found, "3", change_request=change(found, "S", "signed"))
    work(found, "1", change_request=change(found, "D"))
    work(found, "0.25", change_request=change(found, "A", "approved_internally"))
    work(found, "0.25", change_request=change(found, "N", "declined"))
    work(found, "0.5", change_request=change(found, "W", "withdrawn"))
    (row,) = rows("--as-of", "2026-06-30")
    assert row == {
        "project": "P1",
        "manager": "pat@vendor.example",
        "phase": "accepted",
        "baseline_days": "10",
        "actual_days": "13",
        "schedule_variance_days": "3",
        "baseline_effort": "8",
        "actual_effort": "12.625",
        "in_scope_effort": "7.625",
        "approved_change_effort": "3",
        "unapproved_effort": "2",
        "scope_creep_index": "0.25",
    }


def test_as_json_with_what_stands_beside_them(scope: Tenant) -> None:
    found = project()
    sign(found, "3")
    work(found, "2.5")
    work(found, "1", change_request=change(found, "D"))
    project("P2")
    text = printed("--tenant", "acme", "--format", "json", "--as-of", "2026-03-16")
    one, two = json.loads(text, parse_float=Decimal)
    assert list(one) == [*DELIVERY_COLUMNS, *FURTHER_COLUMNS]
    assert (one["effort_variance"], one["unclassified_effort"]) == (Decimal("0.5"), Decimal("2.5"))
    assert one["scope_creep_index"] == Decimal("0.3333333333")
    assert (one["schedule_variance_days"], one["phase"], one["manager"]) == (1, "running", "")
    undefined = {name for name, value in two.items() if value is None}
    assert undefined == {
        "baseline_days",
        "schedule_variance_days",
        "baseline_effort",
        "in_scope_effort",
        "scope_creep_index",
        "effort_variance",
    }


def test_a_baseline_without_effort_has_no_index(scope: Tenant) -> None:
    found = project()
    sign(found, "0")
    work(found, "1", change_request=change(found, "D"))
    (row,) = rows()
    assert (row["baseline_effort"], row["unapproved_effort"]) == ("0", "1")
    assert row["scope_creep_index"] == ""


def test_a_change_request_decides_whatever_the_item(scope: Tenant) -> None:
    found = project()
    (item,) = sign(found, "3")
    work(found, "1", item=item, change_request=change(found, "D"))
    work(found, "2", item=item, change_request=change(found, "S", "signed"))
    one = figures()
    assert (one.in_scope_effort, one.unapproved_effort, one.approved_change_effort) == (
        0,
        1000,
        2000,
    )


def test_figures_count_what_is_dated_up_to_the_day(scope: Tenant) -> None:
    found = project(accepted_on=date(2026, 3, 18))
    (item,) = sign(found, "3", phases=["Build"])
    late = change(found, "S", "signed", on=date(2026, 3, 12))
    work(found, "1", on=date(2026, 3, 3), item=item)
    work(found, "2", on=date(2026, 3, 4), change_request=late)
    work(found, "4", on=date(2026, 3, 20))
    told = {day: figures(day) for day in (START - DAY, date(2026, 3, 11), date(2026, 3, 12), D)}
    assert [one.phase for one in told.values()] == ["to_come", "Build", "Build", "accepted"]
    assert [one.actual_days for one in told.values()] == [0, 8, 9, 13]
    assert [one.actual_effort for one in told.values()] == [0, 3000, 3000, 7000]
    assert [one.unapproved_effort for one in told.values()] == [0, 2000, 0, 0]
    assert [one.approved_change_effort for one in told.values()] == [0, 0, 2000, 2000]
    assert [one.schedule_variance_days for one in told.values()] == [0, 0, 0, 3]


def test_the_phase_is_that_of_the_item_worked_on_last(scope: Tenant) -> None:
    found = project()
    build, train, rest = sign(found, "1", "1", "1", phases=["Build", "Train", ""])
    work(found, "1", on=date(2026, 3, 3), item=train)
    work(found, "1", on=date(2026, 3, 5), item=build)
    work(found, "1", on=date(2026, 3, 9), item=rest)
    assert figures(date(2026, 3, 4)).phase == "Train"
    assert figures().phase == "Build"


def test_a_later_baseline_counts_from_its_day_and_the_first_stays(scope: Tenant) -> None:
    found = project()
    kept, dropped = sign(found, "3", "2")
    sow = found.sows.get()
    signed_on = date(2026, 3, 10)
    second = Baseline.objects.create(
        sow=sow,
        version=2,
        starts_on=START,
        due_on=date(2026, 3, 20),
        effort_days="5.5",
        change_request=change(found, "CR", "signed", on=signed_on),
        valid_from=signed_on,
    )
    BaselineItem.objects.create(baseline=second, item=kept, effort_days="5.5")
    work(found, "1", item=kept)
    work(found, "1.5", item=dropped)
    before, after = figures(signed_on - DAY), figures(signed_on)
    assert (before.baseline_effort, before.baseline_days) == (5000, 10)
    assert (after.baseline_effort, after.baseline_days) == (5500, 15)
    # What the amendment took out of the scope is out of it.
    assert (before.in_scope_effort, before.unapproved_effort) == (2500, 0)
    assert (after.in_scope_effort, after.unapproved_effort) == (1000, 1500)


def test_late_and_corrected_effort_count_as_they_are_known(scope: Tenant) -> None:
    found = project()
    entry = work(found, "1")
    assert figures().actual_effort == 1000
    work(found, "2", on=START - 30 * DAY)
    entry.days = Decimal("1.5")
    entry.save()
    assert figures().actual_effort == 3500


def test_days_are_those_of_the_tenants_calendar(scope: Tenant) -> None:
    sign(project(accepted_on=date(2026, 3, 17)), "1")
    before = figures()
    assert (before.baseline_days, before.actual_days) == (10, 12)
    document = CalendarDocument(
        days=(
            SpecialDay(date(2026, 3, 3), HOLIDAY, "Founding day"),
            SpecialDay(date(2026, 3, 14), WORKING, "Stocktaking"),
        )
    )
    CalendarVersion.objects.create(version=99, document=document.to_json())
    after = figures()
    assert (after.baseline_days, after.actual_days) == (9, 12)
    assert after.schedule_variance_days == 3


def test_today_is_the_tenants(scope: Tenant) -> None:
    assert scope.timezone == "Asia/Shanghai"
    found = project(starts_on=date(2026, 3, 9), due_on=DUE)
    work(found, "1", on=date(2026, 3, 10))
    with time_machine.travel(datetime(2026, 3, 9, 17, tzinfo=UTC), tick=False):
        (row,) = rows()
    assert (row["actual_days"], row["actual_effort"]) == ("2", "1")


def test_one_project_is_asked_for_by_its_key(scope: Tenant) -> None:
    for key in ("b", "B", "a"):
        project(key)
    assert [row["project"] for row in rows()] == ["B", "a", "b"]
    assert [row["project"] for row in rows("--project", "a")] == ["a"]
    with pytest.raises(CommandError, match="There is no project “c”") as refused:
        printed("--tenant", "acme", "--project", "c")
    assert refused.value.returncode == 1
    with pytest.raises(CommandError, match="is not a day") as wrong:
        printed("--tenant", "acme", "--as-of", "2026-02-30")
    assert wrong.value.returncode == 2


def test_a_key_that_a_spreadsheet_would_run_is_harmless(scope: Tenant) -> None:
    project("=1+1", manager=person("@sum"))
    (row,) = rows()
    assert (row["project"], row["manager"]) == ("'=1+1", "'@sum")
    (as_json,) = json.loads(printed("--tenant", "acme", "--format", "json"))
    assert as_json["project"] == "=1+1"


def test_another_tenants_projects_are_not_there(
    make_tenant: Callable[..., Tenant], tenant: Tenant
) -> None:
    other = make_tenant("other")
    with tenant_scope(other.id):
        found = project("P1")
        sign(found, "3")
        work(found, "1")
    with tenant_scope(tenant.id):
        project("P1")
    (row,) = rows()
    assert (row["baseline_effort"], row["actual_effort"]) == ("", "0")
    out = io.StringIO()
    call_command("delivery", "--tenant", "other", stdout=out)
    assert ",3,1,1,0,0,0" in out.getvalue()


def many(count: int, entries: int) -> None:
    """So many projects, each with a signed SOW of three items, two change requests and so many
    entries of effort, written without loads."""
    who, whose = person(), customer()
    found = Project.objects.bulk_create(
        Project(customer=whose, key=f"P{number:05d}", name="x", starts_on=START, due_on=DUE)
        for number in range(count)
    )
    sows = Sow.objects.bulk_create(Sow(project=one) for one in found)
    baselines = Baseline.objects.bulk_create(
        Baseline(sow=sow, version=1, starts_on=START, due_on=DUE, effort_days=6) for sow in sows
    )
    items = SowItem.objects.bulk_create(
        SowItem(sow=sow, key=str(place), title="x", effort_days=2, phase=f"Phase {place}")
        for sow in sows
        for place in range(3)
    )
    BaselineItem.objects.bulk_create(
        BaselineItem(baseline=baselines[place // 3], item=item, effort_days=2)
        for place, item in enumerate(items)
    )
    ChangeRequest.objects.bulk_create(
        ChangeRequest(
            project=one,
            key=state,
            title="x",
            state=state,
            raised_on=START,
            signed_on=START if state == "signed" else None,
        )
        for one in found
        for state in ("draft", "signed")
    )
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO projects_effort (project_id, key, person_id, worked_on, days, item_id,
                                         change_request_id, attributes, known_from)
            SELECT p.id, p.key || '-' || n, %s, %s::date + n %% 21, 0.125,
                   CASE WHEN n %% 5 > 0 THEN i.ids[1 + n %% 3] END,
                   CASE WHEN n %% 10 = 0 THEN c.ids[1 + n / 10 %% 2] END, '{}', now()
              FROM projects_project p
              JOIN (SELECT w.project_id, array_agg(i.id ORDER BY i.key) AS ids
                      FROM projects_sow w JOIN projects_sowitem i ON i.sow_id = w.id
                     GROUP BY 1) i ON i.project_id = p.id
              JOIN (SELECT project_id, array_agg(id ORDER BY key) AS ids
                      FROM projects_changerequest GROUP BY 1) c ON c.project_id = p.id
             CROSS JOIN generate_series(0, %s) n
            """,
            [who.pk, START, entries - 1],
        )


def test_the_number_of_statements_does_not_grow(scope: Tenant) -> None:
    counted = []
    for size in (1, 40):
        Effort.objects.all().delete()
        BaselineItem.objects.all().delete()
        Baseline.objects.all().delete()
        SowItem.objects.all().delete()
        ChangeRequest.objects.all().delete()
        Sow.objects.all().delete()
        Project.objects.all().delete()
        many(size, 20)
        with CaptureQueriesContext(connection) as captured:
            found = deliveries(D)
        assert [one.actual_effort for one in found] == [2_500] * size
        counted.append(len(captured))
    assert counted == [6, 6], "three reads, the calendar, and how to plan them"
