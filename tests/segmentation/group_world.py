"""A customer group with members as nights would have found them, written straight into its tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from accounts.models import Customer
from segmentation.models import CustomerGroup, CustomerGroupVersion

NOBODY = {"match": "all", "conditions": [{"field": "arr", "operator": "at_least", "value": 10**12}]}


def group_of(
    members: Mapping[date, Sequence[str]], *, name: str = "Chosen", **values: Any
) -> CustomerGroup:
    """``members``: names by the nights that evaluated the group, oldest first."""
    group: CustomerGroup = CustomerGroup.objects.create(
        name=name, **({"condition": NOBODY, "is_shared": True} | values)
    )
    CustomerGroupVersion.objects.create(group=group, version=1, condition=NOBODY)
    for day, names in members.items():
        group.nights.create(as_of=day, version=1, members=len(names))
        running = group.members.filter(valid_to=None)
        running.exclude(customer__name__in=names).update(valid_to=day, left_by="customer")
        inside = set(running.filter(valid_to=None).values_list("customer__name", flat=True))
        for whom in Customer.objects.filter(name__in=set(names) - inside):
            group.members.create(customer=whom, valid_from=day, entered_by="customer")
    return group
