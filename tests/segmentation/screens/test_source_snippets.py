"""What the screen gives to paste does what it says, with the clients that it names."""

from __future__ import annotations

import json
import shlex
import sys
import urllib.request
import warnings
from base64 import b64encode

import pytest
from pytest_django.live_server_helper import LiveServer

from accounts.models import Customer, Tenant
from accounts.tenancy import tenant_scope
from segmentation.actions.write_keys import make_write_key
from segmentation.models import UsageEvent
from segmentation.source_snippets import CUSTOMER, EVENT, MODULE, PERSON, snippets

pytestmark = [
    pytest.mark.django_db(transaction=True),
    # What the libraries do with dates and threads is theirs.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


@pytest.fixture
def texts(tenant: Tenant, live_server: LiveServer) -> dict[str, str]:
    with tenant_scope(tenant.id):
        Customer.objects.create(key=CUSTOMER, name="C")
        _made, written = make_write_key(name="K", by=None)
    return {one.key: one.text for one in snippets(str(live_server), written)}


def arrived(tenant: Tenant) -> list[tuple[str, ...]]:
    with tenant_scope(tenant.id):
        return [
            (one.event, one.person, one.customer.key, one.module.key)
            for one in UsageEvent.objects.select_related("customer", "module")
        ]


@pytest.mark.parametrize("key", ["segment-python", "rudderstack-python"])
def test_the_lines_for_python_send_one_event(
    key: str, tenant: Tenant, texts: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # The modules keep a client, maybe another test's.
    for name in [name for name in sys.modules if name.split(".")[0] in ("segment", "rudderstack")]:
        monkeypatch.delitem(sys.modules, name)
    place: dict[str, object] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(texts[key], place)  # noqa: S102 - our own lines, as a developer pastes them
    place["analytics"].shutdown()  # type: ignore[attr-defined]
    assert arrived(tenant) == [(EVENT, PERSON, CUSTOMER, MODULE)]


def test_the_line_for_curl_sends_one_event(tenant: Tenant, texts: dict[str, str]) -> None:
    words = shlex.split(texts["curl"].replace("\\\n", " "))
    assert words[0] == "curl"
    options = dict(zip(words[2::2], words[3::2], strict=True))
    name, _colon, value = options["-H"].partition(": ")
    request = urllib.request.Request(  # noqa: S310 - the test's own server
        words[1],
        options["-d"].encode(),
        {name: value, "Authorization": f"Basic {b64encode(options['-u'].encode()).decode()}"},
    )
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        assert json.load(answer) == {"success": True}
    assert arrived(tenant) == [(EVENT, PERSON, CUSTOMER, MODULE)]
