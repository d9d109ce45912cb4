"""A contact answers a survey on a phone, inside WeChat, with and without scripts; twice, and too late."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from accounts.contact_links import contact_path
from accounts.models import Membership, Tenant
from accounts.tenancy import tenant_scope
from service.models import SurveyAnswer, SurveyInvitation
from tests.service.survey_world import SurveyWorld, late, survey_world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(tenant: Tenant, make_member: Callable[..., Membership]) -> SurveyWorld:
    by = make_member(tenant, "bob@acme.example", "service_manager").user
    with tenant_scope(tenant.id):
        return survey_world(tenant, by)


@pytest.fixture
def asked(world: SurveyWorld) -> tuple[SurveyInvitation, str]:
    with tenant_scope(world.tenant.id):
        return world.asked()


@pytest.mark.parametrize("scripts", [True, False])
def test_one_tap_on_a_phone_then_another_then_too_late(  # type: ignore[no-untyped-def]
    world: SurveyWorld, asked, visit, accessible, scripts: bool
) -> None:
    link, path = asked
    opened = visit(width=360, height=740, scripts=scripts)
    page = opened.go(path)
    expect(page.get_by_role("heading", level=1)).to_contain_text("How likely")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    if scripts:
        accessible(page)
    for button in page.get_by_role("button").all():
        box = button.bounding_box()
        assert min(box["width"], box["height"]) >= 44
    page.get_by_role("button", name="3", exact=True).click()
    expect(page.get_by_text("Your answer is 3.")).to_be_visible()
    page.get_by_label("What is the main reason").fill("Slow payroll run")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Your words have arrived.")).to_be_visible()
    if scripts:
        accessible(page)
    page.locator("summary", has_text="Change the score").click()
    page.get_by_role("button", name="8", exact=True).click()
    expect(page.get_by_text("Your answer is 8.")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    with tenant_scope(world.tenant.id):
        answer = SurveyAnswer.objects.get()
        assert (answer.score, answer.comment) == (8, "Slow payroll run")
    late(link, world.tenant)
    opened.expected.append("410")
    opened.go(path)
    expect(page.get_by_role("heading", level=1)).to_have_text("This survey has ended")
    expect(page.get_by_text("Your answer, 8, has arrived")).to_be_visible()
    if scripts:
        accessible(page)


def test_a_number_in_a_letter_asks_for_one_tap(  # type: ignore[no-untyped-def]
    world: SurveyWorld, asked, visit, accessible
) -> None:
    _link, path = asked
    opened = visit(width=360, height=740, theme="dark")
    page = opened.go(f"{path}?score=9")
    accessible(page)
    with tenant_scope(world.tenant.id):
        assert not SurveyAnswer.objects.exists()
    page.get_by_role("button", name="Yes, send 9").click()
    expect(page.get_by_text("Your answer is 9.")).to_be_visible()


def test_who_asks_hands_the_link_over_and_sees_the_answer(  # type: ignore[no-untyped-def]
    world: SurveyWorld, visit, accessible
) -> None:
    opened = visit()
    opened.sign_in(world.by.email)
    page = opened.go(f"/t/acme/customers/{world.ann.customer_id}/surveys/new/")
    accessible(page)
    page.get_by_label("Language of the page").select_option("en")
    page.get_by_role("button", name="Make the link").click()
    expect(page.get_by_role("img", name="QR code of the link")).to_be_visible()
    accessible(page)
    address = page.get_by_label("Link", exact=True).input_value()
    path = address[address.index("/r/") :]
    assert path.startswith(contact_path(world.tenant.pk, "")[:-1])
    contact = visit(width=360, height=740).go(path)
    contact.get_by_role("button", name="2", exact=True).click()
    expect(contact.get_by_text("Your answer is 2.")).to_be_visible()
    page = opened.go("/t/acme/surveys/")
    expect(page.get_by_text("Five answers are needed.")).to_be_visible()
    expect(page.locator("#results table").last).to_contain_text("2")
    accessible(page)
