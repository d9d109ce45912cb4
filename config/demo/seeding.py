"""Writes a demo vendor's facts into an empty tenant, all or nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from accounts.actions.audit import record
from accounts.loads.statistics import refresh_statistics
from accounts.models import Customer, Tenant
from accounts.tenancy import tenant_scope
from config.demo.contracts import customer_keys
from config.demo.members import add_members
from config.demo.modules import EVENTS, MODULES
from config.demo.staging import run, stage, with_moments
from config.demo.statements import (
    COLLEAGUES,
    FACTS,
    REFRESH_STATISTICS,
    USAGE,
    USERS,
    USERS_TABLE,
)
from config.demo.statements import MODULES as MODULE_ROWS
from config.demo.vendor import Vendor
from projects.actions.responsibility import derive_faces

# Modules are older than anything sold.
_MODULE_AGE = timedelta(days=20 * 365)

# Called with the phase at work ("customers", "usage"), how much of it is done, and of how much.
Progress = Callable[[str, int, int], None]


class TenantNotEmpty(Exception):
    """The tenant already has customers; a demo is never mixed into somebody's data."""


def seed(tenant: Tenant, vendor: Vendor, progress: Progress) -> dict[str, int]:
    """Write the vendor's people, facts and usage into the tenant in one transaction.

    Returns:
        How many rows of each kind were written.

    Raises:
        TenantNotEmpty: the tenant has a customer. Nothing is written then.
    """
    with tenant_scope(tenant.id):
        # Two seedings of one tenant go one after the other, so the second sees the first.
        Tenant.objects.select_for_update(no_key=True).get(pk=tenant.pk)
        if Customer.objects.exists():
            raise TenantNotEmpty
        parameters = {"tenant": tenant.id}
        # References are checked statement by statement, not all at the end from a queue in memory.
        run("SET CONSTRAINTS ALL IMMEDIATE", {})
        run("SET LOCAL jit = off", {})
        counts = {"members": len(add_members(tenant, vendor.domain))}
        counts |= _write_catalogue(vendor, parameters)
        counts |= _write_facts(vendor, parameters, progress)
        derive_faces(today=vendor.until, zone=tenant.timezone)
        counts["usage"] = _write_usage(vendor, parameters, progress)
        record(
            "demo.seeded",
            by=None,
            label=tenant.name,
            seed=vendor.seed,
            until=vendor.until.isoformat(),
            customers=vendor.customers,
            months=vendor.months,
        )
    refresh_statistics()
    return counts


def _write_catalogue(vendor: Vendor, parameters: Mapping[str, Any]) -> dict[str, int]:
    """Modules and the colleagues who are no members."""
    known_on = pd.Timestamp(vendor.until - _MODULE_AGE)
    modules = vendor.modules().assign(known_on=known_on)
    stage("seed_modules", with_moments(modules, ZoneInfo(vendor.timezone)))
    stage("seed_people", vendor.people())
    return {
        "modules": run(MODULE_ROWS, parameters),
        "colleagues": run(COLLEAGUES, parameters),
    }


def _write_facts(
    vendor: Vendor, parameters: Mapping[str, Any], progress: Progress
) -> dict[str, int]:
    counts = dict.fromkeys(FACTS, 0)
    zone = ZoneInfo(vendor.timezone)
    for facts in vendor.batches():
        for kind, (table, statements) in FACTS.items():
            frame = with_moments(getattr(facts, kind), zone)
            stage(f"seed_{kind}", frame, ids_of=table)
            written = [run(statement, parameters) for statement in statements]
            counts[kind] += written[0]
            # What is written next refers to these rows, and every reference is checked.
            run(REFRESH_STATISTICS, {})
        progress("customers", counts["customers"], vendor.customers)
    return counts


def _write_usage(vendor: Vendor, parameters: Mapping[str, Any], progress: Progress) -> int:
    run("DROP TABLE IF EXISTS pg_temp.seed_users", {})
    run(USERS_TABLE, {})
    for persons in vendor.persons():
        keys = customer_keys(persons["customer"].to_numpy())
        stage("seed_persons", persons.assign(customer_key=keys))
        run(USERS, parameters)
    run("ANALYZE seed_users", {})
    _stage_positions("seed_events", "event", EVENTS)
    _stage_positions("seed_usage_modules", "key", [module.key for module in MODULES])
    written = 0
    for frame in vendor.usage():
        # Seconds instead of texts: COPY reads them several times faster.
        plain = frame.drop(columns=["occurred_at", "received_at"]).assign(
            occurred=_seconds(frame["occurred_at"]), received=_seconds(frame["received_at"])
        )
        stage("seed_usage", plain)
        written += run(USAGE, parameters)
        progress("usage", vendor.usage_days_until(frame["occurred_at"].max()), vendor.usage_days)
    progress("usage", vendor.usage_days, vendor.usage_days)
    return written


def _seconds(instants: pd.Series[Any]) -> Any:
    return instants.to_numpy(dtype="datetime64[s]").astype(np.int64)


def _stage_positions(table: str, column: str, words: Any) -> None:
    stage(table, pd.DataFrame({"position": np.arange(len(words)), column: list(words)}))
