"""Screens of plays: the list, one in words, changing it, switching it, trying it on the past."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import AuditRecord, VisibilityRule
from accounts.tenancy import tenant_scope
from service.actions.plays import add_shipped_plays, make_play, switch_on
from service.models import Cta, Play, PlayFiring, PlayVersion
from service.shipped import plays as shipped
from service.triggers import triggers
from tests.service.play_world import (
    DAY,
    document,
    later,
    make_customer,
    move,
    run,
    stand,
    store_night,
)

pytestmark = pytest.mark.django_db

PAGE = "/t/acme/plays/"


@pytest.fixture
def admin(alice) -> Client:
    client = Client()
    client.force_login(alice)
    return client


def own(tenant, by, **parts) -> Play:
    with tenant_scope(tenant.id):
        return make_play(document=document(**parts), by=by)


def fields(**changed: str) -> dict[str, object]:
    """A whole form of a play on a tier, as a browser sends it."""
    return {
        "seen": "1",
        "name_zh": "致电",
        "name_en": "Call",
        "purpose_zh": "",
        "purpose_en": "",
        "t-way": "enters",
        "t-scheme_value": "a.low",
        "c.match": "all",
        "step": "0",
        "s-0-title_zh": "致电关键用户",
        "s-0-title_en": "",
        "s-0-owner": "face",
        "s-0-member": "",
        "s-0-due": "3",
        "s-0-kind": "task",
        "trigger_gone": "on",
        "expires_days": "30",
        "do": "save",
        **changed,
    }


def test_the_list_shows_every_shipped_play_and_all_are_off(tenant, admin) -> None:
    page = admin.get(PAGE)

    assert page.status_code == 200
    assert "180 days before renewal" in page.content.decode()
    with tenant_scope(tenant.id):
        assert Play.objects.count() == len(shipped.shipped_plays())
        assert not Play.objects.filter(is_on=True).exists()
        # Looked at again: nothing is added.
        versions = PlayVersion.objects.count()
    admin.get(PAGE)
    with tenant_scope(tenant.id):
        assert PlayVersion.objects.count() == versions


def test_shipped_texts_are_whole_in_both_languages_and_can_be_asked(scope) -> None:
    for key, text in shipped.shipped_plays().items():
        assert set(text.names) == set(text.purposes) == {"en", "zh-hans"}, key
        assert all(set(step.titles) == {"en", "zh-hans"} for step in text.steps), key
        assert text.kind in triggers, key


def test_a_play_is_made_with_steps_added_without_scripts(tenant, admin) -> None:
    added = admin.post(f"{PAGE}new/?kind=tier", fields(do="step_add"))
    assert 'name="s-1-title_zh"' in added.content.decode()
    assert "Say it in at least one language" not in added.content.decode()
    with tenant_scope(tenant.id):
        assert not Play.objects.exists()

    made = admin.post(f"{PAGE}new/?kind=tier", fields(), follow=True)

    assert "Call" in made.content.decode()
    with tenant_scope(tenant.id):
        text = PlayVersion.objects.get().document
    assert text["trigger"] == {"kind": "tier", "way": "enters", "scheme": "a", "value": "low"}
    assert text["steps"][0]["titles"] == {"zh-hans": "致电关键用户"}
    assert text["condition"] is None


def test_steps_change_places_and_go(tenant, admin) -> None:
    two = {
        "step": ["0", "1"],
        "s-1-title_zh": "第二步",
        "s-1-owner": "face",
        "s-1-due": "4",
        "s-1-kind": "task",
    }
    moved = admin.post(f"{PAGE}new/?kind=tier", fields() | two | {"do": "step_up:1"})
    html = moved.content.decode()
    assert html.index("第二步") < html.index("致电关键用户")

    gone = admin.post(f"{PAGE}new/?kind=tier", fields() | two | {"do": "step_remove:0"})

    assert "致电关键用户" not in gone.content.decode()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"name_zh": "", "name_en": ""}, "Say it in at least one language."),
        ({"s-0-title_zh": ""}, "Say it in at least one language."),
        ({"s-0-due": "-1"}, "greater than or equal to 0"),
        ({"s-0-owner": "member"}, "Choose the person."),
        ({"expires_days": "0"}, "greater than or equal to 1"),
        ({"t-scheme_value": "a.nothing"}, "not one of the available choices"),
        ({"condition_gone": "on"}, "There is no condition that could be gone."),
        ({"c-0.field": "arr", "c-0.operator": "at_least", "c-0.value": "x"}, "is not a number"),
        ({"step": ""}, "A play needs at least one step."),
    ],
)
def test_bad_input_is_named_and_nothing_is_saved(tenant, admin, changed, said) -> None:
    page = admin.post(f"{PAGE}new/?kind=tier", fields(**changed))

    assert page.status_code == 200
    assert said in page.content.decode()
    with tenant_scope(tenant.id):
        assert not Play.objects.exists()


def test_a_change_is_another_version_and_two_at_once_are_told(tenant, admin, alice) -> None:
    play = own(tenant, alice)
    admin.post(f"{PAGE}{play.pk}/edit/", fields())
    with tenant_scope(tenant.id):
        assert [one.version for one in PlayVersion.objects.all()] == [2, 1]

    late = admin.post(f"{PAGE}{play.pk}/edit/", fields(name_en="Other"))

    assert late.status_code == 409
    assert "Other" in late.content.decode()
    with tenant_scope(tenant.id):
        assert PlayVersion.objects.count() == 2
    admin.post(f"{PAGE}{play.pk}/edit/", fields(name_en="Other", seen="2"))
    with tenant_scope(tenant.id):
        assert PlayVersion.objects.count() == 3


def test_switching_on_counts_from_today_and_is_recorded(tenant, admin, alice) -> None:
    play = own(tenant, alice)
    assert admin.get(f"{PAGE}{play.pk}/switch-ons/").status_code == 200
    with tenant_scope(tenant.id):
        assert not Play.objects.get().is_on

    admin.post(f"{PAGE}{play.pk}/switch-ons/", {"seen": "1"})

    with tenant_scope(tenant.id):
        play = Play.objects.get()
        assert play.is_on
        assert play.on_from == tenant.local_date(play.switched_at)
        assert AuditRecord.objects.filter(verb="play.switched_on").exists()


@pytest.mark.parametrize(("choice", "state"), [("stay", "open"), ("close", "switched_off")])
def test_switching_off_asks_what_becomes_of_open_work(tenant, admin, alice, choice, state) -> None:
    play = own(tenant, alice)
    with tenant_scope(tenant.id):
        switch_on(play=play, seen=1, by=alice)
        Play.objects.update(on_from=later(-5))
        customer = make_customer(face="eve@acme.example")
        stand(customer, later(-1), tier="active")
        move(customer, store_night(), "active", "lost")
        run(tenant)
    asked = admin.get(f"{PAGE}{play.pk}/switch-offs/").content.decode()
    assert "1 piece of work" in asked
    assert "Eve@Acme.Example" in asked
    # Without an answer nothing is done.
    admin.post(f"{PAGE}{play.pk}/switch-offs/", {"seen": "1"})
    with tenant_scope(tenant.id):
        assert Play.objects.get().is_on

    admin.post(f"{PAGE}{play.pk}/switch-offs/", {"seen": "1", "open_work": choice})

    with tenant_scope(tenant.id):
        assert not Play.objects.get().is_on
        assert Cta.objects.get().state == state


def test_the_page_tells_for_whom_it_was_set_off_as_far_as_one_may_see(
    tenant, admin, alice, make_member
) -> None:
    play = own(tenant, alice)
    with tenant_scope(tenant.id):
        switch_on(play=play, seen=1, by=alice)
        Play.objects.update(on_from=later(-5))
        customer = make_customer()
        stand(customer, later(-1), tier="active")
        move(customer, store_night(), "active", "lost")
        run(tenant)
        VisibilityRule.objects.create(role="executive", visibility="mine")
    page = admin.get(f"{PAGE}{play.pk}/").content.decode()
    assert "Customer C1" in page
    assert "Moved from" in page

    narrow = Client()
    narrow.force_login(make_member(tenant, "dora@acme.example", "executive").user)
    page = narrow.get(f"{PAGE}{play.pk}/").content.decode()

    assert "Customer C1" not in page
    assert "Switch off" not in page


def test_who_may_not_change_plays_is_told_nothing(tenant, alice, make_member) -> None:
    play = own(tenant, alice)
    client = Client()
    client.force_login(make_member(tenant, "dora@acme.example", "executive").user)

    for path in ("new/", f"{play.pk}/edit/", f"{play.pk}/switch-ons/", f"{play.pk}/dry-run/"):
        assert client.get(f"{PAGE}{path}").status_code == 404


def test_plays_of_another_tenant_are_not_there(tenant, alice, charlie) -> None:
    play = own(tenant, alice)
    client = Client()
    client.force_login(charlie)

    assert client.get(f"/t/other/plays/{play.pk}/").status_code == 404


def test_a_newer_text_is_offered_and_taken_or_kept(tenant, admin, monkeypatch) -> None:
    with tenant_scope(tenant.id):
        add_shipped_plays()
        play = Play.objects.get(key="detractor")
        Play.objects.filter(key__in=("detractor", "winback")).update(shipped_digest="older")
        other = Play.objects.get(key="winback")
    assert "A newer text is shipped" in admin.get(f"{PAGE}{play.pk}/").content.decode()

    admin.post(f"{PAGE}{play.pk}/releases/", {"seen": "1", "answer": "take"})
    admin.post(f"{PAGE}{other.pk}/releases/", {"seen": "1", "answer": "keep"})

    with tenant_scope(tenant.id):
        assert Play.objects.get(pk=play.pk).version == 2
        assert Play.objects.get(pk=other.pk).version == 1
    assert "A newer text is shipped" not in admin.get(f"{PAGE}{other.pk}/").content.decode()


def test_a_play_that_is_on_is_not_put_away(tenant, admin, alice) -> None:
    play = own(tenant, alice)
    admin.post(f"{PAGE}{play.pk}/switch-ons/", {"seen": "1"})

    page = admin.post(f"{PAGE}{play.pk}/archivals/", {"seen": "1"}, follow=True)

    assert "Switch the play off first." in page.content.decode()
    with tenant_scope(tenant.id):
        assert Play.objects.get().archived_at is None


def test_the_list_asks_as_much_whatever_its_length(
    tenant, admin, alice, django_assert_max_num_queries
) -> None:
    admin.get(PAGE)
    with django_assert_max_num_queries(60) as few:
        admin.get(PAGE)
    with tenant_scope(tenant.id):
        customer = make_customer()
        for number in range(5):
            play = make_play(document=document(), by=alice)
            Cta.objects.create(customer=customer, play=play, title="x", opened_on=DAY, due_on=DAY)
            PlayFiring.objects.create(
                play=play, customer=customer, event_key=f"{number}", as_of=DAY, version=1,
                outcome="opened",
            )  # fmt: skip
    with django_assert_max_num_queries(len(few.captured_queries)):
        admin.get(PAGE)
