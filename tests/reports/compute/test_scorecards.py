"""Scorecards against other ways to compute them, and what has to hold whatever the projects are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from reports.compute.scorecards import BY_KEY, COLUMNS, FIGURES, LEAST, Figure, compare

PLAIN = Figure("y", "delivery", False, True, (-np.inf, np.inf), ())
SHARE = Figure("y", "delivery", True, True, (0, 1), ())
LOWER = Figure("y", "delivery", False, False, (-np.inf, np.inf), ())
SIZED = Figure("y", "delivery", False, True, (-np.inf, np.inf), ("size",))


def projects(values: dict[Any, list[float]], **controls: dict[Any, list[float]]) -> pd.DataFrame:
    rows = [
        {"person": who, "y": value, **{name: by[who][place] for name, by in controls.items()}}
        for who, theirs in values.items()
        for place, value in enumerate(theirs)
    ]
    return pd.DataFrame(rows).astype({"y": float})


def close(found: float, wanted: float) -> bool:
    return bool(np.isclose(found, wanted, rtol=1e-9, atol=1e-9))


def test_means_and_intervals_are_those_of_scipy() -> None:
    found = compare(projects({1: [3, 5, 10, 2], 2: [4, 4.5]}), PLAIN).people
    for who, sample in ((1, [3, 5, 10, 2]), (2, [4, 4.5])):
        interval = stats.ttest_1samp(sample, 0).confidence_interval(0.95)
        row = found.loc[who]
        assert close(row["value"], np.mean(sample))
        assert close(row["low"], interval.low)
        assert close(row["high"], interval.high)


def test_shares_have_wilsons_interval() -> None:
    found = compare(projects({1: [1, 1, 0, 1, 0, 1, 1], 2: [1], 3: [0, 0, 0]}), SHARE).people
    for who, hits, number in ((1, 5, 7), (2, 1, 1), (3, 0, 3)):
        interval = stats.binomtest(hits, number).proportion_ci(0.95, method="wilson")
        row = found.loc[who]
        assert close(row["value"], hits / number)
        assert close(row["low"], interval.low)
        assert close(row["high"], interval.high)


def test_one_project_has_an_interval_without_bounds() -> None:
    found = compare(projects({1: [7], 2: [1, 2, 3]}), PLAIN).people.loc[1]
    assert found["value"] == 7
    assert np.isnan(found["low"])
    assert np.isnan(found["high"])


def test_equal_values_say_nothing_of_how_sure_they_are() -> None:
    found = compare(projects({1: [0.1, 0.1, 0.1], 2: [1, 2, 3]}), PLAIN).people.loc[1]
    assert np.isnan(found["low"])


def henderson(frame: pd.DataFrame, inside: float, between: float) -> tuple[float, dict, dict]:
    """Best linear unbiased prediction and its errors by the mixed model equations of Henderson."""
    people = sorted(frame["person"].unique())
    incidence = (frame["person"].to_numpy()[:, None] == np.array(people)[None, :]).astype(float)
    one = np.ones((len(frame), 1))
    left = np.block([[one.T @ one, one.T @ incidence],
                     [incidence.T @ one, incidence.T @ incidence]]) / inside  # fmt: skip
    left[1:, 1:] += np.eye(len(people)) / between
    y = frame["y"].to_numpy()
    right = np.concatenate([one.T @ y, incidence.T @ y]) / inside
    inverse = np.linalg.inv(left)
    solution = inverse @ right
    values, errors = {}, {}
    for place, who in enumerate(people):
        contrast = np.zeros(len(solution))
        contrast[[0, place + 1]] = 1
        values[who] = contrast @ solution
        errors[who] = float(np.sqrt(contrast @ inverse @ contrast))
    return float(solution[0]), values, errors


def moments(frame: pd.DataFrame) -> tuple[float, float]:
    """Variances inside and between by the analysis of variance, unbalanced."""
    groups = [group["y"].to_numpy() for _who, group in frame.groupby("person")]
    number, persons = len(frame), len(groups)
    inside = sum(((g - g.mean()) ** 2).sum() for g in groups) / (number - persons)
    grand = frame["y"].mean()
    outside = sum(len(g) * (g.mean() - grand) ** 2 for g in groups)
    weight = number - sum(len(g) ** 2 for g in groups) / number
    return inside, max(0.0, (outside - (persons - 1) * inside) / weight)


def test_the_adjusted_value_is_the_prediction_of_the_mixed_model() -> None:
    frame = projects(
        {1: [3, 5, 10, 2, 4], 2: [14, 14.5], 3: [7, 9, 8, 12, 11, 8, 9], 4: [1.0]},
    )
    inside, between = moments(frame)
    average, values, errors = henderson(frame, inside, between)
    found = compare(frame, PLAIN)
    half = stats.t.ppf(0.975, len(frame) - 4)
    assert between > 0
    assert close(found.average, average)
    assert close(found.spread, np.sqrt(between))
    for who in values:
        row = found.people.loc[who]
        assert close(row["adjusted"], values[who])
        assert close(row["adjusted_low"], values[who] - half * errors[who])
        assert close(row["adjusted_high"], values[who] + half * errors[who])


def test_balanced_persons_are_drawn_by_the_james_stein_factor() -> None:
    values = {1: [1.0, 2, 3], 2: [4.0, 6, 5], 3: [9.0, 7, 8]}
    found = compare(projects(values), PLAIN)
    groups = [np.array(theirs) for theirs in values.values()]
    outside = 3 * np.var([g.mean() for g in groups], ddof=1)
    inside = np.mean([g.var(ddof=1) for g in groups])
    for who, group in zip(values, groups, strict=True):
        wanted = 5 + (1 - inside / outside) * (group.mean() - 5)
        assert close(found.people.loc[who, "adjusted"], wanted)


def test_size_is_allowed_for_by_what_it_does_among_projects_of_one_person() -> None:
    """Two persons, the second given only large projects and three days better at each."""
    chance = np.random.default_rng(5)
    sizes = {1: list(chance.uniform(1, 5, 15)), 2: list(chance.uniform(5, 9, 15))}
    values = {1: [2 * size for size in sizes[1]], 2: [2 * size - 3 for size in sizes[2]]}
    found = compare(projects(values, size=sizes), SIZED)
    one, two = found.people.loc[1], found.people.loc[2]
    assert found.allowed_for == ("size",)
    # As observed the second is worse; at the same size three lower.
    assert two["value"] > one["value"]
    assert close(one["adjusted"] - two["adjusted"], 3)
    middle = np.mean(sizes[1] + sizes[2])
    assert close(one["expected"], found.average + 2 * (np.mean(sizes[1]) - middle))


def test_slopes_need_ten_projects_each() -> None:
    sizes = {1: [1.0, 2, 3, 4, 5], 2: [2.0, 4, 6, 8, 10]}
    found = compare(projects({1: [1, 2, 3, 4, 5], 2: [3, 5, 7, 9, 11]}, size=sizes), SIZED)
    assert found.allowed_for == ()


def test_unknown_difficulty_counts_as_average() -> None:
    sizes: dict[Any, list[float]] = {1: [1.0] * 8 + [3.0] * 8, 2: [np.nan] * 8}
    values: dict[Any, list[float]] = {1: [1.0] * 8 + [3.0] * 8, 2: [5.0, 6] * 4}
    found = compare(projects(values, size=sizes), SIZED).people.loc[2]
    assert close(found["expected"], compare(projects(values, size=sizes), SIZED).average)


def test_nobody_has_a_place_on_few_projects() -> None:
    found = compare(
        projects(
            {1: [1, 2, 1, 2, 1], 2: [11, 12, 11, 12, 11], 3: [30, 30.5, 31, 30], 4: [5, 6] * 4}
        ),
        PLAIN,
    )
    assert found.people["place"].loc[[1, 2, 4]].tolist() == [3, 1, 2]
    assert np.isnan(found.people.loc[3, "place"])
    assert found.placed == 3
    assert LEAST == 5


def test_where_less_is_better_the_least_comes_first() -> None:
    found = compare(projects({1: [1, 2, 1, 2, 1], 2: [11, 12, 11, 12, 11]}), LOWER)
    assert found.people["place"].tolist() == [1, 2]


def test_persons_who_cannot_be_told_apart_have_no_places() -> None:
    found = compare(projects({1: [1, 9, 2, 8, 5], 2: [2, 8, 1, 9, 5.1]}), PLAIN)
    assert found.spread == 0
    assert found.people["place"].isna().all()
    assert found.people["adjusted"].nunique() == 1


@pytest.mark.parametrize("values", [{1: [1.0, 2, 3]}, {1: [1.0], 2: [2.0]}, {1: [np.nan]}])
def test_without_others_or_with_too_few_nothing_is_adjusted(values: dict) -> None:
    found = compare(projects(values), PLAIN)
    assert found.people["adjusted"].isna().all()
    assert np.isnan(found.average)


def test_no_projects_are_no_people() -> None:
    empty = pd.DataFrame({"person": [], "y": []}).astype({"person": "int64", "y": float})
    assert compare(empty, PLAIN).people.empty


def test_every_figure_has_a_name_and_controls() -> None:
    assert list(BY_KEY) == [figure.key for figure in FIGURES]
    # Asking for more is no excuse for doing it unsigned.
    assert "changes" not in BY_KEY["scope_creep"].controls
    frame = pd.DataFrame({"person": [1]}).assign(
        **{name: 0.5 for figure in FIGURES for name in (figure.key, *figure.controls)}
    )
    for figure in FIGURES:
        assert tuple(compare(frame, figure).people.columns) == COLUMNS


people = st.dictionaries(
    st.integers(1, 6),
    st.lists(st.one_of(st.integers(-50, 50).map(float), st.just(np.nan)), min_size=1, max_size=9),
    min_size=1,
)


@given(people)
@settings(max_examples=60, deadline=None)
def test_names_do_not_matter(values: dict) -> None:
    found = compare(projects(values), PLAIN)
    renamed = compare(projects({-who: theirs for who, theirs in reversed(values.items())}), PLAIN)
    again = renamed.people.rename(index=lambda who: -who).sort_index()
    np.testing.assert_allclose(found.people, again, rtol=1e-7, atol=1e-7)


@given(people, st.integers(-1000, 1000))
@settings(max_examples=60, deadline=None)
def test_a_constant_moves_every_value_and_no_place(values: dict, constant: int) -> None:
    found = compare(projects(values), PLAIN).people
    moved = compare(
        projects({who: [one + constant for one in theirs] for who, theirs in values.items()}), PLAIN
    ).people
    shifted = [name for name in COLUMNS if name not in ("all_projects", "projects", "place")]
    np.testing.assert_allclose(found[shifted] + constant, moved[shifted], rtol=1e-6, atol=1e-6)
    np.testing.assert_array_equal(found["projects"], moved["projects"])
    np.testing.assert_array_equal(found["place"], moved["place"])


@given(people)
@settings(max_examples=60, deadline=None)
def test_the_adjusted_value_lies_between_the_persons_own_and_the_average(values: dict) -> None:
    found = compare(projects(values), PLAIN)
    for _who, row in found.people.dropna(subset=["adjusted"]).iterrows():
        low, high = sorted([row["value"], found.average])
        assert low - 1e-9 <= row["adjusted"] <= high + 1e-9
        assert row["adjusted_low"] - 1e-9 <= row["adjusted"] <= row["adjusted_high"] + 1e-9


@given(people)
@settings(max_examples=30, deadline=None)
def test_projects_that_are_not_known_change_nothing(values: dict) -> None:
    unknown = {who: [*theirs, np.nan] for who, theirs in values.items()}
    first, second = (compare(projects(one), PLAIN).people for one in (values, unknown))
    assert (second.pop("all_projects") == first.pop("all_projects") + 1).all()
    np.testing.assert_allclose(first, second, rtol=1e-7, atol=1e-7)
