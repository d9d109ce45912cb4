"""Scorecards: figures from rows by hand, whose are seen by whom, and the projects behind each."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from html import unescape
from typing import Any

import numpy as np
import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Colleague, Customer, Membership, Team, Tenant, User, VisibilityRule
from accounts.tenancy import tenant_scope
from projects.models import Baseline, Project
from projects.queries.delivery import deliveries
from reports.periods import periods
from reports.queries.scorecards import accepted, board_of, managers
from segmentation.models import CustomerGroup, CustomerGroupMember
from service.models import SurveyAnswer
from tests.reports.scorecard_world import START, TODAY, answered, manager, project
from tests.segmentation.screens.screen_world import night, stands

OWN, ALL, BEHIND = (
    "/t/acme/scorecard/",
    "/t/acme/scorecards/",
    "/t/acme/scorecard/projects/",
)


@pytest.fixture(autouse=True)
def on_the_day() -> Iterator[None]:
    with time_machine.travel(f"{TODAY}T04:00Z", tick=False):
        yield


@pytest.fixture
def pam(tenant: Tenant, make_member: Callable[..., Membership]) -> Membership:
    return make_member(tenant, "pam@acme.example", "project_manager")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text_of(answer: Any) -> str:
    assert answer.status_code == 200
    plain = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return re.sub(r"\s+", " ", unescape(plain))


def facts(tenant: Tenant) -> Any:
    found = accepted(date(2025, 1, 1), TODAY)
    return board_of(found, managers(), TODAY, tenant.zone)


def test_each_project_counts_as_its_rows_say(scope: Tenant) -> None:
    """From 5 to 30 January are twenty working days; a week more, and five days late."""
    ann = manager("Ann")
    late = project("L", ann, accepted=date(2026, 2, 6), worked="22", unsigned="3")
    early = project("E", ann, accepted=date(2026, 1, 29), worked="15")
    bare = project("B", ann, accepted=date(2026, 1, 9), baseline="", worked="0")
    unbooked = project("U", ann, accepted=date(2026, 1, 30), worked="0")
    answered(late, 4, asked=date(2026, 2, 2))
    found = facts(scope).projects
    assert list(found.index) == [late.pk, unbooked.pk, early.pk, bare.pk]

    def of(one: Project, *names: str) -> list[float | None]:
        return [
            None if np.isnan(value) else round(float(value), 6)
            for value in found.loc[one.pk, names]
        ]

    names = ("on_time", "schedule_days", "effort_over", "cycle_days", "scope_creep")
    assert of(late, *names) == [0, 5, 0.25, 25, 0.15]
    assert of(early, *names) == [1, -1, -0.25, 19, 0]
    assert of(bare, *names) == [None, None, None, 5, None]
    # Nobody booked anything: that it took no effort is not known.
    assert of(unbooked, *names) == [1, 0, None, 20, None]
    assert of(late, "satisfaction", "acceptance_days", "changes") == [4, 4, 1]
    assert of(early, "satisfaction", "acceptance_days", "changes") == [None, None, 0]
    assert of(late, "effort", "modules") == [20, 0]


def test_what_was_said_in_the_survey_after_an_acceptance_counts_too(scope: Tenant) -> None:
    mo = manager("Mo")
    both = project("BOTH", mo, accepted=date(2026, 3, 4))
    only = project("ONLY", mo, accepted=date(2026, 3, 5))
    answered(both, 4, asked=date(2026, 2, 26))
    for number, (found, kind, score) in enumerate(
        [(both, "csat", 1), (both, "csat", 2), (only, "csat", 5), (only, "nps", 0)]
    ):
        SurveyAnswer.objects.create(
            customer=found.customer, key=f"s{number}", kind=kind, score=score, project=found,
            answered_on=date(2026, 3, 20),
        )  # fmt: skip
    found = facts(scope).projects["satisfaction"]
    assert found.to_dict() == {both.pk: pytest.approx(7 / 3), only.pk: 5}


def test_a_project_that_began_late_may_be_late_without_having_taken_longer(scope: Tenant) -> None:
    found = project("L", manager("Ann"), accepted=date(2026, 2, 6))
    Project.objects.filter(pk=found.pk).update(starts_on=date(2026, 1, 12))
    row = facts(scope).projects.loc[found.pk]
    assert (row["on_time"], row["schedule_days"]) == (0, 0)


def test_figures_of_a_person_are_those_of_their_projects(scope: Tenant) -> None:
    ann, ben = manager("Ann"), manager("Ben")
    for place, day in enumerate((date(2026, 1, 28), date(2026, 1, 30), date(2026, 2, 4))):
        project(f"A{place}", ann, accepted=day)
    project("B0", ben, accepted=date(2026, 2, 6))
    # Not accepted, to come, or nobody's: they do not count.
    project("R", ann, accepted=None)
    project("F", ann, accepted=TODAY + timedelta(1), due=date(2026, 12, 30))
    Project.objects.create(
        customer=Customer.objects.create(key="N", name="N"), key="N", name="N", starts_on=START,
        due_on=START, accepted_on=START,
    )  # fmt: skip
    found = facts(scope).figures
    assert found["on_time"].of(ann.pk).projects == 3
    assert found["on_time"].of(ann.pk).value == pytest.approx(2 / 3)
    assert found["schedule_days"].of(ann.pk).value == pytest.approx((-2 + 0 + 3) / 3)
    assert found["schedule_days"].of(ben.pk).value == 5
    assert np.isnan(found["schedule_days"].of(ben.pk).low)
    assert found["schedule_days"].of(ben.pk).place is None
    assert found["satisfaction"].of(ben.pk).projects == 0


def test_the_baseline_in_force_today_is_what_delivery_prints(scope: Tenant) -> None:
    """The same figures as `delivery`: they read the same rows by the same code."""
    ann = manager("Ann")
    project("A", ann, accepted=date(2026, 2, 6), unsigned="2.5")
    assert Baseline.objects.count() == 1
    (printed,) = deliveries(TODAY)
    (row,) = facts(scope).projects.to_dict("records")
    assert row["schedule_days"] == printed.schedule_variance_days
    assert row["cycle_days"] == printed.actual_days
    assert row["scope_creep"] == pytest.approx(float(printed.scope_creep_index or 0))


def test_names_of_one_member_are_one_person(scope: Tenant, pam: Membership) -> None:
    first = Colleague.objects.get(membership=pam)
    second = manager("Pamela", membership=pam)
    project("A", first, accepted=date(2026, 1, 30))
    project("B", second, accepted=date(2026, 1, 30))
    found = managers()
    assert found.names == {first.pk: first.name}
    assert found.of == {first.pk: first.pk, second.pk: first.pk}
    assert facts(scope).figures["on_time"].of(first.pk).projects == 2


def test_the_tier_is_that_of_the_night_six_months_after_the_handover(scope: Tenant) -> None:
    ann = manager("Ann")
    day = date(2026, 1, 30)
    kept, low, gone, none = (project(key, ann, accepted=day) for key in ("K", "L", "G", "N"))
    late = project("S", ann, accepted=date(2026, 6, 1))
    handed = project("H", ann, accepted=day, awaits_handover=True, handed_over_on=date(2026, 3, 15))
    waits = project("W", ann, accepted=day, awaits_handover=True)
    nights = [night(one) for one in (date(2026, 7, 15), date(2026, 8, 31), date(2026, 9, 10))]
    for whom, tiers in (
        (kept, ("high", "low", "high")),
        (low, ("low", "high", "high")),
        (gone, ("", "high", "high")),
        (none, ("new", "high", "high")),
        (handed, ("low", "low", "mid")),
        (waits, ("high", "high", "high")),
        (late, ("high", "high", "high")),
    ):
        for on, tier in zip(nights, tiers, strict=True):
            stage = "churned" if not tier else "active"
            stands(whom.customer, on, tier=tier, stage=stage, kept=False)
    found = facts(scope).projects
    read = {
        one.key: (
            found.loc[one.pk, "tier"],
            str(found.loc[one.pk, "night_on"])[:10],
            found.loc[one.pk, "tier_later"],
        )
        for one in (kept, low, gone, none, late, handed, waits)
    }
    # The night of 15 July stands for 30 July; that of 10 September for the 15th.
    assert read["K"] == ("high", "2026-07-15", 1)
    assert read["L"] == ("low", "2026-07-15", 0)
    assert read["G"] == ("", "2026-07-15", 0)
    assert read["N"][0] == "new"
    assert np.isnan(read["N"][2])
    assert read["H"] == ("mid", "2026-09-10", 1)
    # Six months after 1 June are still to come; and who is not handed over has no day.
    assert read["S"][:2] == ("", "NaT")
    assert read["W"][:2] == ("", "NaT")


def test_a_night_more_than_a_month_old_does_not_stand_for_the_day(scope: Tenant) -> None:
    found = project("K", manager("Ann"), accepted=date(2026, 1, 30))
    stands(found.customer, night(date(2026, 6, 29)), tier="high", kept=False)
    assert np.isnan(facts(scope).projects.loc[found.pk, "tier_later"])


def team_of_three(tenant: Tenant, make_member: Callable[..., Membership]) -> dict[str, Membership]:
    """Pam leads the team in which Ron is; Una is in none. Each has accepted projects."""
    with tenant_scope(tenant.id):
        team = Team.objects.create(name="Delivery")
    members = {
        "pam": make_member(tenant, "pam@acme.example", "project_manager", team=team,
                           leads_team=True),
        "ron": make_member(tenant, "ron@acme.example", "project_manager", team=team),
        "una": make_member(tenant, "una@acme.example", "project_manager"),
    }  # fmt: skip
    with tenant_scope(tenant.id):
        for place, (name, member) in enumerate(members.items()):
            for number in range(6):
                project(
                    f"{name}{number}", Colleague.objects.get(membership=member),
                    accepted=date(2026, 1, 30) + timedelta(days=7 * place + 3 * (number % 2)),
                )  # fmt: skip
    return members


def shown(client: Client, url: str = ALL, **asked: Any) -> set[str]:
    context = client.get(url, asked).context
    return {line.name for line in context["compared"]["lines"]}


def person(tenant: Tenant, member: Membership) -> int:
    with tenant_scope(tenant.id):
        return int(Colleague.objects.get(membership=member).pk)


def test_everybody_sees_their_own_and_who_is_allowed_sees_others(
    tenant: Tenant, make_member: Callable[..., Membership], executive: User, alice: User, bob: User
) -> None:
    members = team_of_three(tenant, make_member)
    clients = {name: signed_in(member.user) for name, member in members.items()}
    everyone = {"pam", "ron", "una"}
    assert shown(signed_in(executive)) == everyone
    assert shown(signed_in(alice)) == everyone
    assert shown(clients["pam"]) == {"pam", "ron"}
    assert shown(clients["ron"]) == {"ron"}
    assert shown(clients["una"]) == {"una"}
    assert shown(signed_in(bob)) == set()
    una, ron = person(tenant, members["una"]), person(tenant, members["ron"])
    for url in (OWN, BEHIND):
        assert clients["una"].get(url).status_code == 200
        assert clients["pam"].get(url, {"person": ron}).status_code == 200
        assert clients["pam"].get(url, {"person": una}).status_code == 404
        assert clients["ron"].get(url, {"person": una}).status_code == 404
        assert signed_in(bob).get(url, {"person": una}).status_code == 404
        assert signed_in(executive).get(url, {"person": una}).status_code == 200
        assert signed_in(executive).get(url, {"person": 10**9}).status_code == 404
    assert "You have managed no project yet" in text_of(signed_in(bob).get(OWN))
    assert signed_in(bob).get(BEHIND)["Location"].endswith(OWN)


def test_the_tenant_narrows_what_executives_see(
    tenant: Tenant, make_member: Callable[..., Membership], executive: User
) -> None:
    team_of_three(tenant, make_member)
    with tenant_scope(tenant.id):
        VisibilityRule.objects.create(role="executive", record="scorecards", visibility="mine")
    assert shown(signed_in(executive)) == set()


def test_a_scorecard_says_how_many_and_how_sure(
    tenant: Tenant, make_member: Callable[..., Membership]
) -> None:
    members = team_of_three(tenant, make_member)
    text = text_of(signed_in(members["pam"].user).get(OWN))
    assert "My scorecard" in text
    assert "From 6 projects" in text
    assert "place 1 of 3" in text
    assert "Satisfaction at acceptance" in text
    assert "0 6 unknown" in text
    assert 'class="interval-dot"' in signed_in(members["pam"].user).get(OWN).content.decode()
    one = text_of(signed_in(members["una"].user).get(OWN))
    assert "worse than the average" in one


def test_the_own_scorecard_is_one_click_from_my_projects(tenant: Tenant, pam: Membership) -> None:
    client = signed_in(pam.user)
    assert f'href="{OWN}"' in client.get("/t/acme/projects/", {"view": "mine"}).content.decode()


def test_nobody_has_a_place_on_two_projects(tenant: Tenant, pam: Membership) -> None:
    with tenant_scope(tenant.id):
        me, other = Colleague.objects.get(membership=pam), manager("Other")
        for number in range(2):
            project(f"A{number}", me, accepted=date(2026, 1, 30))
        for number in range(6):
            project(f"B{number}", other, accepted=date(2026, 2, 20 + number))
    text = text_of(signed_in(pam.user).get(OWN))
    assert "2 projects of the 5 that a place needs" in text
    assert "place 1" not in text


def test_the_projects_behind_a_figure(
    tenant: Tenant, make_member: Callable[..., Membership], executive: User
) -> None:
    members = team_of_three(tenant, make_member)
    pam = person(tenant, members["pam"])
    answer = signed_in(executive).get(BEHIND, {"person": pam, "figure": "on_time"})
    text = text_of(answer)
    assert len(answer.context["rows"]) == 6
    assert "On time: projects of pam" in text
    assert [row["value"] for row in answer.context["rows"]] == ["No"] * 3 + ["Yes"] * 3
    with tenant_scope(tenant.id):
        VisibilityRule.objects.create(role="executive", record="projects", visibility="mine")
    hidden = signed_in(executive).get(BEHIND, {"person": pam, "figure": "on_time"})
    assert hidden.context["rows"] == []
    assert "6 more projects count that you may not see" in text_of(hidden)


def test_files_have_the_numbers_as_they_are(
    tenant: Tenant, make_member: Callable[..., Membership], executive: User
) -> None:
    members = team_of_three(tenant, make_member)
    client = signed_in(executive)
    rows = list(
        csv.DictReader(io.StringIO(client.get(ALL, {"format": "csv"}).content.decode("utf-8-sig")))
    )
    assert len(rows) == 3 * 8
    (row,) = [one for one in rows if one["Project manager"] == "pam" and one["Figure"] == "On time"]
    assert (row["Projects"], row["Value"]) == ("6", "0.5")
    pam = person(tenant, members["pam"])
    behind = client.get(BEHIND, {"person": pam, "format": "csv"}).content.decode("utf-8-sig")
    assert len(list(csv.DictReader(io.StringIO(behind)))) == 6
    for url in (OWN, ALL, BEHIND):
        found = client.get(url, {"person": pam, "format": "xlsx"})
        assert found.content[:2] == b"PK"
        assert client.get(url, {"person": pam, "format": "exe"}).status_code == 404


def test_a_period_is_asked_for(tenant: Tenant, pam: Membership) -> None:
    with tenant_scope(tenant.id):
        me = Colleague.objects.get(membership=pam)
        project("A", me, accepted=date(2026, 1, 30))
        project("B", me, accepted=date(2026, 5, 15), due=date(2026, 5, 15))
    client = signed_in(pam.user)
    for asked, number in (("", 2), ("2026", 2), ("2026-Q1", 1), ("2026-Q2", 1), ("2026-Q3", 0)):
        context = client.get(OWN, {"period": asked}).context
        assert context.get("projects") == number, asked


def test_periods_go_back_to_the_first_acceptance() -> None:
    offered = periods(date(2026, 11, 2), date(2025, 6, 1))
    assert [one.key for one in offered] == [
        "12m", "2026", "2025", "2026-Q4", "2026-Q3", "2026-Q2", "2026-Q1", "2025-Q4", "2025-Q3",
        "2025-Q2",
    ]  # fmt: skip
    assert (offered[0].first, offered[0].last) == (date(2025, 11, 3), date(2026, 11, 2))
    assert periods(date(2024, 2, 29), None)[0].first == date(2023, 3, 1)
    assert offered[5].last == date(2026, 6, 30)


def test_a_group_narrows_the_projects(tenant: Tenant, pam: Membership) -> None:
    with tenant_scope(tenant.id):
        me = Colleague.objects.get(membership=pam)
        inside = project("A", me, accepted=date(2026, 1, 30))
        project("B", me, accepted=date(2026, 1, 30))
        group = CustomerGroup.objects.create(name="Key", condition={}, is_shared=True)
        CustomerGroupMember.objects.create(
            group=group, customer=inside.customer, valid_from=date(2026, 1, 1)
        )
    client = signed_in(pam.user)
    assert client.get(OWN, {"group": group.pk}).context["projects"] == 1
    assert client.get(OWN).context["projects"] == 2


def test_another_tenants_managers_are_not_there(
    tenant: Tenant, alice: User, charlie: User, pam: Membership
) -> None:
    other = Tenant.objects.get(slug="other")
    with tenant_scope(other.id):
        theirs = manager("Xaver")
        project("X", theirs, accepted=date(2026, 1, 30))
    client = signed_in(alice)
    assert client.get(OWN, {"person": theirs.pk}).status_code == 404
    assert "Xaver" not in client.get(ALL).content.decode()


def test_more_projects_cost_no_further_query(
    tenant: Tenant, pam: Membership, executive: User
) -> None:
    with tenant_scope(tenant.id):
        me = Colleague.objects.get(membership=pam)
        project("A", me, accepted=date(2026, 1, 30))
        stands(project("A2", me, accepted=date(2026, 1, 30)).customer, night(date(2026, 7, 15)))
    client = signed_in(executive)

    def asked(url: str) -> int:
        client.get(url, {"person": me.pk})
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url, {"person": me.pk}).status_code == 200
        return len(captured)

    few = [asked(url) for url in (OWN, ALL, BEHIND)]
    with tenant_scope(tenant.id):
        for number in range(30):
            of = me if number % 2 else manager(f"M{number}")
            project(f"Z{number}", of, accepted=date(2026, 2, 2), unsigned="1")
    assert [asked(url) for url in (OWN, ALL, BEHIND)] == few
