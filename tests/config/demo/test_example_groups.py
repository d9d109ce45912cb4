"""The groups that a demo starts with can be read and are made once."""

from __future__ import annotations

from config.demo.groups import GROUPS, make_example_groups
from segmentation.models import CustomerGroup


def test_examples_are_made_once(scope, alice) -> None:  # type: ignore[no-untyped-def]
    make_example_groups(scope)
    make_example_groups(scope)
    groups = CustomerGroup.objects.order_by("pk")
    assert [group.name for group in groups] == [name for name, _note, _condition in GROUPS]
    assert {(group.owner.user, group.is_shared) for group in groups} == {(alice, True)}
