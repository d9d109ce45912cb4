"""Chat services are told once what happens; their addresses are shown to nobody."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import apprise
import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.actions.channel_posts import MOST_ATTEMPTS, tell_channels
from accounts.actions.channels import add_channel
from accounts.actions.notifications import notify, notify_all
from accounts.channel_services import ChannelRefused, address_of, tell
from accounts.models import AuditRecord, Channel, ChannelPost, Membership, Tenant, User
from accounts.notification_kinds import (
    NotificationKind,
    Topic,
    notification_kinds,
    register_kind,
    register_topic,
    topics,
)
from accounts.tenancy import tenant_scope

SLACK = "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
TEAMS = "https://prod-15.uksouth.logic.azure.com:443/workflows/3abc/triggers/manual/paths/invoke?api-version=2016-06-01&sig=iXYZ"


@pytest.fixture(autouse=True)
def kinds() -> Iterator[None]:
    cache.clear()
    register_topic(Topic("tests", "Tests", 1))
    register_kind(NotificationKind("tests.saved", "tests", gettext_lazy("Saved: %(name)s.")))
    yield
    del topics["tests"], notification_kinds["tests.saved"]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """(title, text) that chat services were told; clear ``up`` to have them refuse."""
    heard: list[tuple[str, str]] = []

    def notify(self: apprise.Apprise, title: str, body: str) -> bool:
        heard.append((title, body))
        return True

    monkeypatch.setattr(apprise.Apprise, "notify", notify)
    return heard


@pytest.fixture
def refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apprise.Apprise, "notify", lambda self, title, body: False)


@pytest.fixture
def channel(tenant: Tenant, alice: User) -> Channel:
    with tenant_scope(tenant.pk):
        return add_channel(
            name="Care", service="slack", address=SLACK, language="zh-hans", kinds=["tests"],
            by=alice,
        )  # fmt: skip


@pytest.fixture
def client(alice: User) -> Client:
    signed_in = Client()
    signed_in.force_login(alice)
    return signed_in


def happen(tenant: Tenant, *members: Membership, key: str) -> None:
    with tenant_scope(tenant.pk):
        notify_all(
            members=members, kind="tests.saved", key=key, values={"name": "北岸"},
            path="/customers/5/",
        )  # fmt: skip


def posts(tenant: Tenant) -> list[str]:
    with tenant_scope(tenant.pk):
        return list(ChannelPost.objects.order_by("id").values_list("state", flat=True))


@pytest.mark.parametrize(
    ("service", "pasted", "secret", "starts"),
    [
        ("slack", SLACK, "", "slack://T1JJ3T3L2/A1BRTD4JD/"),
        ("teams", TEAMS, "", "workflow://prod-15.uksouth.logic.azure.com:443/3abc/iXYZ/"),
        ("dingtalk", "https://oapi.dingtalk.com/robot/send?access_token=abc123", "", "dingtalk://abc123"),
        ("dingtalk", "https://oapi.dingtalk.com/robot/send?access_token=abc123", "SECxyz",
         "dingtalk://SECxyz@abc123"),
        ("wecom", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7aaa", "",
         "wecombot://693a91f6-7aaa"),
        ("feishu", "https://open.feishu.cn/open-apis/bot/v2/hook/abc-def", "", "feishu://abc-def"),
        ("feishu", "https://open.larksuite.com/open-apis/bot/v2/hook/abc-def", "", "lark://abc-def"),
    ],
)  # fmt: skip
def test_a_webhook_is_pasted_as_the_service_shows_it(
    service: str, pasted: str, secret: str, starts: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve(monkeypatch, "52.1.2.3")
    assert address_of(service, f"  {pasted} ", secret).startswith(starts)


def resolve(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda *given, **more: [(2, 1, 6, "", (address, 443))]
    )


@pytest.mark.parametrize(
    ("service", "pasted"),
    [
        ("slack", "https://hooks.slack.example/services/T1JJ3T3L2/A1BRTD4JD/x"),
        ("slack", "json://localhost/"),
        ("slack", "file:///etc/passwd"),
        ("slack", "dingtalk://abc123"),
        ("teams", "workflow://169.254.169.254/abc/def"),
        ("teams", "workflow://internal.example/abc/def"),
        ("feishu", "https://open.feishu.cn.evil.example/open-apis/bot/v2/hook/abc"),
        ("wecom", ""),
        ("slack", "https://[hooks"),
        ("teams", TEAMS.replace(":443", ":99999")),
    ],
)
def test_what_is_no_webhook_of_the_service_is_refused(service: str, pasted: str) -> None:
    with pytest.raises(ValidationError):
        address_of(service, pasted)


def test_nothing_inside_the_network_is_asked(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    resolve(monkeypatch, "10.0.0.7")
    with pytest.raises(ValidationError):
        address_of("teams", TEAMS)
    with pytest.raises(ChannelRefused):
        tell("workflow://prod-15.uksouth.logic.azure.com/3abc/iXYZ/", "t", "w", "")
    settings.CHANNELS_ANYWHERE = True
    assert address_of("teams", TEAMS)


def test_a_channel_is_told_once_in_its_language(
    tenant: Tenant, channel: Channel, make_member: Callable, told: list[tuple[str, str]]
) -> None:
    two = [make_member(tenant, f"{name}@acme.example", "executive") for name in ("ann", "ben")]
    happen(tenant, *two, key="k1")
    happen(tenant, *two, key="k1")
    tell_channels(tenant_id=tenant.pk)
    tell_channels(tenant_id=tenant.pk)
    ((title, words),) = told
    assert title == "Acme"
    assert "北岸" in words
    assert words.endswith("/t/acme/customers/5/")
    assert posts(tenant) == ["sent"]


def test_what_nobody_asked_for_is_not_told(
    tenant: Tenant, channel: Channel, told: list[tuple[str, str]]
) -> None:
    with tenant_scope(tenant.pk):
        notify(member=None, kind="mail.down", values={"reason": "x"})
        Channel.objects.update(is_active=False)
    happen(tenant, key="k1")
    assert posts(tenant) == []


def test_a_service_that_is_down_is_tried_again_and_given_up(
    tenant: Tenant, channel: Channel, refuses: None
) -> None:
    happen(tenant, key="k1")
    for number in range(MOST_ATTEMPTS + 2):
        tell_channels(tenant_id=tenant.pk)
        if number == 0:
            assert posts(tenant) == ["queued"]
        with tenant_scope(tenant.pk):
            ChannelPost.objects.update(not_before=timezone.now())
    assert posts(tenant) == ["given_up"]
    with tenant_scope(tenant.pk):
        assert ChannelPost.objects.get().attempts == MOST_ATTEMPTS
        assert Channel.objects.get().trouble == "ChannelRefused"


def test_what_a_dying_worker_was_telling_is_not_told_twice(
    tenant: Tenant, channel: Channel, told: list[tuple[str, str]]
) -> None:
    happen(tenant, key="k1")
    with tenant_scope(tenant.pk):
        ChannelPost.objects.update(
            state="sending", claimed_at=timezone.now() - timedelta(minutes=6)
        )
    tell_channels(tenant_id=tenant.pk)
    assert told == []
    assert posts(tenant) == ["given_up"]


def test_the_address_is_sealed_and_never_shown(
    tenant: Tenant, channel: Channel, client: Client, told: list[tuple[str, str]]
) -> None:
    assert "TIiajkdnlazkcOXrIdevi7FQ" not in channel.sealed_address
    pages = (
        client.get("/t/acme/settings/channels/"),
        client.get(f"/t/acme/settings/channels/{channel.pk}/"),
    )
    for page in pages:
        assert page.status_code == 200
        assert "TIiajkdnlazkcOXrIdevi7FQ" not in page.content.decode()
    client.post(f"/t/acme/settings/channels/{channel.pk}/tests/")
    assert len(told) == 1
    with tenant_scope(tenant.pk):
        kept = list(AuditRecord.objects.filter(verb__startswith="channel."))
        assert not any("TIiajkdnlazkcOXrIdevi7FQ" in str(one.data) for one in kept)


def test_a_channel_is_changed_and_taken_away(
    tenant: Tenant, channel: Channel, client: Client
) -> None:
    path = f"/t/acme/settings/channels/{channel.pk}/"
    sealed = channel.sealed_address
    client.post(path, {"name": "Care team", "language": "en", "kinds": []})
    with tenant_scope(tenant.pk):
        channel.refresh_from_db()
    assert (channel.name, channel.kinds, channel.is_active) == ("Care team", [], False)
    assert channel.sealed_address == sealed, "empty: it stays"
    bad = {"name": "Care team", "language": "en", "address": "https://x.example/"}
    assert "This is no webhook of this service" in client.post(path, bad).content.decode()
    client.post(f"{path}removal/")
    with tenant_scope(tenant.pk):
        assert not Channel.objects.exists()


def test_two_channels_have_two_names(tenant: Tenant, channel: Channel, client: Client) -> None:
    given = {"name": "Care", "service": "slack", "address": SLACK, "language": "en"}
    page = client.post("/t/acme/settings/channels/new/", given).content.decode()
    assert "There is a channel with this name." in page
    client.post("/t/acme/settings/channels/new/", given | {"name": "Other", "kinds": ["tests"]})
    with tenant_scope(tenant.pk):
        assert Channel.objects.get(name="Other").kinds == ["tests"]
