"""The customer group that a screen's figures are narrowed to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from accounts.requests import TenantRequest
from segmentation.models import Night
from segmentation.queries.customer_groups import group_asked, group_names, was_computed
from segmentation.queries.scopes import Scope
from ui.tables import Table


@dataclass(frozen=True)
class Narrowing:
    """``groups``: id → name of those that the member may choose from; ``group_id``: the one chosen,
    None: everybody.

    ``night``: whose members count, None: no night is stored up to then; ``on``: its day, None: the
    members of now. ``is_missing``: that night did not evaluate the group. ``reset``: the address
    without the group.
    """

    groups: dict[int, str]
    group_id: int | None
    night: Night | None
    on: date | None
    is_missing: bool
    reset: str

    def within(self, scope: Scope) -> Scope:
        """Of the scope's customers those in the group that night."""
        return scope.within(self.group_id, self.on)


def narrowing_of(
    request: TenantRequest, night: Night | None, *, on: date | None = None
) -> Narrowing:
    """As the address asks; a statement for the groups, and one for a group that is asked for."""
    groups = group_names(request.membership)
    group = group_asked(request.GET.get("group", ""), groups)
    return Narrowing(
        groups=groups,
        group_id=group,
        night=night,
        on=on,
        is_missing=group is not None and night is not None and not was_computed(group, night),
        reset=Table.read((), request.GET.urlencode()).url(group=None),
    )
