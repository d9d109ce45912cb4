"""Telling whoever set a load source up what only a person can mend."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from accounts.actions.mail_troubles import administrators
from accounts.actions.notifications import notify_all
from accounts.addresses import tenant_path
from accounts.models import LoadSource, LoadSourceFile, Membership
from accounts.permissions import may

State = LoadSourceFile.State
# What a single failure may be: a network that was away for a moment.
BEARS = 3
# Of one look; the screen has all.
MOST_TOLD = 5


def tell_of_failure(source: LoadSource, *, is_definite: bool) -> None:
    """Once for as long as it cannot be looked at."""
    since: datetime | None = source.failing_since
    if since is None or (not is_definite and source.failures < BEARS):
        return
    notify_all(
        members=_whom(source), kind="load_source.failing", about=source,
        key=f"load-source-failing:{source.pk}:{since.isoformat()}",
        path=tenant_path("load_source", source.pk), values={"source": source.name},
    )  # fmt: skip


def tell_of_files(source: LoadSource, rows: Sequence[LoadSourceFile]) -> None:
    """Each content once that was refused or could not be taken."""
    for row in [one for one in rows if one.state in (State.REFUSED, State.FAILED)][:MOST_TOLD]:
        kind = "refused" if row.state == State.REFUSED else "not_taken"
        notify_all(
            members=_whom(source), kind=f"load_source.{kind}", about=row,
            key=f"load-source-file:{row.pk}:{row.mark}",
            path=tenant_path("load_source", source.pk),
            values={"source": source.name, "file": row.name},
        )  # fmt: skip


def _whom(source: LoadSource) -> list[Membership]:
    """Who set it up, as long as they may look after it; else the administrators."""
    found = Membership.objects.filter(user=source.made_by_id, is_active=True).first()
    return [found] if found is not None and may(found, "manage_loads") else administrators()
