from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.config.bi.bi_world import take_all_away


@pytest.fixture(autouse=True)
def without_roles_left(transactional_db: None) -> Iterator[None]:
    yield
    take_all_away()
