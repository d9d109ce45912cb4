"""What tests of ingestion begin with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from ingest_world import Sender, make_customers, make_key

from accounts.models import Tenant
from segmentation import ingest_http


@pytest.fixture
def sender(tenant: Tenant) -> Sender:
    """Sends usage; the customer acme is known."""
    make_customers(tenant, "acme")
    return Sender(make_key(tenant))


@pytest.fixture
def no_detours() -> Iterator[None]:
    """No tenant's requests go by the inbox because those of an earlier test had to."""
    ingest_http._detours.clear()
    yield
    ingest_http._detours.clear()
