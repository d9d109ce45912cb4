"""A contact confirms one gate and returns another on a phone, by the links that they were sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import Membership, Tenant
from accounts.tenancy import tenant_scope
from projects.models import Gate, SignOffAnswer, SignOffLink
from tests.projects.gate_world import WORDS, GateWorld, gate_world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(tenant: Tenant, make_member: Callable[..., Membership]) -> GateWorld:
    with tenant_scope(tenant.id):
        return gate_world(tenant, make_member)


def asked(world: GateWorld, title: str, *, silence: bool = False) -> str:
    """The address of the contact's link."""
    with tenant_scope(world.tenant.id):
        if silence:
            world.clause(title)
        _link, secret = world.ask(world.gate(title), silence_counts=silence)
    return f"/r/{world.tenant.pk}.{secret}/"


def test_confirming_and_returning_on_a_phone(
    tenant: Tenant, world: GateWorld, visit, accessible
) -> None:  # type: ignore[no-untyped-def]
    accept, back = asked(world, "Acceptance"), asked(world, "Go-live", silence=True)
    opened = visit(width=390, height=844)
    page = opened.go(accept)
    expect(page.get_by_role("heading", level=1)).to_have_text("Acceptance")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    accessible(page)
    page.get_by_label("4 – satisfied").check()
    page.get_by_label("Your name").first.fill("Zhou Min")
    page.get_by_label("I have read this and confirm it for my company.").check()
    button = page.get_by_role("button", name="Accept the project")
    assert button.bounding_box()["height"] >= 44
    button.click()
    expect(page.get_by_text("You have accepted the project")).to_be_visible()
    accessible(page)

    page = opened.go(back)
    expect(page.get_by_text("Without an answer by the end of")).to_be_visible()
    expect(page.get_by_text(WORDS)).to_be_visible()
    page.locator("summary", has_text="Return it with a reason").click()
    form = page.locator("details[open] form")
    form.get_by_label("Your name").fill("Zhou Min")
    form.get_by_label("What has to be mended").fill("Payslips are wrong")
    accessible(page)
    form.get_by_role("button", name="Return").click()
    expect(page.get_by_text("You have returned this")).to_be_visible()
    page.wait_for_load_state()  # the words are there before the style sheets
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    with tenant_scope(tenant.id):
        answers = SignOffAnswer.objects.order_by("pk")
        assert [(one.outcome, one.satisfaction, one.reason) for one in answers] == [
            ("approved", 4, ""),
            ("returned", None, "Payslips are wrong"),
        ]
        assert Gate.objects.get(title="Go-live").state == "returned"

    opened.expected.append("410")
    opened.go(accept)
    expect(page.get_by_role("heading", level=1)).to_have_text("This link was used already")


def test_an_expired_link_is_refused_on_a_phone(
    tenant: Tenant, world: GateWorld, visit, accessible
) -> None:  # type: ignore[no-untyped-def]
    path = asked(world, "Overall solution")
    with tenant_scope(tenant.id):
        past = timezone.now() - timedelta(days=30)
        SignOffLink.objects.update(sent_at=past, expires_at=past + timedelta(days=1))
    opened = visit(width=390, height=844, theme="dark", scripts=False)
    opened.expected.append("410")
    page = opened.go(path)
    expect(page.get_by_role("heading", level=1)).to_have_text("This link has expired")
    expect(page.get_by_text("Nothing was signed")).to_be_visible()
    assert page.get_by_role("button").count() == 0


@pytest.mark.parametrize("width", [1440, 390])
def test_the_gates_for_members(
    tenant: Tenant, world: GateWorld, visit, accessible, width: int
) -> None:  # type: ignore[no-untyped-def]
    asked(world, "Overall solution", silence=True)
    with tenant_scope(tenant.id):
        gate, ours = world.gate(), world.ours()
    opened = visit(width=width)
    page = opened.sign_in("vic@acme.example")
    base = f"/t/acme/projects/{world.project.pk}/"
    for rest in ("gates/", f"gates/{gate.pk}/", "timeline/"):
        opened.go(f"{base}{rest}")
        accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    opened.go("/t/acme/sign-offs/")
    accessible(page)
    page.get_by_role("link", name="Overall solution").click()
    page.get_by_label("I have read this and confirm it.").check()
    accessible(page)
    page.get_by_role("button", name="Confirm").click()
    page.wait_for_load_state()
    with tenant_scope(tenant.id):
        assert SignOffAnswer.objects.get(sign_off=ours).outcome == "approved"
