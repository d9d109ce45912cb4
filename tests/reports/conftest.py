"""Who reads reports."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from accounts.models import Membership, Tenant, User


@pytest.fixture
def executive(tenant: Tenant, make_member: Callable[..., Membership]) -> User:
    return make_member(tenant, "eve@acme.example", "executive").user
