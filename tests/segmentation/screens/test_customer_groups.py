"""Customer groups on screen: making, changing, showing, narrowing, and who may."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditRecord, Customer, Membership, Tenant, User, VisibilityRule
from accounts.tenancy import tenant_scope
from segmentation.actions.customer_groups import change_group
from segmentation.actions.group_nights import evaluate_groups
from segmentation.models import Assignment, CustomerGroup, CustomerGroupVersion, MeasureRow, Night
from tests.segmentation.screens.screen_world import (
    LAST,
    customer,
    faced,
    listed,
    moved,
    night,
    signed_in,
    stands,
    text_of,
)

URL = "/t/acme/groups/"
LIST = "/t/acme/customers/"
LOW = {"match": "all", "conditions": [{"field": "tier", "operator": "is", "value": "low"}]}
RICH = {"match": "all", "conditions": [{"field": "arr", "operator": "at_least", "value": 5000}]}
# The form of LOW.
FORM = {
    "name": "Low ones",
    "note": "To be called",
    "c.match": "all",
    "c-0.field": "tier",
    "c-0.operator": "is",
    "c-0.value": "low",
}


@pytest.fixture
def member(bob: User, tenant: Tenant) -> Membership:
    with tenant_scope(tenant.id):
        return Membership.objects.get(user=bob)


@pytest.fixture
def world(tenant: Tenant) -> Night:
    """Two nights: Anna is low on both, Bella since the last, Carla is rich."""
    with tenant_scope(tenant.id):
        earlier, last = night(LAST - timedelta(days=8)), night()
        people = {name: customer(name, industry="Retail") for name in ("Anna", "Bella", "Carla")}
        for on in (earlier, last):
            stands(people["Anna"], on, tier="low")
            stands(people["Bella"], on, tier="low" if on == last else "mid")
            stands(people["Carla"], on, tier="high", arr=9000)
        moved(people["Bella"], last, "mid", "low")
        moved(people["Carla"], last, "mid", "high")
        return last


@pytest.fixture
def bobs(bob: User) -> Client:
    return signed_in(bob)


def make(tenant: Tenant, name: str = "Low ones", **values: Any) -> CustomerGroup:
    """A group from before the nights, which have evaluated it one after the other."""
    with tenant_scope(tenant.id):
        group = CustomerGroup.objects.create(
            name=name, **({"condition": LOW, "is_shared": True} | values)
        )
        CustomerGroupVersion.objects.create(group=group, version=1, condition=group.condition)
        for found in Night.objects.order_by("as_of"):
            evaluate_groups(night=found, only=[group.pk])
        return group


def flows_of(page: Any) -> int:
    """How many customers the matrix of a page counts."""
    return sum(cell.count for cell in page.context["matrix"].cells.values())


def make_by_form(client: Client, **form: str) -> Any:
    return client.post(f"{URL}new/", FORM | {"do": "save"} | form)


# --- Making and changing --------------------------------------------------------------------------


def test_a_group_is_made_and_shows_its_members(world: Night, tenant: Tenant, bobs: Client) -> None:
    answer = make_by_form(bobs)
    with tenant_scope(tenant.id):
        group = CustomerGroup.objects.get()
        assert (group.condition, group.owner.user.email) == (LOW, "bob@acme.example")
        assert AuditRecord.objects.filter(verb="group.made").count() == 1
    assert answer["Location"] == f"{URL}{group.pk}/"
    page = bobs.get(answer["Location"])
    assert sorted(listed(page)) == ["Anna", "Bella"]
    assert "Tier is Low value" in text_of(page)
    assert "2 because the condition changed" in text_of(page)


@pytest.mark.parametrize(
    ("row", "comparison"),
    [
        (
            {"c-0.field": "seat_utilisation", "c-0.operator": "at_least", "c-0.value": "12.5"},
            {"field": "seat_utilisation", "operator": "at_least", "value": 0.125},
        ),
        (
            {"c-0.field": "arr", "c-0.operator": "between", "c-0.low": "0", "c-0.high": "10"},
            {"field": "arr", "operator": "between", "value": [0, 10]},
        ),
        (
            {"c-0.field": "industry", "c-0.operator": "is_one_of", "c-0.value": "Retail; Banks ;"},
            {"field": "industry", "operator": "is_one_of", "value": ["Retail", "Banks"]},
        ),
        (
            {"c-0.field": "tier", "c-0.operator": "is_one_of", "c-0.value": ["low", "high"]},
            {"field": "tier", "operator": "is_one_of", "value": ["low", "high"]},
        ),
        (
            {"c-0.operator": "entered_within", "c-0.days": "30"},
            {"field": "tier", "operator": "entered_within", "value": "low", "days": 30},
        ),
        (
            {"c-0.field": "nps", "c-0.operator": "is_unknown", "c-0.value": ""},
            {"field": "nps", "operator": "is_unknown"},
        ),
    ],
    ids=lambda one: one.get("operator", ""),
)
def test_a_row_of_the_form_becomes_a_comparison_and_a_row_again(
    world: Night, tenant: Tenant, bobs: Client, row: dict[str, str], comparison: dict[str, Any]
) -> None:
    make_by_form(bobs, **row)
    with tenant_scope(tenant.id):
        group = CustomerGroup.objects.get()
    assert group.condition["conditions"] == [comparison]
    page = bobs.get(f"{URL}{group.pk}/edit/").content.decode()
    for name, values in row.items():
        for value in [values] if isinstance(values, str) else values:
            words = {"Retail; Banks ;": "Retail; Banks"}.get(value, value)
            assert words in page, name


def test_conditions_nest_on_screen(world: Night, tenant: Tenant, bobs: Client) -> None:
    nested = {
        "c-1.match": "none",
        "c-1-0.field": "arr",
        "c-1-0.operator": "at_least",
        "c-1-0.value": "5000",
    }
    make_by_form(bobs, **nested)
    with tenant_scope(tenant.id):
        condition = CustomerGroup.objects.get().condition
    assert condition["conditions"][1] == RICH | {"match": "none"}


def edited(client: Client, do: str, **form: Any) -> str:
    answer = client.post(f"{URL}new/", FORM | {"do": do} | form)
    assert answer.status_code == 200
    return answer.content.decode()


def test_rows_come_and_go_without_scripts(world: Night, tenant: Tenant, bobs: Client) -> None:
    assert 'name="c-1.field"' in edited(bobs, "add:")
    within = edited(bobs, "add_group:")
    assert 'name="c-1.match"' in within
    assert 'name="c-1-0.field"' in within
    assert 'name="c-0.field"' not in edited(bobs, "remove:0")
    # A button of no place does nothing.
    for do in ("remove:7", "remove:", "add:0", "add:9-9", "what", "remove:" + "9" * 400):
        assert 'name="c-0.field"' in edited(bobs, do)
    kept = edited(bobs, "add:", name="As typed")
    assert "As typed" in kept
    with tenant_scope(tenant.id):
        assert not CustomerGroup.objects.exists()


def test_a_column_of_the_file_reads_as_words(world: Night, tenant: Tenant, bobs: Client) -> None:
    with tenant_scope(tenant.id):
        named = {"cost_center": "A", "Sales Region": "B", "客户来源": "C"}
        Customer.objects.filter(name="Anna").update(attributes=named)
    page = bobs.get(f"{URL}new/").content.decode()
    for name, label in (
        ("cost_center", "Cost center"),
        ("Sales Region", "Sales Region"),
        ("客户来源", "客户来源"),
    ):
        assert f'<option value="attributes.{name}">{label}</option>' in page
    answer = make_by_form(bobs, **{"c-0.field": "attributes.cost_center", "c-0.value": "A"})
    page = text_of(bobs.get(answer["Location"]))
    assert "Cost center is A" in page
    assert "cost_center" not in page


def test_groups_on_screen_nest_as_deep_as_conditions_may(world: Night, bobs: Client) -> None:
    deep = {"c-0.match": "all", "c-0-0.match": "all", "c-0-0-0.field": "arr"}
    page = edited(bobs, "count", **deep)
    assert 'value="add_group:0"' in page
    assert 'value="add_group:0-0"' not in page


def test_another_field_gets_an_operator_that_it_has(world: Night, bobs: Client) -> None:
    page = edited(bobs, "count", **{"c-0.field": "arr"})
    assert '<option value="at_least"' in page
    assert "entered_within" not in page


def test_the_count_follows_the_rows_that_are_complete(world: Night, bobs: Client) -> None:
    page = bobs.post(f"{URL}new/", FORM, headers={"HX-Target": "preview", "HX-Request": "true"})
    assert page.content.decode().strip().startswith("<aside")
    assert page.context["preview"].total == 2
    assert [name for _pk, _key, name, _arr in page.context["preview"].first] == ["Anna", "Bella"]
    page = bobs.post(f"{URL}new/", FORM | {"c-1.field": "arr", "c-1.operator": "at_least"})
    assert page.context["preview"].total == 2
    assert "1 condition is not complete" in text_of(page)
    page = bobs.post(f"{URL}new/", {"c.match": "all"})
    assert "A complete condition shows here who meets it" in text_of(page)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"name": ""}, "This field is required"),
        ({"c-0.value": ""}, "A value is missing"),
        ({"c-0.field": ""}, "Choose what to compare"),
        ({"c-0.field": "gone"}, "“gone” does not exist (any more)"),
        ({"c-0.value": "vip"}, "“vip” does not exist (any more)"),
        ({"c-0.operator": "entered_within", "c-0.days": "x"}, "Give a number of days"),
        ({"c-0.field": "arr", "c-0.operator": "at_least", "c-0.value": "1e999999"},
         "“1e999999” is not a number"),
        ({"c-0.field": "arr", "c-0.operator": "at_least", "c-0.value": "many"},
         "“many” is not a number"),
    ],
    ids=lambda one: str(one),
)  # fmt: skip
def test_what_cannot_be_saved_says_why(
    world: Night, tenant: Tenant, bobs: Client, wrong: dict[str, str], told: str
) -> None:
    answer = make_by_form(bobs, **wrong)
    assert answer.status_code == 200
    assert told in text_of(answer)
    with tenant_scope(tenant.id):
        assert not CustomerGroup.objects.exists()


def test_a_group_is_changed_and_copied(world: Night, tenant: Tenant, bobs: Client) -> None:
    make_by_form(bobs)
    with tenant_scope(tenant.id):
        group = CustomerGroup.objects.get()
    change = {"c-0.field": "arr", "c-0.operator": "at_least", "c-0.value": "5000", "name": "Rich"}
    bobs.post(f"{URL}{group.pk}/edit/", FORM | change | {"do": "save"})
    page = bobs.get(f"{URL}{group.pk}/")
    assert listed(page) == ["Carla"]
    assert "Version 2" in text_of(page)
    copy = bobs.get(f"{URL}new/?copy={group.pk}").content.decode()
    assert "Rich (copy)" in copy
    assert 'value="5000"' in copy


def test_a_group_can_be_made_before_the_first_night(tenant: Tenant, bobs: Client) -> None:
    answer = make_by_form(bobs)
    assert "No night has evaluated this group yet" in text_of(bobs.get(answer["Location"]))
    assert "Low ones" in text_of(bobs.get(URL))


# --- Showing --------------------------------------------------------------------------------------


def test_the_list_shows_size_and_change(world: Night, tenant: Tenant, bobs: Client) -> None:
    make(tenant)
    page = bobs.get(URL)
    row = page.context["rows"][0]
    assert (row["members"], row["change"], row["trend"]) == (2, 1, [1, 2])
    assert "No groups yet" not in text_of(page)


def test_before_any_group_the_list_says_what_they_are_for(tenant: Tenant, bobs: Client) -> None:
    assert "No groups yet" in text_of(bobs.get(URL))


def test_members_have_the_filters_and_exports_of_the_portfolio(
    world: Night, tenant: Tenant, bobs: Client
) -> None:
    url = f"{URL}{make(tenant).pk}/"
    assert listed(bobs.get(url, {"q": "bel"})) == ["Bella"]
    assert listed(bobs.get(url, {"sort": "-name"})) == ["Bella", "Anna"]
    assert listed(bobs.get(url, {"as_of": (LAST - timedelta(days=8)).isoformat()})) == ["Anna"]
    export = bobs.get(url, {"export": "csv", "sort": "name"}).content.decode()
    assert [line.split(",")[1] for line in export.splitlines()[1:]] == ["Anna", "Bella"]
    part = bobs.get(url, {"q": "bel"}, headers={"HX-Request": "true", "HX-Target": "list"})
    assert listed(part) == ["Bella"]
    assert "Size over time" not in text_of(part)


def test_entries_and_exits_open_their_lists(world: Night, tenant: Tenant, bobs: Client) -> None:
    group = make(tenant)
    row = bobs.get(f"{URL}{group.pk}/").context["passages"][0]
    assert row["passage"].entered == {"customer": 1}
    opened = bobs.get(row["entered_url"])
    assert listed(opened) == ["Bella"]
    assert "entered “Low ones” on 15 Jun 2026" in text_of(opened)
    with tenant_scope(tenant.id):
        change_group(group=group, name="Rich", note="", condition=RICH, is_shared=True, by=None)
    row = bobs.get(f"{URL}{group.pk}/").context["passages"][0]
    assert (row["passage"].entered, row["passage"].left) == ({"condition": 1}, {"condition": 1})
    assert listed(bobs.get(row["left_url"])) == ["Anna"]


def test_a_group_narrows_customers_moves_and_tiers(
    world: Night, tenant: Tenant, bobs: Client
) -> None:
    group = make(tenant)
    asked = {"scope": "all", "group": str(group.pk)}
    assert sorted(listed(bobs.get(LIST, asked))) == ["Anna", "Bella"]
    earlier = (LAST - timedelta(days=8)).isoformat()
    assert listed(bobs.get(LIST, asked | {"as_of": earlier})) == ["Anna"]
    assert listed(bobs.get("/t/acme/moves/", asked)) == ["Bella"]
    tiers = bobs.get("/t/acme/tiers/", asked)
    assert tiers.context["spread"].customers == 2
    url = next(item["url"] for item in tiers.context["tiers"] if item["share"].key == "low")
    assert sorted(listed(bobs.get(url))) == ["Anna", "Bella"]
    # Remembered figures of everybody are not mixed up with those of a group.
    assert bobs.get("/t/acme/tiers/", {"scope": "all"}).context["spread"].customers == 3


def test_members_of_a_past_night_say_which_night_it_is(
    world: Night, tenant: Tenant, bobs: Client
) -> None:
    url = f"{URL}{make(tenant).pk}/"
    earlier = LAST - timedelta(days=8)
    page = bobs.get(url, {"as_of": earlier.isoformat()})
    assert listed(page) == ["Anna"]
    assert "looking back at the night of 7 June 2026" in text_of(page)
    assert f"?as_of={earlier}" in page.content.decode().partition('id="list"')[2]
    between = text_of(bobs.get(url, {"as_of": (earlier + timedelta(days=1)).isoformat()}))
    assert "There is no night of that day; this is the night of 7 June 2026." in between
    assert "looking back" not in text_of(bobs.get(url))


def test_past_moves_are_of_who_was_in_the_group_that_night(
    world: Night, tenant: Tenant, bobs: Client
) -> None:
    with tenant_scope(tenant.id):
        earlier = Night.objects.order_by("as_of")[0]
        for name in ("Anna", "Bella"):
            moved(Customer.objects.get(name=name), earlier, "new", "mid")
    group = make(tenant)
    asked = {"scope": "all", "group": str(group.pk), "as_of": earlier.as_of.isoformat()}
    page = bobs.get("/t/acme/moves/", asked)
    assert listed(page) == ["Anna"]
    assert "not computed" not in text_of(page)


def test_past_tiers_are_of_who_was_in_the_group_that_night(
    world: Night, tenant: Tenant, bobs: Client
) -> None:
    with tenant_scope(tenant.id):
        earlier, later = Night.objects.order_by("as_of")
        first = night(earlier.as_of - timedelta(days=8))
        # So that there is a night to come from.
        Assignment.objects.filter(valid_from=earlier.as_of).update(valid_from=first.as_of)
    group = make(tenant)
    asked = {"scope": "all", "group": str(group.pk)}
    past = bobs.get("/t/acme/tiers/", asked | {"as_of": earlier.as_of.isoformat()})
    assert past.context["spread"].customers == 1
    assert flows_of(past) == 1
    assert bobs.get("/t/acme/tiers/", asked).context["spread"].customers == 2
    # Who went where is of those of the second night, as the lists behind the numbers are.
    to = bobs.get("/t/acme/tiers/", asked | {"to": earlier.as_of.isoformat()})
    assert flows_of(to) == 1
    to = bobs.get("/t/acme/tiers/", asked | {"to": later.as_of.isoformat()})
    assert flows_of(to) == 2


@pytest.mark.parametrize("url", [LIST, "/t/acme/moves/"])
def test_a_night_that_did_not_evaluate_the_group_says_so(
    world: Night, tenant: Tenant, bobs: Client, url: str
) -> None:
    group = make(tenant)
    with tenant_scope(tenant.id):
        earlier = Night.objects.order_by("as_of")[0]
        group.nights.filter(as_of=earlier.as_of).delete()
        group.members.filter(valid_from=earlier.as_of).update(valid_from=world.as_of)
    asked = {"scope": "all", "group": str(group.pk)}
    past = bobs.get(url, asked | {"as_of": earlier.as_of.isoformat()})
    assert listed(past) == []
    assert "The group was not computed on that night." in text_of(past)
    assert "not computed" not in text_of(bobs.get(url, asked))
    tiers = bobs.get("/t/acme/tiers/", asked | {"as_of": earlier.as_of.isoformat()})
    assert "The group was not computed on that night." in text_of(tiers)
    assert "not computed" not in text_of(bobs.get("/t/acme/tiers/", asked))


def renewals_of(page: Any) -> dict[str, Any]:
    found: dict[str, Any]
    (found,) = [one for one in page.context["waiting"] if "renewal=30" in one["url"]]
    return found


def test_figures_above_the_list_are_of_the_group_too(
    world: Night, tenant: Tenant, bobs: Client
) -> None:
    group = make(tenant)
    with tenant_scope(tenant.id):
        MeasureRow.objects.update(days_to_renewal=20)
    cache.clear()
    asked = {"scope": "all", "group": str(group.pk)}
    page = bobs.get(LIST, asked)
    assert "above, is of the group too" in text_of(page)
    renewals = renewals_of(page)
    assert renewals["text"] == "2"
    assert sorted(listed(bobs.get(f"{LIST}{renewals['url']}"))) == ["Anna", "Bella"]
    assert [one.name for one in page.context["moved"]] == ["Bella"]
    worse, better = page.context["moved_groups"]
    assert (worse["group"].total, better["group"].total) == (1, 0)
    assert listed(bobs.get(f"/t/acme/moves/?{worse['query']}")) == ["Bella"]
    everybody = bobs.get(LIST, {"scope": "all"})
    assert "above, is of the group too" not in text_of(everybody)
    assert sum(one["group"].total for one in everybody.context["moved_groups"]) == 2
    earlier = (LAST - timedelta(days=8)).isoformat()
    past = bobs.get(LIST, asked | {"as_of": earlier})
    assert renewals_of(past)["text"] == "1"
    assert past.context["moved"] == []


def test_another_group_changes_what_stands_above_the_list(
    world: Night, tenant: Tenant, bobs: Client
) -> None:
    group = make(tenant)
    asked = {"scope": "all", "group": str(group.pk)}

    def part(shown: str) -> str:
        headers = {"HX-Target": "list", "HX-Current-URL": f"https://testserver{LIST}{shown}"}
        return bobs.get(LIST, asked, headers=headers).content.decode()

    assert 'id="waiting"' in part("?scope=all")
    assert 'hx-swap-oob="true"' in part("?scope=all")
    assert 'id="waiting"' not in part(f"?scope=all&group={group.pk}#list")
    assert "hx-swap-oob" not in bobs.get(LIST, asked).content.decode()


def test_rolling_up_by_companies_is_no_customer_group(
    world: Night, tenant: Tenant, bobs: Client
) -> None:
    make(tenant)
    page = bobs.get(LIST, {"scope": "all", "group": "parent"})
    assert page.context["grouped"]
    assert listed(page) == ["Carla", "Anna", "Bella"]


def test_a_saved_view_is_a_use_of_the_group(world: Night, tenant: Tenant, bobs: Client) -> None:
    group = make(tenant)
    given = {"screen": "portfolio", "name": "Call list", "query": f"group={group.pk}&scope=all"}
    bobs.post(f"{LIST}views/", given)
    assert [use.name for use in bobs.get(f"{URL}{group.pk}/").context["uses"]] == ["Call list"]
    other = make(tenant, "Other")
    assert bobs.get(f"{URL}{other.pk}/").context["uses"] == []


def test_a_night_says_who_entered_and_left(world: Night, tenant: Tenant, bobs: Client) -> None:
    make(tenant)
    make(tenant, "Secret", is_shared=False)
    text = text_of(bobs.get(f"/t/acme/nights/{LAST.isoformat()}/"))
    assert "Low ones 1 – 2 The customers changed" in text
    assert "Secret" not in text


def test_a_broken_group_says_why(world: Night, tenant: Tenant, bobs: Client) -> None:
    group = make(tenant)
    gone = {"match": "all", "conditions": [{"field": "gone", "operator": "is_known"}]}
    with tenant_scope(tenant.id):
        CustomerGroup.objects.filter(pk=group.pk).update(condition=gone, version=2)
        CustomerGroupVersion.objects.create(group=group, version=2, condition=gone)
        evaluate_groups(night=world, only=[group.pk])
    assert "Broken" in text_of(bobs.get(URL))
    page = bobs.get(f"{URL}{group.pk}/")
    assert "“gone” does not exist (any more)." in text_of(page)
    assert sorted(listed(page)) == ["Anna", "Bella"]
    assert "“gone” does not exist" in text_of(bobs.get(f"/t/acme/nights/{LAST.isoformat()}/"))


def test_archived_groups_stand_apart(world: Night, tenant: Tenant, bobs: Client) -> None:
    make_by_form(bobs)
    with tenant_scope(tenant.id):
        group = CustomerGroup.objects.get()
    url = f"{URL}{group.pk}/"
    assert "Archive the group Low ones?" in text_of(bobs.get(f"{url}archivals/"))
    bobs.post(f"{url}archivals/")
    assert bobs.get(URL).context["rows"] == []
    assert len(bobs.get(URL, {"archived": "1"}).context["rows"]) == 1
    assert sorted(listed(bobs.get(url))) == ["Anna", "Bella"]
    bobs.post(f"{url}restorals/")
    assert len(bobs.get(URL).context["rows"]) == 1


# --- Who may --------------------------------------------------------------------------------------


def test_ones_own_group_is_ones_own(
    world: Night, tenant: Tenant, bobs: Client, alice: User, make_member: Callable[..., Membership]
) -> None:
    make_by_form(bobs)
    with tenant_scope(tenant.id):
        group = CustomerGroup.objects.get()
    url = f"{URL}{group.pk}/"
    dora = signed_in(make_member(tenant, "dora@acme.example", "service_manager").user)
    assert dora.get(url).status_code == dora.get(f"{url}edit/").status_code == 404
    assert dora.post(f"{url}archivals/").status_code == 404
    assert dora.get(URL).context["rows"] == []
    assert dora.get(f"{URL}new/?copy={group.pk}").context["form"]["name"].value() == ""
    # An address with a group that one may not see finds nobody, rather than everybody.
    for asked in (
        {"group": str(group.pk)},
        {"entered": str(group.pk), "on": LAST.isoformat()},
        {"left": str(group.pk), "on": LAST.isoformat()},
        {"group": "9" * 30},
    ):
        assert listed(dora.get(LIST, {"scope": "all"} | asked)) == []
    assert listed(dora.get("/t/acme/moves/", {"scope": "all", "group": str(group.pk)})) == []
    admin = signed_in(alice)
    assert admin.get(url).status_code == admin.get(f"{url}edit/").status_code == 200
    bobs.post(f"{url}edit/", FORM | {"is_shared": "on", "do": "save"})
    assert dora.get(url).status_code == 200
    # What everybody may use, only its owner changes; others are led to its page.
    for path in ("edit/", "archivals/"):
        assert dora.post(url + path, FORM | {"do": "save", "name": "Mine"})["Location"] == url
    assert dora.post(f"{url}restorals/")["Location"] == url
    with tenant_scope(tenant.id):
        group.refresh_from_db()
    assert (group.name, group.archived_at) == ("Low ones", None)


def test_who_may_not_make_groups_may_use_those_of_everybody(
    world: Night, tenant: Tenant, make_member: Callable[..., Membership]
) -> None:
    group = make(tenant)
    boss = signed_in(make_member(tenant, "boss@acme.example", "executive").user)
    page = boss.get(f"{URL}{group.pk}/")
    assert sorted(listed(page)) == ["Anna", "Bella"]
    assert f"{URL}{group.pk}/edit/" not in page.content.decode()
    for path in ("new/", f"{group.pk}/edit/", f"{group.pk}/archivals/"):
        assert boss.get(URL + path).status_code == boss.post(URL + path).status_code == 404


def test_another_tenants_group_is_not_there(world: Night, tenant: Tenant, charlie: User) -> None:
    group = make(tenant)
    theirs = signed_in(charlie)
    assert theirs.get(f"{URL}{group.pk}/").status_code == 404
    assert theirs.get(f"/t/other/groups/{group.pk}/").status_code == 404
    assert theirs.get("/t/other/groups/").context["rows"] == []


def test_only_customers_that_one_may_see_are_counted_and_listed(
    world: Night, tenant: Tenant, member: Membership, bobs: Client
) -> None:
    group = make(tenant)
    with tenant_scope(tenant.id):
        VisibilityRule.objects.create(role="service_manager", visibility="mine")
        anna = MeasureRow.objects.filter(customer__name="Anna").first().customer
        faced(anna, "Bob", LAST - timedelta(days=90), membership=member)
    page = bobs.get(f"{URL}{group.pk}/")
    assert listed(page) == ["Anna"]
    assert page.context["members"] == 1
    assert page.context["passages"][0]["passage"].entered_total == 0
    row = bobs.get(URL).context["rows"][0]
    assert (row["members"], row["trend"]) == (1, [1, 1])
    assert bobs.post(f"{URL}new/", FORM).context["preview"].total == 1
    assert bobs.get("/t/acme/tiers/", {"group": group.pk}).context["spread"].customers == 1


# --- Cost -----------------------------------------------------------------------------------------


def test_screens_cost_the_same_queries_whatever_the_size(
    world: Night, tenant: Tenant, member: Membership, bobs: Client
) -> None:
    first = make(tenant, owner=member)

    def queries(path: str, **form: str) -> int:
        cache.clear()
        with CaptureQueriesContext(connection) as found:
            answer = bobs.post(path, form) if form else bobs.get(path)
            assert answer.status_code == 200
        return len(found)

    def all_queries() -> list[int]:
        return [
            queries(URL),
            queries(f"{URL}{first.pk}/"),
            queries(f"{URL}{first.pk}/edit/"),
            queries(f"{URL}new/", **FORM),
            queries(f"/t/acme/nights/{LAST.isoformat()}/"),
            queries(f"{LIST}?scope=all&group={first.pk}"),
        ]

    few = all_queries()
    with tenant_scope(tenant.id):
        for number in range(30):
            stands(customer(f"N{number}"), world, tier="low")
    for number in range(6):
        make(tenant, f"G{number}")
    assert all_queries() == few
    assert max(few) <= 33


def test_a_customers_page_names_its_groups_of_the_night_it_shows(
    world: Night, tenant: Tenant, bobs: Client
) -> None:
    group = make(tenant)
    link = f'href="/t/acme/groups/{group.pk}/"'
    with tenant_scope(tenant.id):
        bella = MeasureRow.objects.filter(customer__name="Bella").first()
        assert bella is not None
    page = f"/t/acme/customers/{bella.customer_id}/"
    assert link in bobs.get(page).content.decode()
    # A week before Bella was in another tier.
    earlier = (LAST - timedelta(days=8)).isoformat()
    assert link not in bobs.get(f"{page}?as_of={earlier}").content.decode()
