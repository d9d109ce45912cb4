"""What a customer's peers own and use that it does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from accounts.models import Contract, ContractLine, Customer, Module
from accounts.tenancy import current_tenant_id
from segmentation.models import MeasureRow, Night, UsageState
from service.compute.suggestions import PeerModule, worth_suggesting
from service.queries.peers import RUNNING_STAGES


@dataclass(frozen=True)
class PeerModules:
    """``peers``: customers of the same industry and size that run; ``suggested``: what is worth
    suggesting by them."""

    peers: int
    suggested: list[PeerModule]


def peer_modules(customer: Customer, night: Night | None, owned: Sequence[int]) -> PeerModules:
    """As of a night; one statement. Without a night, an industry or a size there are no peers.

    Args:
        owned: ids of the modules that the customer owns.
    """
    if night is None or not customer.industry or not customer.size:
        return PeerModules(0, [])
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH peer AS MATERIALIZED (
                SELECT m.customer_id FROM {MeasureRow._meta.db_table} m
                  JOIN {Customer._meta.db_table} c ON c.tenant_id = %(tenant)s AND c.id = m.customer_id
                 WHERE m.tenant_id = %(tenant)s AND m.as_of = %(day)s AND m.stage = ANY(%(stages)s)
                   AND c.industry = %(industry)s AND c.size = %(size)s AND c.id <> %(own)s
            ), owned AS (
                SELECT DISTINCT line.module_id, contract.customer_id
                  FROM {ContractLine._meta.db_table} line
                  JOIN {Contract._meta.db_table} contract
                    ON contract.tenant_id = %(tenant)s AND contract.id = line.contract_id
                  JOIN peer ON peer.customer_id = contract.customer_id
                 WHERE line.tenant_id = %(tenant)s AND line.kind = 'subscription'
                   AND NOT line.is_trial AND line.starts_on <= %(day)s
                   AND coalesce(line.ends_on >= %(day)s, true)
                   AND NOT line.module_id = ANY(%(owned)s)
            )
            SELECT owned.module_id, module.name, (SELECT count(*) FROM peer), count(*),
                   count(*) FILTER (WHERE owned.module_id = ANY(used.modules))
              FROM owned
              JOIN {Module._meta.db_table} module
                ON module.tenant_id = %(tenant)s AND module.id = owned.module_id
              LEFT JOIN {UsageState._meta.db_table} used
                ON used.tenant_id = %(tenant)s AND used.customer_id = owned.customer_id
             GROUP BY owned.module_id, module.name
             UNION ALL SELECT NULL, '', count(*), 0, 0 FROM peer
            """,  # noqa: S608 - our names
            {
                "tenant": current_tenant_id(),
                "day": night.as_of,
                "stages": list(RUNNING_STAGES),
                "industry": customer.industry,
                "size": customer.size,
                "own": customer.pk,
                "owned": list(owned),
            },
        )
        rows = cursor.fetchall()
    peers = next(count for module, _name, count, _owners, _users in rows if module is None)
    found = [PeerModule(*row) for row in rows if row[0] is not None]
    return PeerModules(peers, worth_suggesting(found))
