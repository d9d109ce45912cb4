"""Two transactions of the tests at once: the second comes when the first has written."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

import pytest
from django.db import connection

from accounts.tenancy import tenant_scope

Result = TypeVar("Result")


def second_waits(
    tenant_id: int,
    first: Callable[[], object],
    second: Callable[[], Result],
    *,
    halfway: tuple[Any, str] | None = None,
) -> Result:
    """Do ``first``, begin ``second`` in another connection, and end the transaction of the first as
    soon as the second waits for it, or is done without. Returns or raises what the second does.

    Args:
        halfway: a module and the name of a function of it: the second begins when the first calls that.
    """
    begun: list[Future[Result]] = []

    def apart() -> Result:
        try:
            with tenant_scope(tenant_id):
                return second()
        finally:
            connection.close()

    def begin() -> None:
        begun.append(pool.submit(apart))
        until = time.monotonic() + 10
        while not begun[0].done() and not _somebody_waits() and time.monotonic() < until:
            time.sleep(0.01)

    def pausing(*arguments: Any, **named: Any) -> Any:
        if not begun:
            begin()
        return whole(*arguments, **named)

    with ThreadPoolExecutor(1) as pool, pytest.MonkeyPatch.context() as patch:
        if halfway is not None:
            whole = getattr(*halfway)
            patch.setattr(*halfway, pausing)
        with tenant_scope(tenant_id):
            first()
            if not begun:
                begin()
        return begun[0].result(20)


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND"
            " pg_backend_pid() = ANY (pg_blocking_pids(pid)))"
        )
        return bool(cursor.fetchone()[0])
