"""Weekly reports: edited by the manager, sent, never altered, corrected by a further version."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import ProgrammingError, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Contact, Customer, Membership, Tenant, UnreachableAddress, User
from accounts.tenancy import tenant_scope
from projects.actions.customer_pages import give_page_link
from projects.actions.templates import keep_shipped
from projects.actions.weeklies import (
    WeeklyConflict,
    correct_report,
    discard_report,
    draft_report,
    edit_report,
    refresh_report,
    revoke_weekly_link,
    send_report,
)
from projects.actions.weekly_sweep import draft_weeklies
from projects.compute.weekly_reports import UnknownSchema, week_to_report
from projects.models import Plan, Project, Risk, Task, WeeklyReport, WeeklyReportLink
from projects.queries.templates import latest_version
from projects.queries.weeklies import weekly_reports_due
from projects.views.weekly_documents import document_html, shown_report
from tests.projects.change_world import booked
from tests.projects.weekly_world import FRIDAY, MONDAY, WeeklyWorld, weekly_world

ATTACK = '<script>alert("x")</script><img src=x onerror=alert(1)>'


@pytest.fixture(autouse=True)
def fresh_cache() -> None:
    cache.clear()


@pytest.fixture
def world(tenant: Tenant, make_member: Callable[..., Membership]) -> WeeklyWorld:
    with tenant_scope(tenant.id):
        return weekly_world(tenant, make_member)


@pytest.fixture
def report(world: WeeklyWorld) -> WeeklyReport:
    with tenant_scope(world.tenant.id):
        return drafted(world)


@pytest.fixture
def manager(world: WeeklyWorld) -> Client:
    client = Client()
    client.force_login(world.manager.user)
    return client


def drafted(world: WeeklyWorld, week: date = MONDAY, language: str = "en") -> WeeklyReport:
    return draft_report(
        project=world.project, week=week, language=language, tenant=world.tenant,
        by=world.manager.user, now=world.at(week + (FRIDAY - MONDAY)),
    )  # fmt: skip


def sent(world: WeeklyWorld, report: WeeklyReport) -> tuple[WeeklyReportLink, str]:
    """The link of the one who got it, and its path."""
    with tenant_scope(world.tenant.id):
        [(link, secret)] = send_report(
            report=report, seen=report.revision, contacts=[world.contact], by=world.manager.user
        )
    return link, f"/r/{world.tenant.pk}.{secret}/"


def edited(world: WeeklyWorld, report: WeeklyReport, **texts: str) -> None:
    with tenant_scope(world.tenant.id):
        edit_report(
            report=report, seen=report.revision, texts=texts, shows_effort=False,
            shows_risks=False, by=world.manager.user,
        )  # fmt: skip


def text(response) -> str:  # type: ignore[no-untyped-def]
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def path_of(report: WeeklyReport, rest: str = "") -> str:
    return f"/t/acme/projects/{report.project_id}/weeklies/{report.pk}/{rest}"


def test_the_manager_edits_words_and_no_figures(
    world: WeeklyWorld, report: WeeklyReport, manager: Client
) -> None:
    before = report.facts
    form = {"seen": 1, "summary": "A good week.", "done": "All as planned.", "plan": "99",
            "facts": "{}", "week": "2020-01-06"}  # fmt: skip
    assert "A good week." in text(manager.post(path_of(report), form, follow=True))
    with tenant_scope(world.tenant.id):
        report.refresh_from_db()
    assert report.texts == {"summary": "A good week.", "done": "All as planned."}
    assert (report.facts, report.week, report.revision) == (before, MONDAY, 2)


def test_two_at_one_draft_do_not_overwrite_each_other(
    world: WeeklyWorld, report: WeeklyReport, manager: Client
) -> None:
    edited(world, report, summary="Hers")
    refused = manager.post(path_of(report), {"seen": 1, "summary": "His"})
    assert refused.status_code == 409
    assert "Hers" in text(refused)
    assert "His" in refused.content.decode()
    with tenant_scope(world.tenant.id):
        report.refresh_from_db()
        assert report.texts["summary"] == "Hers"
        with pytest.raises(WeeklyConflict):
            send_report(report=report, seen=1, contacts=[world.contact], by=world.manager.user)


def test_reading_the_facts_anew_keeps_the_words(world: WeeklyWorld, report: WeeklyReport) -> None:
    edited(world, report, doing="Nearly there.")
    with tenant_scope(world.tenant.id):
        Task.objects.filter(pk=world.tasks["Under way"].pk).update(title="Renamed")
        refresh_report(
            report=report, seen=report.revision, tenant=world.tenant, by=world.manager.user
        )
    assert "Renamed" in [row["title"] for row in report.facts["doing"]["rows"]]
    assert report.texts == {"doing": "Nearly there."}


def test_a_draft_is_not_to_be_seen_from_outside(world: WeeklyWorld, report: WeeklyReport) -> None:
    with tenant_scope(world.tenant.id):
        _link, secret = give_page_link(
            project=world.project, contact=world.contact, language="en", by=world.manager.user
        )
    path = f"/r/{world.tenant.pk}.{secret}/"
    assert Client().get(path, {"weekly": report.pk}).status_code == 404
    sent(world, report)
    assert "weekly report" in text(Client().get(path, {"weekly": report.pk}))
    for wrong in ("x", "-1", "9" * 30, ""):
        assert Client().get(path, {"weekly": wrong}).status_code == 404


def test_sent_with_letter_link_and_text(
    world: WeeklyWorld, report: WeeklyReport, manager: Client, django_capture_on_commit_callbacks
) -> None:  # type: ignore[no-untyped-def]
    form = {"seen": 1, "contacts": [world.contact.pk]}
    with django_capture_on_commit_callbacks(execute=True):
        page = manager.post(path_of(report, "recipients/"), form, follow=True)
    found = re.search(r"/r/\d+\.[\w-]+/", page.content.decode())
    assert found is not None
    assert page["Cache-Control"] == "no-store"
    assert [letter.to for letter in mail.outbox] == [["zhou@rookcombe.example"]]
    assert found[0] in mail.outbox[0].body
    assert found[0] not in manager.get(path_of(report)).content.decode()
    opened = Client().get(found[0])
    for part in ("Payroll: weekly report", "Work of the week", "Configured", "Whom to turn to"):
        assert part in text(opened)
    assert "opened once" in text(manager.get(path_of(report)))


def test_who_is_reached_by_no_letter_is_not_said_to_get_one(
    world: WeeklyWorld, report: WeeklyReport, manager: Client
) -> None:
    with tenant_scope(world.tenant.id):
        UnreachableAddress.objects.create(
            address=world.contact.email, kind=UnreachableAddress.Kind.BOUNCED
        )
    form = {"seen": 1, "contacts": [world.contact.pk]}
    page = text(manager.post(path_of(report, "recipients/"), form, follow=True))
    assert f"No letter reaches {world.contact.email}: hand the link over yourself." in page
    assert "on its way" not in page
    assert "on their way" not in page


def test_what_was_sent_never_changes(world: WeeklyWorld, report: WeeklyReport) -> None:
    _link, path = sent(world, report)
    before = Client().get(path).content
    with tenant_scope(world.tenant.id):
        with pytest.raises(ValidationError):
            edit_report(
                report=report, seen=report.revision, texts={"summary": "Better"},
                shows_effort=True, shows_risks=True, by=world.manager.user,
            )  # fmt: skip
        with pytest.raises(ValidationError):
            refresh_report(
                report=report, seen=report.revision, tenant=world.tenant, by=world.manager.user
            )
        # Not even past the actions: the database refuses it.
        rows = WeeklyReport.objects.filter(pk=report.pk)
        for change in (
            lambda: rows.update(texts={"summary": "Better"}),
            lambda: rows.update(state="draft", sent_at=None),
            lambda: rows._raw_delete("default"),
        ):
            with pytest.raises(ProgrammingError, match="never altered"), transaction.atomic():
                change()  # type: ignore[operator]
        # It is rendered from what is kept of it, whatever has become of the rows.
        Task.objects.filter(project=world.project).update(title="Renamed since")
        Project.objects.filter(pk=world.project.pk).update(name="Renamed since")
        Customer.objects.update(name="Renamed since")
        Tenant.objects.filter(pk=world.tenant.pk).update(name="Renamed since")
    assert Client().get(path).content == before


def test_a_correction_is_a_version_of_its_own_that_says_so(
    world: WeeklyWorld, report: WeeklyReport
) -> None:
    _link, path = sent(world, report)
    first = Client().get(path).content.decode()
    with tenant_scope(world.tenant.id):
        made = correct_report(report=report, tenant=world.tenant, by=world.manager.user)
        assert (made.version, made.correction_of_id, made.state) == (2, report.pk, "draft")
        with pytest.raises(ValidationError):
            correct_report(report=report, tenant=world.tenant, by=world.manager.user)
        with pytest.raises(ValidationError, match="what is corrected"):
            send_report(report=made, seen=1, contacts=[world.contact], by=world.manager.user)
        edit_report(
            report=made, seen=1, texts={}, shows_effort=False, shows_risks=False,
            correction="The day of acceptance was wrong.", by=world.manager.user,
        )  # fmt: skip
    _again, second = sent(world, made)
    shown = text(Client().get(second))
    assert "This is a correction" in shown
    assert "The day of acceptance was wrong." in shown
    after = Client().get(path).content.decode()
    assert "version 2, was sent on" in after
    start, end = "<article", "</article>"
    assert (
        after[after.index(start) : after.index(end)] == first[first.index(start) : first.index(end)]
    )


def test_words_are_words_and_never_markup(world: WeeklyWorld, report: WeeklyReport) -> None:
    edited(world, report, summary=ATTACK, done=ATTACK)
    with tenant_scope(world.tenant.id):
        Task.objects.filter(pk=world.tasks["Under way"].pk).update(title=ATTACK)
        refresh_report(
            report=report, seen=report.revision, tenant=world.tenant, by=world.manager.user
        )
    _link, path = sent(world, report)
    page = Client().get(path).content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert page.count("&lt;script&gt;") == 3


@pytest.mark.parametrize("shown", [True, False])
def test_effort_and_risks_are_internal_unless_shown(
    world: WeeklyWorld, report: WeeklyReport, shown: bool
) -> None:
    with tenant_scope(world.tenant.id):
        entry = booked(world.changes, "7.25")
        entry.worked_on = MONDAY
        entry.save()
        Risk.objects.create(
            project=world.project, number=1, title="The data may be bad", probability=2,
            raised_on=MONDAY,
        )  # fmt: skip
        refresh_report(report=report, seen=1, tenant=world.tenant, by=world.manager.user)
        edit_report(
            report=report, seen=2, texts={}, shows_effort=shown, shows_risks=shown,
            by=world.manager.user,
        )  # fmt: skip
    _link, path = sent(world, report)
    page = Client().get(path).content.decode()
    assert ("7.25" in page) == shown
    assert ("The data may be bad" in page) == shown


@pytest.mark.parametrize("how", ["revoked", "expired", "contact gone", "other tenant"])
def test_a_link_that_is_over_opens_nothing(
    world: WeeklyWorld, report: WeeklyReport, charlie: User, how: str
) -> None:
    link, path = sent(world, report)
    status = 410
    with tenant_scope(world.tenant.id):
        if how == "revoked":
            revoke_weekly_link(link=link, by=world.manager.user)
        elif how == "expired":
            past = timezone.now() - timedelta(days=200)
            WeeklyReportLink.objects.update(sent_at=past, expires_at=past + timedelta(days=180))
        elif how == "contact gone":
            WeeklyReportLink.objects.update(contact=None)
        else:
            other = Tenant.objects.get(slug="other").pk
            path, status = path.replace(f"/{world.tenant.pk}.", f"/{other}."), 404
    response = Client().get(path)
    assert response.status_code == status
    assert "Payroll" not in response.content.decode()


def test_a_report_is_in_its_own_language(world: WeeklyWorld) -> None:
    with tenant_scope(world.tenant.id):
        made = drafted(world, language="zh-hans")
        assert 'lang="zh-hans"' in document_html(made, world.tenant.zone)
        assert drafted(world, language="en").pk != made.pk
    _link, path = sent(world, made)
    response = Client(headers={"accept-language": "en"}).get(path)
    assert '<html lang="zh-Hans"' in response.content.decode()


def test_facts_of_another_shape_are_not_guessed(report: WeeklyReport) -> None:
    report.facts = report.facts | {"schema": 99}
    with pytest.raises(UnknownSchema):
        shown_report(report)


def test_a_stranger_gets_no_report(world: WeeklyWorld, report: WeeklyReport) -> None:
    with tenant_scope(world.tenant.id):
        other = Contact.objects.create(
            customer=Customer.objects.create(key="X", name="X"), key="x", name="X"
        )
        for contacts in ([other], []):
            with pytest.raises(ValidationError):
                send_report(report=report, seen=1, contacts=contacts, by=world.manager.user)
        report.refresh_from_db()
        assert not report.is_sent


@pytest.mark.parametrize(("day", "week"), [(MONDAY + timedelta(days=1), None), (FRIDAY, 7)])
def test_only_weeks_that_have_begun_are_drafted(
    world: WeeklyWorld, day: date, week: int | None
) -> None:
    asked = day if week is None else MONDAY + timedelta(days=week)
    with tenant_scope(world.tenant.id), pytest.raises(ValidationError):
        draft_report(
            project=world.project, week=asked, language="en", tenant=world.tenant, by=None,
            now=world.at(),
        )  # fmt: skip


def current(world: WeeklyWorld) -> date:
    return week_to_report(world.tenant.local_date(timezone.now()))


def test_all_weeklies_of_a_manager_from_one_screen(
    world: WeeklyWorld, manager: Client, django_capture_on_commit_callbacks
) -> None:  # type: ignore[no-untyped-def]
    """Drafted with one press and sent with another, to those with a link to the page."""
    week = current(world)
    with tenant_scope(world.tenant.id):
        for n in range(3):
            Project.objects.create(
                customer=world.project.customer, key=f"P{n}", name=f"Project {n}",
                manager=world.project.manager, starts_on=week - timedelta(days=60),
                due_on=week + timedelta(days=60),
            )  # fmt: skip
        Project.objects.filter(pk=world.project.pk).update(starts_on=week - timedelta(days=60))
        for project in Project.objects.exclude(key="P2"):
            give_page_link(
                project=project, contact=world.contact, language="zh-hans",
                by=world.manager.user,
            )  # fmt: skip
        due = weekly_reports_due(world.manager)
        assert [row.state for row in due] == ["none"] * 4
    form = {"week": week.isoformat(), "view": "mine"}
    listed = manager.post("/t/acme/weeklies/drafts/", form, follow=True)
    assert "4 reports drafted." in text(listed)
    with tenant_scope(world.tenant.id):
        drafts = list(WeeklyReport.objects.filter(state="draft").select_related("project"))
        # In the language of the page of the project, where somebody has one.
        assert {d.project.key: d.language for d in drafts}["P0"] == "zh-hans"
        chosen = [f"{draft.pk}:{draft.revision}" for draft in drafts]
    with django_capture_on_commit_callbacks(execute=True):
        done = manager.post("/t/acme/weeklies/sendings/", form | {"report": chosen}, follow=True)
    assert "3 reports sent." in text(done)
    assert "Not sent: Project 2." in text(done)
    assert len(set(re.findall(r"/r/\d+\.[\w-]+/", done.content.decode()))) == 3
    assert len(mail.outbox) == 3
    with tenant_scope(world.tenant.id):
        assert [row.project.key for row in weekly_reports_due(world.manager)] == ["P2"]
    with tenant_scope(world.tenant.id):
        links = WeeklyReportLink.objects.count()
    manager.post("/t/acme/weeklies/sendings/", form | {"report": chosen})
    with tenant_scope(world.tenant.id):
        assert WeeklyReportLink.objects.count() == links


def test_what_is_due_takes_as_many_statements_for_many_projects(
    world: WeeklyWorld, django_assert_max_num_queries
) -> None:  # type: ignore[no-untyped-def]
    week = current(world)
    with tenant_scope(world.tenant.id):
        with django_assert_max_num_queries(12) as few:
            weekly_reports_due(Membership.objects.get(pk=world.manager.pk))
        Project.objects.bulk_create(
            Project(customer=world.project.customer, key=f"P{n}", name=f"Project {n}",
                    manager=world.project.manager, starts_on=week, due_on=week)
            for n in range(20)
        )  # fmt: skip
        with django_assert_max_num_queries(12) as many:
            due = weekly_reports_due(Membership.objects.get(pk=world.manager.pk))
    assert len(due) >= 20
    assert len(many) == len(few)


def test_who_may_not_write_reads_only(
    world: WeeklyWorld, report: WeeklyReport, make_member: Callable[..., Membership]
) -> None:
    client = Client()
    client.force_login(make_member(world.tenant, "tom@acme.example", "team_member").user)
    assert client.get(path_of(report)).status_code == 200
    client.post(path_of(report), {"seen": 1, "summary": "Mine"})
    for rest in ("refreshes/", "recipients/", "corrections/", "removal/"):
        assert client.post(path_of(report, rest)).status_code == 404
    assert client.get("/t/acme/weeklies/").status_code == 404
    with tenant_scope(world.tenant.id):
        report.refresh_from_db()
        assert report.texts == {}


def test_a_draft_may_be_dropped_and_what_was_sent_not(
    world: WeeklyWorld, report: WeeklyReport, manager: Client
) -> None:
    assert manager.get(path_of(report, "removal/")).status_code == 200
    manager.post(path_of(report, "removal/"))
    with tenant_scope(world.tenant.id):
        assert not WeeklyReport.objects.exists()
        other = drafted(world)
    sent(world, other)
    manager.post(path_of(other, "removal/"))
    with tenant_scope(world.tenant.id):
        assert WeeklyReport.objects.exists()


def friday(world: WeeklyWorld, hour: int) -> datetime:
    return world.at(FRIDAY, hour)


def planned(world: WeeklyWorld) -> None:
    version = latest_version(keep_shipped(language="en"))
    assert version is not None
    Plan.objects.create(project=world.project, template_version=version)


def test_the_platform_drafts_on_friday_morning_and_once(world: WeeklyWorld) -> None:
    given = {"tenant_id": world.tenant.pk}
    with tenant_scope(world.tenant.id):
        planned(world)
        # Without a plan there is nothing to report; without a member nobody to edit it.
        Project.objects.create(
            customer=world.project.customer, key="bare", name="Bare",
            manager=world.project.manager, starts_on=MONDAY, due_on=FRIDAY,
        )  # fmt: skip
    assert draft_weeklies(**given, now=friday(world, 6)) == 0
    assert draft_weeklies(**given, now=friday(world, 8)) == 1
    with tenant_scope(world.tenant.id):
        made = WeeklyReport.objects.get()
        assert (made.week, made.drafted_by, made.project) == (MONDAY, None, world.project)
        discard_report(report=made, seen=1, by=world.manager.user)
    # What the manager dropped stays dropped, however often the sweeper comes by.
    assert draft_weeklies(**given, now=friday(world, 9)) == 0
    assert draft_weeklies(**given, now=world.at(FRIDAY + timedelta(days=7))) == 1


def test_a_report_that_a_manager_drafted_before_is_left_alone(world: WeeklyWorld) -> None:
    with tenant_scope(world.tenant.id):
        planned(world)
        mine = drafted(world)
    edited(world, mine, summary="Mine")
    draft_weeklies(tenant_id=world.tenant.pk, now=friday(world, 8))
    with tenant_scope(world.tenant.id):
        assert WeeklyReport.objects.get().texts == {"summary": "Mine"}
