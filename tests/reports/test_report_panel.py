"""The reports on a customer's page lead to all of them."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client

from accounts.models import Tenant, User
from accounts.tenancy import tenant_scope
from tests.reports.report_world import made, served

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("key", ["A&B", "C#1", "50%+2", "two words"])
def test_the_link_to_all_reports_finds_whatever_the_key(
    tenant: Tenant, alice: User, client: Client, time_machine: Any,
    monkeypatch: pytest.MonkeyPatch, key: str,
) -> None:  # fmt: skip
    monkeypatch.setattr("reports.views.report_blocks.PANEL_ROWS", 0)
    time_machine.move_to("2026-11-19T04:00:00Z", tick=False)
    with tenant_scope(tenant.pk):
        whom = served(key)
        served("other")
    for one in (key, "other"):
        made(tenant, one)
    client.force_login(alice)
    panel = client.get(f"/t/{tenant.slug}/customers/{whom.pk}/?part=service").content.decode()
    [link] = re.findall(r'href="([^"]*/reports/\?[^"]*)"', panel)
    found = client.get(unescape(link))
    assert [row["row"].report.customer_id for row in found.context["rows"]] == [whom.pk]
