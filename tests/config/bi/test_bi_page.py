"""Administrators see whether SQL access exists and what can be read, and never a password."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.test import Client

from accounts.models import Tenant, User
from config.bi.described import as_markdown
from config.bi.registry import VIEWS
from tests.config.bi.bi_world import given


def test_the_page_tells_what_there_is(
    client: Client, tenant: Tenant, alice: User, bob: User
) -> None:
    client.force_login(alice)
    page = client.get("/t/acme/settings/bi/").content.decode()
    assert f"bi_access --tenant {tenant.slug}" in page
    url = given(tenant)
    page = client.get("/t/acme/settings/bi/").content.decode()
    role, password = url.removeprefix("postgresql://").partition("@")[0].split(":")
    assert role in page
    assert password not in page
    assert all(view.name in page for view in VIEWS)
    client.force_login(bob)
    assert client.get("/t/acme/settings/bi/").status_code == 404


def test_the_guide_lists_every_view_and_column() -> None:
    guide = (Path(settings.BASE_DIR) / "docs/guide/bi.md").read_text("utf-8")
    assert as_markdown() in guide
