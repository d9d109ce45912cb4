"""Who reads reports, of whom, and when."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import Customer, Membership, Tenant, User
from accounts.tenancy import tenant_scope
from tests.reports.report_world import MORNING, served


@pytest.fixture
def executive(tenant: Tenant, make_member: Callable[..., Membership]) -> User:
    return make_member(tenant, "eve@acme.example", "executive").user


@pytest.fixture
def november(time_machine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock stands, and what was sent wakes no worker."""
    time_machine.move_to(MORNING, tick=False)
    monkeypatch.setattr("reports.actions.report_sending.wake", lambda tenant_id: None)


@pytest.fixture
def anna(tenant: Tenant) -> Customer:
    with tenant_scope(tenant.pk):
        return served("anna")
