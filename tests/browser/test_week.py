"""A week of effort in a real browser: by keyboard, pasted from a spreadsheet, on a phone, in two
windows, without scripts."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import Colleague, Customer, Membership, Tenant
from accounts.tenancy import tenant_scope
from projects.compute.effort_entries import week_of
from projects.models import Effort, Project, Sow, SowItem

pytestmark = pytest.mark.django_db(transaction=True)

WEEK = "/t/acme/week/"


@pytest.fixture
def tom(tenant: Tenant, make_member) -> Membership:  # type: ignore[no-untyped-def]
    member: Membership = make_member(tenant, "tom@acme.example", "team_member")
    return member


@pytest.fixture
def last_week(tenant: Tenant) -> list[date]:
    """All of its days can be booked, whatever day it is today."""
    return week_of(tenant.local_date(timezone.now()) - timedelta(days=7))


@pytest.fixture
def rows(tenant: Tenant, tom: Membership) -> list[str]:
    """Two rows: a project, and an item of its SOW."""
    with tenant_scope(tenant.id):
        customer = Customer.objects.create(key="C", name="Carpenter")
        project = Project.objects.create(
            customer=customer, key="P", name="HR core", starts_on=date(2026, 1, 5),
            due_on=date(2027, 1, 5),
        )  # fmt: skip
        item = SowItem.objects.create(
            sow=Sow.objects.create(project=project), key="1", title="Build", effort_days=8
        )
        return [f"{project.pk}-0-0", f"{project.pk}-{item.pk}-0"]


def address(rows: list[str], days: list[date]) -> str:
    return f"{WEEK}?day={days[0].isoformat()}" + "".join(f"&add={row}" for row in rows)


def booked(tenant: Tenant) -> dict[tuple[date, bool], Decimal]:
    with tenant_scope(tenant.id):
        found = Effort.objects.values_list("worked_on", "item", "days")
        return {(day, item is not None): days for day, item, days in found}


def test_the_grid_is_filled_by_keyboard(
    tenant: Tenant, tom: Membership, rows: list[str], last_week: list[date], visit, accessible
) -> None:  # type: ignore[no-untyped-def]
    opened = visit()
    opened.sign_in(tom.user.email)
    page = opened.go(address(rows, last_week))
    keys = page.keyboard
    page.locator(f"#days-{rows[0]}-{last_week[0]}").focus()
    keys.type("4h")
    keys.press("Enter")  # down
    keys.type("0,25")
    keys.press("ArrowRight")
    keys.type("1")
    keys.press("ArrowUp")
    keys.type("0.5")
    keys.press("Tab")
    whole = page.locator("#week-whole")
    expect(page.locator("#week-whole")).to_have_text("2.25")
    assert page.locator(f"#row-{rows[1]}").inner_text() == "1.25"
    assert page.locator(f"#day-{last_week[0]}").inner_text() == "0.75"
    monday = page.locator(f"#days-{rows[0]}-{last_week[0]}")
    assert monday.input_value() == "0.5", "hours are shown as days"
    assert booked(tenant) == {
        (last_week[0], False): Decimal("0.5"),
        (last_week[0], True): Decimal("0.25"),
        (last_week[1], True): Decimal(1),
        (last_week[1], False): Decimal("0.5"),
    }
    # What is refused stays in the cell with its reason; Esc goes back to what is kept.
    monday.focus()
    keys.type("lots")
    keys.press("ArrowDown")
    page.get_by_text("Write days, as 0.5, or hours, as 4h.").wait_for()
    assert monday.input_value() == "lots"
    accessible(page)
    monday.focus()
    keys.press("Escape")
    page.get_by_text("Write days, as 0.5, or hours, as 4h.").wait_for(state="detached")
    assert monday.input_value() == "0.5"
    assert whole.inner_text() == "2.25"


def test_a_block_is_pasted(
    tenant: Tenant, tom: Membership, rows: list[str], last_week: list[date], visit
) -> None:  # type: ignore[no-untyped-def]
    opened = visit()
    opened.sign_in(tom.user.email)
    page = opened.go(address(rows, last_week))
    page.locator(f"#days-{rows[0]}-{last_week[1]}").focus()
    page.evaluate(
        """() => {
          const data = new DataTransfer();
          data.setData("text/plain", "0.5\\t1\\n0,25\\t2h\\n");
          document.activeElement.dispatchEvent(
            new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }"""
    )
    expect(page.locator("#week-whole")).to_have_text("2")
    assert booked(tenant) == {
        (last_week[1], False): Decimal("0.5"),
        (last_week[2], False): Decimal(1),
        (last_week[1], True): Decimal("0.25"),
        (last_week[2], True): Decimal("0.25"),
    }


def test_the_later_window_is_told(
    tenant: Tenant, tom: Membership, rows: list[str], last_week: list[date], visit
) -> None:  # type: ignore[no-untyped-def]
    first = visit()
    first.sign_in(tom.user.email)
    page = first.go(address(rows, last_week))
    other = page.context.new_page()
    other.goto(page.url)
    cell = f"#days-{rows[0]}-{last_week[0]}"
    other.locator(cell).fill("1")
    other.locator(cell).press("ArrowDown")
    expect(other.locator("#week-whole")).to_have_text("1")
    first.expected.append("409")
    page.locator(cell).fill("0.5")
    page.locator(cell).press("ArrowDown")
    page.get_by_text("Another window saved 1 meanwhile").wait_for()
    assert page.locator(cell).input_value() == "0.5"
    assert booked(tenant) == {(last_week[0], False): Decimal(1)}
    page.locator(cell).press("Enter")
    page.get_by_text("Another window saved 1 meanwhile").wait_for(state="detached")
    assert booked(tenant) == {(last_week[0], False): Decimal("0.5")}


def test_on_a_phone_a_day_at_a_time_in_the_dark(
    tenant: Tenant, tom: Membership, rows: list[str], last_week: list[date], visit, accessible
) -> None:  # type: ignore[no-untyped-def]
    opened = visit(width=390, height=844, theme="dark")
    opened.sign_in(tom.user.email)
    page = opened.go(address(rows, last_week))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator("[data-week] input[type=text]:visible").count() == len(rows)
    page.locator(".week-days a").nth(2).click()
    page.wait_for_url(f"**day={last_week[2]}*")
    page.locator(f"#days-{rows[0]}-{last_week[2]}").fill("1")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved.").wait_for()
    assert booked(tenant) == {(last_week[2], False): Decimal(1)}
    page.wait_for_load_state("networkidle")
    accessible(page)


def test_a_row_is_found_and_saved_without_scripts(
    tenant: Tenant, tom: Membership, rows: list[str], last_week: list[date], visit
) -> None:  # type: ignore[no-untyped-def]
    opened = visit(scripts=False)
    opened.sign_in(tom.user.email)
    page = opened.go(f"{WEEK}?day={last_week[0]}")
    page.get_by_label("Project or customer").fill("carp")
    page.get_by_role("button", name="Search", exact=True).click()
    page.get_by_role("link", name="1 Build").click()
    page.locator(f"#days-{rows[1]}-{last_week[4]}").fill("0.5")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved.").wait_for()
    assert booked(tenant) == {(last_week[4], True): Decimal("0.5")}


@pytest.mark.parametrize(("theme", "width"), [("light", 1440), ("dark", 390)])
def test_the_effort_of_a_project_is_accessible(
    tenant: Tenant, tom: Membership, rows: list[str], last_week: list[date], visit, accessible,
    theme: str, width: int,
) -> None:  # type: ignore[no-untyped-def]  # fmt: skip
    with tenant_scope(tenant.id):
        project = Project.objects.get()
        Effort.objects.create(
            project=project, key="e", person=Colleague.objects.get(membership=tom.pk), days=2,
            worked_on=last_week[0], item=SowItem.objects.get(),
        )  # fmt: skip
    opened = visit(theme=theme, width=width)
    opened.sign_in(tom.user.email)
    for path in ("", "rows/"):
        page = opened.go(f"/t/acme/projects/{project.pk}/effort/{path}")
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        accessible(page)
