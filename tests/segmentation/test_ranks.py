"""Which move is for the worse: Python and the database agree."""

from __future__ import annotations

from itertools import product

import pytest

from accounts.models import Tenant
from segmentation.models import Move
from segmentation.ranks import SCHEME_WORTHS, STAGE_WORTH, DirectionSign, direction_of, sign_of
from tests.segmentation.screens.screen_world import customer, moved, night

TIERS = sorted({tier for worths in SCHEME_WORTHS.values() for tier in worths})


@pytest.mark.parametrize(
    ("kind", "old", "new", "expected"),
    [
        ("tier", "high", "mature", "worse"),
        ("tier", "mature", "mid", "worse"),
        ("tier", "mid", "low", "worse"),
        ("tier", "low", "lost", "worse"),
        ("tier", "new", "low", "worse"),
        ("tier", "new", "mid", "other"),
        ("tier", "new", "high", "better"),
        ("tier", "lost", "new", "better"),
        ("tier", "", "new", "other"),
        ("tier", "high", "", "other"),
        ("tier", "high", "a tier of their own", "other"),
        ("tier", "vip", "core", "worse"),
        ("tier", "loyal", "active", "worse"),
        ("tier", "active", "lost", "worse"),
        ("tier", "developing", "core", "better"),
        # Another scheme was picked: neither better nor worse.
        ("tier", "high", "active", "other"),
        ("tier", "mid", "vip", "other"),
        ("tier", "low", "loyal", "other"),
        ("stage", "active", "dormant", "worse"),
        ("stage", "dormant", "churned", "worse"),
        ("stage", "active", "loyal", "better"),
        ("stage", "potential", "onboarding", "better"),
        ("stage", "onboarding", "new", "other"),
        ("stage", "new", "active", "other"),
        # A word of one kind says nothing about the other.
        ("stage", "high", "low", "other"),
    ],
)
def test_directions(kind: str, old: str, new: str, expected: str) -> None:
    assert direction_of(kind, old, new) == expected


@pytest.mark.parametrize("kind", ["tier", "stage"])
def test_the_database_says_the_same_of_every_pair(scope: Tenant, kind: str) -> None:
    words = ["", "else", *(TIERS if kind == "tier" else STAGE_WORTH)]
    tonight = night()
    pairs = list(product(words, words))
    for number, (old, new) in enumerate(pairs):
        moved(customer(f"N{number}"), tonight, old, new, kind=kind)
    found = Move.objects.annotate(sign=DirectionSign())
    assert len(found) == len(pairs)
    for move in found:
        expected = sign_of(direction_of(kind, move.from_value, move.to_value))
        assert move.sign == expected, (move.from_value, move.to_value)
