"""Usage of the demo vendor's modules: bounded, rhythmic, and telling each customer's story."""

from __future__ import annotations

from datetime import date
from functools import cache

import numpy as np
import pandas as pd
import pytest

from config.demo import stories
from config.demo import usage as usage_module
from config.demo import vendor as vendor_module
from config.demo.vendor import Vendor

UNTIL = date(2026, 11, 21)
ZONE = "Asia/Shanghai"


def vendor(customers: int = 200, months: int = 18, **further: object) -> Vendor:
    return Vendor(seed=1, until=UNTIL, customers=customers, months=months, **further)


@cache
def usage(customers: int = 200, months: int = 18) -> pd.DataFrame:
    whole = pd.concat(vendor(customers, months).usage(), ignore_index=True)
    local = whole["occurred_at"].dt.tz_convert(ZONE)
    return whole.assign(
        local=local, day=(pd.Timestamp(UNTIL, tz=ZONE) - local.dt.normalize()).dt.days
    )


def of_story(key: str, rows: pd.DataFrame) -> pd.DataFrame:
    story, _ = stories.stories_of(rows["customer"].to_numpy())
    return rows[story == stories.index_of(key)]


def per_day(rows: pd.DataFrame, first: int, last: int) -> float:
    """Mean of the counts on a day from `first` to `last` days before the end."""
    chosen = rows[rows["day"].between(last, first)]
    return float(chosen["count"].sum()) / (first - last + 1)


def test_same_seed_and_day_give_the_same_bytes_in_frames_of_any_size() -> None:
    whole = pd.concat(vendor(60, 3).usage(), ignore_index=True)
    parts = list(vendor(60, 3).usage(rows=700))
    assert [len(part) for part in parts[:-1]] == [700] * (len(parts) - 1)
    again = pd.concat(parts, ignore_index=True)
    assert again.to_csv().encode() == whole.to_csv().encode()


def test_the_first_customers_use_the_same_however_many_follow() -> None:
    few = pd.concat(vendor(60, 2).usage()).drop(columns="message")
    many = pd.concat(vendor(150, 2).usage()).drop(columns="message")
    same = many[many["customer"] < 60]
    pd.testing.assert_frame_equal(few.reset_index(drop=True), same.reset_index(drop=True))


def test_usage_reaches_from_a_quarter_before_the_months_to_the_last_day() -> None:
    rows = usage()
    assert 0 <= rows["day"].min() <= 1
    assert rows["local"].max() < pd.Timestamp(UNTIL, tz=ZONE) + pd.Timedelta(days=1)
    start = pd.Timestamp(UNTIL, tz=ZONE) - pd.DateOffset(months=18) - pd.Timedelta(days=91)
    assert start <= rows["local"].min() < start + pd.Timedelta(days=4)
    assert usage(200, 2)["day"].max() < 160


def test_every_row_is_known_at_the_end_of_its_day() -> None:
    rows = usage()
    received = rows["received_at"].dt.tz_convert(ZONE)
    assert (received.dt.normalize() == rows["local"].dt.normalize()).all()
    assert (received.dt.strftime("%H:%M:%S") == "23:59:59").all()
    assert (rows["occurred_at"] < rows["received_at"]).all()


def test_messages_are_numbered_without_gaps() -> None:
    assert usage()["message"].tolist() == list(range(1, len(usage()) + 1))


def test_weekends_and_holidays_are_quiet() -> None:
    rows = usage()
    by_day = rows.groupby(rows["local"].dt.date)["count"].sum()
    weekday = pd.to_datetime(by_day.index).day_of_week
    assert by_day[weekday >= 5].mean() < 0.15 * by_day[weekday < 5].mean()
    assert by_day[date(2026, 10, 5)] < 0.2 * by_day[date(2026, 10, 12)]
    assert by_day[date(2026, 2, 18)] < 0.2 * by_day[date(2026, 3, 4)]


def test_work_happens_in_office_hours() -> None:
    hours = usage()["local"].dt.hour
    assert hours.min() >= 8
    assert hours.max() <= 18


def test_nobody_uses_what_the_contract_does_not_cover() -> None:
    few = vendor(200, 6)
    frame = pd.concat(few.usage(), ignore_index=True)
    lines = few.facts().contract_lines
    readable = few.readable(frame)
    owned = lines.groupby(["customer", "module"]).agg(
        first=("starts_on", "min"), last=("ends_on", "max")
    )
    cells = owned.reindex(pd.MultiIndex.from_frame(readable[["customer", "module"]]))
    day = frame["occurred_at"].dt.tz_convert(ZONE).dt.tz_localize(None).dt.normalize()
    assert (day.to_numpy() >= cells["first"].to_numpy()).all()
    assert (day.to_numpy() <= cells["last"].to_numpy()).all()


def test_readable_rows_name_people_events_and_modules() -> None:
    few = vendor(30, 1)
    readable = few.readable(next(few.usage()))
    assert readable.notna().all().all()
    assert readable["message_id"].is_unique
    contacts = few.facts().contacts
    by_contacts = readable["person"].isin(contacts["email"])
    assert 0.3 < by_contacts.mean() < 1.0
    domains = contacts.groupby("customer")["email"].first().str.split("@").str[1]
    assert (readable["person"].str.split("@").str[1] == readable["customer"].map(domains)).all()


@pytest.mark.parametrize(
    ("story", "low", "high"),
    [
        ("steady", 0.75, 1.3),
        ("champion", 0.9, 1.5),
        ("growing", 1.5, 6.0),
        ("slipping", 0.1, 0.55),
        ("dormant", 0.0, 0.35),
    ],
)
def test_use_develops_as_the_story_says(story: str, low: float, high: float) -> None:
    rows = of_story(story, usage(600))
    since = rows.groupby("customer")["day"].transform("max")
    rows = rows[since > 420]
    before, now = per_day(rows, 395, 305), per_day(rows, 90, 0)
    assert low < now / before < high


def test_the_dormant_have_fallen_silent_and_the_churned_are_gone() -> None:
    rows = usage(600)
    dormant = of_story("dormant", rows).groupby("customer")["day"].min()
    assert (dormant > 7).mean() > 0.9
    churned = of_story("churned", rows)
    facts = vendor(600).facts()
    ends = facts.contract_lines.groupby("customer")["ends_on"].max()
    last = churned.groupby("customer")["local"].max().dt.tz_localize(None)
    last.index = pd.Index([f"C{number + 1:06d}" for number in last.index])
    assert (last.dt.normalize() <= ends.loc[last.index]).all()


def test_silent_key_users_are_silent_while_their_company_is_not() -> None:
    rows = of_story("silent_key_user", usage(600))
    recent = rows[rows["day"] < 90]
    assert set(recent["customer"]) == set(rows["customer"])
    assert not recent["place"].isin([1, 2]).any()
    assert rows["place"].isin([1, 2]).any()


def test_no_row_of_a_contact_who_has_left() -> None:
    few = vendor()
    roles = few.facts().contact_roles
    left = roles[roles["contact"].str.endswith("-2") & roles["to_on"].notna()]
    last_day = left.set_index("customer")["to_on"]
    rows = usage().query("place == 1")
    keys = rows["customer"].map(lambda number: f"C{number + 1:06d}")
    ends = keys.map(last_day)
    day = rows["local"].dt.tz_localize(None).dt.normalize()
    assert ((day <= ends) | ends.isna()).all()


def test_customers_differ_in_breadth_and_intensity() -> None:
    recent = usage().query("day < 90")
    persons = recent.groupby("customer")["place"].nunique()
    modules = recent.groupby("customer")["module"].nunique()
    days = recent.groupby("customer")["day"].nunique()
    for measure in (persons, modules, days):
        low, high = np.quantile(measure, [0.1, 0.9])
        assert high >= 1.8 * low


def test_frames_stay_small_when_there_are_many_customers() -> None:
    many = Vendor(seed=1, until=UNTIL, customers=4_000, months=1)
    sizes, heaviest = [], 0
    for frame in many.usage(rows=20_000):
        sizes.append(len(frame))
        heaviest = max(heaviest, int(frame.memory_usage(deep=True).sum()))
    assert max(sizes) == 20_000
    assert len(sizes) > 10
    assert heaviest < 20_000 * 100


def test_work_at_hand_stays_small_however_many_customers(monkeypatch: pytest.MonkeyPatch) -> None:
    largest = 0
    rows_of = usage_module._rows

    def watch(chance: object, users: object, month: object, persons: np.ndarray) -> pd.DataFrame:
        nonlocal largest
        largest = max(largest, len(persons) * len(month.days))  # type: ignore[attr-defined]
        return rows_of(chance, users, month, persons)  # type: ignore[arg-type]

    monkeypatch.setattr(usage_module, "_rows", watch)
    monkeypatch.setattr(usage_module, "_CELLS", 50_000)
    for _ in Vendor(seed=1, until=UNTIL, customers=1_000, months=1).usage():
        pass
    assert 25_000 < largest <= 50_000


def test_usage_thins_beyond_some_thousand_customers(monkeypatch: pytest.MonkeyPatch) -> None:
    full = sum(len(frame) for frame in vendor(1_000, 1).usage())
    monkeypatch.setattr(vendor_module, "FULL_USAGE_CUSTOMERS", 200)
    thin = sum(len(frame) for frame in vendor(1_000, 1).usage())
    assert 0.2 * full < thin < 0.7 * full
