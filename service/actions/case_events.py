"""Telling other programs of cases that were opened and solved."""

from __future__ import annotations

from accounts.actions.webhooks import emit
from service.models import CaseWork


def tell_opened(work: CaseWork, *, reopened: bool) -> None:
    _tell("case.opened", work, reopened=reopened)


def tell_solved(work: CaseWork) -> None:
    """Solved, or closed without a solution."""
    _tell("case.solved", work, state=str(work.state))


def _tell(kind: str, work: CaseWork, **further: object) -> None:
    emit(
        kind,
        {
            "case": work.case.key,
            "customer_id": work.customer_id,
            "kind": work.case.kind,
            "priority": work.priority,
            **further,
        },
    )
