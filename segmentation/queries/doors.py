"""Who sends: the key of a request, with all that has to be known of its tenant.

Kept for a few seconds in each process, since every request asks: a key that is revoked and rules
that are changed are followed everywhere within as many seconds.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass

from django.db import connection

from accounts.models import Tenant
from accounts.models.members import hash_secret
from accounts.tenancy import current_tenant_id, tenant_scope
from segmentation.compute.event_rules import RuleBook
from segmentation.models import IngestSettings, WriteKey
from segmentation.queries.ingestion import event_rules, ingest_settings

PREFIX = "tnw"
KEPT_SECONDS = 4.0
_MOST_KEPT = 10_000
_KEY = re.compile(rf"{PREFIX}_([0-9]{{1,18}})_([A-Za-z0-9_-]{{20,100}})", re.ASCII)


@dataclass(frozen=True)
class Door:
    """A key that lets usage in."""

    # None: it comes from the tenant's own screens.
    key_id: int | None
    key_name: str
    tenant_id: int
    tenant: str
    events_per_second: int
    rules: RuleBook
    settings: IngestSettings


_kept: dict[tuple[str, str], tuple[float, Door | None]] = {}


def written(tenant_id: int, secret: str) -> str:
    """The key as it is given to a program: the tenant in clear, since the secret can only be looked
    up in a tenant's scope."""
    return f"{PREFIX}_{tenant_id}_{secret}"


def door_of(key: str) -> Door | None:
    """Who sends with this key; None: nobody may."""
    parts = _KEY.fullmatch(key)
    if parts is None:
        return None
    # One process may serve two databases, as in tests.
    name = (str(connection.settings_dict["NAME"]), key)
    now = time.monotonic()
    known = _kept.get(name)
    if known is not None and known[0] > now:
        return known[1]
    if len(_kept) >= _MOST_KEPT:
        _kept.clear()
    door = _find(int(parts[1]), parts[2])
    _kept[name] = (now + KEPT_SECONDS, door)
    return door


def door_of_key(key: WriteKey | None) -> Door:
    """The same of a key of the open scope's tenant, whether or not it is revoked; None: as if the
    tenant itself sent."""
    return _door(key)


def forget_doors() -> None:
    """Look everything up again, in this process."""
    _kept.clear()


def _find(tenant_id: int, secret: str) -> Door | None:
    with tenant_scope(tenant_id):
        key = WriteKey.objects.filter(secret_hash=hash_secret(secret), revoked_at=None).first()
        return _door(key) if key is not None else None


def _door(key: WriteKey | None) -> Door:
    tenant, settings = Tenant.objects.get(pk=current_tenant_id()), ingest_settings()
    return Door(
        key_id=key.pk if key is not None else None,
        key_name=key.name if key is not None else "",
        tenant_id=tenant.pk,
        tenant=tenant.slug,
        events_per_second=(key and key.events_per_second) or settings.events_per_second,
        rules=RuleBook(event_rules()),
        settings=settings,
    )
