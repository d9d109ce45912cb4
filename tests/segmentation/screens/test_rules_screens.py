"""Rules on screen: reading, drafting, trying, publishing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import AuditRecord, Membership, Tenant, User
from accounts.tenancy import tenant_scope
from segmentation.actions.nights import run_night
from segmentation.actions.rule_sets import publish_rules
from segmentation.models import Move, RuleDraft, RuleSet
from segmentation.queries.rules import current_rules
from segmentation.rules.defaults import default_rules
from segmentation.rules.merging import merge_rules
from tests.segmentation.night_facts import customer, sign, use
from tests.segmentation.screens.screen_world import signed_in, text_of

URL = "/t/acme/rules/"


@pytest.fixture
def client(alice: User) -> Client:
    return signed_in(alice)


def start(client: Client) -> str:
    """The address of a new draft."""
    return str(client.post(f"{URL}drafts/")["Location"])


def fields_of(page: Any) -> dict[str, Any]:
    """What a browser would send back from the form of a section."""
    form = page.context["form"]
    sent: dict[str, Any] = {}
    for bound in form:
        value = bound.value()
        if isinstance(value, bool):
            if value:
                sent[bound.html_name] = "on"
        elif value is not None:
            sent[bound.html_name] = value
    return sent


def change(client: Client, draft: str, section: str, **changed: Any) -> Any:
    address = f"{draft}sections/{section}/"
    sent = fields_of(client.get(address)) | changed
    return client.post(address, {name: value for name, value in sent.items() if value is not None})


def rules_of(draft: str) -> dict[str, Any]:
    return dict(RuleDraft.objects.get(pk=int(draft.rstrip("/").rsplit("/", 1)[1])).rules)


def test_the_rules_in_force_are_read_in_words(tenant: Tenant, client: Client, bob: User) -> None:
    page = client.get(URL)
    text = text_of(page)
    assert "The rules that Tenure ships" in text
    assert "Low up to 2 days, Mid up to 8 days, High above" in text
    assert "of Activity, Contribution, Value: at least 2 high, none low" in text
    assert "Change the rules" in text
    # Others read them and find nothing to change.
    page = signed_in(bob).get(URL)
    assert page.status_code == 200
    assert "Change the rules" not in text_of(page)
    assert signed_in(bob).post(f"{URL}drafts/").status_code == 404


def test_whoever_sees_tiers_finds_the_rules(tenant: Tenant, bob: User) -> None:
    with tenant_scope(tenant.id):
        used_vendor(tenant.last_ended_day())
    run_night(tenant=tenant, as_of=tenant.last_ended_day())
    client = signed_in(bob)
    assert f'href="{URL}"' in client.get("/t/acme/tiers/").content.decode()
    night = client.get(f"/t/acme/nights/{tenant.last_ended_day()}/").content.decode()
    assert f'href="{URL}versions/1/"' in night
    assert client.get(f"{URL}versions/1/").status_code == 200


def test_money_and_shares_are_in_peoples_units(scope: Tenant, client: Client) -> None:
    rules = merge_rules(
        default_rules(),
        {
            "rfm": {
                "monetary": {
                    "measure": "arr",
                    "method": "thresholds",
                    "cuts": [1000, 5000.5, 20000, 100000],
                }
            }
        },
    )
    publish_rules(rules=rules, note="By amount", by=None)
    text = text_of(client.get(URL))
    assert "ARR: cut points ¥1,000, ¥5,000.50, ¥20,000, ¥100,000" in text
    assert "Low up to 20%, Mid up to 50%, High above" in text


def test_versions_say_what_they_changed(scope: Tenant, client: Client, alice: User) -> None:
    publish_rules(rules=default_rules(), note="First", by=None)
    changed = merge_rules(default_rules(), {"stages": {"dormant_days": 45}})
    publish_rules(rules=changed, note="Quieter customers", by=alice)
    text = text_of(client.get(URL))
    assert "Version 2" in text
    assert "Quieter customers" in text
    page = client.get(f"{URL}versions/2/")
    assert "was after 30 days without usage now after 45 days without usage" in text_of(page)
    assert "New" not in [line.label for part in page.context["changes"] for line in part.lines]
    assert "Nothing." in text_of(client.get(f"{URL}versions/1/"))
    assert client.get(f"{URL}versions/3/").status_code == 404


def test_a_version_is_downloaded_as_the_file_that_loads(scope: Tenant, client: Client) -> None:
    publish_rules(rules=default_rules(), note="First", by=None)
    answer = client.get(f"{URL}versions/1/rules.json")
    assert answer["Content-Disposition"] == 'attachment; filename="acme-rules-v1.json"'
    document = json.loads(answer.content)
    schema = document.pop("$schema")
    assert document == default_rules()
    assert schema == "http://testserver/schemas/rules.json"
    # Editors without an account read the schema there.
    published = json.loads(Client().get("/schemas/rules.json").content)
    assert published["title"] == "Tenure rule set"


def test_each_person_has_one_draft(scope: Tenant, client: Client) -> None:
    draft = start(client)
    assert start(client) == draft
    assert RuleDraft.objects.count() == 1
    assert "Continue my draft" in text_of(client.get(URL))


def test_a_threshold_is_changed_without_json(scope: Tenant, client: Client) -> None:
    draft = start(client)
    answer = change(
        client, draft, "activity", **{"cut-active_days_30-1": "12", "cut-seat_utilisation-0": "25"}
    )
    assert answer["Location"] == draft
    measures = rules_of(draft)["dimensions"]["activity"]["measures"]
    assert measures["active_days_30"]["cuts"] == [2, 12]
    assert measures["seat_utilisation"]["cuts"] == [0.25, 0.5]
    text = text_of(client.get(draft))
    assert "was Low up to 2 days, Mid up to 8 days, High above" in text
    assert "now Low up to 2 days, Mid up to 12 days, High above" in text
    assert "1 change" in text or "2 changes" in text


def test_saving_without_a_change_changes_nothing(scope: Tenant, client: Client) -> None:
    draft = start(client)
    before = rules_of(draft)
    sections = ["scores", "activity", "contribution", "value", "need", "stages", "tiers"]
    sections += ["scheme-a", "scheme-b", "scheme-c", "b-consumption", "b-interaction", "b-loyalty"]
    for section in sections:
        assert change(client, draft, section)["Location"] == draft, section
    for tier in ("lost", "new", "high", "low", "mature"):
        address = f"{draft}sections/scheme-a/tiers/{tier}/"
        answer = client.post(address, fields_of(client.get(address)))
        assert answer["Location"] == f"{draft}sections/scheme-a/"
    assert rules_of(draft) == before
    assert RuleDraft.objects.get().revision == 1


def test_every_part_of_the_document_has_a_section(scope: Tenant, client: Client) -> None:
    page = client.get(start(client))
    keys = {part.section.key for part, _ in page.context["parts"]}
    assert {"scores", "activity", "stages", "tiers", "scheme-a", "scheme-b", "b-loyalty"} <= keys
    for key in keys:
        assert client.get(f"{page.request['PATH_INFO']}sections/{key}/").status_code == 200
    assert client.get(f"{page.request['PATH_INFO']}sections/weather/").status_code == 404


def test_scores_by_own_cut_points_of_another_measure(scope: Tenant, client: Client) -> None:
    draft = start(client)
    changed = {
        "measure-monetary": "seat_utilisation",
        "method-monetary": "thresholds",
        "cut-monetary-0": "10",
        "cut-monetary-1": "20.5",
        "cut-monetary-2": "40",
        "cut-monetary-3": "80",
        "window_days": "365",
        "high": "4",
    }
    assert change(client, draft, "scores", **changed)["Location"] == draft
    rules = rules_of(draft)
    assert rules["rfm"]["monetary"] == {
        "measure": "seat_utilisation",
        "method": "thresholds",
        "cuts": [0.1, 0.205, 0.4, 0.8],
    }
    assert rules["window_days"] == 365
    assert rules["class8"]["high"] == 4


@pytest.mark.parametrize(
    ("section", "changed", "field", "sentence"),
    [
        (
            "scores",
            {
                "measure-recency": "recency_days",
                "method-recency": "thresholds",
                "cut-recency-0": "30",
                "cut-recency-1": "20",
                "cut-recency-2": "40",
                "cut-recency-3": "50",
            },
            "cut-recency-1",
            "Each cut point must be above the one before it.",
        ),
        ("scores", {"bins-frequency": "4"}, "bins-frequency", "the map of eleven"),
        ("scores", {"bins-frequency": "1", "map": "eight"}, "bins-frequency", "at least 2"),
        (
            "scores",
            {"method-monetary": "thresholds", "cut-monetary-0": "1"},
            "measure-monetary",
            "name one",
        ),
        ("stages", {"new_days": "-1"}, "new_days", "at least 0"),
        ("stages", {"ratio": "150"}, "ratio", "at most"),
        ("stages", {"dormant_days": ""}, "dormant_days", "required"),
        ("stages", {"min_events": "many"}, "min_events", "whole number"),
        (
            "activity",
            {"cut-active_days_30-0": "9"},
            "cut-active_days_30-1",
            "Each cut point must be above",
        ),
        ("activity", {"cut-active_days_30-1": "9e18"}, "cut-active_days_30-1", "14 digits"),
        ("activity", {"cut-active_days_30-0": "-9e18"}, "cut-active_days_30-0", "14 digits"),
        ("activity", {"cut-active_days_30-1": "1e400"}, "cut-active_days_30-1", "20 digits"),
        ("activity", {"cut-active_days_30-1": "9" * 5001}, "cut-active_days_30-1", "20 digits"),
        ("stages", {"dormant_days": "9" * 5001}, "dormant_days", "20 digits"),
        ("stages", {"dormant_days": "99999"}, "dormant_days", "at most"),
        (
            "activity",
            {"levels-active_days_30": "low,high"},
            "levels-active_days_30",
            "2 levels do not fit 3 scores",
        ),
        (
            "scheme-a",
            {"rung-high": "1"},
            "rung-high",
            "Two tiers cannot stand on the same rung",
        ),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(
    scope: Tenant, client: Client, section: str, changed: dict[str, str], field: str, sentence: str
) -> None:
    draft = start(client)
    page = change(client, draft, section, **changed)
    assert page.status_code == 200
    errors = page.context["form"].errors
    if field == "rung-high":  # the first of the two is in order
        field = next(iter(errors))
    assert sentence in " ".join(errors[field])
    assert sentence in text_of(page)
    assert RuleDraft.objects.get().revision == 1


def test_errors_are_in_the_readers_language(scope: Tenant, client: Client, alice: User) -> None:
    draft = start(client)
    User.objects.filter(pk=alice.pk).update(language="zh-hans")
    page = change(client, draft, "stages", dormant_days="")
    assert "这个字段" in text_of(page)


def test_a_measure_is_added_and_taken_out(scope: Tenant, client: Client) -> None:
    draft = start(client)
    changed = {
        "use-new": "dau_rate",
        "levels-new": "low,high",
        "cut-new-0": "40",
        "use-seat_utilisation": None,
    }
    assert change(client, draft, "activity", **changed)["Location"] == draft
    measures = rules_of(draft)["dimensions"]["activity"]["measures"]
    assert set(measures) == {"active_days_30", "dau_rate"}
    assert measures["dau_rate"] == {
        "method": "thresholds",
        "cuts": [0.4],
        "levels": ["low", "high"],
    }
    changed = {"use-new": "days_since_usage", "levels-new": "less:low,high", "cut-new-0": "7"}
    change(client, draft, "activity", **changed)
    added = rules_of(draft)["dimensions"]["activity"]["measures"]["days_since_usage"]
    assert added["reversed"] is True
    assert "High up to 7 days, Low above" in text_of(client.get(draft))


def test_choosing_a_measure_shows_its_unit_and_saves_nothing(scope: Tenant, client: Client) -> None:
    draft = start(client)
    address = f"{draft}sections/scores/"
    sent = fields_of(client.get(address))
    sent |= {"measure-monetary": "arr", "method-monetary": "thresholds", "look": "1"}
    page = client.post(address, sent)
    assert page.status_code == 200
    assert not page.context["form"].errors
    units = [bound.field.unit_text for bound in page.context["form"].slots[2].cuts]
    assert set(units) == {"CNY"}
    assert RuleDraft.objects.get().revision == 1


def test_rules_change_places_and_the_last_stays(scope: Tenant, client: Client) -> None:
    draft = start(client)
    address = f"{draft}sections/scheme-a/"

    def post(**sent: str) -> list[str]:
        revision = RuleDraft.objects.get().revision
        client.post(f"{address}orders/", {"revision": revision, **sent})
        order: list[str] = rules_of(draft)["tiers"]["schemes"]["a"]["order"]
        return order

    assert post(up="low") == ["lost", "new", "low", "high", "mature", "mid"]
    assert post(down="lost") == ["new", "lost", "low", "high", "mature", "mid"]
    assert post(up="new") == ["new", "lost", "low", "high", "mature", "mid"]
    assert post(down="mature") == ["new", "lost", "low", "high", "mature", "mid"]
    assert post(up="mid") == ["new", "lost", "low", "high", "mature", "mid"]
    assert post(out="mid") == ["new", "lost", "low", "high", "mature", "mid"]
    assert post(out="mature") == ["new", "lost", "low", "high", "mid"]
    assert "mature" not in rules_of(draft)["tiers"]["schemes"]["a"]["ladder"]
    assert "not given" in text_of(client.get(address))
    assert post(**{"in": "mature"}) == ["new", "lost", "low", "high", "mature", "mid"]
    page = client.get(address)
    assert not re.search(r'name="(up|down|out)" value="mid"', page.content.decode())
    assert client.get(f"{address}tiers/mid/").status_code == 404
    assert client.get(f"{address}tiers/vip/").status_code == 404
    assert client.post(f"{address}orders/", {"revision": 1}).status_code == 404


def test_conditions_of_a_tier_are_changed(scope: Tenant, client: Client) -> None:
    draft = start(client)
    address = f"{draft}sections/scheme-a/tiers/mature/"
    sent = fields_of(client.get(address))
    sent |= {
        "stages": ["active", "loyal"],
        "dimensions": ["value"],
        "high_at_least": "1",
        "at_least-tenure_days": "730",
        "measure-new": "breadth",
        "at_least-new": "50",
    }
    assert client.post(address, sent)["Location"] == f"{draft}sections/scheme-a/"
    assert rules_of(draft)["tiers"]["schemes"]["a"]["rules"]["mature"] == {
        "stages": ["active", "loyal"],
        "dimensions": ["value"],
        "count": {"high_at_least": 1},
        "measures": {"tenure_days": {"at_least": 730}, "breadth": {"at_least": 0.5}},
    }
    sent = fields_of(client.get(address)) | {"high_at_least": ""}
    page = client.post(address, sent)
    assert "Choose which dimensions are counted" in text_of(page)
    sent = fields_of(client.get(address)) | {"at_most-tenure_days": "10"}
    assert "The lower bound is above the upper one" in text_of(client.post(address, sent))


def test_two_windows_do_not_write_over_one_another(scope: Tenant, client: Client) -> None:
    draft = start(client)
    old = fields_of(client.get(f"{draft}sections/stages/"))
    change(client, draft, "stages", dormant_days="40")
    page = client.post(f"{draft}sections/stages/", old | {"new_days": "10"})
    assert "changed elsewhere meanwhile" in text_of(page)
    assert rules_of(draft)["stages"] | {} == default_rules()["stages"] | {"dormant_days": 40}


def test_a_draft_is_published_with_a_note_and_recorded(
    scope: Tenant, client: Client, alice: User
) -> None:
    draft = start(client)
    change(client, draft, "stages", dormant_days="40")
    address = f"{draft}publications/"
    revision = RuleDraft.objects.get().revision
    assert client.post(address, {"note": " ", "revision": revision}).status_code == 200
    assert not RuleSet.objects.exists()
    answer = client.post(address, {"note": "Quiet in summer", "revision": revision})
    assert answer["Location"] == URL
    published = RuleSet.objects.get()
    assert (published.note, published.published_by) == ("Quiet in summer", alice)
    assert published.rules["stages"]["dormant_days"] == 40
    assert not RuleDraft.objects.exists()
    told = AuditRecord.objects.get(verb="rules.published")
    assert (told.actor, told.data["note"]) == (alice, "Quiet in summer")


def test_a_draft_that_changes_nothing_is_not_published(scope: Tenant, client: Client) -> None:
    draft = start(client)
    page = client.post(f"{draft}publications/", {"note": "Nothing", "revision": 1})
    assert "says what the rules in force say" in text_of(page)
    assert not RuleSet.objects.exists()


def test_newer_rules_are_not_published_over_unseen(
    scope: Tenant, client: Client, make_member: Callable[..., Membership]
) -> None:
    publish_rules(rules=default_rules(), note="First", by=None)
    draft = start(client)
    change(client, draft, "stages", dormant_days="40")
    newer = merge_rules(default_rules(), {"stages": {"new_days": 60}, "hysteresis_nights": 5})
    publish_rules(rules=newer, note="Somebody else's", by=None)
    revision = RuleDraft.objects.get().revision
    page = client.post(f"{draft}publications/", {"note": "Mine", "revision": revision}, follow=True)
    text = text_of(page)
    assert "Not published: version 2 came into force" in text
    assert "now for fewer than 60 days" in text
    assert RuleSet.objects.count() == 2

    client.post(f"{draft}updates/", {"revision": revision})
    held = RuleDraft.objects.get()
    assert held.rules["stages"]["dormant_days"] == 40
    assert held.rules["stages"]["new_days"] == 60
    assert held.rules["hysteresis_nights"] == 5
    client.post(f"{draft}publications/", {"note": "Mine", "revision": held.revision})
    assert current_rules()["stages"]["dormant_days"] == 40
    assert current_rules()["stages"]["new_days"] == 60


def test_an_older_version_comes_back_as_a_draft(scope: Tenant, client: Client) -> None:
    publish_rules(rules=default_rules(), note="First", by=None)
    second = publish_rules(
        rules=merge_rules(default_rules(), {"hysteresis_nights": 7}), note="Second", by=None
    )
    answer = client.post(f"{URL}drafts/", {"copy_of": "1"})
    held = RuleDraft.objects.get()
    assert held.based_on == second
    assert held.rules == default_rules()
    text = text_of(client.get(answer["Location"]))
    assert "was after it was worse on 7 nights in a row" in text
    client.post(f"{answer['Location']}publications/", {"note": "Back", "revision": held.revision})
    assert current_rules()["hysteresis_nights"] == 3
    assert RuleSet.objects.count() == 3


def test_a_draft_is_discarded_after_a_question(scope: Tenant, client: Client) -> None:
    draft = start(client)
    assert "Discard this draft?" in text_of(client.get(f"{draft}removal/"))
    assert RuleDraft.objects.exists()
    assert client.post(f"{draft}removal/")["Location"] == URL
    assert not RuleDraft.objects.exists()
    assert AuditRecord.objects.filter(verb="rule_draft.discarded").exists()


def used_vendor(day: Any) -> None:
    """Twelve customers, half of whom used the product lately."""
    for number in range(12):
        one = customer(f"c{number:02}")
        sign(one, day - timedelta(days=700), day + timedelta(days=300), fee=1000 * (number + 1))
        for back in (3, 6, 40, 43) if number % 2 else (40, 43):
            use(one, day - timedelta(days=back), person=f"p{number}")


def test_from_a_threshold_to_moves_that_say_rules(tenant: Tenant, client: Client) -> None:
    """A threshold on screen, a preview, publishing; the next night moves whom the preview named."""
    last = tenant.last_ended_day() - timedelta(days=1)
    with tenant_scope(tenant.id):
        used_vendor(last)
    run_night(tenant=tenant, as_of=last)
    draft = start(client)
    assert "0 because of the rules" in text_of(client.get(f"{draft}preview/"))
    change(client, draft, "stages", dormant_days="60", ratio="0")
    page = client.get(f"{draft}preview/?of=stage")
    text = text_of(page)
    assert "6 because of the rules" in text
    named = client.get(f"{draft}preview/customers/?of=stage&from=dormant&to=active")
    assert [row.name for row, *_ in named.context["rows"]] == [
        f"C{n:02}" for n in (10, 8, 6, 4, 2, 0)
    ]
    stay = text_of(client.get(f"{draft}preview/customers/?of=stage&from=active&to=active"))
    assert "Active, who would stay" in stay
    assert "Who would move" not in stay
    assert "Who would move" in named.content.decode()
    with tenant_scope(tenant.id):
        revision = RuleDraft.objects.get().revision
    client.post(f"{draft}publications/", {"note": "Patience", "revision": revision})

    run_night(tenant=tenant, as_of=last + timedelta(days=1))
    with tenant_scope(tenant.id):
        moves = Move.objects.filter(as_of=last + timedelta(days=1), kind="stage")
        assert {move.cause for move in moves} == {"rules"}
        assert sorted(move.customer.key for move in moves) == [
            f"c{number:02}" for number in range(0, 12, 2)
        ]
    assert "Rules changed" in text_of(client.get("/t/acme/moves/"))


def test_a_preview_lists_pages_and_exports_who_would_move(scope: Tenant, client: Client) -> None:
    last = scope.last_ended_day()
    used_vendor(last)
    run_night(tenant=scope, as_of=last)
    draft = start(client)
    change(client, draft, "stages", dormant_days="60", ratio="0")
    address = f"{draft}preview/customers/?of=stage"
    page = client.get(f"{address}&sort=name")
    assert [row.name for row, *_ in page.context["rows"]][:2] == ["C00", "C02"]
    assert page.context["table"].total == 6
    answer = client.get(f"{address}&format=csv")
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 7
    assert lines[1].startswith("c10,C10,11000")
    assert "Dormant,Active" in lines[1]
    assert client.get(f"{address}&format=xlsx").content[:2] == b"PK"
    assert client.get(f"{address}&format=pdf").status_code == 404
    assert client.get(f"{address}&from=potential").context["table"].total == 0
    subjects = ["tier", "activity", "contribution", "value", "need", "eleven", "class8", "weather"]
    for subject in subjects:
        assert client.get(f"{draft}preview/?of={subject}").status_code == 200


def test_a_preview_says_what_would_be_refused(scope: Tenant, client: Client) -> None:
    last = scope.last_ended_day()
    for number in range(6):
        sign(customer(f"c{number}"), last - timedelta(days=400), fee=1000 * (number + 1))
    run_night(tenant=scope, as_of=last)
    draft = start(client)
    changed = {"measure-monetary": "arr", "bins-monetary": "10", "map": "eight"}
    change(client, draft, "scores", **changed)
    text = text_of(client.get(f"{draft}preview/"))
    assert "Too few customers to compare by “ARR”: 6 of at least 10." in text


def test_without_a_night_the_preview_offers_one(scope: Tenant, client: Client) -> None:
    draft = start(client)
    page = client.get(f"{draft}preview/")
    assert "No night is stored yet" in text_of(page)
    assert "Run the night of" in text_of(page)
    assert "No night is stored yet" in text_of(client.get(f"{draft}preview/customers/"))


@pytest.mark.parametrize("number", [8, 60])
def test_pages_cost_a_fixed_number_of_statements(
    scope: Tenant,
    client: Client,
    django_assert_max_num_queries: Any,
    number: int,
) -> None:
    last = scope.last_ended_day()
    for place in range(number):
        sign(customer(f"c{place:02}"), last - timedelta(days=400), fee=1000 * (place + 1))
    run_night(tenant=scope, as_of=last)
    draft = start(client)
    change(client, draft, "stages", new_days="900")
    for address, most in (
        (URL, 16),
        (draft, 14),
        (f"{draft}sections/activity/", 12),
        (f"{draft}preview/", 14),
        (f"{draft}preview/customers/?of=stage", 15),
    ):
        with django_assert_max_num_queries(most):
            assert client.get(address).status_code == 200
