"""Screens remember figures in Redis, which outlives a test's transaction."""

from __future__ import annotations

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    cache.clear()
