"""A project manager takes a project from the template to the accepted handover, the customer's people
answer on their phones, and every figure on the way is what the rows add up to."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.actions.loads import load_file
from accounts.loads.registry import find_kind
from accounts.loads.running import LoadOptions
from accounts.models import Colleague, Contact, Customer, Membership, Responsibility, Tenant
from accounts.queries.calendars import working_calendar
from accounts.signals import customer_facts_changed
from accounts.tenancy import tenant_scope
from projects.models import (
    Baseline,
    BaselineItem,
    ChangeRequest,
    Effort,
    Gate,
    Project,
    SowItem,
    Task,
)

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = "/t/acme"
SOW = "project,key,title,effort_days,phase\nP1,1,Build and configure,30,Build\nP1,2,Training,20,Train\n"


@dataclass
class Stage:
    """Who takes part, each in a window of their own; the contact on a phone."""

    tenant: Tenant
    customer: Customer
    manager: Any
    executive: Any
    service: Any
    phone: Any
    pk: int = 0

    def at(self, window: Any, rest: str = "") -> Page:
        """The project's page, or one under it."""
        page: Page = window.go(f"{ROOT}/projects/{self.pk}/{rest}")
        return page


@pytest.fixture
def stage(tenant: Tenant, make_member: Callable[..., Membership], visit: Callable) -> Stage:
    with tenant_scope(tenant.id):
        make_member(tenant, "pam@acme.example", "project_manager")
        make_member(tenant, "eve@acme.example", "executive")
        sam = make_member(tenant, "sam@acme.example", "service_manager")
        customer = Customer.objects.create(
            key="C1", name="Carpenter", service_manager=Colleague.objects.get(membership=sam)
        )
        Contact.objects.create(customer=customer, key="zhou", name="Zhou Min")
        customer_facts_changed.send(sender=Customer, customer_ids=[customer.pk])
    windows = [visit(), visit(), visit()]
    for window, name in zip(windows, ("pam", "eve", "sam"), strict=True):
        window.sign_in(f"{name}@acme.example")
    return Stage(tenant, customer, *windows, visit(width=390, height=844))


def fill(page: Page, **fields: str) -> None:
    """The page's fields by their names; of a list the option that holds the words."""
    for name, words in fields.items():
        field = page.locator(f"main [name={name}]:visible").first
        if field.evaluate("element => element.tagName") == "SELECT":
            option = field.locator("option", has_text=words).first
            field.select_option(option.get_attribute("value"))
        elif field.get_attribute("type") == "radio":
            page.get_by_label(words, exact=True).first.check()
        else:
            field.fill(words)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).first.click()


def figure(page: Page, label: str) -> str:
    """What stands under a label."""
    box = page.locator(".figure", has=page.locator(".figure-label", has_text=label)).first
    text: str = box.locator(".figure-value").inner_text()
    return text.split("\n")[0].strip()


def make_project(stage: Stage, today: date) -> None:
    page = stage.manager.go(f"{ROOT}/projects/new/")
    fill(page, customer="Carpenter", name="HR core", key="P1", manager="pam",
         starts_on=(today - timedelta(days=45)).isoformat(), template="Standard")  # fmt: skip
    press(page, "Make the project")
    expect(page.get_by_role("heading", level=1)).to_have_text("HR core")
    with tenant_scope(stage.tenant.id):
        stage.pk = Project.objects.get(key="P1").pk
        kind = find_kind("sow")
        assert kind is not None
        _load, result = load_file(
            handle=io.BytesIO(SOW.encode()), filename="sow.csv", kind=kind, options=LoadOptions(),
            tenant=stage.tenant, by=None,
        )  # fmt: skip
        assert not result.refused
    page = stage.at(stage.manager)
    page.get_by_role("link", name="Lock dates").click()
    page.locator("dialog[open]").get_by_role("button", name="Lock dates").click()
    expect(page.get_by_role("link", name="Lock dates")).to_have_count(0)


def reach_a_milestone_late(stage: Stage, today: date) -> Task:
    with tenant_scope(stage.tenant.id):
        milestone: Task = Task.objects.filter(project=stage.pk, is_milestone=True).earliest(
            "ends_on"
        )
    assert milestone.ends_on < today - timedelta(days=7)
    page = stage.at(stage.manager)
    assert milestone.title in page.locator(".plan-facts").inner_text()
    page = stage.at(stage.manager, f"tasks/{milestone.pk}/")
    late = (today - timedelta(days=3)).isoformat()
    fill(page, state="Done", finished_on=late)
    press(page, "Save")
    expect(page.locator(".plan-facts")).not_to_contain_text(milestone.title)
    return milestone


def capture(stage: Stage, text: str, kind: str, item: str = "") -> None:
    page = stage.at(stage.manager, "requirements/new/")
    fill(page, text=text, contact="Zhou Min")
    press(page, "Capture")
    if "/requirements/" not in page.url:
        page.get_by_role("link", name=text).first.click()
    fill(page, kind=kind, why="As the SOW says", **({"item": item} if item else {}))
    press(page, "Classify")
    expect(page.get_by_role("heading", name="Classifications")).to_be_visible()


def change(stage: Stage, wish: str, title: str, effort: str, price: str) -> str:
    """Drafted by the manager, approved by the executive, sent by the manager; gives the link."""
    page = stage.at(stage.manager, "scope/")
    page.get_by_role("link", name=wish).first.click()
    page.get_by_role("link", name="Draft a change request").click()
    fill(page, title=title, text=f"{title}, as asked for.", effort_days=effort, price=price,
         days_later="5")  # fmt: skip
    press(page, "Save")
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    path = page.url.removeprefix(stage.manager.server)
    approving = stage.executive.go(f"{ROOT}/projects/?view=all")
    waiting = approving.locator(".decision-list li", has_text=title)
    expect(waiting).to_contain_text("Approve a change request")
    waiting.get_by_role("link").click()
    press(approving, "Approve")
    page = stage.manager.go(path)
    page.get_by_role("link", name="Send for signature").click()
    fill(page, contact="Zhou Min", language="English")
    press(page, "Make the link")
    return shown_link(page)


def shown_link(page: Page) -> str:
    box = page.locator(".copy-box input").first
    expect(box).to_be_visible()
    return "/" + box.input_value().split("/", 3)[3]


def decline(stage: Stage, link: str) -> None:
    page = stage.phone.go(link)
    page.locator("summary", has_text="Decline").click()
    form = page.locator("details[open] form")
    form.get_by_label("Your name").fill("Zhou Min")
    form.get_by_label("Why you decline").fill("Too dear")
    form.get_by_role("button", name="Decline this change request").click()
    expect(page.get_by_text("You have declined this change request")).to_be_visible()


def sign(stage: Stage, link: str) -> None:
    page = stage.phone.go(link)
    page.get_by_label("Your name").first.fill("Zhou Min")
    page.get_by_label("I have read this document").check()
    page.get_by_role("button", name="Sign this change request").click()
    expect(page.get_by_text("You have signed this change request")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def book(stage: Stage, today: date) -> None:
    """In the week before this one: on an item, on what was declined, on what was signed."""
    monday = today - timedelta(days=today.weekday() + 7)
    with tenant_scope(stage.tenant.id):
        item = SowItem.objects.get(sow__project=stage.pk, key="1").pk
        declined, signed = (
            ChangeRequest.objects.get(project=stage.pk, state=state).pk
            for state in ("declined", "signed")
        )
    rows = [f"{stage.pk}-{item}-0", f"{stage.pk}-0-{declined}", f"{stage.pk}-0-{signed}"]
    page = stage.manager.go(
        f"{ROOT}/week/?day={monday.isoformat()}" + "".join(f"&add={row}" for row in rows)
    )
    for row, days in zip(rows, ("1", "0.5", "0.25"), strict=True):
        for shift in range(3):
            cell = page.locator(f"#days-{row}-{monday + timedelta(days=shift)}")
            cell.fill(days)
            cell.press("Tab")
            expect(page.locator(f"#row-{row}")).to_have_text(
                f"{Decimal(days) * (shift + 1):f}".rstrip("0").rstrip(".")
            )


def accept(stage: Stage) -> None:
    """Both sides confirm the acceptance gate."""
    with tenant_scope(stage.tenant.id):
        gate = Gate.objects.get(project=stage.pk, is_acceptance=True).pk
    page = stage.at(stage.manager, f"gates/{gate}/asks/")
    fill(page, colleague="eve", contact="Zhou Min", language="English")
    page.locator("main form button[type=submit]").first.click()
    link = shown_link(page)
    deciding = stage.executive.go(f"{ROOT}/projects/?view=all")
    deciding.locator(".decision-list li", has_text="Sign off").get_by_role("link").click()
    deciding.get_by_label("I have read this and confirm it.").check()
    press(deciding, "Confirm")
    phone = stage.phone.go(link)
    phone.get_by_label("Your name").first.fill("Zhou Min")
    phone.get_by_label("I have read this and confirm it for my company.").check()
    press(phone, "Accept the project")
    expect(phone.get_by_text("You have accepted the project")).to_be_visible()


def hand_over(stage: Stage) -> None:
    page = stage.manager.go(f"{ROOT}/projects/")
    page.locator(".decision-list li", has_text="Propose the handover").get_by_role("link").click()
    press(page, "Begin the list")
    while page.get_by_role("button", name="There is nothing here", exact=True).count():
        page.get_by_role("button", name="There is nothing here", exact=True).first.click()
        page.wait_for_load_state()
    press(page, "Propose to sam")
    expect(page.get_by_text("Waits for sam")).to_be_visible()
    assert face(stage) == "pam", "until it is accepted the customer's face stays"
    page = stage.at(stage.service, "handover/")
    for box in page.locator("form[action$='/acceptances/'] input[type=checkbox]").all():
        box.check()
    press(page, "Accept the handover")
    # It leads to the customer, where nothing open is lost.
    expect(page.get_by_text("After the first accepted handover").first).to_be_visible()
    expect(page.locator("#handover_items")).to_contain_text("Open")


def face(stage: Stage) -> str:
    with tenant_scope(stage.tenant.id):
        current = Responsibility.objects.get(customer=stage.customer, to_on=None)
        return current.colleague.name if current.colleague else ""


def days_of(rows: Any) -> Decimal:
    return sum((row.days for row in rows), Decimal(0))


def check_figures(stage: Stage, today: date) -> None:
    """Every figure of delivery on screen, against the rows, added up here."""
    with tenant_scope(stage.tenant.id):
        project = Project.objects.get(pk=stage.pk)
        baseline = Baseline.objects.filter(sow__project=project).latest("version")
        efforts = list(Effort.objects.filter(project=project).select_related("change_request"))
        items = set(BaselineItem.objects.filter(baseline=baseline).values_list("item", flat=True))
        agreed = sum(
            BaselineItem.objects.filter(baseline=baseline).values_list("effort_days", flat=True),
            Decimal(0),
        )
        last = max(Task.objects.filter(project=project).values_list("ends_on", flat=True))
        calendar = working_calendar()
    on_changes = [row for row in efforts if row.change_request]
    signed = days_of(row for row in on_changes if row.change_request.signed_on)
    unapproved = days_of(row for row in on_changes if not row.change_request.signed_on)
    unapproved += days_of(
        row
        for row in efforts
        if not row.change_request and row.item_id and row.item_id not in items
    )
    assert (unapproved, signed, agreed) == (Decimal("1.5"), Decimal("0.75"), Decimal(53))

    def number(value: Decimal) -> str:
        return f"{value.normalize():f}"

    page = stage.at(stage.manager, "scope/")
    assert figure(page, "Unapproved effort") == number(unapproved)
    assert figure(page, "Signed changes") == number(signed)
    assert figure(page, "Baseline effort") == number(agreed)
    assert figure(page, "Scope creep") == f"{unapproved / agreed * 100:.1f}%"
    head = " ".join(page.locator(".plan-facts").inner_text().split())
    assert f"{number(days_of(efforts))} of {number(agreed)} in the baseline" in head

    over, day = 0, min(last, baseline.due_on)
    while day < max(last, baseline.due_on):
        day += timedelta(days=1)
        over += calendar.is_working(day)
    row = stage.manager.go(f"{ROOT}/projects/").locator("#list tbody tr").first
    cells = " ".join(row.inner_text().split())
    assert f"{number(days_of(efforts))} / {number(agreed)}" in cells
    assert number(unapproved) in cells
    sign_of = "" if last == baseline.due_on else "+" if last > baseline.due_on else "−"
    if project.accepted_on is None:
        assert f"{sign_of}{over}" in cells
        # What the customer signed moved the day by which the project is due.
        assert project.due_on == baseline.due_on
        assert f"{(project.due_on - today).days} days left" in cells

    taken = sum(
        calendar.is_working(project.starts_on + timedelta(days=shift))
        for shift in range((today - project.starts_on).days + 1)
    )
    planned = sum(
        calendar.is_working(baseline.starts_on + timedelta(days=shift))
        for shift in range((baseline.due_on - baseline.starts_on).days + 1)
    )
    panel = stage.manager.go(f"{ROOT}/customers/{stage.customer.pk}/?part=delivery")
    words = " ".join(panel.locator("#delivery, [id^=delivery]").first.inner_text().split())
    if project.accepted_on is None:
        assert f"{taken} of {planned}" in words
    else:
        assert re.search(rf"\b{planned}\b.*\b{taken}\b", words), words
        assert f"−{planned - taken}" in words if taken < planned else f"+{taken - planned}" in words


def test_from_the_template_to_the_accepted_handover(stage: Stage) -> None:
    today = stage.tenant.local_date(timezone.now())
    make_project(stage, today)
    reach_a_milestone_late(stage, today)
    capture(stage, "Reports by department", "In scope", "Build and configure")
    capture(stage, "A door system", "Out of scope")
    decline(stage, change(stage, "A door system", "Door system", "8", "24000"))
    sign(stage, change(stage, "A door system", "Door system, smaller", "3", "9000"))
    book(stage, today)
    check_figures(stage, today)
    accept(stage)
    assert face(stage) == "pam"
    hand_over(stage)
    assert face(stage) == "sam"
    check_figures(stage, today)
