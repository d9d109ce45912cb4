"""Screens of requests and updates, pages of contacts, the digest, and what the timeline tells."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import (
    AuditRecord,
    Case,
    Colleague,
    Contact,
    Customer,
    Membership,
    Notification,
    OutgoingMail,
    Responsibility,
    Tenant,
    VisibilityRule,
)
from accounts.tenancy import tenant_scope
from service.actions.request_decisions import Decision, decide_request
from service.actions.request_digests import make_digest
from service.actions.request_links import MOST_A_DAY, give_page_link
from service.actions.requests import Asking, capture_ask, edit_request, open_voting
from service.actions.update_sending import new_update_link
from service.actions.updates import UpdateValues, draft_update, send_update
from service.models import (
    Ask,
    ProductUpdate,
    Request,
    RequestDigest,
    RequestPageLink,
    UpdateRecipient,
    Vote,
)
from tests.service.request_world import contact, customer, load, module, night, owns


@dataclass
class World:
    tenant: Tenant
    manager: Membership
    one: Customer
    two: Customer
    ann: Contact
    request: Request
    client: Client

    @property
    def today(self) -> date:
        return self.tenant.local_date(timezone.now())

    def url(self, path: str) -> str:
        return f"/t/{self.tenant.slug}/{path}"

    def get(self, path: str, status: int = 200) -> str:
        return text(self.client.get(self.url(path)), status)

    def post(self, path: str, expected: int = 302, /, **data: Any) -> Any:
        response = self.client.post(self.url(path), data)
        assert response.status_code == expected, response.content.decode()[-2000:]
        return response


def text(response: Any, status: int = 200) -> str:
    assert response.status_code == status
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


@pytest.fixture(autouse=True)
def fresh_cache() -> None:
    cache.clear()


@pytest.fixture
def world(tenant: Tenant, make_member: Callable[..., Membership]) -> World:
    manager = make_member(tenant, "pm@acme.example", "product_manager")
    with tenant_scope(tenant.pk):
        one, two = customer("one"), customer("two")
        ann = contact(one, "ann", "key_user")
        today = tenant.local_date(timezone.now())
        asking = Asking("Export payslips", today, "every month", ann, module("pay"))
        asked = capture_ask(customer=one, asking=asking, today=today, by=manager.user)
        night(today - timedelta(1), one=120000, two=5)
    client = Client()
    client.force_login(manager.user)
    return World(tenant, manager, one, two, ann, asked.request, client)


def test_the_board_is_the_first_screen_of_product_managers(world: World) -> None:
    landed = world.client.get(world.url(""))
    assert landed.headers["Location"].endswith("/requests/")
    shown = world.get("requests/")
    assert "Export payslips" in shown
    assert "1 customer" in shown
    listed = world.get("requests/?view=list&module=&tier=high&least_arr=100000")
    assert "120,000" in listed
    assert "Export" not in world.get("requests/?view=list&least_arr=120001")
    exported = world.client.get(world.url("requests/?format=csv"))
    assert "Export payslips" in exported.content.decode("utf-8-sig")


def test_a_colleague_writes_a_request_down_from_any_customer(
    world: World, make_member: Callable[..., Membership]
) -> None:
    member = make_member(world.tenant, "team@acme.example", "team_member")
    world.client.force_login(member.user)
    assert "Two" in world.get("requests/new/?q=tw")
    path = f"customers/{world.two.pk}/requests/new/"
    world.post(path, title="Dark theme", made_on=world.today.isoformat(), contact="", module="")
    later = (world.today + timedelta(1)).isoformat()
    response = world.post(path, 200, title="x", made_on=later, contact="", module="")
    assert "still to come" in text(response)
    onto = f"{path}?onto={world.request.pk}"
    world.post(onto, title="Same", made_on=world.today.isoformat(), contact="", module="")
    with tenant_scope(world.tenant.pk):
        assert Request.objects.count() == 2
        assert Ask.objects.filter(request=world.request).count() == 2
    # Deciding is product management's.
    assert world.client.get(world.url(f"requests/{world.request.pk}/decisions/")).status_code == 404


def test_a_request_is_merged_voted_for_and_taken_out_again_on_screen(world: World) -> None:
    with tenant_scope(world.tenant.pk):
        asking = Asking("Payslips as file", world.today)
        other = capture_ask(customer=world.two, asking=asking, today=world.today, by=None).request
    assert "Export payslips" in world.get(f"requests/{other.pk}/merges/?q=export")
    world.post(f"requests/{other.pk}/merges/", into=world.request.pk)
    page = world.get(f"requests/{world.request.pk}/")
    assert "Merged into it" in page
    assert "120,005" in page
    assert "Merged into “Export payslips”" in world.get(f"requests/{other.pk}/")
    world.post(f"requests/{other.pk}/separations/")
    assert "Merged into it" not in world.get(f"requests/{world.request.pk}/")
    world.post(f"requests/{world.request.pk}/votes/", customer=world.two.pk)
    with tenant_scope(world.tenant.pk):
        vote = Vote.objects.get()
    assert "Who voted for it" in world.get(f"requests/{world.request.pk}/")
    world.post(f"requests/{world.request.pk}/votes/{vote.pk}/removals/")
    assert world.client.post(world.url(f"requests/{other.pk}/merges/"), {"into": "x"}).status_code


def test_customers_that_a_member_does_not_see_are_counted_and_not_named(
    world: World, make_member: Callable[..., Membership]
) -> None:
    member = make_member(world.tenant, "team@acme.example", "team_member")
    with tenant_scope(world.tenant.pk):
        VisibilityRule.objects.create(role="team_member", record="customers", visibility="mine")
    world.client.force_login(member.user)
    page = world.get(f"requests/{world.request.pk}/")
    assert "No customer that you see asked for it." in page
    assert "One" not in page
    assert "Ann" not in world.get("requests/asks/")
    hidden = world.url(f"customers/{world.one.pk}/requests/links/")
    assert world.client.get(hidden).status_code == 404


def test_the_answer_is_seen_before_it_goes_and_two_deciders_are_told(world: World) -> None:
    path = f"requests/{world.request.pk}/decisions/"
    assert "1 contact" in world.get(path)
    words = {
        "status": "accepted", "language": "zh-hans", "seen": 1, "answer_en": "Yes, gladly.",
        "answer_zh_hans": "好的，已采纳。", "planned_for": "", "note": "",
    }  # fmt: skip
    shown = text(world.post(path, 200, preview="1", **words))
    assert "Yes, gladly." in shown
    assert "好的，已采纳。" in shown
    with tenant_scope(world.tenant.pk):
        assert Request.objects.get().status == "new"
    # The language for the others is one that there is no answer in.
    world.post(path, 200, **words | {"answer_zh_hans": ""})
    with tenant_scope(world.tenant.pk):
        edit_request(
            request=world.request, seen=1, values={"title": "Better"}, by=world.manager.user
        )
    response = world.post(path, 409, **words)
    assert "Somebody changed this request meanwhile" in text(response, 409)
    world.post(path, **words | {"seen": 2})
    page = world.get(f"requests/{world.request.pk}/")
    assert "about to be written to 1" in page
    assert "Request decided" in page


def test_an_update_is_written_looked_at_sent_and_handed_over_on_screen(world: World) -> None:
    with tenant_scope(world.tenant.pk):
        owns(world.two, module("pay"))
        contact(world.two, "key", "key_user")
    form = world.get(f"updates/new/?request={world.request.pk}")
    assert "Export payslips" in form
    world.post(
        f"updates/new/?request={world.request.pk}",
        title_en="Payslips",
        text_en="Press it.",
        title_zh_hans="",
        text_zh_hans="",
        language="en",
        shipped_on=world.today.isoformat(),
        requests=[world.request.pk],
        modules=[world.request.module_id],
        roles=["key_user"],
        event="",
        seen=0,
    )
    with tenant_scope(world.tenant.pk):
        update = ProductUpdate.objects.get()
    page = world.get(f"updates/{update.pk}/")
    assert "Contacts who asked for it 1 Contacts of other owners 1" in page
    assert "1 contacts who asked" in world.get(f"updates/{update.pk}/sendings/")
    world.post(f"updates/{update.pk}/sendings/?seen=9")
    with tenant_scope(world.tenant.pk):
        assert ProductUpdate.objects.get().state == "draft", "it was another version"
    world.post(f"updates/{update.pk}/sendings/?seen=1")
    page = world.get(f"updates/{update.pk}/")
    assert "too early to say" in page
    assert "Ann" in page
    assert "One" in world.get(f"updates/{update.pk}/use/")
    with tenant_scope(world.tenant.pk):
        ann = UpdateRecipient.objects.get(name="Ann")
    world.post(f"updates/{update.pk}/recipients/{ann.pk}/links/")
    with tenant_scope(world.tenant.pk):
        given = AuditRecord.objects.get(verb="update.link_given")
        assert (given.actor, given.data["contact"]) == (world.manager.user, "Ann")
    shown = world.client.get(world.url(f"updates/{update.pk}/"))
    assert shown.headers["Cache-Control"] == "no-store"
    assert "what you asked Acme for is there" in shown.content.decode()
    assert "/r/" not in text(world.client.get(world.url(f"updates/{update.pk}/")))
    assert "Payslips" in world.get("updates/")
    assert world.client.get(world.url(f"updates/{update.pk}/edit/")).status_code == 404


def test_an_update_is_read_as_a_letter_and_tried_on_oneself_before_it_goes(world: World) -> None:
    with tenant_scope(world.tenant.pk):
        values = UpdateValues(
            titles={"en": "Payslips", "zh-hans": "工资单"},
            texts={"en": "Press it.", "zh-hans": "点一下。"},
            language="en",
            shipped_on=world.today,
            requests=(world.request,),
            modules=(module("pay"),),
        )
        update = draft_update(values=values, by=world.manager.user)
    path = f"updates/{update.pk}/"
    shown = world.get(path)
    assert "To contacts who asked (English)" in shown
    assert "To contacts of other owners (简体中文)" in shown
    assert shown.index("Is it what you asked for?") < shown.index("The same as a page:")
    assert "Acme: 工资单" in shown
    # Each letter greets in its own language.
    assert "Hello Ms Example" in shown
    assert "示例女士" in shown
    world.post(f"{path}tests/", language="zh-hans", because="owns")
    with tenant_scope(world.tenant.pk):
        (mail,) = OutgoingMail.objects.all()
        assert mail.to == world.manager.user.email
        assert mail.subject.endswith("] Acme: 工资单")
        assert ProductUpdate.objects.get().state == "draft"
        assert not UpdateRecipient.objects.exists()
    for wrong in ({"language": "fr"}, {"because": "nobody"}):
        world.post(f"{path}tests/", 404, **{"language": "en", "because": "asked", **wrong})
    for _time in range(5):
        world.post(f"{path}tests/", language="en", because="asked")
    assert "Wait a minute" in world.get(path)
    with tenant_scope(world.tenant.pk):
        assert OutgoingMail.objects.count() == 5
        send_update(update=update, seen=1, today=world.today, by=world.manager.user)
    world.post(f"{path}tests/", 404, language="en", because="asked")
    assert "Send a test to me" not in world.get(path)


def linked(world: World, **more: Any) -> tuple[RequestPageLink, str]:
    with tenant_scope(world.tenant.pk):
        link, secret = give_page_link(
            contact=more.get("whom", world.ann), language="en", by=world.manager.user
        )
    return link, f"/r/{world.tenant.pk}.{secret}/"


def test_a_contact_sees_own_requests_with_the_answer_and_asks_for_more(
    world: World, make_member: Callable[..., Membership]
) -> None:
    face = make_member(world.tenant, "face@acme.example", "service_manager")
    with tenant_scope(world.tenant.pk):
        Responsibility.objects.create(
            customer=world.one,
            colleague=Colleague.objects.get(membership=face),
            capacity="service_manager",
            from_on=world.today,
        )
        decide_request(
            request=world.request, seen=1, today=world.today, by=world.manager.user,
            decision=Decision("planned", "Q3", {"en": "In autumn."}, "en", "internal"),
        )  # fmt: skip
        secret_wish = Asking("Secret wish of two", world.today)
        capture_ask(customer=world.two, asking=secret_wish, today=world.today, by=None)
    _link, path = linked(world)
    shown = text(Client().get(path))
    assert "Export payslips Planned Q3 In autumn." in shown
    assert "Secret" not in shown
    assert "internal" not in shown
    answer = Client().post(path, {"title": "A calendar", "text": ""})
    assert answer.status_code == 302
    assert "A calendar" in text(Client().get(answer.headers["Location"]))
    assert "This field is required" in text(Client().post(path, {"title": ""}))
    with tenant_scope(world.tenant.pk):
        made = Ask.objects.get(title="A calendar")
        assert (made.contact, made.channel, made.captured_by) == (world.ann, "link", None)
        told = Notification.objects.get()
        assert (told.member, told.values["title"]) == (face, "A calendar")
        for _number in range(MOST_A_DAY):
            Client().post(path, {"title": "More", "text": ""})
        assert Ask.objects.filter(channel="link").count() == MOST_A_DAY


def test_a_contact_votes_on_what_is_shared_and_never_reads_of_others(world: World) -> None:
    with tenant_scope(world.tenant.pk):
        key = contact(world.two, "key", "key_user")
    link, path = linked(world, whom=key)
    pk = world.request.pk
    assert Client().post(path, {"vote": pk, "wants": "1"}).status_code == 404
    with tenant_scope(world.tenant.pk):
        shared = {"shared_titles": {"en": "Payslips as PDF"}}
        edit_request(request=world.request, seen=1, values=shared, by=world.manager.user)
    assert "Payslips" not in text(Client().get(path)), "voting is not open"
    world.post("requests/voting/", open="1")
    shown = text(Client().get(path))
    assert "Payslips as PDF We want it" in shown
    assert "One" not in shown
    assert "Export" not in shown
    for wants, count in (("1", 1), ("1", 1), ("0", 0), ("1", 1)):
        assert Client().post(path, {"vote": pk, "wants": wants}).status_code == 302
        with tenant_scope(world.tenant.pk):
            assert Vote.objects.filter(customer=world.two).count() == count
    world.post(f"customers/{world.two.pk}/requests/links/{key.pk}/revocations/")
    assert Client().get(path).status_code == 410
    assert link.pk


def test_a_recipient_reads_the_update_and_says_whether_it_is_that(world: World) -> None:
    with tenant_scope(world.tenant.pk):
        words = UpdateValues(
            {"en": "Payslips"}, {"en": "Press it."}, "en", world.today, requests=[world.request]
        )
        update = draft_update(values=words, by=world.manager.user)
        send_update(update=update, seen=1, today=world.today, by=world.manager.user)
        row = UpdateRecipient.objects.select_related("contact", "update").get()
        _link, secret = new_update_link(row, timezone.now())
    path = f"/r/{world.tenant.pk}.{secret}/"
    assert "Is this what you asked for?" in text(Client().get(path))
    assert "required" in text(Client().post(path, {"answer": ""}))
    for answer in ("no", "partly"):
        sent = Client().post(path, {"answer": answer, "comment": "As CSV too"})
        assert sent.status_code == 302
    with tenant_scope(world.tenant.pk):
        row.refresh_from_db()
        assert (row.answer, row.comment) == ("partly", "As CSV too")
        assert {told.member for told in Notification.objects.all()} == {world.manager}
    page = world.get(f"updates/{update.pk}/?answer=partly")
    assert "As CSV too" in page
    with tenant_scope(world.tenant.pk):
        row.contact = None
        row.save()
        Contact.objects.filter(pk=world.ann.pk).update(name="gone")
        type(_link).objects.update(revoked_at=timezone.now())
    assert Client().get(path).status_code == 410


def test_a_member_asks_votes_and_answers_for_no_contact(world: World) -> None:
    with tenant_scope(world.tenant.pk):
        words = UpdateValues(
            {"en": "Payslips"}, {"en": "Press it."}, "en", world.today, requests=[world.request]
        )
        update = draft_update(values=words, by=world.manager.user)
        send_update(update=update, seen=1, today=world.today, by=world.manager.user)
        row = UpdateRecipient.objects.select_related("contact", "update").get()
        _link, secret = new_update_link(row, timezone.now())
        shared = {"shared_titles": {"en": "Payslips as PDF"}}
        edit_request(request=world.request, seen=2, values=shared, by=world.manager.user)
        open_voting(is_open=True, by=world.manager.user)
        asks = Ask.objects.count()
    _page_link, path = linked(world)
    update_path = f"/r/{world.tenant.pk}.{secret}/"
    for where, data in (
        (update_path, {"answer": "yes"}),
        (path, {"title": "A calendar", "text": ""}),
        (path, {"vote": world.request.pk, "wants": "1"}),
    ):
        assert world.client.get(where).status_code == 200
        answer = world.client.post(where, data)
        assert "signed in as a member" in text(answer, 410)
    with tenant_scope(world.tenant.pk):
        row.refresh_from_db()
        assert (row.answer, row.answered_at) == ("", None)
        assert Ask.objects.count() == asks
        assert not Vote.objects.exists()


def test_who_only_owns_the_module_is_not_asked(world: World) -> None:
    with tenant_scope(world.tenant.pk):
        owns(world.two, module("pay"))
        contact(world.two, "key", "key_user")
        words = UpdateValues({"en": "P"}, {"en": "T"}, "en", world.today, modules=[module("pay")])
        update = draft_update(values=words, by=world.manager.user)
        send_update(update=update, seen=1, today=world.today, by=world.manager.user)
        row = UpdateRecipient.objects.select_related("contact", "update").get(name="Key")
        _link, secret = new_update_link(row, timezone.now())
    path = f"/r/{world.tenant.pk}.{secret}/"
    assert "Is this what you asked for?" not in text(Client().get(path))
    Client().post(path, {"answer": "yes", "comment": ""})
    with tenant_scope(world.tenant.pk):
        row.refresh_from_db()
        assert row.answer == ""


# Friday 1 May 2026 is a holiday for Monday-to-Friday calendars too only where it is said; June the
# first is a Monday, August the first a Saturday.
@pytest.mark.parametrize(
    ("before", "after", "month"),
    [
        (datetime(2026, 5, 31, 22, 59, tzinfo=UTC), datetime(2026, 5, 31, 23, tzinfo=UTC), 5),
        (datetime(2026, 8, 2, 22, 59, tzinfo=UTC), datetime(2026, 8, 2, 23, tzinfo=UTC), 7),
    ],
)
def test_the_digest_is_made_once_on_the_first_working_morning(
    world: World, before: datetime, after: datetime, month: int
) -> None:
    with tenant_scope(world.tenant.pk):
        Ask.objects.update(made_on=date(2026, month, 3))
        Request.objects.update(raised_on=date(2026, month, 3))
        Case.objects.create(
            customer=world.one, key="c", opened_at=datetime(2026, month, 9, tzinfo=UTC),
            attributes={"module": "pay"},
        )  # fmt: skip
    assert not make_digest(tenant_id=world.tenant.pk, now=before)
    assert make_digest(tenant_id=world.tenant.pk, now=after)
    assert not make_digest(tenant_id=world.tenant.pk, now=after + timedelta(days=3))
    with tenant_scope(world.tenant.pk):
        digest = RequestDigest.objects.get()
        assert digest.month == date(2026, month, 1)
        assert [mail.to for mail in OutgoingMail.objects.all()] == ["pm@acme.example"]
    assert digest.facts["received"] == 1
    assert digest.facts["friction"] == [{"module": "PAY", "cases": 1, "before": 0, "customers": 1}]
    shown = world.get(f"requests/digests/2026-0{month}/")
    assert "Export payslips" in shown
    assert "PAY 1 0 1" in shown
    assert "2026" in world.get("requests/digests/")
    assert world.client.get(world.url("requests/digests/2026-13/")).status_code == 404


def test_the_rate_leads_to_the_askings_behind_it(world: World) -> None:
    assert "0%" in world.get("requests/rate/")
    with tenant_scope(world.tenant.pk):
        decide_request(
            request=world.request, seen=1, decision=Decision("accepted"), today=world.today,
            by=world.manager.user,
        )  # fmt: skip
    assert "100%" in world.get("requests/rate/")
    assert "Export payslips" in world.get("requests/asks/?outcome=taken")
    assert "Export payslips" not in world.get("requests/asks/?outcome=open")
    exported = world.client.get(world.url("requests/asks/?outcome=taken&format=csv"))
    assert "Export payslips" in exported.content.decode("utf-8-sig")


def test_the_customers_page_shows_what_it_asked_for_and_tells_it_in_the_timeline(
    world: World,
) -> None:
    assert "Links to own requests" in world.get(f"customers/{world.one.pk}/?part=voice")
    assert "Asked for: Export payslips" in world.get(f"customers/{world.one.pk}/timeline/")
    world.post(f"customers/{world.one.pk}/requests/links/", contact=world.ann.pk, language="en")
    shown = world.client.get(world.url(f"customers/{world.one.pk}/requests/links/"))
    assert "shows you what you asked for" in shown.content.decode()
    with tenant_scope(world.tenant.pk):
        stranger = contact(world.two, "x")
    refused = world.client.post(
        world.url(f"customers/{world.one.pk}/requests/links/"),
        {"contact": stranger.pk, "language": "en"},
    )
    assert refused.status_code == 200


@pytest.mark.parametrize(
    "path", ["requests/", "requests/?view=list", "requests/asks/", "requests/{pk}/", "updates/"]
)
def test_lists_take_as_many_statements_whatever_their_size(world: World, path: str) -> None:
    def statements() -> int:
        cache.clear()
        with CaptureQueriesContext(connection) as found:
            world.get(path.format(pk=world.request.pk))
        return len(found)

    def update() -> None:
        words = UpdateValues({"en": "P"}, {"en": "T"}, "en", world.today, modules=[module("pay")])
        made = draft_update(values=words, by=world.manager.user)
        send_update(update=made, seen=1, today=world.today, by=world.manager.user)

    with tenant_scope(world.tenant.pk):
        update()
    statements()
    few = statements()
    rows = "".join(f"two,K{number},Wish {number},2026-06-01\n" for number in range(60))
    with tenant_scope(world.tenant.pk):
        load(world.tenant, "customer,key,title,made_on\n" + rows)
        Ask.objects.filter(key__in=[f"K{number}" for number in range(30)]).update(
            request=world.request
        )
        for _number in range(3):
            update()
        open_voting(is_open=True, by=world.manager.user)
    assert statements() == few
