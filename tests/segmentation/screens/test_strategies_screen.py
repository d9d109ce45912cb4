"""Strategies on screen: shipped texts, one's own in their place, and the way back."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import AuditRecord, Tenant, User
from accounts.tenancy import tenant_scope
from segmentation.models import StrategyText
from segmentation.queries.strategies import sheets, strategies_of
from segmentation.strategies import strategy_for
from tests.segmentation.screens.screen_world import signed_in, text_of

URL = "/t/acme/tiers/strategies/"
OWN = "Visit them on the first Monday of each month."


@pytest.fixture
def admin(alice: User) -> Client:
    return signed_in(alice)


def texts_of(scheme: str, tier: str, **changed: str) -> dict[str, str]:
    """What the form holds when nothing is touched, with these parts changed."""
    sheet = sheets(scheme, tier)[0]
    return {part.field: part.text for part in sheet.parts} | changed


def shipped(scheme: str, tier: str, kind: str, language: str = "en") -> str:
    found = strategy_for(scheme, tier, language)
    assert found is not None
    return str(getattr(found, kind))


@pytest.mark.parametrize(
    ("scheme", "tier"), [("a", "high"), ("b", "value.low"), ("c", "vip"), ("role", "key_user")]
)
def test_everybody_reads_what_to_do(bob: User, scheme: str, tier: str) -> None:
    text = text_of(signed_in(bob).get(URL, {"scheme": scheme}))
    for kind in ("service", "marketing", "product"):
        assert shipped(scheme, tier, kind) in text
    assert "Change the texts" not in text


def test_an_administrator_puts_words_of_the_own_in_force(
    tenant: Tenant, admin: Client, alice: User
) -> None:
    page = text_of(admin.get(f"{URL}a/high/"))
    assert shipped("a", "high", "service", "zh-hans") in page
    with tenant_scope(tenant.id):
        sent = texts_of("a", "high", service_en=OWN)
    answer = admin.post(f"{URL}a/high/", sent)
    assert answer.status_code == 302
    with tenant_scope(tenant.id):
        # Only what differs from the shipped text is kept.
        kept = StrategyText.objects.get()
        assert (kept.scheme, kept.tier, kept.kind, kept.language) == ("a", "high", "service", "en")
        found = strategies_of([("a", "high"), ("a", "low")], "en")
        assert found["a", "high"].service == OWN
        assert found["a", "high"].product == shipped("a", "high", "product")
        assert found["a", "low"].service == shipped("a", "low", "service")
        chinese = strategies_of([("a", "high")], "zh-hans")["a", "high"]
        assert chinese.service == shipped("a", "high", "service", "zh-hans")
        said = AuditRecord.objects.get(verb="strategy.changed")
        assert said.actor == alice
        assert said.data["after"] == {"service_en": OWN}
        assert said.data["before"] == {"service_en": shipped("a", "high", "service")}
    text = text_of(admin.get(URL))
    assert OWN in text
    assert "own text" in text
    # Beside one's own the shipped one still stands.
    assert shipped("a", "high", "service") in text_of(admin.get(f"{URL}a/high/"))


def test_the_way_back(tenant: Tenant, admin: Client) -> None:
    with tenant_scope(tenant.id):
        StrategyText.objects.create(scheme="c", tier="vip", kind="product", language="en", text=OWN)
    assert "Back to the shipped texts" in text_of(admin.get(f"{URL}c/vip/"))
    admin.post(f"{URL}c/vip/returns/")
    with tenant_scope(tenant.id):
        assert not StrategyText.objects.exists()
        assert AuditRecord.objects.filter(verb="strategy.changed").count() == 1
    # Nothing of one's own: nothing to record.
    admin.post(f"{URL}c/vip/returns/")
    with tenant_scope(tenant.id):
        assert AuditRecord.objects.filter(verb="strategy.changed").count() == 1
    assert "Back to the shipped texts" not in text_of(admin.get(f"{URL}c/vip/"))


def test_an_emptied_text_is_the_shipped_one_again(tenant: Tenant, admin: Client) -> None:
    with tenant_scope(tenant.id):
        sent = texts_of("a", "high", service_en=OWN)
    admin.post(f"{URL}a/high/", sent)
    admin.post(f"{URL}a/high/", sent | {"service_en": "  "})
    with tenant_scope(tenant.id):
        assert not StrategyText.objects.exists()


def test_only_administrators_write_and_only_about_what_there_is(bob: User, admin: Client) -> None:
    member = signed_in(bob)
    assert member.get(f"{URL}a/high/").status_code == 404
    assert member.post(f"{URL}a/high/", {"service_en": OWN}).status_code == 404
    assert member.post(f"{URL}a/high/returns/").status_code == 404
    assert admin.get(f"{URL}a/platinum/").status_code == 404
    assert admin.get(f"{URL}z/high/").status_code == 404
    assert admin.get(URL, {"scheme": "z"}).status_code == 200


def test_no_other_tenant_reads_them(tenant: Tenant, charlie: User, admin: Client) -> None:
    with tenant_scope(tenant.id):
        sent = texts_of("a", "high", service_en=OWN)
    admin.post(f"{URL}a/high/", sent)
    slug = "other"
    answer = signed_in(charlie).get(f"/t/{slug}/tiers/strategies/")
    assert OWN not in answer.content.decode()
