"""Making, changing and putting away customer groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.actions.audit import record
from accounts.models import Membership, User
from segmentation.actions.group_nights import evaluate_groups
from segmentation.actions.turns import Turn, take_turn
from segmentation.compute.conditions import parse
from segmentation.models import CustomerGroup, CustomerGroupVersion
from segmentation.queries.condition_fields import condition_fields
from segmentation.queries.stored import latest_night


@transaction.atomic
def make_group(
    *,
    name: str,
    note: str = "",
    condition: Mapping[str, Any],
    owner: Membership | None,
    is_shared: bool,
    by: User | None,
) -> CustomerGroup:
    """A new group, evaluated on the latest night at once.

    Raises:
        ConditionFaulty: the condition cannot be read.
    """
    parse(condition, condition_fields().by_key)
    take_turn(Turn.GROUPS)
    group = CustomerGroup.objects.create(
        name=name, note=note, condition=dict(condition), owner=owner, is_shared=is_shared
    )
    _keep_version(group, by)
    record("group.made", by=by, about=group, condition=group.condition, is_shared=is_shared)
    _evaluate_on_latest(group)
    return group


@transaction.atomic
def change_group(
    *,
    group: CustomerGroup,
    name: str,
    note: str,
    condition: Mapping[str, Any],
    is_shared: bool,
    by: User | None,
) -> CustomerGroup:
    """Change what a group is; a changed condition is a version of its own, evaluated on the latest
    night at once.

    Raises:
        ConditionFaulty: the condition cannot be read.
    """
    parse(condition, condition_fields().by_key)
    take_turn(Turn.GROUPS)
    group.refresh_from_db(fields=["version", "condition"])
    is_other = group.condition != dict(condition)
    group.name, group.note, group.is_shared = name, note, is_shared
    if is_other:
        group.condition = dict(condition)
        group.version += 1
        group.changed_at = timezone.now()
    group.save()
    told = {"condition": group.condition, "version": group.version} if is_other else {}
    record("group.changed", by=by, about=group, is_shared=is_shared, **told)
    if is_other:
        _keep_version(group, by)
        _evaluate_on_latest(group)
    return group


@transaction.atomic
def archive_group(*, group: CustomerGroup, by: User | None) -> None:
    """No night evaluates it any more; what it was stays readable."""
    CustomerGroup.objects.filter(pk=group.pk, archived_at__isnull=True).update(
        archived_at=timezone.now()
    )
    record("group.archived", by=by, about=group)


@transaction.atomic
def restore_group(*, group: CustomerGroup, by: User | None) -> None:
    """Evaluate it again, from the latest night on."""
    take_turn(Turn.GROUPS)
    CustomerGroup.objects.filter(pk=group.pk).update(archived_at=None)
    record("group.restored", by=by, about=group)
    _evaluate_on_latest(group)


def _keep_version(group: CustomerGroup, by: User | None) -> None:
    CustomerGroupVersion.objects.create(
        group=group, version=group.version, condition=group.condition, made_by=by
    )


def _evaluate_on_latest(group: CustomerGroup) -> None:
    """Whatever else the tenant's turn is held by: a night that is being computed cannot be stored
    while the groups' turn is held, and then reads this group as it was saved."""
    night = latest_night()
    if night is not None:
        evaluate_groups(night=night, only=[group.pk])
