"""Loads in the hands of workers: claimed once, safe to repeat, found again when a worker dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.actions import load_work
from accounts.actions.load_work import MOST_ATTEMPTS, loads_to_work_on, work_on_load
from accounts.actions.loads import (
    NotPossible,
    ask_for_check,
    ask_for_run,
    ask_for_undo,
    discard,
    receive_file,
)
from accounts.loads.registry import find_kind
from accounts.loads.running import LoadOptions
from accounts.models import Customer, Load, LoadPart, Payment, Tenant, User
from accounts.tenancy import tenant_scope

State = Load.State
CUSTOMERS = b"key,name\nA,Alpha\nB,Beta\n"


def upload(tenant: Tenant, by: User, content: bytes = CUSTOMERS, kind: str = "customers") -> Load:
    found = find_kind(kind)
    assert found is not None
    with tenant_scope(tenant.id):
        pieces = [content[start : start + 7] for start in range(0, len(content), 7)]
        load = receive_file(kind=found, filename="f.csv", chunks=pieces, by=by)
        ask_for_check(load=load, options=LoadOptions(), by=by)
    return load


def work(tenant: Tenant, load: Load) -> bool:
    return work_on_load(tenant_id=tenant.id, load_id=load.pk)


def fresh(tenant: Tenant, load: Load) -> Load:
    with tenant_scope(tenant.id):
        return Load.objects.get(pk=load.pk)


def customers(tenant: Tenant) -> list[str]:
    with tenant_scope(tenant.id):
        return list(Customer.objects.order_by("key").values_list("key", flat=True))


def test_a_file_is_checked_then_loaded_then_undone(tenant: Tenant, alice: User) -> None:
    load = upload(tenant, alice)
    assert work(tenant, load)
    checked = fresh(tenant, load)
    assert (checked.state, checked.created, customers(tenant)) == (State.CHECKED, 2, [])
    assert [row["cells"]["key"] for row in checked.preview["created"]] == ["A", "B"]
    with tenant_scope(tenant.id):
        ask_for_run(load=checked, skip_bad=False, by=alice)
    assert work(tenant, load)
    done = fresh(tenant, load)
    assert (done.state, done.created, customers(tenant)) == (State.DONE, 2, ["A", "B"])
    with tenant_scope(tenant.id):
        assert not LoadPart.objects.exists()
        ask_for_undo(load=done, by=alice)
    assert work(tenant, load)
    assert (fresh(tenant, load).state, customers(tenant)) == (State.UNDONE, [])


def test_work_that_is_done_is_not_done_again(tenant: Tenant, alice: User) -> None:
    load = upload(tenant, alice)
    assert work(tenant, load)
    assert not work(tenant, load)
    assert fresh(tenant, load).attempts == 1


def test_a_file_that_cannot_be_read_is_refused_and_kept(tenant: Tenant, alice: User) -> None:
    load = upload(tenant, alice, b"who\nA\n")
    work(tenant, load)
    refused = fresh(tenant, load)
    assert (refused.state, refused.errors[0]["code"]) == (State.REFUSED, "missing_columns")
    with tenant_scope(tenant.id):
        with pytest.raises(NotPossible):
            ask_for_run(load=refused, skip_bad=True, by=alice)
        ask_for_check(
            load=refused, options=LoadOptions(mapping={"key": "who", "name": "who"}), by=alice
        )
    work(tenant, load)
    assert fresh(tenant, load).state == State.CHECKED


def test_bad_rows_are_left_out_when_that_was_asked(tenant: Tenant, alice: User) -> None:
    load = upload(tenant, alice, CUSTOMERS + b",x\n")
    work(tenant, load)
    with tenant_scope(tenant.id):
        ask_for_run(load=fresh(tenant, load), skip_bad=True, by=alice)
    work(tenant, load)
    assert (fresh(tenant, load).rejected, customers(tenant)) == (1, ["A", "B"])


def test_a_load_that_something_depends_on_stays_done_and_says_so(
    tenant: Tenant, alice: User
) -> None:
    load = upload(tenant, alice)
    work(tenant, load)
    with tenant_scope(tenant.id):
        ask_for_run(load=fresh(tenant, load), skip_bad=False, by=alice)
    work(tenant, load)
    with tenant_scope(tenant.id):
        customer = Customer.objects.get(key="A")
        Payment.objects.create(customer=customer, key="P", paid_on="2024-01-01", amount=1)
        ask_for_undo(load=fresh(tenant, load), by=alice)
    work(tenant, load)
    kept = fresh(tenant, load)
    assert (kept.state, kept.notes["dependants"]) == (
        State.DONE,
        [{"model": "accounts.payment", "count": 1, "later_change": False}],
    )


def test_only_what_was_never_loaded_can_be_discarded(tenant: Tenant, alice: User) -> None:
    load = upload(tenant, alice)
    with tenant_scope(tenant.id), pytest.raises(NotPossible):
        discard(load=load, by=alice)
    work(tenant, load)
    with tenant_scope(tenant.id):
        discard(load=fresh(tenant, load), by=alice)
        assert not Load.objects.exists()
        assert not LoadPart.objects.exists()


def test_the_sweeper_finds_what_waits_and_what_a_dead_worker_held(
    tenant: Tenant, alice: User
) -> None:
    load = upload(tenant, alice)
    assert loads_to_work_on(tenant_id=tenant.id) == [load.pk]
    with tenant_scope(tenant.id):
        Load.objects.filter(pk=load.pk).update(started_at=timezone.now(), attempts=1)
    assert loads_to_work_on(tenant_id=tenant.id) == []  # claimed just now
    with tenant_scope(tenant.id):
        Load.objects.update(started_at=timezone.now() - timedelta(minutes=5))
    assert loads_to_work_on(tenant_id=tenant.id) == [load.pk]
    assert fresh(tenant, load).notes["failure"] == "WorkerLost"
    assert work(tenant, load)
    assert fresh(tenant, load).state == State.CHECKED


def test_a_load_that_always_fails_is_given_up_visibly(
    tenant: Tenant, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = upload(tenant, alice)
    work(tenant, load)
    with tenant_scope(tenant.id):
        ask_for_run(load=fresh(tenant, load), skip_bad=False, by=alice)

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(load_work, "run_file", broken)
    for attempt in range(1, MOST_ATTEMPTS + 1):
        assert not work(tenant, load)
        assert fresh(tenant, load).attempts == attempt
    dead = fresh(tenant, load)
    assert (dead.state, dead.notes["failure"]) == (State.DEAD, "RuntimeError")
    assert loads_to_work_on(tenant_id=tenant.id) == []
    assert not work(tenant, load)


def test_old_uploads_are_forgotten(tenant: Tenant, alice: User) -> None:
    load = upload(tenant, alice)
    work(tenant, load)
    with tenant_scope(tenant.id):
        Load.objects.update(created_at=timezone.now() - timedelta(days=8))
    loads_to_work_on(tenant_id=tenant.id)
    with tenant_scope(tenant.id):
        assert not LoadPart.objects.exists()
        assert Load.objects.count() == 1


WORKER = """
import os, sys
import django
django.setup()
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[1]
from accounts.actions.load_work import work_on_load
from accounts.loads import running
from accounts.loads.kinds import Customers

write = Customers.write

def slow_write(self, stage):
    write(self, stage)
    print("written", flush=True)
    import time
    time.sleep(60)

Customers.write = slow_write
work_on_load(tenant_id=int(sys.argv[2]), load_id=int(sys.argv[3]))
"""


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_leaves_nothing_and_the_next_completes_once(
    make_tenant: Any, make_member: Any
) -> None:
    tenant = make_tenant("acme")
    alice = make_member(tenant, "alice@acme.example", "admin").user
    load = upload(tenant, alice)
    work(tenant, load)
    with tenant_scope(tenant.id):
        ask_for_run(load=fresh(tenant, load), skip_bad=False, by=alice)
    worker = subprocess.Popen(
        [
            sys.executable,
            "-c",
            WORKER,
            connection.settings_dict["NAME"],
            str(tenant.pk),
            str(load.pk),
        ],
        cwd=Path(settings.BASE_DIR),
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert worker.stdout
        assert worker.stdout.readline().strip() == "written"
        held = fresh(tenant, load)
        assert (held.state, customers(tenant)) == (State.RUNNING, [])
        # Somebody works on it: the sweeper leaves it, however old the claim is.
        late = timezone.now() + timedelta(minutes=5)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(load_work.timezone, "now", lambda: late)
            assert loads_to_work_on(tenant_id=tenant.id) == []
            assert not work(tenant, load)
            worker.send_signal(signal.SIGKILL)
            worker.wait()
            deadline = time.monotonic() + 20
            while not (found := loads_to_work_on(tenant_id=tenant.id)):
                assert time.monotonic() < deadline, "the dead worker's lock was not freed"
                time.sleep(0.2)
    finally:
        worker.kill()
        worker.wait()
        worker.stdout.close()  # type: ignore[union-attr]
    assert found == [load.pk]
    assert customers(tenant) == []
    assert work(tenant, load)
    assert not work(tenant, load)
    done = fresh(tenant, load)
    assert (done.state, done.created, done.attempts) == (State.DONE, 2, 2)
    assert customers(tenant) == ["A", "B"]
