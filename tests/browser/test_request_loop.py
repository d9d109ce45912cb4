"""From what a contact asks to what they are told: asked on a phone, decided, shipped, answered."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import Membership, OutgoingMail, Tenant
from accounts.tenancy import tenant_scope
from service.actions.request_links import give_page_link
from service.actions.update_sending import new_update_link, write_letters
from service.models import Ask, Request, UpdateRecipient
from tests.service.request_world import contact, customer, module, night, owns

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_loop_is_closed(
    tenant: Tenant, make_member: Callable[..., Membership], visit, accessible
) -> None:  # type: ignore[no-untyped-def]
    manager = make_member(tenant, "pm@acme.example", "product_manager")
    today = tenant.local_date(timezone.now())
    with tenant_scope(tenant.pk):
        one, two = customer("one"), customer("two")
        ann, ben = contact(one, "ann", "key_user"), contact(two, "ben", "key_user")
        pay = module("pay")
        owns(two, pay)
        night(today, one=120000, two=80000)
        _link, secret = give_page_link(contact=ann, language="en", by=manager.user)

    # A contact asks on a phone, without scripts.
    phone = visit(width=360, height=780, scripts=False)
    page = phone.go(f"/r/{tenant.pk}.{secret}/")
    page.get_by_label("What do you wish for, in one line").fill("Export payslips")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Acme has it now")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360

    # The product manager finds it on the first screen and declares it accepted, with an answer.
    desk = visit(width=1440)
    desk.sign_in("pm@acme.example")
    page = desk.go("/t/acme/")
    expect(page).to_have_url(re.compile(r"/requests/$"))
    accessible(page)
    page.get_by_role("link", name="Export payslips", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Export payslips")
    accessible(page)
    page.get_by_role("link", name="Decide").click()
    page.get_by_label("Decision").select_option("accepted")
    page.get_by_label("Answer to those who asked (English)").fill("Gladly, this year.")
    page.get_by_label("Language for those of whom none is known").select_option("en")
    page.get_by_role("button", name="See the letters first").click()
    expect(page.get_by_text("Gladly, this year.").last).to_be_visible()
    accessible(page)
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_text("about to be written to 1")).to_be_visible()
    write_letters(tenant_id=tenant.pk)
    with tenant_scope(tenant.pk):
        assert list(OutgoingMail.objects.values_list("to", flat=True)) == ["ann@one.example"]

    # It is shipped: who asked and who owns the module are told, each once.
    page.get_by_role("link", name="Ship it with an update").click()
    page.get_by_label("Title (English)").fill("Payslips export")
    page.get_by_label("What is new, and how to use it (English)").fill("Press Export.")
    page.get_by_label("PAY", exact=True).check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Payslips export")
    facts = page.locator("section[aria-labelledby=reach-title]")
    expect(facts).to_contain_text("Contacts who asked for it")
    accessible(page)
    page.get_by_role("link", name="Send", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Send").click()
    expect(page.get_by_text("On its way: it is for 2 contacts.")).to_be_visible()
    accessible(page)
    write_letters(tenant_id=tenant.pk)
    with tenant_scope(tenant.pk):
        told = OutgoingMail.objects.filter(purpose="update").order_by("to")
        assert [mail.to for mail in told] == ["ann@one.example", "ben@two.example"]
        assert Request.objects.get().status == "shipped"
        asker = UpdateRecipient.objects.select_related("contact", "update").get(contact=ann)
        _update, update_secret = new_update_link(asker, timezone.now())
        assert UpdateRecipient.objects.get(contact=ben).because == "owns"

    # Who asked says whether it is that.
    page = phone.go(f"/r/{tenant.pk}.{update_secret}/")
    page.get_by_label("Yes, that is it").check()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Acme has your answer")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360

    # And the customer's history tells the story.
    with tenant_scope(tenant.pk):
        assert Ask.objects.get().channel == "link"
    page = desk.go(f"/t/acme/customers/{one.pk}/")
    for words in ("Asked for: Export payslips", "Answered: Export payslips", "Product update: "):
        expect(page.get_by_text(words).first).to_be_visible()


def test_the_board_is_walked_by_keyboard(
    tenant: Tenant, make_member: Callable[..., Membership], visit
) -> None:  # type: ignore[no-untyped-def]
    make_member(tenant, "pm@acme.example", "product_manager")
    with tenant_scope(tenant.pk):
        for number, title in enumerate(("First", "Second")):
            request = Request.objects.create(
                title=title, raised_on=tenant.local_date(timezone.now())
            )
            Ask.objects.create(
                request=request, customer=customer(f"c{number}"), key=title, title=title,
                made_on=request.raised_on,
            )  # fmt: skip
    desk = visit(width=1440)
    desk.sign_in("pm@acme.example")
    page = desk.go("/t/acme/requests/")
    for title in ("First", "Second"):
        page.keyboard.press("j")
        expect(page.get_by_role("link", name=title, exact=True)).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("First")
