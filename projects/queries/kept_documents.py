"""Whether a document that was signed or answered is still what it was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from accounts.models import AuditRecord
from accounts.tenancy import TenantModel
from projects.compute.change_documents import hash_of

if TYPE_CHECKING:
    from projects.models import CustomerAnswer, SignOff

# What the audit says of a document out of which a person's data were taken: `sha256` of what remains.
ERASED = "document.person_erased"


class Trust(StrEnum):
    INTACT = "intact"
    # Altered by nothing but that a person's data were taken out.
    ERASED = "erased"
    ALTERED = "altered"


@dataclass(frozen=True)
class Kept:
    trust: Trust
    # When a person's data were last taken out.
    erased_at: datetime | None = None

    @property
    def is_intact(self) -> bool:
        return self.trust == Trust.INTACT

    @property
    def is_erased(self) -> bool:
        return self.trust == Trust.ERASED


def how_kept(row: CustomerAnswer | SignOff) -> Kept:
    """Two documents are one only if their hashes are; at most one statement."""
    now = hash_of(row.document)
    if now == row.document_hash:
        return Kept(Trust.INTACT)
    told = _last_told(type(row), row.pk)
    if told is not None and told.data.get("sha256") == now:
        return Kept(Trust.ERASED, told.at)
    return Kept(Trust.ALTERED)


def hash_since(model: type[TenantModel], pk: int) -> str | None:
    """The hash of a document's text since a person's data were last taken out; None: never."""
    told = _last_told(model, pk)
    return None if told is None else told.data.get("sha256")


def _last_told(model: type[TenantModel], pk: int) -> AuditRecord | None:
    found = AuditRecord.objects.filter(
        verb=ERASED, object_type=model._meta.label_lower, object_id=pk
    )
    return found.order_by("-at", "-pk").first()
