"""Where the vendor met its customers, and the problems that they brought."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from config.demo.chance import Chance, Integers
from config.demo.companies import are_chinese
from config.demo.contacts import DECIDER, KEY_USER
from config.demo.contracts import customer_keys
from config.demo.people import Staff
from config.demo.persons import Texts
from config.demo.profiles import Profiles
from config.demo.projects import TOLD_CUSTOMERS
from config.demo.timeline import NEVER, Timeline

# Those that are known are shown in the reader's language; the last is in the vendor's own words.
_KINDS = (
    ("visit", "visit"),
    ("call", "call"),
    ("meeting", "meeting"),
    ("季度回顾", "Quarterly review"),
)
_SUBJECTS = (
    ("工资计算结果与预期不符", "Payroll result differs from what was expected"),
    ("员工无法登录", "Employees cannot sign in"),
    ("考勤数据未同步", "Attendance data is not synchronised"),
    ("报表导出失败", "Report export fails"),
    ("组织架构调整怎么做", "How to change the organisation chart"),
    ("权限设置问题", "Question on permissions"),
)
_PRIORITIES = np.array(["low", "medium", "high", "urgent"], dtype=object)
MOST_TOUCHES, MOST_CASES = 14, 8
_TOUCH_EVERY = 45


def _contact_keys(number: Integers, place: Integers) -> Texts:
    """Keys as in contact_frames."""
    return np.array(
        [
            f"CN-{entry + 1:06d}-{position + 1}"
            for entry, position in zip(number.tolist(), place.tolist(), strict=True)
        ],
        dtype=object,
    )


def _pairs(profiles: Profiles, most: int) -> tuple[Integers, Integers]:
    """(customer, ordinal) of at most so many things of every customer told of."""
    told = np.flatnonzero(profiles.number < TOLD_CUSTOMERS)
    return np.repeat(told, most), np.tile(np.arange(most), len(told))


def _contact(
    chance: Chance, profiles: Profiles, customer: Integers, day: Integers, share: float, stream: str
) -> Texts:
    """A decision maker with that share, else the key user while there."""
    number = profiles.number[customer]
    decider = chance.happens(share, stream, number, day)
    left = profiles.key_user_left[customer] <= day
    return _contact_keys(number, np.where(decider | left, DECIDER, KEY_USER))


def touchpoint_frame(
    chance: Chance, timeline: Timeline, profiles: Profiles, staff: Staff
) -> pd.DataFrame:
    """Touchpoints: customer, key, kind, happened_on, contact (key), colleague (e-mail), known_on.

    The last ones of each customer, some weeks apart: by the salesperson before there is a project, by
    its manager until acceptance, then by the service manager. Customers that fell silent are met less.
    """
    customer, ordinal = _pairs(profiles, MOST_TOUCHES)
    number = profiles.number[customer]
    gap = chance.between(-20, 20, "touch gap", number, ordinal)
    since = np.maximum(ordinal * _TOUCH_EVERY + 20 + gap, 0)
    quiet = profiles.silent_from[customer] < NEVER
    day = timeline.office_day(-since - np.where(quiet, 70, 0))
    kept = (day > profiles.created[customer]) & chance.happens(0.8, "touched", number, ordinal)
    has_project = profiles.kickoff[customer] <= day
    accepted = profiles.accepted[customer] <= day
    colleague = np.select(
        [accepted, has_project],
        [staff.service_manager[customer], staff.project_manager[customer]],
        staff.salesperson[customer],
    )
    chinese = are_chinese(chance, profiles.root)[customer]
    kind = np.array(_KINDS, dtype=object)[
        chance.between(0, len(_KINDS) - 1, "touch kind", number, ordinal), np.where(chinese, 0, 1)
    ]
    return pd.DataFrame(
        {
            "customer": customer_keys(number),
            "key": np.array(
                [
                    f"TP-{entry + 1:06d}-{place + 1}"
                    for entry, place in zip(number.tolist(), ordinal.tolist(), strict=True)
                ],
                dtype=object,
            ),
            "kind": kind,
            "happened_on": timeline.dates(day),
            "contact": _contact(chance, profiles, customer, day, 0.3, "touched decider"),
            "colleague": colleague,
            "known_on": timeline.dates(day),
        }
    )[kept].reset_index(drop=True)


def case_frame(
    chance: Chance, timeline: Timeline, profiles: Profiles, zone: ZoneInfo
) -> pd.DataFrame:
    """Cases: customer, key, title, contact (key), priority, opened_at, first_response_at, closed_at
    (moments, empty), satisfaction (text, empty), first_known_on (opened), known_on (as it stands)."""
    customer, ordinal = _pairs(profiles, MOST_CASES)
    number = profiles.number[customer]
    keys = (number, ordinal)
    since = (ordinal * 75 + chance.between(0, 74, "case day", *keys)).astype(np.int64)
    day = timeline.office_day(-since)
    brought = chance.uniform("brings case", *keys) < 0.25 + 0.5 * profiles.size[customer]
    ends = np.where(profiles.starts < NEVER, profiles.ends, -NEVER).max(axis=1)
    left = np.where(profiles.is_story("churned"), ends, NEVER)[customer]
    kept = brought & (day > profiles.kickoff[customer]) & (profiles.kickoff[customer] <= 0)
    kept &= day < left
    urgency = np.searchsorted([0.25, 0.7, 0.92], chance.uniform("case priority", *keys))
    minute = chance.between(8 * 60 + 30, 18 * 60, "case minute", *keys)
    wait = chance.between(10, 420, "case wait", *keys) // (urgency + 1)
    # Hours until it is done; some take weeks, and of those some are open still.
    hours = np.where(
        chance.happens(0.2, "case is long", *keys),
        chance.between(100, 700, "case long hours", *keys),
        chance.between(1, 60, "case hours", *keys),
    )
    opened = _moments(timeline, day, minute, zone)
    answered = opened + pd.to_timedelta(wait, unit="min")
    closed = opened + pd.to_timedelta(wait + hours * 60, unit="min")
    end = _moments(timeline, np.zeros(1, dtype=np.int64), np.array([24 * 60 - 1]), zone)[0]
    closed = closed.where(closed <= end)
    is_closed = closed.notna().to_numpy()
    rated = is_closed & chance.happens(0.6, "case rated", *keys)
    score = np.clip(5 - chance.between(0, 2, "case score", *keys) - (hours > 100), 1, 5)
    last = closed.dt.tz_convert(zone).dt.tz_localize(None).dt.normalize()
    opened_on = pd.Series(timeline.dates(day))
    chinese = are_chinese(chance, profiles.root)[customer]
    subject = chance.between(0, len(_SUBJECTS) - 1, "case subject", *keys)
    return pd.DataFrame(
        {
            "customer": customer_keys(number),
            "key": np.array(
                [
                    f"CS-{entry + 1:06d}-{place + 1}"
                    for entry, place in zip(number.tolist(), ordinal.tolist(), strict=True)
                ],
                dtype=object,
            ),
            "title": np.array(_SUBJECTS, dtype=object)[subject, np.where(chinese, 0, 1)],
            "contact": _contact(chance, profiles, customer, day, 0.05, "case by decider"),
            "priority": _PRIORITIES[urgency],
            "opened_at": opened,
            "first_response_at": answered.where(answered <= end),
            "closed_at": closed,
            "satisfaction": np.where(rated, score.astype(str).astype(object), ""),
            "first_known_on": opened_on,
            "known_on": last.where(is_closed, opened_on).astype("datetime64[s]"),
        }
    )[kept].reset_index(drop=True)


def _moments(timeline: Timeline, day: Integers, minute: Integers, zone: ZoneInfo) -> pd.Series:
    """Minutes of days where the vendor is, in UTC."""
    local = pd.Series(timeline.dates(day)) + pd.to_timedelta(minute, unit="min")
    return local.dt.tz_localize(zone, ambiguous=True, nonexistent="shift_forward").dt.tz_convert(
        "UTC"
    )
