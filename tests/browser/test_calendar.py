"""The working calendar in a real browser: by keyboard, on a phone, in both themes."""

from __future__ import annotations

from datetime import date

import pytest

from accounts.models import User
from accounts.queries.calendars import working_calendar
from accounts.tenancy import tenant_scope

pytestmark = pytest.mark.django_db(transaction=True)

CALENDAR = "/t/acme/settings/calendar/"


@pytest.mark.parametrize(("theme", "width"), [("light", 1440), ("dark", 390)])
def test_every_page_of_it_is_accessible(alice: User, visit, accessible, theme, width) -> None:  # type: ignore[no-untyped-def]
    opened = visit(theme=theme, width=width)
    opened.sign_in(alice.email)
    for path in ("?year=2026", "days/?day=2026-10-01", "holidays/?year=2026&country=DE", "file/"):
        page = opened.go(CALENDAR + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        accessible(page)


def test_a_day_is_found_and_marked_by_keyboard(tenant, alice: User, visit) -> None:  # type: ignore[no-untyped-def]
    opened = visit()
    opened.sign_in(alice.email)
    page = opened.go(CALENDAR + "?year=2025")
    reached = page.locator("[data-calendar] a[tabindex='0']")
    assert reached.count() == 1
    reached.focus()
    # From 1 January a week on, a day back, and over the end of the month.
    for key in ("ArrowDown", "ArrowLeft", *["ArrowDown"] * 4):
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement.getAttribute('href')").endswith("day=2025-02-04")
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    page.wait_for_url("**/days/?day=2025-02-03")
    page.get_by_label("As its weekday says").check()
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/settings/calendar/?year=2025")
    with tenant_scope(tenant.id):
        assert working_calendar().is_working(date(2025, 2, 3))
