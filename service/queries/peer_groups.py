"""What customers of each industry and size own and use, for suggesting it to many at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from accounts.models import Contract, ContractLine, Customer, Module
from accounts.tenancy import current_tenant_id
from segmentation.models import MeasureRow, Night, UsageState
from segmentation.queries.remembered import loads_seen, of_night
from service.compute.suggestions import PeerModule, worth_suggesting
from service.queries.peers import RUNNING_STAGES

Group = tuple[str, str]


@dataclass
class PeerGroup:
    """Customers of one industry and size that run on a night: who they are, and module → how many own
    it, and used it within 30 days of the latest night."""

    members: set[int] = field(default_factory=set)
    modules: dict[int, tuple[str, int, int]] = field(default_factory=dict)


def peer_groups(night: Night | None) -> Mapping[Group, PeerGroup]:
    """(industry, size) → its customers. Remembered with the night; else two statements."""
    if night is None:
        return {}
    return of_night(f"peer-groups-{loads_seen()}", night, lambda: _groups(night))


def suggested_to(
    customer: int, group: PeerGroup | None, owned: Collection[int]
) -> Iterable[PeerModule]:
    """What is worth suggesting to a customer: the same as `peer_modules` of it. No statement."""
    if group is None:
        return []
    peers = len(group.members - {customer})
    return worth_suggesting(
        PeerModule(module, name, peers, owners, users)
        for module, (name, owners, users) in group.modules.items()
        if module not in owned
    )


def _groups(night: Night) -> dict[Group, PeerGroup]:
    found: dict[Group, PeerGroup] = defaultdict(PeerGroup)
    parameters: dict[str, Any] = {
        "tenant": current_tenant_id(), "day": night.as_of, "stages": list(RUNNING_STAGES),
    }  # fmt: skip
    peer = f"""
        SELECT m.customer_id, c.industry, c.size FROM {MeasureRow._meta.db_table} m
          JOIN {Customer._meta.db_table} c ON c.tenant_id = %(tenant)s AND c.id = m.customer_id
         WHERE m.tenant_id = %(tenant)s AND m.as_of = %(day)s AND m.stage = ANY(%(stages)s)
           AND c.industry <> '' AND c.size <> ''
    """  # noqa: S608 - our names
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT industry, size, array_agg(customer_id) FROM ({peer}) AS peer GROUP BY 1, 2",  # noqa: S608
            parameters,
        )
        for industry, size, members in cursor.fetchall():
            found[industry, size].members.update(members)
        cursor.execute(
            f"""
            WITH peer AS MATERIALIZED ({peer}), owned AS (
                SELECT DISTINCT peer.industry, peer.size, line.module_id, contract.customer_id
                  FROM {ContractLine._meta.db_table} line
                  JOIN {Contract._meta.db_table} contract
                    ON contract.tenant_id = %(tenant)s AND contract.id = line.contract_id
                  JOIN peer ON peer.customer_id = contract.customer_id
                 WHERE line.tenant_id = %(tenant)s AND line.kind = 'subscription'
                   AND NOT line.is_trial AND line.starts_on <= %(day)s
                   AND coalesce(line.ends_on >= %(day)s, true)
            )
            SELECT owned.industry, owned.size, owned.module_id, module.name, count(*),
                   count(*) FILTER (WHERE owned.module_id = ANY(used.modules))
              FROM owned
              JOIN {Module._meta.db_table} module
                ON module.tenant_id = %(tenant)s AND module.id = owned.module_id
              LEFT JOIN {UsageState._meta.db_table} used
                ON used.tenant_id = %(tenant)s AND used.customer_id = owned.customer_id
             GROUP BY 1, 2, 3, 4
            """,  # noqa: S608 - our names
            parameters,
        )
        for industry, size, module, name, owners, users in cursor.fetchall():
            found[industry, size].modules[module] = (name, owners, users)
    return dict(found)
