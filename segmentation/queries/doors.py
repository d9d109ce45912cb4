"""Who sends: the key of a request, with all that has to be known of its tenant.

Kept for a few seconds in each process, since every request asks: a key that is revoked and rules
that are changed are followed everywhere within as many seconds. Which keys there are is kept by
itself: a flood of wrong ones neither asks the database for each nor pushes out a right one.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Hashable
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
# What is not among those that are known is looked up, or somebody's new key would let nothing in; but
# so often at once, then so often a second: no flood makes it more.
LOOKS_AT_ONCE = 20
LOOKS_PER_SECOND = 5
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


class _There:
    """What is there, as it was looked up last."""

    def __init__(self, look: Callable[[], frozenset[Hashable]]) -> None:
        self.look = look
        self.found: frozenset[Hashable] = frozenset()
        self.until = 0.0
        self.looks = float(LOOKS_AT_ONCE)
        self.counted_at = time.monotonic()

    def has(self, one: Hashable) -> bool:
        now = time.monotonic()
        if self.until <= now:
            return one in self._again(now)
        return one in self.found or (self._may_look(now) and one in self._again(now))

    def _again(self, now: float) -> frozenset[Hashable]:
        self.found = self.look()
        self.until = now + KEPT_SECONDS
        return self.found

    def _may_look(self, now: float) -> bool:
        more = (now - self.counted_at) * LOOKS_PER_SECOND
        self.looks = min(LOOKS_AT_ONCE, self.looks + more) - 1
        self.counted_at = now
        if self.looks < 0:
            self.looks = 0.0
            return False
        return True


# By database: one process may serve two, as in tests.
_doors: dict[tuple[str, str], tuple[float, Door]] = {}
_tenants: dict[str, _There] = {}
_keys: dict[tuple[str, int], _There] = {}


def written(tenant_id: int, secret: str) -> str:
    """The key as it is given to a program: the tenant in clear, since the secret can only be looked
    up in a tenant's scope."""
    return f"{PREFIX}_{tenant_id}_{secret}"


def door_of(key: str) -> Door | None:
    """Who sends with this key; None: nobody may."""
    database = str(connection.settings_dict["NAME"])
    known = _doors.get((database, key))
    if known is not None and known[0] > time.monotonic():
        return known[1]
    door = _find(database, key)
    if door is None:
        _doors.pop((database, key), None)
    else:
        # Only of keys that are right: they are not many.
        _doors[database, key] = (time.monotonic() + KEPT_SECONDS, door)
    return door


def door_of_key(key: WriteKey | None) -> Door:
    """The same of a key of the open scope's tenant, whether or not it is revoked; None: as if the
    tenant itself sent."""
    return _door(key)


def forget_doors() -> None:
    """Look everything up again, in this process."""
    _doors.clear()
    _tenants.clear()
    _keys.clear()


def _find(database: str, key: str) -> Door | None:
    parts = _KEY.fullmatch(key)
    if parts is None:
        return None
    tenant_id, secret_hash = int(parts[1]), hash_secret(parts[2])
    if not _tenants.setdefault(database, _There(_tenant_ids)).has(tenant_id):
        return None
    name = (database, tenant_id)
    if name not in _keys:
        _keys[name] = _There(lambda: _secrets(tenant_id))
    if not _keys[name].has(secret_hash):
        return None
    with tenant_scope(tenant_id):
        found = WriteKey.objects.filter(secret_hash=secret_hash, revoked_at=None).first()
        return _door(found) if found is not None else None


def _tenant_ids() -> frozenset[Hashable]:
    return frozenset(Tenant.objects.values_list("pk", flat=True))


def _secrets(tenant_id: int) -> frozenset[Hashable]:
    with tenant_scope(tenant_id):
        keys = WriteKey.objects.filter(revoked_at=None)
        return frozenset(keys.values_list("secret_hash", flat=True))


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
