"""What was signed for, what was asked for beyond it, and the work that went into projects."""

from __future__ import annotations

import numpy as np
import pandas as pd

from config.demo.chance import Chance, Floats, Integers
from config.demo.companies import are_chinese
from config.demo.modules import MODULES
from config.demo.people import MEMBERS, Staff
from config.demo.persons import Texts
from config.demo.profiles import Profiles
from config.demo.projects import TOLD_CUSTOMERS, ProjectPlans
from config.demo.timeline import NEVER, Timeline

# Phase and title in both languages, and the share of the effort; roll-outs have the last three.
_ITEMS = (
    ("启动", "Kick-off", "项目启动会", "Kick-off workshop", 0.06),
    ("培训", "Training", "标准产品培训", "Standard-product training", 0.08),
    ("调研", "Survey", "需求调研与差异分析", "Requirement survey and gap analysis", 0.18),
    ("实施", "Build", "系统配置与数据导入", "Configuration and data import", 0.38),
    ("验收", "Acceptance", "用户验收测试", "User acceptance test", 0.18),
    ("上线", "Go-live", "上线与用户培训", "Go-live and end-user training", 0.12),
)
_ROLLOUT_FROM = 3
_WISHES = (
    ("考勤机数据接口", "Interface to time clocks"),
    ("定制薪资报表", "Tailored payroll report"),
    ("历史数据补录", "Import of older records"),
    ("审批流程扩展", "Further approval steps"),
    ("集团合并报表", "Group-wide report"),
)
_DAY_PRICE = 2_800
SIGNED, DECLINED, DRAFT, WITHDRAWN = range(4)
_STATES = np.array(["signed", "declined", "draft", "withdrawn"], dtype=object)


def _wanted(plans: ProjectPlans, profiles: Profiles) -> Integers:
    """Positions of the projects that are told of."""
    return np.flatnonzero(profiles.number[plans.customer] < TOLD_CUSTOMERS)


def _effort(chance: Chance, profiles: Profiles, plans: ProjectPlans) -> Floats:
    """Person-days that each project was signed for: the larger the customer the denser the work."""
    number = profiles.number[plans.customer]
    density = 0.25 + 0.5 * profiles.size[plans.customer]
    wobble = 0.9 + 0.2 * chance.uniform("effort", number, plans.ordinal)
    return np.maximum((plans.due - plans.starts) * density * wobble, 4.0)


def sow_frame(
    chance: Chance, timeline: Timeline, profiles: Profiles, plans: ProjectPlans
) -> pd.DataFrame:
    """Items of signed SOWs: project, key, title, effort_days, module, phase, known_on; place: the
    project's position in the plans."""
    told = _wanted(plans, profiles)
    place = np.repeat(told, len(_ITEMS))
    step = np.tile(np.arange(len(_ITEMS)), len(told))
    kept = (plans.ordinal[place] == 1) | (step >= _ROLLOUT_FROM)
    place, step = place[kept], step[kept]
    chinese = are_chinese(chance, profiles.root)[plans.customer[place]]
    texts = np.array([item[:4] for item in _ITEMS], dtype=object)
    share = np.array([item[4] for item in _ITEMS])[step]
    share = np.where(plans.ordinal[place] == 1, share, share / 0.68)
    days = np.round(_effort(chance, profiles, plans)[place] * share * 2) / 2
    return pd.DataFrame(
        {
            "project": plans.keys[place],
            "key": np.array([f"S{number + 1}" for number in step.tolist()], dtype=object),
            "title": np.where(chinese, texts[step, 2], texts[step, 3]),
            "effort_days": np.maximum(days, 0.5),
            "module": np.where(step == _ROLLOUT_FROM, MODULES[0].key, ""),
            "phase": np.where(chinese, texts[step, 0], texts[step, 1]),
            "known_on": timeline.dates(plans.agreed[place]),
            "place": place,
        }
    )


def change_frame(
    chance: Chance,
    timeline: Timeline,
    profiles: Profiles,
    plans: ProjectPlans,
    sow: pd.DataFrame,
) -> pd.DataFrame:
    """Change requests: project, key, title, effort_days, price, state, raised_on, decided_on,
    signed_on, first_known_on (raised), known_on (as it stands); place as in `sow_frame`."""
    told = np.unique(sow["place"].to_numpy())
    place, wish = np.repeat(told, 2), np.tile(np.arange(2), len(told))
    number, ordinal = profiles.number[plans.customer[place]], plans.ordinal[place]
    keys = (number, ordinal, wish)
    asked = chance.uniform("wish", *keys) < np.where(wish == 0, 0.45, 0.18)
    length = np.minimum(plans.accepted, np.minimum(plans.due, 0))[place] - plans.starts[place]
    raised = plans.starts[place] + np.floor(
        length * (0.3 + 0.5 * chance.uniform("wish day", *keys))
    ).astype(np.int64)
    raised = timeline.office_day(raised)
    decided = timeline.office_day(raised + chance.between(3, 24, "wish decided", *keys))
    state = np.searchsorted([0.58, 0.7], chance.uniform("wish state", *keys))
    # Most of what nobody signed is given up by the time the project is accepted.
    given_up = (plans.accepted[place] < NEVER) & chance.happens(0.7, "wish given up", *keys)
    state = np.where((state == DRAFT) & given_up, WITHDRAWN, state)
    state = np.where(decided > 0, DRAFT, state)
    chinese = are_chinese(chance, profiles.root)[plans.customer[place]]
    title = np.array(_WISHES, dtype=object)[
        (chance.between(0, len(_WISHES) - 1, "wish title", number, ordinal) + wish) % len(_WISHES),
        np.where(chinese, 0, 1),
    ]
    days = chance.between(2, 16, "wish effort", *keys) / 2
    frame = pd.DataFrame(
        {
            "project": plans.keys[place],
            "key": np.array([f"CR-{entry + 1}" for entry in wish.tolist()], dtype=object),
            "title": title,
            "effort_days": days,
            "price": (days * _DAY_PRICE).astype(np.int64),
            "state": _STATES[state],
            "raised_on": timeline.dates(raised),
            "decided_on": timeline.dates(
                np.where(np.isin(state, (DECLINED, WITHDRAWN)), decided, NEVER)
            ),
            "signed_on": timeline.dates(np.where(state == SIGNED, decided, NEVER)),
            "first_known_on": timeline.dates(raised),
            "known_on": timeline.dates(np.where(state != DRAFT, decided, raised)),
            "place": place,
        }
    )
    return frame[asked & (length > 10)].reset_index(drop=True)


def effort_frame(
    chance: Chance,
    timeline: Timeline,
    profiles: Profiles,
    plans: ProjectPlans,
    sow: pd.DataFrame,
    changes: pd.DataFrame,
    staff: Staff,
) -> pd.DataFrame:
    """Effort, an entry per week: project, key, person (e-mail), worked_on, days, item and
    change_request (keys, empty), known_on. Some entries come weeks late."""
    told = np.unique(sow["place"].to_numpy())
    last = np.where(plans.accepted < NEVER, plans.accepted, 0)[told]
    weeks = np.maximum((last - plans.starts[told]) // 7 + 1, 1)
    place, length = np.repeat(told, weeks), np.repeat(weeks, weeks)
    week = np.arange(len(place)) - np.repeat(np.cumsum(weeks) - weeks, weeks)
    number, ordinal = profiles.number[plans.customer[place]], plans.ordinal[place]
    keys = (number, ordinal, week)
    worked = timeline.office_day(np.minimum(plans.starts[place] + 7 * week + 4, last.repeat(weeks)))
    worked = np.maximum(worked, plans.starts[place])
    # How much of the plan was needed; a running project has used what its time would have.
    planned = _effort(chance, profiles, plans)
    needed = planned[told] * (
        0.8 + 0.5 * chance.uniform("effort needed", *_of(told, profiles, plans))
    )
    running = plans.accepted[told] == NEVER
    used = np.where(
        running,
        needed * np.minimum(1.2, weeks * 7 / np.maximum(plans.due[told] - plans.starts[told], 7)),
        needed,
    )
    a_week = np.repeat(used / weeks, weeks) * (0.6 + 0.8 * chance.uniform("effort week", *keys))
    days = np.clip(np.round(a_week * 8) / 8, 0.125, 25)
    item = _items_in_turn(plans, place, week, length)
    item[chance.happens(0.06, "effort on nothing", *keys)] = ""
    change = _on_changes(chance, timeline, plans, changes, place, worked, keys)
    late = chance.happens(0.08, "effort late", *keys)
    known = worked + np.where(late, chance.between(8, 24, "effort delay", *keys), 0)
    kept = (worked <= 0) & (known <= 0)
    return pd.DataFrame(
        {
            "project": plans.keys[place],
            "key": np.array(
                [
                    f"{key}-{entry + 1}"
                    for key, entry in zip(plans.keys[place].tolist(), week.tolist(), strict=True)
                ],
                dtype=object,
            ),
            "person": _persons(chance, profiles, plans, staff, place, keys),
            "worked_on": timeline.dates(worked),
            "days": days,
            "item": np.where(change == "", item, ""),
            "change_request": change,
            "known_on": timeline.dates(known),
        }
    )[kept].reset_index(drop=True)


def _of(place: Integers, profiles: Profiles, plans: ProjectPlans) -> tuple[Integers, Integers]:
    return profiles.number[plans.customer[place]], plans.ordinal[place]


def _items_in_turn(plans: ProjectPlans, place: Integers, week: Integers, length: Integers) -> Texts:
    """The item that a week of a project is about, by how far it has come."""
    shares = np.array([item[4] for item in _ITEMS])
    done = (week + 0.5) / length
    whole = np.searchsorted(np.cumsum(shares), done)
    rollout = _ROLLOUT_FROM + np.searchsorted(np.cumsum(shares[_ROLLOUT_FROM:] / 0.68), done)
    step = np.minimum(np.where(plans.ordinal[place] == 1, whole, rollout), len(_ITEMS) - 1)
    return np.array([f"S{entry + 1}" for entry in step.tolist()], dtype=object)


def _on_changes(
    chance: Chance,
    timeline: Timeline,
    plans: ProjectPlans,
    changes: pd.DataFrame,
    place: Integers,
    worked: Integers,
    keys: tuple[Integers, ...],
) -> Texts:
    """The change request that an entry is booked on: some of the weeks after it was raised, whether
    signed or not; nobody works on a wish that was declined before."""
    found = np.full(len(place), "", dtype=object)
    day = timeline.dates(worked)
    for wish in ("CR-1", "CR-2"):
        ours = changes[changes["key"] == wish].set_index("place")
        raised = ours["raised_on"].reindex(place).to_numpy(dtype="datetime64[s]")
        declined = ours["decided_on"].reindex(place).to_numpy(dtype="datetime64[s]")
        open_then = (raised <= day) & ~(declined <= day)
        found[open_then & chance.happens(0.3, f"effort on {wish}", *keys)] = wish
    return found


def _persons(
    chance: Chance,
    profiles: Profiles,
    plans: ProjectPlans,
    staff: Staff,
    place: Integers,
    keys: tuple[Integers, ...],
) -> Texts:
    """The project manager or somebody who works along: the demo's team member in the first unit."""
    customer = plans.customer[place]
    manager, other = staff.project_manager[customer], staff.service_manager[customer]
    domain = manager[0].partition("@")[2] if len(manager) else ""
    member = next(one.address for one in MEMBERS if "team_member" in one.roles)
    other = np.where(profiles.number[customer] < 200, f"{member}@{domain}", other)
    return np.where(chance.happens(0.4, "effort of manager", *keys), manager, other)
