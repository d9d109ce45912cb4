"""People at the customers: their roles over time, who left and who followed."""

from __future__ import annotations

import numpy as np
import pandas as pd

from config.demo.chance import Chance, Integers
from config.demo.companies import Companies, are_chinese
from config.demo.contracts import customer_keys
from config.demo.persons import Texts, make_people
from config.demo.profiles import Profiles
from config.demo.terms import Flags
from config.demo.timeline import NEVER, Timeline

# Places a contact may hold. Persons who use the product have places too: see usage.
DECIDER, KEY_USER, SECOND_KEY_USER, USER, SECOND_USER, SECOND_DECIDER, THIRD_USER, SUCCESSOR = (
    range(8)
)
_PLACES = 8

_TITLES = np.array(
    [
        ("人力资源副总裁", "Chief People Officer"),
        ("人力资源信息系统经理", "HRIS Manager"),
        ("薪酬福利经理", "Compensation & Benefits Manager"),
        ("人事专员", "HR Specialist"),
        ("考勤专员", "Time & Attendance Specialist"),
        ("首席财务官", "Chief Financial Officer"),
        ("招聘主管", "Recruiting Lead"),
        ("人力资源信息系统经理", "HRIS Manager"),
    ],
    dtype=object,
)


def email_of(
    chance: Chance, number: Integers, place: Integers, chinese: Flags, domain: Texts
) -> Texts:
    """The address of a person at a customer; `place` numbers the customer's people."""
    _, address = make_people(chance, number, place, chinese)
    return np.asarray(address + "@" + domain)


def _present(profiles: Profiles) -> Flags:
    """Which places are filled: (customers, places). Larger customers have more people."""
    size = profiles.size
    known = np.ones((len(size), _PLACES), dtype=bool)
    known[:, SECOND_KEY_USER] = size > 0.3
    known[:, SECOND_USER] = size > 0.35
    known[:, SECOND_DECIDER] = size > 0.6
    known[:, THIRD_USER] = size > 0.5
    known[:, SUCCESSOR] = profiles.successor_from < NEVER
    prospects = profiles.is_story("prospect")
    for place in (SECOND_KEY_USER, USER, SECOND_USER, THIRD_USER):
        known[prospects, place] = False
    return known


def contact_frames(
    chance: Chance, timeline: Timeline, profiles: Profiles, companies: Companies
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Contacts (customer, key, name, email, title, known_on) and their dated roles.

    Roles: contact (key), customer, role, from_on, to_on (empty while it lasts),
    first_known_on, known_on.
    """
    customer, place = np.nonzero(_present(profiles))
    number = profiles.number[customer]
    chinese = are_chinese(chance, profiles.root)[customer]
    name, address = make_people(chance, number, place, chinese)
    keys = np.array(
        [
            f"CN-{entry + 1:06d}-{position + 1}"
            for entry, position in zip(number.tolist(), place.tolist(), strict=True)
        ],
        dtype=object,
    )
    since = _since(chance, timeline, profiles, customer, place)
    contacts = pd.DataFrame(
        {
            "customer": customer_keys(number),
            "key": keys,
            "name": name,
            "email": address + "@" + companies.domain[customer],
            "title": _TITLES[place, np.where(chinese, 0, 1)],
            "known_on": timeline.dates(since),
        }
    )
    role = np.select(
        [np.isin(place, (DECIDER, SECOND_DECIDER)),
         np.isin(place, (KEY_USER, SECOND_KEY_USER, SUCCESSOR))],
        ["decision_maker", "key_user"],
        "end_user",
    ).astype(object)  # fmt: skip
    left = np.where(place == KEY_USER, profiles.key_user_left[customer], NEVER)
    parts = [(np.arange(len(place)), role, since, left)]
    # In small companies whoever decides also works with the product; key users are users.
    both = np.flatnonzero((place == DECIDER) & (profiles.size[customer] < 0.2))
    parts.append((both, np.full(len(both), "key_user", dtype=object), since[both], left[both]))
    also = np.flatnonzero((place == SECOND_KEY_USER) & profiles.signs[customer])
    parts.append((also, np.full(len(also), "end_user", dtype=object), since[also], left[also]))
    index = np.concatenate([part[0] for part in parts])
    until = np.concatenate([part[3] for part in parts])
    began = np.concatenate([part[2] for part in parts])
    roles = pd.DataFrame(
        {
            "contact": keys[index],
            "customer": customer_keys(number[index]),
            "role": np.concatenate([part[1] for part in parts]),
            "from_on": timeline.dates(began),
            "to_on": timeline.dates(until),
            "first_known_on": timeline.dates(began),
            "known_on": timeline.dates(np.where(until < NEVER, until, began)),
        }
    )
    return contacts, roles


def _since(
    chance: Chance, timeline: Timeline, profiles: Profiles, customer: Integers, place: Integers
) -> Integers:
    """Since when the person is known: from the first talks, or joined some time later."""
    created = profiles.created[customer]
    kickoff = np.minimum(np.where(profiles.signs, profiles.kickoff, profiles.created), 0)[customer]
    number = profiles.number[customer]
    joined = kickoff + chance.between(0, 500, "contact joined", number, place)
    late = chance.happens(0.25, "joined later", number, place) & (joined <= 0)
    since = np.where(np.isin(place, (DECIDER, KEY_USER)), created, np.maximum(created, kickoff))
    since = np.where(np.isin(place, (USER, SECOND_USER, THIRD_USER)) & late, joined, since)
    since = np.where(place == SUCCESSOR, profiles.successor_from[customer], since)
    return timeline.office_day(since)
