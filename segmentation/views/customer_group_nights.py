"""How many entered and left customer groups on a night."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from accounts.models import Membership
from segmentation.compute.conditions import Fault
from segmentation.condition_words import fault_sentence
from segmentation.models import CustomerGroupMember, CustomerGroupNight, Night
from segmentation.queries.customer_groups import Passage, groups_for, passages, sizes
from segmentation.queries.scopes import Scope, widest_scope


def told_passage(passage: Passage, members: int | None, scope: Scope) -> dict[str, Any]:
    """A night's row: numbers with the lists behind them.

    Who left is listed among everybody of that night, who entered among the members.
    """

    def url(side: str) -> str:
        day = passage.day.isoformat()
        asked = {"scope": scope.visibility, side: str(passage.group_id), "on": day, "as_of": day}
        return f"{reverse('portfolio')}?{urlencode(asked)}"

    condition = CustomerGroupMember.Cause.CONDITION.value
    return {
        "passage": passage,
        "members": members,
        "entered_url": url("entered"),
        "left_url": url("left"),
        "by_condition": passage.entered.get(condition, 0) + passage.left.get(condition, 0),
    }


def groups_of_night(night: Night, membership: Membership) -> list[dict[str, Any]]:
    """The groups that a night evaluated, of those the member may see; four statements."""
    told = {
        one.group_id: one for one in CustomerGroupNight.objects.filter(as_of=night.as_of).order_by()
    }
    if not told:
        return []
    scope = widest_scope(membership)
    groups = list(groups_for(membership).filter(pk__in=list(told)).select_related(None))
    ids = [group.pk for group in groups]
    sized = sizes(ids, [night.as_of], scope)
    found = passages(ids, night.as_of, night.as_of, scope)
    rows = []
    for group in groups:
        passage = found.get((group.pk, night.as_of)) or Passage(group.pk, night.as_of)
        faults = [fault_sentence(Fault.from_json(one)) for one in told[group.pk].faults]
        row = told_passage(passage, sized[group.pk].get(night.as_of), scope)
        rows.append(row | {"group": group, "faults": list(dict.fromkeys(faults))})
    return rows
