"""Plans in a real browser: the timeline by keyboard, two people at one task, phones, both themes."""

from __future__ import annotations

import re
from datetime import date

import pytest
from playwright.sync_api import expect

from accounts.models import Colleague, Customer, Tenant, User
from accounts.tenancy import tenant_scope
from projects.actions.plans import make_project
from projects.actions.templates import keep_shipped
from projects.models import PlanTemplate, Project, Task
from projects.queries.templates import latest_version

pytestmark = pytest.mark.django_db(transaction=True)

MONDAY = date(2026, 3, 2)


@pytest.fixture
def pam(tenant: Tenant, make_member) -> User:  # type: ignore[no-untyped-def]
    member: User = make_member(tenant, "pam@acme.example", "project_manager").user
    return member


@pytest.fixture
def project(tenant: Tenant, pam: User) -> Project:
    with tenant_scope(tenant.id):
        version = latest_version(keep_shipped(language="en"))
        assert version is not None
        return make_project(
            customer=Customer.objects.create(key="C", name="Carpenter"), name="HR core",
            manager=Colleague.objects.get(key=pam.email), starts_on=MONDAY,
            template_version=version, language="en", by=pam,
        )  # fmt: skip


def first_task(tenant: Tenant) -> Task:
    with tenant_scope(tenant.id):
        return Task.objects.get(number=1)


def path_of(project: Project, view: str = "") -> str:
    return f"/t/acme/projects/{project.pk}/{view}"


@pytest.mark.parametrize(("theme", "width"), [("light", 1440), ("dark", 390)])
def test_every_page_is_accessible(
    tenant: Tenant, project: Project, pam: User, visit, accessible, theme, width
) -> None:  # type: ignore[no-untyped-def]
    opened = visit(theme=theme, width=width)
    opened.sign_in(pam.email)
    task = first_task(tenant)
    paths = (
        *(path_of(project, view) for view in ("", "board/", "timeline/", "tasks/new/")),
        path_of(project, f"tasks/{task.pk}/"),
        *(f"/t/acme/projects/{page}" for page in ("", "new/", "templates/", "templates/standard/")),
        "/t/acme/projects/templates/standard/tasks/configure/",
    )
    for path in paths:
        page = opened.go(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        accessible(page)


def test_a_bar_is_moved_made_longer_and_put_back_by_keyboard(
    tenant: Tenant, project: Project, pam: User, visit
) -> None:  # type: ignore[no-untyped-def]
    opened = visit()
    opened.sign_in(pam.email)
    page = opened.go(path_of(project, "timeline/"))
    task = first_task(tenant)
    bar = page.locator(f"#bar-{task.pk}")
    reached = page.locator("#timeline .gantt-bar[tabindex='0']")
    assert reached.count() == 1
    reached.focus()
    said = page.locator("#timeline-said")
    page.keyboard.press("ArrowRight")
    expect(said).to_contain_text("further tasks moved with it")
    assert page.evaluate("document.activeElement.id") == f"bar-{task.pk}"
    moved = first_task(tenant)
    assert (moved.starts_on, moved.ends_on) == (date(2026, 3, 3), date(2026, 3, 4))
    # Faster than the server answers: every press counts.
    for _press in range(3):
        page.keyboard.press("Shift+ArrowRight")
    expect(bar).to_have_accessible_name(re.compile("9 Mar 2026"))
    assert first_task(tenant).ends_on == date(2026, 3, 9)
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.id") != f"bar-{task.pk}"
    page.keyboard.press("ArrowUp")
    # Also what takes it back waits for the answer, and is not lost.
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Control+z")
    expect(said).to_contain_text("Undone")
    expect(bar).to_have_accessible_name(re.compile("3 Mar 2026"))
    assert first_task(tenant).starts_on == date(2026, 3, 3)
    bar.press("Enter")
    page.wait_for_url(f"**/tasks/{task.pk}/")


def test_a_move_that_cannot_be_is_refused_aloud(
    tenant: Tenant, project: Project, pam: User, visit
) -> None:  # type: ignore[no-untyped-def]
    opened = visit()
    opened.expected.append("409")
    opened.sign_in(pam.email)
    page = opened.go(path_of(project, "timeline/"))
    with tenant_scope(tenant.id):
        second = Task.objects.get(number=2)
    page.locator(f"#bar-{second.pk}").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#timeline-said")).to_contain_text("It waits for")
    assert page.evaluate("document.activeElement.id") == f"bar-{second.pk}"


def test_two_people_at_one_task(
    tenant: Tenant, project: Project, pam: User, alice: User, visit, accessible
) -> None:  # type: ignore[no-untyped-def]
    task = first_task(tenant)
    hers, his = visit(), visit()
    for opened, user in ((hers, pam), (his, alice)):
        opened.expected.append("409")
        opened.sign_in(user.email)
        opened.go(path_of(project, f"tasks/{task.pk}/"))
    his.page.get_by_label("Title").fill("Read everything")
    his.page.get_by_role("button", name="Save").click()
    his.page.wait_for_url(lambda url: "/tasks/" not in url)
    hers.page.get_by_label("Title").fill("Read the contract")
    hers.page.get_by_role("button", name="Save").click()
    versions = hers.page.get_by_role("table", name="Both versions")
    versions.wait_for()
    assert "Read everything" in versions.inner_text()
    assert hers.page.get_by_label("Title").input_value() == "Read the contract"
    accessible(hers.page)
    hers.page.get_by_role("button", name="Save mine").click()
    hers.page.wait_for_url(lambda url: "/tasks/" not in url)
    assert first_task(tenant).title == "Read the contract"


def test_a_row_is_changed_in_its_place(
    tenant: Tenant, project: Project, pam: User, visit, accessible
) -> None:  # type: ignore[no-untyped-def]
    opened = visit()
    opened.sign_in(pam.email)
    page = opened.go(path_of(project))
    task = first_task(tenant)
    page.locator(f"#task-{task.pk}").get_by_role("link", name="Change").click()
    form = page.get_by_role("form", name=task.title)
    form.get_by_label("State").select_option("done")
    accessible(page)
    form.get_by_role("button", name="Save").click()
    page.locator(f"#task-{task.pk}.is-done").wait_for()
    assert first_task(tenant).state == "done"


def test_a_template_is_reordered_by_keyboard(
    tenant: Tenant, project: Project, pam: User, visit
) -> None:  # type: ignore[no-untyped-def]
    opened = visit()
    opened.sign_in(pam.email)
    page = opened.go("/t/acme/projects/templates/standard/")
    button = page.get_by_role("button", name="Name the project team one place up")
    button.focus()
    page.keyboard.press("Enter")
    page.get_by_text("Publish the changes").wait_for()
    expect(button).to_be_focused()
    with tenant_scope(tenant.id):
        draft = PlanTemplate.objects.get(key="standard").draft
    assert draft["phases"][0]["tasks"][0]["key"] == "name-team"


def test_without_scripts_a_project_is_made_and_a_task_changed(
    tenant: Tenant, project: Project, pam: User, visit
) -> None:  # type: ignore[no-untyped-def]
    opened = visit(scripts=False)
    opened.sign_in(pam.email)
    page = opened.go("/t/acme/projects/new/")
    page.get_by_role("combobox", name="Customer").fill("Carpenter")
    page.get_by_label("Name of the project").fill("Second")
    page.get_by_label("Starts on").fill("2026-05-04")
    page.get_by_role("button", name="Make the project").click()
    page.get_by_role("link", name="Timeline").click()
    page.locator("#timeline .gantt-bar").first.click()
    page.get_by_label("Ends on").fill("2026-05-08")
    page.get_by_role("button", name="Save").click()
    assert "further tasks moved with it" in page.locator("main").inner_text()
    page.get_by_role("button", name="Undo").click()
    assert "Undone" in page.locator("#messages").inner_text()
