"""The engine's panels of the customer page, on nights that were really computed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Contact, ContactRole, Customer, Module, Tenant, User
from accounts.tenancy import tenant_scope
from segmentation.actions.nights import run_night
from segmentation.actions.rules import change_rules
from segmentation.catalogue import FACTS, all_measures, get
from segmentation.labels import UNITS
from segmentation.models import Assignment, Move, Scored, StrategyText, UsageEvent
from segmentation.queries.standing import standing_of
from segmentation.queries.usage import usage_history
from segmentation.strategies import strategy_for
from tests.segmentation.night_facts import customer, pay, sign, use_daily
from tests.segmentation.screens.screen_world import numbers, signed_in, text_of
from ui.registry import customer_panels

FIRST, MONTH_END, LAST = date(2026, 5, 28), date(2026, 5, 31), date(2026, 6, 15)


@pytest.fixture
def client(alice: User) -> Client:
    return signed_in(alice)


@pytest.fixture
def nights(tenant: Tenant) -> dict[str, Customer]:
    """Six customers, each using its product more than the one before; the last sleeps since May."""
    with tenant_scope(tenant.id):
        found = {}
        for number in range(6):
            one = customer(f"c{number}")
            sign(one, date(2024, 1, 1), fee=1000 * (number + 1), seats=10)
            pay(one, date(2026, 1, 5), 1000 * (number + 1))
            until = LAST if number < 5 else date(2026, 5, 20)
            use_daily(one, until - timedelta(days=4 * number + 1), until)
            found[one.key] = one
        found["prospect"] = customer("prospect")
    for day in (FIRST, MONTH_END, LAST):
        run_night(tenant=tenant, as_of=day)
    return found


def page_of(client: Client, whom: Customer, **asked: str) -> str:
    answer = client.get(f"/t/acme/customers/{whom.pk}/", asked)
    assert answer.status_code == 200
    return text_of(answer)


def test_the_tier_says_which_rule_fired_and_what_it_read(
    nights: dict[str, Customer], client: Client, tenant: Tenant
) -> None:
    with tenant_scope(tenant.id):
        held = Assignment.objects.get(customer=nights["c4"], valid_to=None)
        read = standing_of(nights["c4"], "").explanation
    assert held.tier == "high"
    assert read is not None
    text = page_of(client, nights["c4"])
    assert "High value" in text
    assert "Activity: High, Value: High" in text
    active_days = next(one for one in read.read if one.measure == "active_days_30")
    assert f"{active_days.value} days" in text
    assert "This is the highest tier of the scheme" in text
    assert "Not known for this customer." in text  # requests, of contribution
    assert "Unit: days." in text


def test_the_way_up_names_the_smallest_change(
    nights: dict[str, Customer], client: Client, tenant: Tenant
) -> None:
    with tenant_scope(tenant.id):
        standing = standing_of(nights["c0"], "")
    assert standing.explanation is not None
    assert standing.explanation.tier == "low"
    assert standing.explanation.upward is not None
    text = page_of(client, nights["c0"])
    assert "The smallest single change that gives a better tier" in text
    assert "This is the lowest tier that measures decide" in text


def test_the_way_down_names_the_smallest_change(
    nights: dict[str, Customer], client: Client, tenant: Tenant
) -> None:
    with tenant_scope(tenant.id):
        found = standing_of(nights["c4"], "").explanation
    assert found is not None
    assert found.downward is not None
    text = page_of(client, nights["c4"])
    down = text.partition("The smallest single change that gives a worse tier:")[2]
    assert str(get(found.downward.measure).title) in down[:400]


def test_schemes_that_are_also_shown_stand_under_the_tier_with_their_reasons(
    nights: dict[str, Customer], client: Client, tenant: Tenant
) -> None:
    assert "Ladder (C)" not in page_of(client, nights["c4"])
    with tenant_scope(tenant.id):
        change_rules(change={"tiers": {"also_shown": ["b", "c"]}}, by=None)
    run_night(tenant=tenant, as_of=LAST + timedelta(days=1))
    with tenant_scope(tenant.id):
        held = Assignment.objects.get(customer=nights["c4"], valid_to=None)
        standing = standing_of(nights["c4"], "")
    assert held.tier == held.tier_a
    assert standing.schemes == ("a", "b", "c")
    assert {name: one.tier for name, one in standing.others.items()} == {
        "b": held.tier_b,
        "c": held.tier_c or None,
    }
    text = page_of(client, nights["c4"])
    lifecycle, _title, ladder = text.partition("Lifecycle (B)")[2].partition("Ladder (C)")
    assert "Active" in lifecycle
    assert "Consumption" in lifecycle
    assert "Renewals" in lifecycle
    tier = strategy_for("b", "active", "en")
    value = strategy_for("b", f"value.{held.facet_value}", "en")
    assert tier is not None
    assert value is not None
    assert tier.service in lifecycle
    assert value.service in lifecycle
    assert "Tenure is at least 730" in ladder
    # The measures of a night that kept none are computed again, as they were known then.
    assert "are not kept any more" not in page_of(client, nights["c4"], as_of=FIRST.isoformat())


def test_the_tier_of_another_scheme_can_be_the_tenants(
    nights: dict[str, Customer], client: Client, tenant: Tenant
) -> None:
    with tenant_scope(tenant.id):
        change_rules(change={"tiers": {"scheme": "b"}}, by=None)
    run_night(tenant=tenant, as_of=LAST + timedelta(days=1))
    with tenant_scope(tenant.id):
        held = Assignment.objects.get(customer=nights["c5"], valid_to=None)
        moves = Move.objects.filter(as_of=LAST + timedelta(days=1), kind="tier")
        assert {move.cause for move in moves} == {"rules"}
    assert held.tier == held.tier_b
    text = page_of(client, nights["c5"])
    assert "Consumption" in text
    prospect = page_of(client, nights["prospect"])
    assert "Stage: Potential" in prospect


def test_a_customer_of_whom_nothing_is_known_is_told_so(
    nights: dict[str, Customer], client: Client
) -> None:
    assert "Nothing is known of this customer yet" in page_of(client, nights["prospect"])
    assert "Nothing is known of this customer yet" not in page_of(client, nights["c0"])


def test_what_to_do_for_the_roles_that_contacts_hold_that_day(
    nights: dict[str, Customer], client: Client, tenant: Tenant
) -> None:
    with tenant_scope(tenant.id):
        contact = Contact.objects.create(customer=nights["c4"], key="ann", name="Ann")
        ContactRole.objects.create(contact=contact, role="key_user", from_on=FIRST)
        ContactRole.objects.create(contact=contact, role="end_user", to_on=FIRST)
    key_user, end_user = (strategy_for("role", role, "en") for role in ("key_user", "end_user"))
    assert key_user is not None
    assert end_user is not None
    text = page_of(client, nights["c4"])
    assert key_user.service in text
    assert end_user.service not in text
    assert end_user.service in page_of(client, nights["c4"], as_of=FIRST.isoformat())
    assert "What to do for its contacts" not in page_of(client, nights["c0"])


def test_own_strategies_are_what_the_page_shows(
    nights: dict[str, Customer], client: Client, tenant: Tenant
) -> None:
    with tenant_scope(tenant.id):
        StrategyText.objects.create(
            scheme="a", tier="high", kind="service", language="en", text="Call every Monday."
        )
    text = page_of(client, nights["c4"])
    assert "Call every Monday." in text
    shipped = strategy_for("a", "high", "en")
    assert shipped is not None
    assert shipped.service not in text


def test_a_prospect_has_no_tier_and_the_page_says_why(
    nights: dict[str, Customer], client: Client
) -> None:
    assert "A prospect has no tier" in page_of(client, nights["prospect"])
    assert "has no score" in page_of(client, nights["prospect"], part="data")


def test_a_strategy_in_the_language_of_the_reader(
    nights: dict[str, Customer], client: Client, alice: User
) -> None:
    english, chinese = strategy_for("a", "high", "en"), strategy_for("a", "high", "zh-hans")
    assert english is not None
    assert chinese is not None
    text = page_of(client, nights["c4"])
    assert english.service in text
    assert english.product in text
    alice.language = "zh-hans"
    alice.save()
    text = page_of(client, nights["c4"])
    assert chinese.service in text
    assert english.service not in text


def test_looking_back_shows_the_night_asked_for(
    nights: dict[str, Customer], client: Client, tenant: Tenant
) -> None:
    with tenant_scope(tenant.id):
        then = standing_of(nights["c5"], MONTH_END.isoformat())
        now = standing_of(nights["c5"], "")
        gone = standing_of(nights["c5"], FIRST.isoformat())
        before = standing_of(nights["c5"], "2020-01-01")
    assert then.night is not None
    assert then.night.as_of == MONTH_END
    assert then.measured is not None
    assert now.measured is not None
    assert then.measured.days_since_usage == 11
    assert now.measured.days_since_usage == 26
    assert gone.assignment is not None
    assert gone.measured is not None  # neither the latest night nor a month-end: computed again
    assert gone.explanation is not None
    assert gone.explanation.tier == (gone.assignment.tier or None)
    assert before.is_latest  # and the page says so
    assert "As of 31 May 2026" in page_of(client, nights["c5"], as_of=MONTH_END.isoformat())
    assert "As of 28 May 2026" in page_of(client, nights["c5"], as_of=FIRST.isoformat())
    words = "There is no night of that day; this is the night of 15 June 2026."
    assert words in page_of(client, nights["c5"], as_of="2020-01-01")
    page_of(client, nights["c5"], as_of="never")


def test_every_measure_with_facts_is_shown_and_explained(
    nights: dict[str, Customer], client: Client
) -> None:
    text = page_of(client, nights["c4"], part="data")
    for measure in all_measures():
        assert str(measure.title) in text
        assert f"{measure.definition} Unit: {UNITS[measure.unit]}." in text, measure.key
        if not measure.has_facts:
            assert f"Not known yet: facts come with {FACTS[measure.facts]}." in text


def test_scores_and_both_segments(
    nights: dict[str, Customer], client: Client, tenant: Tenant
) -> None:
    with tenant_scope(tenant.id):
        scored = Scored.objects.get(customer=nights["c4"], as_of=LAST)
    text = page_of(client, nights["c4"], part="data")
    assert f"R {scored.r}" in text
    assert f"M {scored.m}" in text
    assert "Of eleven segments Champions" in text


def test_moves_with_their_causes(
    nights: dict[str, Customer], client: Client, tenant: Tenant
) -> None:
    with tenant_scope(tenant.id):
        some = Move.objects.filter(as_of=LAST).select_related("customer").first()
        assert some is not None
        whom, cause = some.customer, some.get_cause_display()
    text = page_of(client, whom, part="data").partition("Moves")[2]
    assert "15 Jun 2026" in text
    assert cause in text


def test_usage_by_module_and_month(tenant: Tenant, client: Client) -> None:
    with tenant_scope(tenant.id):
        one, other = customer("one"), customer("other")
        core = Module.objects.create(key="core", name="Core")
        rows = [
            (one, core, datetime(2026, 5, 31, 15, 59, tzinfo=UTC), "ann", 2),  # still May there
            (one, core, datetime(2026, 5, 31, 16, 0, tzinfo=UTC), "ann", 3),  # June there
            (one, None, datetime(2026, 6, 1, tzinfo=UTC), "ben", 5),
            (one, core, datetime(2026, 6, 15, 16, 0, tzinfo=UTC), "cid", 7),  # after the night
            (one, core, datetime(2024, 12, 31, tzinfo=UTC), "ann", 11),  # before the window
            (other, core, datetime(2026, 6, 1, tzinfo=UTC), "eve", 13),
        ]
        for whom, module, at, person, times in rows:
            UsageEvent.objects.create(
                message_id=f"m{next(numbers)}",
                customer=whom,
                module=module,
                person=person,
                event="open",
                occurred_at=at,
                count=times,
                received_at=at,
            )
        with CaptureQueriesContext(connection) as asked:
            found = usage_history(one.pk, LAST, tenant.zone, months=18)
        assert len(asked) == 1
        assert (found.periods[0], found.periods[-1]) == (date(2025, 1, 1), date(2026, 6, 1))
        assert {series.module: series.events[-2:] for series in found.series} == {
            "Core": [2, 3],
            "": [0, 5],
        }
        assert found.persons[-2:] == [1, 2]
    assert "Events by module" in page_of(client, one, part="data")


def test_a_month_that_is_not_over_is_said_to_be(
    nights: dict[str, Customer], client: Client
) -> None:
    assert "Jun 2026 only up to 15 Jun 2026" in page_of(client, nights["c0"], part="data")


def test_a_customer_without_anything_has_a_page(tenant: Tenant, client: Client) -> None:
    with tenant_scope(tenant.id):
        one = customer("one")
    assert "No night was computed yet" in page_of(client, one)
    assert "No usage yet" in page_of(client, one, part="data")


@pytest.mark.parametrize("part", [part.key for part in customer_panels.parts])
def test_the_page_costs_the_same_queries_whatever_its_history(
    nights: dict[str, Customer], tenant: Tenant, client: Client, part: str
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            page_of(client, nights["c4"], part=part)
        return len(found)

    few = queries()
    for number in range(1, 6):
        run_night(tenant=tenant, as_of=LAST + timedelta(days=number))
    with tenant_scope(tenant.id):
        use_daily(nights["c4"], date(2025, 1, 1), date(2025, 12, 31))
    assert queries() == few <= 30


def test_companies_below_have_tier_arr_and_a_total(
    nights: dict[str, Customer], tenant: Tenant, client: Client
) -> None:
    head = nights["c0"]
    with tenant_scope(tenant.id):
        Customer.objects.filter(key__in=["c1", "c2"]).update(parent=head)
    page = client.get(f"/t/acme/customers/{head.pk}/?part=people").content.decode()
    part = page.partition('<section class="stack" id="group"')[2].partition("</section>")[0]
    assert page.count('id="group"') == 1
    assert "3 companies, this one included" in part
    for amount in ("¥2,000", "¥3,000", "¥6,000"):  # theirs, and with the head's own 1,000
        assert amount in part
    assert 'class="chip' in part
    below = client.get(f"/t/acme/customers/{nights['c3'].pk}/?part=people").content.decode()
    assert 'id="group"' not in below
