"""Draws depend on whom they are for, and on nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from config.demo.chance import Chance


def test_a_draw_is_the_same_whoever_else_is_drawn() -> None:
    alone = Chance(3).uniform("size", np.array([17]))
    among = Chance(3).uniform("size", np.arange(1000))
    assert alone[0] == among[17]


def test_seed_stream_and_key_each_change_the_draw() -> None:
    keys = np.arange(500)
    drawn = Chance(3).uniform("size", keys)
    assert not np.any(drawn == Chance(4).uniform("size", keys))
    assert not np.any(drawn == Chance(3).uniform("age", keys))
    assert len(np.unique(drawn)) == 500


def test_keys_broadcast_and_their_order_counts() -> None:
    grid = Chance(1).uniform("day", np.arange(4)[:, None], np.arange(5)[None, :])
    assert grid.shape == (4, 5)
    assert grid[1, 2] != grid[2, 1]
    assert grid[1, 2] == Chance(1).uniform("day", 1, 2)[0]


def test_uniform_draws_fill_the_unit_interval_evenly() -> None:
    drawn = Chance(5).uniform("anything", np.arange(100_000))
    assert 0 <= drawn.min() < drawn.max() < 1
    counts = np.histogram(drawn, bins=20, range=(0, 1))[0]
    assert np.all(np.abs(counts - 5_000) < 400)


def test_between_includes_both_ends() -> None:
    drawn = Chance(5).between(-2, 3, "range", np.arange(5_000))
    assert set(drawn.tolist()) == {-2, -1, 0, 1, 2, 3}


@pytest.mark.parametrize("count", [5, 13, 40])
def test_spread_leaves_no_large_gap_however_few_there_are(count: int) -> None:
    points = np.sort(Chance(8).spread("size", np.arange(count), 2))
    gaps = np.diff(np.concatenate([[points[-1] - 1], points]))
    assert gaps.max() < 3 / count
