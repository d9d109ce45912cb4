"""What channels refuse through the API, and what stays known of it."""

from __future__ import annotations

from typing import Any

import pytest
from api_program import Program, program

from accounts.actions import channels as actions
from accounts.channel_services import ChannelRefused
from accounts.models import Tenant

CHANNELS = "/api/v1/channels"
HOOK = "https://oapi.dingtalk.com/robot/send?access_token=" + "a" * 64
ROOM = {"name": "Room", "service": "dingtalk", "address": HOOK, "language": "en", "kinds": []}


@pytest.fixture
def office(tenant: Tenant) -> Program:
    return program(tenant, "channels:read", "channels:write", path=CHANNELS)


@pytest.fixture
def room(office: Program) -> str:
    made = office.post(ROOM)
    assert made.status_code == 201, made.content
    return f"{CHANNELS}/{made.json()['id']}"


def test_what_went_wrong_stays_known_as_on_screen(
    office: Program, room: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*given: Any) -> None:
        raise ChannelRefused

    monkeypatch.setattr(actions, "tell", refuse)
    assert office.post({}, path=f"{room}/test").status_code == 409
    assert office.get(room).json()["trouble"] == "ChannelRefused"
    monkeypatch.setattr(actions, "tell", lambda *given: None)
    assert office.post({}, path=f"{room}/test").json()["trouble"] == ""


def test_a_secret_without_its_address_is_not_dropped_in_silence(office: Program, room: str) -> None:
    tag = office.get(room)["ETag"]
    refused = office.patch(room, {"secret": "SEC123"}, if_match=tag)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "secret")
    both = office.patch(room, {"secret": "SEC123", "address": HOOK}, if_match=tag)
    assert both.status_code == 200, both.content
