"""Referrals: who recommended us to whom, what came of it, and what nights know of it; and which
suggestions were taken."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import (
    AuditRecord,
    Colleague,
    Contact,
    Contract,
    ContractLine,
    Customer,
    Membership,
    Module,
    RowVersion,
    Tenant,
    Visibility,
    VisibilityRule,
)
from accounts.tenancy import tenant_scope
from segmentation.frames.asof import AsOf
from segmentation.frames.reading import gather_facts
from segmentation.queries.scopes import widest_scope
from service.actions.referrals import change_referral, record_referral, remove_referral
from service.models import Referral, Suggestion
from service.queries.referrals import (
    referral_figures,
    referrals,
    suggestion_figures,
    suggestions,
)

TODAY = date(2026, 5, 20)
DAY = timedelta(days=1)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def bob(tenant: Tenant, make_member: Callable[..., Membership]) -> Membership:
    return make_member(tenant, "bob@acme.example", "admin")


def as_(member: Membership) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def text(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def customer(name: str) -> Customer:
    return Customer.objects.create(key=name.lower(), name=name, known_from=LONG_AGO)


def signs(
    whom: Customer, on: date, fee: int = 100, ends: date | None = None, **further: Any
) -> ContractLine:
    module = Module.objects.get_or_create(key="core", defaults={"name": "Core"})[0]
    contract = Contract.objects.create(
        customer=whom, key=f"{whom.key}-{Contract.objects.count()}", known_from=LONG_AGO
    )
    return ContractLine.objects.create(
        contract=contract, module=further.pop("module", module), signed_on=on, starts_on=on,
        ends_on=ends, annual_fee=fee, known_from=LONG_AGO, **further,
    )  # fmt: skip


def referred(referrer: Customer, by: Membership, **values: Any) -> Referral:
    given = {"prospect_name": "Somebody", "referred_on": TODAY - 50 * DAY} | values
    return record_referral(referrer=referrer, values=given, today=TODAY, by=by.user)


def measured(tenant: Tenant, measure: str, day: date, known_at: datetime) -> dict[str, Any]:
    facts = gather_facts(AsOf(tenant.id, day, known_at, tenant.zone))
    column = facts.table.column(measure).dropna()
    return dict(zip(facts.keys[column.index], column, strict=True))


def test_what_came_of_a_referral_is_read_from_contracts(scope: None, bob: Membership) -> None:
    first, second, third = customer("First"), customer("Second"), customer("Third")
    referred(first, bob, prospect=second)
    referred(first, bob, prospect_name="Nobody we know")
    trial = referred(first, bob, prospect=third)
    signs(second, TODAY - 10 * DAY, 700)
    signs(second, TODAY + 10 * DAY, 5000)
    signs(third, TODAY - 10 * DAY, 900, is_trial=True)
    found = referrals(widest_scope(bob), TODAY)
    told = {row.prospect_name: (row.outcome, row.arr) for row in found}
    assert told == {
        "Second": ("came", Decimal(700)),
        "Nobody we know": ("open", 0),
        "Third": ("open", 0),
    }
    change_referral(referral=trial, seen=1, values={"state": "declined"}, today=TODAY, by=bob.user)
    figures = referral_figures(found, TODAY)
    assert (figures.referrals, figures.came, figures.open, figures.arr) == (3, 1, 1, 700)
    assert (figures.new_customers, figures.new_referred) == (1, 1)


def test_what_is_no_referral_is_refused(scope: None, bob: Membership) -> None:
    first, second, old = customer("First"), customer("Second"), customer("Old")
    signs(old, TODAY - 100 * DAY)
    stranger = Contact.objects.create(customer=second, key="c", name="c")
    for values, words in (
        ({"prospect": first}, "Nobody refers themselves"),
        ({"prospect": old}, "had signed a contract before"),
        ({"prospect_name": " "}, "Say who"),
        ({"referred_on": TODAY + DAY}, "not come yet"),
        ({"contact": stranger}, "another customer"),
    ):
        with pytest.raises(ValidationError, match=words):
            referred(first, bob, **values)
    referred(first, bob, prospect=second)
    with pytest.raises(ValidationError, match="by somebody already"):
        referred(customer("Third"), bob, prospect=second)
    assert Referral.objects.count() == 1


def test_changes_keep_what_was_known_and_are_not_overwritten(scope: None, bob: Membership) -> None:
    referral = referred(customer("First"), bob)
    assert change_referral(
        referral=referral, seen=1, values={"prospect_name": "Other"}, today=TODAY, by=bob.user
    )
    assert not change_referral(referral=referral, seen=2, values={}, today=TODAY, by=bob.user)
    with pytest.raises(ValidationError, match="meanwhile"):
        change_referral(referral=referral, seen=1, values={"note": "x"}, today=TODAY, by=bob.user)
    kept = RowVersion.objects.get(table="service_referral", before__isnull=False)
    assert kept.before["prospect_name"] == "Somebody"
    remove_referral(referral=referral, by=bob.user)
    assert not Referral.objects.exists()
    verbs = AuditRecord.objects.filter(verb__startswith="referral.").values_list("verb", flat=True)
    assert sorted(verbs) == ["referral.changed", "referral.recorded", "referral.removed"]


def test_nights_know_referrals_as_they_were_known(scope: Tenant, bob: Membership) -> None:
    first, second, other = customer("First"), customer("Second"), customer("Other")
    before = datetime.now(tz=UTC)
    assert measured(scope, "referrals", TODAY, before) == {}
    referral = referred(first, bob, prospect=second)
    signs(second, TODAY - 10 * DAY, 700, ends=TODAY + DAY)
    told = datetime.now(tz=UTC)
    assert measured(scope, "referrals", TODAY, told) == {"first": 1, "second": 0, "other": 0}
    # Before the contract was signed; before the referral was made; before it was known.
    assert measured(scope, "referrals", TODAY - 11 * DAY, told)["first"] == 0
    assert measured(scope, "referrals", TODAY - 51 * DAY, told) == {}
    assert measured(scope, "referrals", TODAY, before) == {}
    arr = measured(scope, "referred_arr", TODAY, told)
    assert arr["first"] == 7_000_000
    assert arr["other"] == 0
    assert measured(scope, "referred_arr", TODAY + 2 * DAY, told)["first"] == 0
    remove_referral(referral=referral, by=bob.user)
    assert measured(scope, "referrals", TODAY, datetime.now(tz=UTC)) == {}
    # The past is as it was.
    assert measured(scope, "referrals", TODAY, told)["first"] == 1
    assert other.key == "other"


def test_recommendation_match_counts_a_module_once(scope: None, bob: Membership) -> None:
    whom = customer("First")
    pay, learn = (Module.objects.create(key=key, name=key) for key in ("pay", "learn"))
    for module, days in ((pay, 30), (pay, 20), (learn, 30)):
        Suggestion.objects.create(
            customer=whom, module=module, kind="buy", shown_on=TODAY - days * DAY
        )
    Suggestion.objects.create(customer=whom, module=learn, kind="use", shown_on=TODAY)
    # Owned when it was shown: that is not taking it.
    signs(whom, TODAY - 30 * DAY, module=learn)
    told = suggestion_figures(suggestions(widest_scope(bob)))
    assert (told.shown, told.taken, told.match) == (2, 0, 0)
    signs(whom, TODAY - 25 * DAY, module=pay)
    told = suggestion_figures(suggestions(widest_scope(bob)))
    assert (told.shown, told.taken, told.match) == (2, 1, Decimal("0.5"))


def test_from_the_customers_page_to_the_list(tenant: Tenant, bob: Membership) -> None:
    with tenant_scope(tenant.id):
        first, second = customer("First"), customer("Second")
    client, day = as_(bob), tenant.local_date(datetime.now(tz=UTC))
    new = f"/t/acme/customers/{first.pk}/referrals/new/"
    note = {"prospect": "Second", "referred_on": day, "note": "", "contact": "", "seen": 0}
    assert "This field is required" in text(client.post(new, note | {"prospect": ""}))
    assert client.post(new, note).status_code == 302
    assert client.post(new, note | {"prospect": "<i>Unknown</i>"}).status_code == 302
    with tenant_scope(tenant.id):
        tied = Referral.objects.get(prospect=second)
        loose = Referral.objects.get(prospect=None)
    page = client.get("/t/acme/referrals/?scope=all").content.decode()
    assert "&lt;i&gt;Unknown" in page
    assert "Second" in text(client.get(f"/t/acme/customers/{first.pk}/?part=voice"))
    assert "Came by a recommendation of" in text(
        client.get(f"/t/acme/customers/{second.pk}/?part=voice")
    )
    edit = {**note, "prospect": "Second", "state": "declined", "seen": 1}
    assert client.post(f"/t/acme/referrals/{tied.pk}/", edit).status_code == 302
    assert "meanwhile" in text(client.post(f"/t/acme/referrals/{tied.pk}/", edit))
    only = client.get("/t/acme/referrals/?scope=all&outcome=declined").content.decode()
    assert "Second" in only
    assert "Unknown" not in only
    removal = f"/t/acme/referrals/{loose.pk}/removal/"
    assert "counts no more" in text(client.get(removal))
    assert client.post(removal).status_code == 302
    assert client.get(removal).status_code == 404
    file = client.get("/t/acme/referrals/?scope=all&format=csv").content.decode("utf-8-sig")
    assert "Second,First" in file


def test_who_does_not_see_the_referrer_sees_no_referral(
    tenant: Tenant, bob: Membership, make_member: Callable[..., Membership]
) -> None:
    with tenant_scope(tenant.id):
        referral = referred(customer("First"), bob)
        VisibilityRule.objects.update_or_create(
            role="executive", record="customers", defaults={"visibility": Visibility.MINE}
        )
    client = as_(make_member(tenant, "eve@acme.example", "executive"))
    assert client.get(f"/t/acme/referrals/{referral.pk}/").status_code == 404
    assert client.post(f"/t/acme/referrals/{referral.pk}/removal/").status_code == 404
    assert "Somebody" not in client.get("/t/acme/referrals/").content.decode()


def test_what_a_prospect_runs_is_told_to_who_sees_the_prospect(
    tenant: Tenant, bob: Membership, make_member: Callable[..., Membership]
) -> None:
    eve = make_member(tenant, "eve@acme.example", "executive")
    with tenant_scope(tenant.id):
        first, hidden, seen = customer("First"), customer("Hidden"), customer("Shown")
        day = tenant.local_date(datetime.now(tz=UTC))
        for prospect, fee in ((hidden, 77_777), (seen, 400)):
            signs(prospect, day - 10 * DAY, fee)
            referral = referred(first, bob, prospect=prospect)
        VisibilityRule.objects.update_or_create(
            role="executive", record="customers", defaults={"visibility": Visibility.MINE}
        )
        mine = Colleague.objects.get(membership=eve)
        Customer.objects.filter(name__in=["First", "Shown"]).update(salesperson=mine)
        hidden_one = Referral.objects.get(prospect=hidden)
    client = as_(eve)
    lists = [f"/t/acme/referrals/?sort={sort}" for sort in ("arr", "-arr")]
    pages = [text(client.get(url)) for url in (*lists, f"/t/acme/customers/{first.pk}/?part=voice")]
    assert all("Hidden" in page and "77,7" not in page and "78" not in page for page in pages)
    assert all(page.index("Shown") < page.index("Hidden") for page in pages[:2]), "absent: last"
    assert "ARR today ¥400" in pages[0].replace("CN¥", "¥")
    file = client.get("/t/acme/referrals/?format=csv").content.decode("utf-8-sig")
    assert {row.split(",")[0]: row.split(",")[-1] for row in file.splitlines()}["Hidden"] == ""
    assert "77777" not in file
    assert "77,777" not in text(client.get(f"/t/acme/referrals/{hidden_one.pk}/"))
    assert "400" in text(client.get(f"/t/acme/referrals/{referral.pk}/"))


def test_lists_cost_as_many_queries_for_many(tenant: Tenant, bob: Membership) -> None:
    client = as_(bob)
    with tenant_scope(tenant.id):
        first = customer("First")
        referred(first, bob, prospect=customer("Second"))
        module = Module.objects.create(key="m", name="m")
        Suggestion.objects.create(customer=first, module=module, kind="buy", shown_on=TODAY)

    def cost(url: str) -> int:
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        return len(queries)

    urls = ("/t/acme/referrals/?scope=all", "/t/acme/suggestions/?scope=all",
            f"/t/acme/customers/{first.pk}/?part=voice")  # fmt: skip
    few = [cost(url) for url in urls]
    with tenant_scope(tenant.id):
        for number in range(9):
            referred(first, bob, prospect=customer(f"P{number}"))
            Suggestion.objects.create(
                customer=first, module=module, kind="buy", shown_on=TODAY - number * DAY - DAY
            )
    assert [cost(url) for url in urls] == few
